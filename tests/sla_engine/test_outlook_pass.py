"""Outlooks as the passes write them: whatever was remembered or lost between passes, the rows are the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sla_engine.passes import Scorer
from store.alert_rows import LookedBack, OutlookRow
from store.connection import Connection
from store.outlook import read_outlooks, read_restores
from store.promises import write_tickets
from store.registry import register_circuits
from store.rows import CircuitRow, ExclusionRow, TicketRow
from tests.sla_engine.passing import AGREEMENT, measure, promise

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
CLOCK = """
[[objective]]
id = "gtr"
circuit = "casa-b1"
indicator = "time_to_restore"
at_most_seconds = 14400
"""


@pytest.fixture
def number(connection: Connection) -> int:
    numbers = register_circuits(connection, [CircuitRow("casa-b1", "casanearshore", "locataire-b", True)])
    connection.commit()
    return numbers["casa-b1"]


def foreseen(connection: Connection, scorer: Scorer, now: datetime) -> OutlookRow:
    scorer.run_pass(connection, now)
    (row,) = read_outlooks(connection)
    connection.commit()
    return row


def test_minute_by_minute_is_what_a_fresh_engine_finds(connection: Connection, number: int, tmp_path: Path) -> None:
    """Over the start of a month, with an outage on each side of it, a silence, and a memory that is lost."""
    promised = promise(tmp_path, AGREEMENT)
    scorer, now = Scorer(promised), OCTOBER - timedelta(minutes=40)
    measure(connection, number, now - timedelta(days=3), 3 * 24 * 60 + 10)
    foreseen(connection, scorer, OCTOBER - timedelta(minutes=30))
    measure(connection, number, OCTOBER - timedelta(minutes=30), 12, lost=10)
    measure(connection, number, OCTOBER - timedelta(minutes=18), 18)
    steps = [(5, 0), (8, 10), (7, 0), (None, 0), (None, 0), (9, 0), (3, 10), (20, 0)]
    at = OCTOBER
    for place, (minutes, lost) in enumerate(steps):
        if minutes is not None:
            measure(connection, number, at, minutes, lost)
        at += timedelta(minutes=minutes or 6)
        row = foreseen(connection, scorer, at)
        assert row == foreseen(connection, Scorer(promised), at)
        if place == 4:
            scorer.outlooks.known.clear()
    assert row.trend_down_seconds == (12 + 8) * 60
    assert row.budget_seconds - row.budget_left_seconds == 8 * 60
    seen = {each.seconds: each for each in row.windows}
    assert seen[7200] == LookedBack(7200, (12 + 8 + 3) * 60, 7200 - 12 * 60)


def test_windows_move_on_when_nothing_arrives(connection: Connection, number: int, tmp_path: Path) -> None:
    scorer = Scorer(promise(tmp_path, AGREEMENT))
    measure(connection, number, OCTOBER, 60)
    measure(connection, number, OCTOBER + timedelta(hours=1), 4, lost=10)
    bad = foreseen(connection, scorer, OCTOBER + timedelta(minutes=64))
    assert bad.windows[0] == LookedBack(300, 240, 300)
    silent = foreseen(connection, scorer, OCTOBER + timedelta(minutes=70))
    assert (silent.windows[0], silent.unknown_run_seconds) == (LookedBack(300, 0, 0), 360)
    assert silent.seen_at == OCTOBER + timedelta(minutes=70)


def test_a_late_reading_of_last_month_is_looked_back_on(connection: Connection, number: int, tmp_path: Path) -> None:
    scorer = Scorer(promise(tmp_path, AGREEMENT))
    measure(connection, number, OCTOBER - timedelta(hours=2), 100)
    measure(connection, number, OCTOBER, 30)
    now = OCTOBER + timedelta(minutes=30)
    before = foreseen(connection, scorer, now)
    measure(connection, number, OCTOBER - timedelta(minutes=20), 20, lost=10)
    after = foreseen(connection, scorer, now)
    assert (before.trend_down_seconds, after.trend_down_seconds) == (0, 1200)
    assert {each.seconds: each.bad_seconds for each in after.windows}[3600] == 1200


def test_what_has_ended_or_is_gone_has_no_outlook(connection: Connection, number: int, tmp_path: Path) -> None:
    scorer = Scorer(promise(tmp_path, AGREEMENT + CLOCK))
    write_tickets(connection, [TicketRow("T-1", "casa-b1", OCTOBER, None)], {"casa-b1": number})
    connection.commit()
    assert foreseen(connection, scorer, OCTOBER + timedelta(hours=2)).period_starts_at == OCTOBER
    (clock,) = read_restores(connection)
    assert (clock.elapsed_seconds, clock.due_at) == (7200, OCTOBER + timedelta(hours=4))
    (folder := tmp_path / "later").mkdir()
    november = foreseen(connection, scorer, OCTOBER + timedelta(days=40))
    assert november.period_starts_at == datetime(2026, 11, 1, tzinfo=UTC)
    (clock,) = read_restores(connection)
    assert clock.elapsed_seconds == 40 * 86_400
    other = AGREEMENT.replace('id = "availability"', 'id = "other"')
    assert foreseen(connection, Scorer(promise(folder, other)), OCTOBER + timedelta(days=41)).objective == "other"
    assert read_restores(connection) == []
    connection.commit()
    (gone := tmp_path / "gone").mkdir()
    Scorer(promise(gone)).run_pass(connection, OCTOBER + timedelta(days=42))
    assert read_outlooks(connection) == []


def test_maintenance_planned_ahead_shrinks_the_budget_at_the_next_pass(
    connection: Connection, number: int, tmp_path: Path, decide_by_two: Callable[[list[ExclusionRow]], None]
) -> None:
    scorer = Scorer(promise(tmp_path, AGREEMENT))
    measure(connection, number, OCTOBER, 600)
    before = foreseen(connection, scorer, OCTOBER + timedelta(hours=10))
    span = (OCTOBER + timedelta(days=20), OCTOBER + timedelta(days=20, hours=10))
    decide_by_two([ExclusionRow("M-1", "casa-b1", "maintenance", *span, OCTOBER, "accepted")])
    after = foreseen(connection, scorer, OCTOBER + timedelta(hours=10, minutes=1))
    assert before.budget_seconds - after.budget_seconds == 36
    assert after.service_seconds == before.service_seconds - 36_000
