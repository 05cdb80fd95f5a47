from datetime import timedelta

import pytest

from alerting.consequences import EVERYTHING_SILENT, consequences, still_explained
from store.alert_rows import AlertRow, Trouble
from tests.alerting.estate import BEGAN, NOW, lost

OUTAGE = ("outage", "circuit:p00")


def of_objective(rule: str, reason: str = "x", circuit: str = "p00") -> Trouble:
    return lost(circuit)._replace(rule=rule, subject=f"objective:A/{circuit}/2026-11", reason=reason)


def alert(
    trouble: Trouble, number: int = 1, *, closed_ago: timedelta | None = None, cause: int | None = None
) -> AlertRow:
    closed_at = None if closed_ago is None else NOW - closed_ago
    return AlertRow(number, trouble, NOW - timedelta(hours=2), NOW, closed_at, cause, None)


@pytest.mark.parametrize(
    ("trouble", "follows"),
    [
        (of_objective("burn_fast"), True),
        (of_objective("burn_slow"), True),
        (of_objective("budget"), True),
        (of_objective("breach_foreseen", "breach_by_outage")._replace(severity="ticket"), True),
        (of_objective("breach_foreseen", "breach_by_outage"), False),  # within the hour: told by itself
        (of_objective("breach_foreseen", "breach_by_trend"), False),
        (of_objective("objective_breached"), False),
        (of_objective("restore_deadline"), False),
        (lost("p00", rule="no_data"), True),
        (of_objective("burn_fast", circuit="p01"), False),
    ],
)
def test_what_follows_from_an_outage_of_the_same_circuit(trouble: Trouble, follows: bool) -> None:
    name = (trouble.rule, trouble.subject)
    assert consequences([lost("p00"), trouble], [], []) == ({name: OUTAGE} if follows else {})
    assert consequences([trouble], [alert(lost("p00"))], []) == ({name: OUTAGE} if follows else {}), "while it settles"


def test_an_outage_that_nobody_is_told_of_explains_nothing() -> None:
    assert consequences([lost("p00"), of_objective("budget")], [], [OUTAGE]) == {}


def test_when_everything_is_silent_each_silence_follows_from_that() -> None:
    dead = Trouble(*EVERYTHING_SILENT, "page", NOW, "nothing_received", False)
    zone = Trouble("no_data", "zone:z", "ticket", NOW, "no_data", False)
    found = consequences([dead, zone, lost("p00", rule="no_data"), lost("p01")], [], [])
    assert found == {("no_data", "zone:z"): EVERYTHING_SILENT, ("no_data", "circuit:p00"): EVERYTHING_SILENT}


def silence(circuit: str, seconds: int = 0, usual: int = 10) -> Trouble:
    return lost(circuit, seconds, rule="no_data", facts={"usual_seconds": usual})


def dead_collector() -> Trouble:
    return Trouble("collector_dead", "collector:mqtt", "page", BEGAN, "lease_gone", False)


def test_a_dead_collector_explains_the_silences_that_began_with_it_and_no_others() -> None:
    silences = [
        silence("p00"),
        silence("p01", 120),
        silence("p02", 121),  # it was heard after the collector had died
        silence("p03", -130),
        silence("p04", -131),  # it had fallen silent before
        silence("p05", -420, usual=300),
    ]
    found = consequences([dead_collector(), *silences, lost("p09")], [], [])
    assert {name[1].removeprefix("circuit:") for name in found} == {"p00", "p01", "p03", "p05"}
    assert set(found.values()) == {("collector_dead", "collector:mqtt")}


def test_a_park_that_was_taken_for_silent_before_its_collector_was_known_dead_is_explained_too() -> None:
    park = Trouble("site_cut", "park:p", "page", BEGAN, "park_lost", False, facts={"seen_as": "silence"})
    name = ("site_cut", "park:p")
    silences = [silence("p00"), silence("p01")]
    ours = alert(park._replace(facts=park.facts | {"circuits": ["p00", "p01"]}))
    assert consequences([dead_collector(), *silences], [ours], [])[name] == ("collector_dead", "collector:mqtt")
    cut = alert(park._replace(facts={"seen_as": "outage", "circuits": ["p00", "p01"]}))
    assert name not in consequences([dead_collector(), *silences], [cut], [])
    more = alert(park._replace(facts=park.facts | {"circuits": ["p00", "p01", "p02"]}))
    assert name not in consequences([dead_collector(), *silences, silence("p02", 600)], [more], [])


@pytest.mark.parametrize(("reason", "minutes"), [("burn_1h", 5), ("burn_6h", 30), ("burn_24h", 120), ("burn_72h", 360)])
def test_a_burn_rate_stays_explained_for_its_short_window(reason: str, minutes: int) -> None:
    burn = of_objective("burn_fast", reason)

    def explained(ago: timedelta) -> frozenset[tuple[str, str]]:
        return still_explained([alert(burn, 2, cause=1)], [burn], {1: alert(lost("p00"), closed_ago=ago)}, NOW)

    assert explained(timedelta(minutes=minutes) - timedelta(seconds=1)) == {(burn.rule, burn.subject)}
    assert explained(timedelta(minutes=minutes)) == frozenset()


def test_a_budget_that_is_gone_is_told_once_the_outage_is_over() -> None:
    budget = of_objective("budget", "budget_100")
    ended = {1: alert(lost("p00"), closed_ago=timedelta(0))}
    assert still_explained([alert(budget, 2, cause=1)], [budget], ended, NOW) == frozenset()
