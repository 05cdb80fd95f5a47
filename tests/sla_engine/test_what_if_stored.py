"""What-if from the store: what it says beforehand is what the engine writes once the exclusion is decided."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from facilities.calendar import month
from sla_engine.due import epoch_seconds_of
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from sla_engine.what_if_document import what_if_document
from sla_engine.what_if_stored import stored_comparisons
from store.connection import Connection
from store.errors import InputError
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions
from store.registry import register_circuits
from store.rows import CircuitRow, ExclusionRow
from store.verdicts import read_scores
from tests.sla_engine.passing import AGREEMENT, NOW, measure, promise

SEPTEMBER, OCTOBER = datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
AMENDED = (
    AGREEMENT.replace("[[objective]]", "[agreement.amendment]\nnumber = 1\neffective_on = 2026-09-11\n[[objective]]", 1)
    .replace('"99.9"', '"99"')
    .replace('"1000.00"', '"2000.00"')
)
SPLICED = AGREEMENT.replace("min_coverage", 'maintenance_window = "splice"\nmin_coverage')
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Decide = Callable[..., None]


@pytest.fixture
def circuits(connection: Connection) -> dict[str, int]:
    numbers = register_circuits(connection, [CircuitRow("casa-b1", "casanearshore", "locataire-b", True)])
    connection.commit()
    return numbers


def asked(
    connection: Connection, promised: Promised, number: int, exclude: list[str], without: list[str] | None = None
) -> list[list[dict[str, object]]]:
    """What the objectives of the month's segments are, and what they would be."""
    span = month(2026, number, promised.inventory.agreements["SMALL"].time_zone)
    found = what_if_document(
        stored_comparisons(
            connection, promised.inventory, "SMALL", span, exclude, without or [], now=epoch_seconds_of(NOW)
        )
    )
    connection.rollback()
    objectives = [one for each in found["segments"] for one in each["objectives"]]
    return [[one[side] for one in objectives] for side in ("before", "after")]


def written(connection: Connection, first: datetime, end: datetime) -> list[dict[str, object]]:
    rows = [row for row in read_scores(connection) if first <= row.period_starts_at < end]
    connection.rollback()
    return [objective for row in rows for objective in row.parsed()["objectives"]]


@pytest.mark.parametrize("texts", [(AGREEMENT,), (AGREEMENT, AMENDED), (SPLICED,)], ids=["plain", "amended", "spliced"])
def test_after_is_what_the_engine_writes_once_it_is_accepted(
    connection: Connection, circuits: dict[str, int], decide_by_two: Decide, tmp_path: Path, texts: tuple[str, ...]
) -> None:
    """Two segments when amended; bad minutes on both sides of the works, which spliced out join to an outage."""
    promised, number = promise(tmp_path, *texts), circuits["casa-b1"]
    measure(connection, number, SEPTEMBER - 10 * HOUR, 11 * 60)
    day = datetime(2026, 9, 10, 20, tzinfo=UTC)
    measure(connection, number, day, 117)
    measure(connection, number, day + 117 * MINUTE, 3, lost=10)
    measure(connection, number, day + 2 * HOUR, 60)
    measure(connection, number, day + 3 * HOUR, 3, lost=10)
    measure(connection, number, day + 183 * MINUTE, 120)
    measure(connection, number, day + 303 * MINUTE, 40, lost=10)
    Scorer(promised).run_pass(connection, NOW)
    span = (day + 2 * HOUR, day + 3 * HOUR)
    decide_by_two([ExclusionRow("X-1", "casa-b1", "maintenance", *span, None, "proposed")])
    now_and_then = asked(connection, promised, 9, ["X-1"])
    same_by_hand = asked(
        connection, promised, 9, [f"casa-b1,maintenance,{span[0]:%Y-%m-%dT%H:%M:%SZ},{span[1]:%Y-%m-%dT%H:%M:%SZ}"]
    )
    assert same_by_hand == now_and_then
    assert now_and_then[0] == written(connection, SEPTEMBER, OCTOBER)
    assert len(now_and_then[0]) == len(texts)
    decide_by_two([ExclusionRow("X-1", "casa-b1", "maintenance", *span, None, "accepted")])
    Scorer(promised).run_pass(connection, NOW)
    assert now_and_then[1] == written(connection, SEPTEMBER, OCTOBER) != now_and_then[0]
    assert asked(connection, promised, 9, [], ["X-1"]) == now_and_then[::-1]


def test_a_running_month_is_read_to_where_the_engine_scored_it(
    connection: Connection, circuits: dict[str, int], decide_by_two: Decide, tmp_path: Path
) -> None:
    promised = promise(tmp_path, AGREEMENT)
    measure(connection, circuits["casa-b1"], NOW - 3 * HOUR, 60)
    measure(connection, circuits["casa-b1"], NOW - 2 * HOUR, 30, lost=10)
    measure(connection, circuits["casa-b1"], NOW - 90 * MINUTE, 90)
    scorer = Scorer(promised)
    scorer.run_pass(connection, NOW)
    measure(connection, circuits["casa-b1"], NOW, 5)  # after what was scored
    row = ExclusionRow("X-1", "casa-b1", "customer", NOW - 2 * HOUR, NOW - HOUR, None, "proposed")
    decide_by_two([row])
    before, after = asked(connection, promised, 10, ["X-1"])
    assert before == written(connection, OCTOBER, NOW)
    decide_by_two([row._replace(decision="accepted")])
    scorer.run_pass(connection, NOW)
    assert after == written(connection, OCTOBER, NOW) != before


def test_the_month_an_exclusion_leaves_is_scored_anew(
    connection: Connection, circuits: dict[str, int], decide_by_two: Decide, tmp_path: Path
) -> None:
    promised, number = promise(tmp_path, AGREEMENT), circuits["casa-b1"]
    day = datetime(2026, 9, 10, tzinfo=UTC)
    measure(connection, number, day, 60)
    measure(connection, number, day + HOUR, 30, lost=10)
    row = ExclusionRow("X-1", "casa-b1", "customer", day + HOUR, day + 2 * HOUR, None, "accepted")
    decide_by_two([row])
    Scorer(promised).run_pass(connection, NOW)
    assert written(connection, SEPTEMBER, OCTOBER)[0]["seconds"]["down"] == 0  # type: ignore[index]
    later = NOW - 2 * HOUR
    propose_exclusions(connection, [Proposal("X-1", "casa-b1", "customer", later, later + HOUR, None)], circuits)
    connection.commit()
    Scorer(promised).run_pass(connection, NOW)
    assert written(connection, SEPTEMBER, OCTOBER)[0]["seconds"]["down"] == 1800  # type: ignore[index]


def test_a_rejection_takes_it_back_and_the_engine_follows(
    connection: Connection, circuits: dict[str, int], decide_by_two: Decide, tmp_path: Path
) -> None:
    promised = promise(tmp_path, AGREEMENT)
    day = datetime(2026, 9, 10, tzinfo=UTC)
    measure(connection, circuits["casa-b1"], day, 30, lost=10)
    Scorer(promised).run_pass(connection, NOW)
    without = written(connection, SEPTEMBER, OCTOBER)
    decide_by_two([ExclusionRow("X-1", "casa-b1", "customer", day, day + HOUR, None, "accepted")])
    Scorer(promised).run_pass(connection, NOW)
    assert written(connection, SEPTEMBER, OCTOBER) != without
    decide_exclusions(connection, [("X-1", "casa-b1")], "rejected", "the carrier's own fault")
    connection.commit()
    Scorer(promised).run_pass(connection, NOW)
    assert written(connection, SEPTEMBER, OCTOBER) == without


def test_what_is_dropped_by_age_is_no_basis(connection: Connection, circuits: dict[str, int], tmp_path: Path) -> None:
    promised = promise(tmp_path, AGREEMENT)
    measure(connection, circuits["casa-b1"], datetime(2026, 9, 10, tzinfo=UTC), 30)
    connection.execute("UPDATE retention SET dropped_before = '2026-09-20' WHERE relation = 'circuit_interval'")
    connection.commit()
    with pytest.raises(InputError, match=r"^--period: readings before 2026-09-20T00:00:00Z are dropped by age"):
        asked(connection, promised, 9, ["casa-b1,customer,2026-09-10T00:00:00Z,2026-09-11T00:00:00Z"])
