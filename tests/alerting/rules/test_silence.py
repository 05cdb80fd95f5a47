"""Silence and clocks: how long is too long, to the second, and for whom."""

from datetime import timedelta

import pytest

from alerting.rules.facts import CollectorSession, Series, SourceClock
from tests.alerting.rules.cases import NOW, SECOND, found


def ago(seconds: int) -> Series:
    return Series("circuit", "c", NOW - seconds * SECOND, 60)


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (ago(180), []),
        (ago(181), ["page"]),
        (ago(181)._replace(usual_seconds=300), []),
        (ago(900)._replace(usual_seconds=300), []),
        (ago(901)._replace(usual_seconds=300), ["page"]),
        (ago(181)._replace(usual_seconds=1), ["page"]),  # never less than three minutes
        (ago(10**6)._replace(usual_seconds=None), []),  # reports changes only
        (ago(10**6)._replace(received_at=None), []),  # not yet connected
        (ago(10**6)._replace(received_at=None, expected_at=NOW - 181 * SECOND), ["page"]),
        (Series("zone", "z", NOW - 181 * SECOND, 60), ["ticket"]),
        (Series("sensor", "s", NOW - 181 * SECOND, 60), ["ticket"]),
    ],
)
def test_no_data(series: Series, told: list[str]) -> None:
    assert [one.severity for one in found("no_data", series=(series,))] == told


def test_a_circuit_without_an_agreement_can_wait_for_the_morning() -> None:
    (one,) = found("no_data", series=(ago(181),), has_agreement=frozenset())
    assert (one.severity, one.subject, one.since_at) == ("ticket", "circuit:c", NOW - 181 * SECOND)


def test_where_the_silence_is() -> None:
    (circuit,) = found("no_data", series=(ago(181),))
    assert (circuit.facility, circuit.tenant, circuit.carrier) == ("casa", "t", "operateur-a")
    (sensor,) = found("no_data", series=(Series("sensor", "s", None, 60, NOW - 999 * SECOND),))
    assert (sensor.facility, sensor.tenant, sensor.zone, sensor.reason) == ("casa", "t", "z", "never_received")


@pytest.mark.parametrize(
    ("seconds", "is_held", "reasons"),
    [
        (180, False, []),
        (181, False, ["lease_gone"]),
        (600, True, []),
        (601, True, ["no_heartbeat"]),
    ],
)
def test_a_collector_is_dead(seconds: int, is_held: bool, reasons: list[str]) -> None:
    told = found("collector_dead", sessions=(CollectorSession("p2i-1", NOW - seconds * SECOND, is_held),))
    assert [one.reason for one in told] == reasons
    assert all((one.subject, one.severity, one.tenant) == ("collector:p2i-1", "page", None) for one in told)


def test_nothing_at_all_arrives() -> None:
    old = NOW - 601 * SECOND
    (one,) = found("collector_dead", series=(ago(601),), received_at=old)
    assert (one.subject, one.reason, one.since_at) == ("collector:all", "nothing_received", old)
    assert found("collector_dead", series=(ago(600),), received_at=NOW - 600 * SECOND) == []
    assert found("collector_dead", received_at=old) == []  # nothing is connected that should speak
    assert found("collector_dead", series=(ago(601),), received_at=None) == []


@pytest.mark.parametrize(("seconds", "told"), [(0, 0), (300, 0), (301, 1)])
def test_the_engine_is_late(seconds: int, told: int) -> None:
    assert len(found("engine_late", passed_at=NOW - seconds * SECOND)) == told


def test_an_engine_that_never_ran_is_late_where_something_was_promised() -> None:
    long, short = NOW - 301 * SECOND, NOW - 300 * SECOND
    (one,) = found("engine_late", passed_at=None, watching_since=long)
    assert (one.reason, one.severity, one.since_at) == ("never_passed", "page", long)
    assert found("engine_late", passed_at=None, watching_since=short) == []  # it was started with us, perhaps
    assert found("engine_late", passed_at=None, watching_since=long, agreements={}) == []


@pytest.mark.parametrize(
    ("offsets", "reasons"),
    [
        ((61, 61, 61), ["clock_ahead"]),
        ((61, 61, 60), []),
        ((61, 61), []),  # two arrivals say nothing
        ((90, 90, 90, 0), ["clock_ahead"]),  # the newest count
        ((-301, -301, -301), ["clock_behind"]),
        ((-301, -300, -301), []),
        ((-5000, -5000, -2), []),  # stored on the way, and then in time
    ],
)
def test_a_clock_is_wrong(offsets: tuple[int, ...], reasons: list[str]) -> None:
    told = found("clock_stale", clocks=(SourceClock("mqtt", offsets, NOW),))
    assert [one.reason for one in told] == reasons


def test_zone_rules_of_the_server_that_are_not_ours() -> None:
    (one,) = found("clock_stale", zone_rules_apart={"Africa/Casablanca": 3, "UTC": 0})
    assert (one.subject, one.reason, one.facts["months"]) == ("source:zone-rules/Africa/Casablanca", "zone_rules", 3)
    since_at = NOW - timedelta(days=2)
    (one,) = found("clock_stale", zone_rules_apart={"UTC": 1}, open={("clock_stale", one.subject): since_at})
    assert one.since_at == NOW
