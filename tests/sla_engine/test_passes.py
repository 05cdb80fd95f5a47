"""Passes over a real database: what is due, what is written, and what happens when it is done twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facilities.calendar import month
from facilities.instants import instant
from sla_engine.due import Contract, epoch_seconds_of
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from sla_engine.segments import Segment
from store.connection import Connection
from store.registry import register_circuits
from store.rows import CircuitRow, ExclusionRow, Touched, TransitionRow
from store.transitions import read_transitions
from store.verdict_rows import ScoredPeriod
from store.verdicts import read_scores, read_unscored, read_verdicts
from tests.sla_engine.passing import AGREEMENT, NOW, made, measure, promise


@pytest.fixture
def promised(tmp_path: Path) -> Promised:
    """The demo inventory with a single small agreement: Δt 60 s, n = 5, target 99.9 %."""
    return promise(tmp_path, AGREEMENT)


def due_of(
    promised: Promised, touched: list[Touched], scored: list[ScoredPeriod], now: datetime = NOW
) -> list[Segment]:
    """What a pass would score of the one agreement."""
    (versions,) = promised.inventory.versions.values()
    contract = Contract(versions, scored, {}, lambda one: promised.text(one).sha256)
    return contract.plan(touched, epoch_seconds_of(now)).due


@pytest.fixture
def circuits(connection: Connection) -> dict[str, int]:
    return register_circuits(
        connection, [CircuitRow(name, "casanearshore", None, True) for name in ("casa-a1", "casa-b1")]
    )


def scores(connection: Connection) -> dict[str, dict[str, Any]]:
    return {f"{row.period_starts_at:%Y-%m-%d}": row.parsed() for row in read_scores(connection)}


def test_the_running_month_is_always_due(connection: Connection, promised: Promised) -> None:
    assert Scorer(promised).run_pass(connection, NOW) == 1
    (document,) = scores(connection).values()
    assert document["period"]["starts_at"] == "2026-10-01T00:00:00Z"
    assert document["objectives"][0]["verdict"] == "insufficient_data"
    assert document["objectives"][0]["value_percent"] is None


def test_time_still_to_come_is_unknown_and_hidden_readings_too(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    measure(connection, circuits["casa-b1"], NOW - timedelta(hours=2), 120)
    measure(connection, circuits["casa-b1"], NOW, 3)  # a source whose clock is minutes ahead
    Scorer(promised).run_pass(connection, NOW)
    seconds = scores(connection)["2026-10-01"]["objectives"][0]["seconds"]
    assert seconds["up"] == 7200
    assert seconds["unknown"] == 31 * 86400 - 7200


def test_new_facts_make_their_past_month_due_and_nothing_else(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    Scorer(promised).run_pass(connection, NOW)
    measure(connection, circuits["casa-b1"], datetime(2026, 9, 10, tzinfo=UTC), 60)
    assert Scorer(promised).run_pass(connection, NOW) == 2
    assert Scorer(promised).run_pass(connection, NOW) == 1
    assert sorted(scores(connection)) == ["2026-08-31", "2026-10-01"]


@pytest.mark.parametrize(
    ("touched_on", "provisional", "due"),
    [
        ("2026-10-01", True, [9, 10]),  # what follows an undecided tail may decide it
        ("2026-10-01", False, [10]),
        ("2026-09-10", False, [9, 10]),
        ("2026-08-20", False, [8, 9, 10]),  # September starts with the state August ends with
    ],
)
def test_facts_make_due_whatever_they_can_change(
    promised: Promised, touched_on: str, provisional: bool, due: list[int]
) -> None:
    september = month(2026, 9, promised.inventory.agreements["SMALL"].time_zone)
    scored = ScoredPeriod("SMALL", instant(september.starts_at), instant(september.ends_at), NOW, provisional, {})
    at = datetime.fromisoformat(touched_on + "T00:05:00Z")
    found = due_of(promised, [Touched("casa-b1", at, at)], [scored])
    assert [(instant(each.month.starts_at) + timedelta(days=2)).month for each in found] == due


def test_before_it_starts_and_after_it_ends_an_agreement_promises_nothing(tmp_path: Path) -> None:
    text = AGREEMENT.replace("starts_on = 2026-08-01", "starts_on = 2026-08-01\nends_on = 2026-09-15")
    everywhere = Touched("casa-b1", datetime(2026, 1, 1, tzinfo=UTC), NOW)
    found = due_of(promise(tmp_path, text), [everywhere], [])
    assert [(instant(each.month.starts_at) + timedelta(days=2)).month for each in found] == [8, 9]


def test_a_failure_of_a_segment_that_is_no_more_is_forgotten(tmp_path: Path) -> None:
    """The amendment that began it was taken back; what failed in a month that still is one stays."""
    (versions,) = promise(tmp_path, AGREEMENT).inventory.versions.values()
    september = month(2026, 9, versions[0].time_zone)
    gone = september.starts_at + 14 * 86400
    plan = Contract(versions, [], {}, str).plan([], epoch_seconds_of(NOW), frozenset({september.starts_at, gone}))
    assert plan.moot == {gone}
    assert plan.due[0].month == september


def test_a_month_is_scored_once_more_after_its_end(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    measure(connection, circuits["casa-b1"], datetime(2026, 9, 30, 22, 0, tzinfo=UTC), 60)
    before_the_end = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)
    Scorer(promised).run_pass(connection, before_the_end)
    assert Scorer(promised).run_pass(connection, NOW) == 2
    assert Scorer(promised).run_pass(connection, NOW) == 1
    row = next(row for row in read_scores(connection) if row.period_starts_at.month == 8)
    assert row.scored_to_at == NOW


def test_an_exclusion_decided_later_changes_the_past_month(
    connection: Connection, promised: Promised, circuits: dict[str, int], decide_by_two: Callable[..., None]
) -> None:
    start = datetime(2026, 9, 10, tzinfo=UTC)
    measure(connection, circuits["casa-b1"], start, 60)
    measure(connection, circuits["casa-b1"], start + timedelta(hours=1), 30, lost=10)
    Scorer(promised).run_pass(connection, NOW)
    assert scores(connection)["2026-08-31"]["objectives"][0]["seconds"]["down"] == 1800
    span = (start + timedelta(hours=1), start + timedelta(minutes=90))
    decide_by_two([ExclusionRow("X", "casa-b1", "customer", *span, None, "accepted")])
    Scorer(promised).run_pass(connection, NOW)
    assert scores(connection)["2026-08-31"]["objectives"][0]["seconds"]["down"] == 0
    assert scores(connection)["2026-08-31"]["objectives"][0]["seconds"]["excluded"] == 1800


def test_scoring_twice_writes_the_same(connection: Connection, promised: Promised, circuits: dict[str, int]) -> None:
    measure(connection, circuits["casa-b1"], NOW - timedelta(hours=3), 180)
    Scorer(promised).run_pass(connection, NOW)
    first = (made(connection), read_verdicts(connection), read_transitions(connection))
    Scorer(promised).run_pass(connection, NOW)
    assert (made(connection), read_verdicts(connection), read_transitions(connection)) == first


def test_an_outage_is_one_transition_when_it_begins_and_one_when_it_has_ended(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    number, began = circuits["casa-b1"], NOW - timedelta(minutes=20)
    measure(connection, number, NOW - timedelta(hours=2), 100)
    measure(connection, number, began, 4, lost=10)
    Scorer(promised).run_pass(connection, began + timedelta(minutes=4))
    assert changes(connection) == []  # four bad minutes are not yet an outage
    measure(connection, number, began + timedelta(minutes=4), 6, lost=10)
    for _ in range(2):
        Scorer(promised).run_pass(connection, began + timedelta(minutes=10))
        assert changes(connection) == [("up", "down", began)]
    measure(connection, number, began + timedelta(minutes=10), 5)
    Scorer(promised).run_pass(connection, NOW)
    assert changes(connection) == [("up", "down", began), ("down", "up", began + timedelta(minutes=10))]


def changes(connection: Connection) -> list[tuple[str, str, datetime]]:
    rows: list[TransitionRow] = [row for row in read_transitions(connection) if row.subject == "circuit"]
    return [(row.from_state, row.to_state, row.changed_at) for row in reversed(rows)]


def test_a_verdict_that_changes_is_a_transition(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    Scorer(promised).run_pass(connection, NOW)
    start = month(2026, 10, promised.inventory.agreements["SMALL"].time_zone).starts_at
    measure(connection, circuits["casa-b1"], instant(start), 31 * 1440)
    Scorer(promised).run_pass(connection, datetime(2026, 11, 1, 0, 0, tzinfo=UTC))
    found = [
        (row.from_state, row.to_state) for row in reversed(read_transitions(connection)) if row.subject == "objective"
    ]
    assert found == [("insufficient_data", "met")]  # October; November's first verdict is not a change


def test_one_agreement_that_cannot_be_scored_does_not_stop_the_others(
    connection: Connection, tmp_path: Path, circuits: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    other = AGREEMENT.replace('"SMALL"', '"OTHER"').replace("casa-b1", "casa-a1")
    both = promise(tmp_path, AGREEMENT, other)
    measure(connection, circuits["casa-b1"], NOW - timedelta(hours=1, seconds=7), 1)
    assert Scorer(both).run_pass(connection, NOW) == 1
    assert [row.agreement for row in read_scores(connection)] == ["OTHER"]
    assert (
        'agreement SMALL could not be scored: circuit "casa-b1": the reading at 2026-10-05T10:59:53Z lies off'
        in caplog.text
    )
    connection.execute("DELETE FROM circuit_interval")
    connection.commit()
    assert Scorer(both).run_pass(connection, NOW) == 2


def test_a_score_names_the_rules_it_was_made_by(connection: Connection, promised: Promised) -> None:
    Scorer(promised).run_pass(connection, NOW)
    (row,) = read_scores(connection)
    assert (row.tenant, row.facility, row.is_demo) == ("locataire-b", "casanearshore", True)
    assert row.tzdb_version == "2026f"
    assert row.agreement_sha256 == promised.text(promised.inventory.agreements["SMALL"]).sha256
    assert len(row.agreement_sha256) == 64
    assert row.document.endswith("}\n")


def test_passes_that_continue_write_what_a_whole_count_would(
    connection: Connection, promised: Promised, circuits: dict[str, int], decide_by_two: Callable[..., None]
) -> None:
    """Two days minute by minute, with an outage, a gap, a late batch and a late decision: always the whole score."""
    random = np.random.default_rng(7)
    number, start = circuits["casa-b1"], datetime(2026, 10, 3, tzinfo=UTC)
    continuing, late = Scorer(promised), []
    for minute in range(0, 2 * 1440, 7):
        at = start + timedelta(minutes=minute)
        lost = 10 if 600 <= minute < 660 or random.random() < 0.02 else 0
        if 1000 <= minute < 1100:
            late.append((at, lost))  # measured, and delivered hours later
        elif not 1500 <= minute < 1540:
            measure(connection, number, at, 7, lost)
        if minute == 1400:
            for late_at, late_lost in late:
                measure(connection, number, late_at, 7, late_lost)
        if minute == 2002:
            span = (start + timedelta(minutes=630), start + timedelta(minutes=700))
            decide_by_two([ExclusionRow("X", "casa-b1", "customer", *span, None, "accepted")])
        now = at + timedelta(minutes=7)
        continuing.run_pass(connection, now)
        if minute % 49 == 0 or 1380 < minute < 1420 or 1990 < minute < 2020:
            (found,) = made(connection)
            Scorer(promised).run_pass(connection, now)
            assert made(connection) == [found]
    assert continuing.counting.checkpoints, "the passes did continue"


def test_a_continuing_pass_reads_only_what_is_new(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    start = datetime(2026, 10, 3, tzinfo=UTC)
    measure(connection, circuits["casa-b1"], start, 1440)
    scorer = Scorer(promised)
    scorer.run_pass(connection, start + timedelta(minutes=1440))
    ((checkpoint,),) = (each.values() for each in scorer.counting.checkpoints.values())
    assert instant(checkpoint.cut) == start + timedelta(minutes=1430)


def test_a_month_whose_readings_were_dropped_by_age_keeps_its_score(
    connection: Connection, promised: Promised, circuits: dict[str, int]
) -> None:
    measure(connection, circuits["casa-b1"], datetime(2026, 9, 10, tzinfo=UTC), 24 * 60)
    Scorer(promised).run_pass(connection, NOW)
    before = scores(connection)["2026-08-31"]
    connection.execute("DELETE FROM circuit_interval")
    connection.execute("UPDATE retention SET dropped_before = '2026-09-20' WHERE relation = 'circuit_interval'")
    measure(connection, circuits["casa-b1"], datetime(2026, 9, 25, tzinfo=UTC), 10, lost=10)
    Scorer(promised).run_pass(connection, NOW)
    assert scores(connection)["2026-08-31"] == before
    (told,) = read_unscored(connection)
    assert told.reason.startswith("new facts about a month whose readings before 2026-09-20T00:00:00Z are dropped")
    assert "2026-10-01" in scores(connection), "the running month goes on"
