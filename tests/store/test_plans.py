"""What a panel over one day reads of many months: the chunks of that day and no others, columns or rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.reporting import query
from store.rows import CircuitRow
from store.timescale import HYPERTABLES, extension_version
from tests.store.rollup_truth import bring_up_to_date

END = datetime(2026, 9, 1, tzinfo=UTC)
MONTHS = 6
DAY = timedelta(days=1)


@pytest.fixture
def months(connection: Connection) -> Connection:
    """Six months of two circuits, an interval an hour, summed up; what is old is in columns."""
    if extension_version(connection) is None:
        pytest.skip("chunks are TimescaleDB's (P2I_TEST_DSN)")
    numbers = register_circuits(connection, [CircuitRow(code, "casanearshore", None, True) for code in ("a", "b")])
    at = microseconds(END - MONTHS * 30 * DAY) + np.arange(MONTHS * 30 * 24, dtype=np.int64) * 3_600_000_000
    for number in numbers.values():
        columns = [np.full(at.size, number, np.int64), at, np.full(at.size, 10, np.int64), np.zeros(at.size, np.int64)]
        write_readings(connection, INTERVAL, columns, END)
    bring_up_to_date(connection, END)
    connection.execute("SELECT compress_chunk(chunk) FROM show_chunks('circuit_interval', older_than => %s) AS chunk",
                       (END - 30 * DAY,))  # fmt: skip
    connection.commit()
    return connection


def relations(plan: dict[str, Any]) -> set[str]:
    """The relations a plan has read, those never looked into left out."""
    read = {plan["Relation Name"]} if "Relation Name" in plan and plan["Actual Loops"] else set()
    return read.union(*(relations(below) for below in plan.get("Plans", [])))


def chunks_read(connection: Connection, statement: str, values: dict[str, object]) -> set[str]:
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {statement}".encode(), values).fetchone()
    assert row is not None
    return {name for name in relations(row[0][0]["Plan"]) if "_chunk" in name}


@pytest.mark.parametrize("days_ago", [1, 100])
@pytest.mark.parametrize("name", ["loss_curve", "timeline", "delay_curve"])
def test_a_day_of_sums_reads_one_or_two_chunks_of_them(months: Connection, name: str, days_ago: int) -> None:
    to = END - days_ago * DAY
    values = {"circuit": "a", "now": END, "from": to - DAY, "to": to, "bucket": timedelta(minutes=15)}
    assert len(chunks_read(months, query(name), values)) <= 2


@pytest.mark.parametrize("days_ago", [1, 100])
def test_a_day_of_readings_reads_the_chunks_of_that_day(months: Connection, days_ago: int) -> None:
    there = months.execute("SELECT count(*) FROM show_chunks('circuit_interval')").fetchone()
    assert there is not None
    assert there[0] >= MONTHS * 30 * DAY // HYPERTABLES["circuit_interval"].chunk
    to = END - days_ago * DAY
    statement = (
        "SELECT starts_at, sent FROM reporting.circuit_interval WHERE starts_at >= %(from)s AND starts_at < %(to)s"
        " AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = 'a'))"
    )
    # In columns a chunk is read through its table of columns, so twice as many names.
    assert 1 <= len(chunks_read(months, statement, {"from": to - DAY, "to": to})) <= 4
