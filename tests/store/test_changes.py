from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from store.changes import read_touched, read_watermark, snapshot_xid, write_watermark
from store.connection import Connection, connect
from store.exclusion_rows import Proposal
from store.exclusions import propose_exclusions
from store.instants import microseconds
from store.promises import write_freezes, write_tickets
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow, FreezeRow, TicketRow, Touched

NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


@pytest.fixture
def circuits(connection: Connection) -> dict[str, int]:
    found = register_circuits(connection, [CircuitRow("a", "casanearshore", None, True)])
    connection.commit()
    return found


def write_one(connection: Connection, circuit_id: int, at: datetime) -> None:
    write_readings(connection, INTERVAL, [np.array([value]) for value in (circuit_id, microseconds(at), 10, 0)], at)


def test_what_is_committed_after_the_pass_is_new(connection: Connection, circuits: dict[str, int]) -> None:
    write_one(connection, circuits["a"], NOON)
    connection.commit()
    began = snapshot_xid(connection)
    connection.commit()
    assert read_touched(connection, 0) == [Touched("a", NOON, NOON)]
    assert read_touched(connection, began) == []
    write_one(connection, circuits["a"], NOON + timedelta(minutes=1))
    assert read_touched(connection, began) == [Touched("a", NOON + timedelta(minutes=1), NOON + timedelta(minutes=1))]


def test_a_batch_begun_before_the_pass_and_committed_after_it_is_not_missed(dsn: str, circuits: dict[str, int]) -> None:
    with connect(dsn, "slow writer") as slow, connect(dsn, "engine") as engine:
        write_one(slow, circuits["a"], NOON)  # its transaction has begun …
        began = snapshot_xid(engine)
        assert read_touched(engine, 0) == []
        write_watermark(engine, began, NOON)
        engine.commit()
        slow.commit()  # … and commits after the pass looked
        assert read_touched(engine, read_watermark(engine)) == [Touched("a", NOON, NOON)]


def test_tickets_freezes_and_exclusions_touch_their_circuit(connection: Connection, circuits: dict[str, int]) -> None:
    later = NOON + timedelta(hours=1)
    writes: list[Callable[[], object]] = [
        lambda: write_tickets(connection, [TicketRow("T-1", "a", NOON, None)], circuits),
        lambda: write_tickets(connection, [TicketRow("T-1", "a", NOON, later)], circuits),
        lambda: write_freezes(connection, [FreezeRow("T-1", NOON, later, "access refused")]),
        lambda: propose_exclusions(connection, [Proposal("X-1", "a", "maintenance", NOON, later, None)], circuits),
    ]
    for write in writes:
        began = snapshot_xid(connection)
        connection.commit()
        assert read_touched(connection, began) == []
        write()
        assert [touched.circuit for touched in read_touched(connection, began)] == ["a"]
        connection.commit()


def test_the_watermark_never_moves_back(connection: Connection) -> None:
    assert read_watermark(connection) == 0
    write_watermark(connection, 7, NOON)
    write_watermark(connection, 5, NOON)
    assert read_watermark(connection) == 7
