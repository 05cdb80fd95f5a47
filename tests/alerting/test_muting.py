from datetime import UTC, datetime, timedelta

import pytest

from alerting.muting import mutes
from store.alert_rows import Trouble
from store.rows import Decision, ExclusionKind, ExclusionRow
from tests.alerting.estate import NOW, lost

HOUR = timedelta(hours=1)


def works(
    exclusion: str = "M-7",
    circuit: str = "p00",
    kind: ExclusionKind = "maintenance",
    decision: Decision = "accepted",
    starts_at: datetime = NOW - HOUR,
    ends_at: datetime = NOW + HOUR,
) -> ExclusionRow:
    return ExclusionRow(exclusion, circuit, kind, starts_at, ends_at, NOW - 100 * HOUR, decision)


def of_objective(rule: str) -> Trouble:
    return lost("p00")._replace(rule=rule, subject="objective:A/o/2026-11")


@pytest.mark.parametrize(
    ("row", "muted"),
    [
        (works(), True),
        (works(decision="proposed"), False),
        (works(decision="rejected"), False),
        (works(kind="customer"), False),
        (works(kind="force_majeure"), False),
        (works(circuit="p01"), False),
        (works(starts_at=NOW), True),
        (works(starts_at=NOW + timedelta(microseconds=1)), False),
        (works(ends_at=NOW), False),
        (works(ends_at=NOW + timedelta(microseconds=1)), True),
    ],
)
def test_only_accepted_maintenance_that_runs_now_mutes(row: ExclusionRow, muted: bool) -> None:
    assert mutes([lost("p00")], [row], NOW) == ({("outage", "circuit:p00"): "exclusion M-7"} if muted else {})


def test_of_several_the_one_that_lasts_longest_is_named_whatever_the_order() -> None:
    rows = [works("M-1"), works("M-2", ends_at=NOW + 2 * HOUR), works("M-3", ends_at=NOW + 2 * HOUR)]
    assert mutes([lost("p00")], rows, NOW) == mutes([lost("p00")], rows[::-1], NOW)
    assert set(mutes([lost("p00")], rows, NOW).values()) == {"exclusion M-2"}


@pytest.mark.parametrize(
    ("rule", "muted"),
    [
        ("burn_fast", True), ("burn_slow", True), ("breach_foreseen", True), ("no_data", True),
        ("budget", False), ("restore_deadline", False), ("objective_breached", False), ("statement_ready", False),
    ],
)  # fmt: skip
def test_what_planned_work_brings_about_is_muted_and_nothing_else(rule: str, muted: bool) -> None:
    assert bool(mutes([of_objective(rule)], [works()], NOW)) is muted


def test_what_is_of_no_circuit_is_not_muted() -> None:
    engine = Trouble("engine_late", "engine:pass", "page", datetime(2026, 1, 1, tzinfo=UTC), "engine_late", False)
    assert mutes([engine], [works()], NOW) == {}
