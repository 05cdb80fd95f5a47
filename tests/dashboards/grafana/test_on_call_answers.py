"""The board on call says of a known night what it was: who is told, why nobody else is, who took it and how fast."""

from datetime import timedelta

import pytest

from alerting.words.rule_texts import RULES as SPOKEN_RULES
from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.on_call import RULES
from dashboards.grafana.speech import SPEECHES, Speech
from store.connection import Connection
from tests.dashboards.grafana.column_contract import Result, is_nothing, run
from tests.dashboards.grafana.every_query import CHOICES, EVERY
from tests.dashboards.grafana.filled_day import NOW
from tests.dashboards.grafana.macro_expansion import Shown, expanded

PARKS = ["—", *CHOICES["all"]["park"]]
HOUR = timedelta(hours=1)


def shown(hours: float = 6, ago: timedelta = timedelta()) -> Shown:
    return Shown(NOW - ago - hours * HOUR, NOW - ago, {"park": PARKS, "circuit": "casa-a1"})


def panel(connection: Connection, number: int, view: Shown, board: str = "on-call") -> Result:
    found = next(one for one in EVERY[board].all_panels() if one.id == number)
    return run(connection, expanded(found.targets[0].sql, view))


def rows(result: Result, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(result.values(name) for name in names), strict=True))


def test_the_tree_shows_what_explains_what_and_why_nobody_is_told(viewers: dict[str, Connection]) -> None:
    found = panel(viewers["operator"], 11, shown())
    space = "\u00a0" * 5
    assert rows(found, "thing", "rule", "stands", "cause", "muted_by") == [
        ("casanearshore", "site_cut", "told", None, None),
        ("└ casa-a1", "outage", "explained", "site_cut", None),
        (f"{space}└ casa-a1", "budget", "explained", "outage", None),
        ("└ casa-b1", "outage", "explained", "site_cut", None),
        ("tech-a1", "outage", "muted", None, "exclusion MAINT-3"),
    ]


def test_looked_at_as_of_the_past_it_shows_what_lasted_then(viewers: dict[str, Connection]) -> None:
    found = panel(viewers["operator"], 11, shown(ago=1.8 * HOUR))
    assert rows(found, "thing", "rule") == [("fes-a1", "outage")]
    assert is_nothing(panel(viewers["operator"], 11, shown(ago=5 * HOUR)).rows)


def test_counts_and_the_time_it_took(viewers: dict[str, Connection]) -> None:
    counted = panel(viewers["operator"], 1, shown())
    assert rows(counted, "pages", "tickets", "explained", "muted") == [(1, 0, 3, 1)]
    assert rows(panel(viewers["operator"], 2, shown()), "open", "acknowledged", "snoozed") == [(0, 1, 0)]
    assert panel(viewers["operator"], 3, shown()).values("median_seconds") == [(480 + 600) / 2]


def test_notices_say_who_has_them_and_what_comes_next(viewers: dict[str, Connection]) -> None:
    found = panel(viewers["operator"], 12, shown())
    assert set(rows(found, "state", "rule", "audience", "held_by", "people")) == {
        ("acknowledged", "site_cut", "on_call", "salma", 2),
        ("sent", "outage", "tenant", None, 1),
    }
    assert max(filter(None, found.values("next_step_at"))) == NOW + timedelta(minutes=29)
    taken = panel(viewers["operator"], 31, shown())
    assert rows(taken, "rule", "seconds", "actor", "via") == [
        ("site_cut", 480.0, "salma", "link"),
        ("engine_late", 600.0, "karim", "command"),
    ]


def test_works_now_and_next(viewers: dict[str, Connection]) -> None:
    found = panel(viewers["operator"], 21, shown())
    assert rows(found, "when", "circuit", "exclusion", "decision") == [("now", "tech-a1", "MAINT-3", "accepted")]


def test_a_tenant_sees_no_notice_and_only_its_own_alerts(viewers: dict[str, Connection]) -> None:
    found = panel(viewers["tenant"], 11, shown())
    assert rows(found, "thing", "rule", "stands", "cause") == [
        ("casa-a1", "outage", "explained", None),
        ("└ casa-a1", "budget", "explained", "outage"),
    ]
    for number in (12, 31, 33):
        assert is_nothing(panel(viewers["tenant"], number, shown()).rows)
    for number in (11, 12, 31, 32, 33):
        assert is_nothing(panel(viewers["stranger"], number, shown()).rows)


@pytest.mark.parametrize("board", ["noc", "circuit"])
def test_alerts_are_drawn_over_other_boards(viewers: dict[str, Connection], board: str) -> None:
    drawn = {}
    for one in EVERY[board].annotations[-2:]:
        found = run(viewers["operator"], expanded(one.sql, shown()))
        assert all(start < end for start, end in zip(found.values("time"), found.values("timeend"), strict=True))
        drawn[one.name] = sorted(rows(found, "text", "tags"))
    assert (
        list(drawn.values())
        == {
            "noc": [
                [("fes-a1", "outage,page"), ("tech-a1", "outage,page")],
                [("casanearshore", "site_cut,page")],
            ],
            "circuit": [[("casa-a1", "outage,page")], [("casa-a1", "budget,ticket")]],
        }[board]
    )


def test_every_rule_is_called_as_in_the_messages() -> None:
    assert set(RULES) == set(SPOKEN_RULES)
    french, english = Speech("fr"), Speech("en")
    for rule, texts in SPOKEN_RULES.items():
        assert french(f"on_call.rule.{rule}") == texts.name[0].replace("'", "’")
        assert english(f"on_call.rule.{rule}") == texts.name[1]


def test_it_is_one_of_the_set() -> None:
    assert [one.uid for speech in SPEECHES for one in dashboards(speech) if one.name == "on-call"] == [
        "p2i-on-call-fr", "p2i-on-call-en",
    ]  # fmt: skip
