"""The rollups as continuous aggregates: at any moment and after any refresh, what the readings themselves add up to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from store.binary_copy import Column
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, OCCUPANCY, PROBE, Kind, write_readings
from store.rollups import ROLLUPS, Rollup
from store.timescale import HYPERTABLES

STARTS_AT = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 4
NAMES = [rollup.name for rollup in ROLLUPS]


def write_days(connection: Connection, kind: Kind, days: Sequence[int], starts_at: datetime = STARTS_AT) -> None:
    """Readings every 100 seconds of two series on the given days after `starts_at`, some lost or unknown."""
    at = np.concatenate([np.arange(day * 864, (day + 1) * 864, dtype=np.int64) for day in days])
    instants = microseconds(starts_at) + at * 100_000_000
    for series in (1, 2):
        values: dict[str, list[Column]] = {
            "interval": [np.where(at % 17 == 0, 0, 10), np.where(at % 17 == 0, 0, (at * series) % 11)],
            "probe": [np.where(at % 13 == 0, -1, (at * 7_919 * series) % 400_000_000)],
            "occupancy": [(at * series) % 97],
        }
        with connection.transaction():
            write_readings(
                connection, kind, [np.full_like(at, series), instants, *values[kind.name]], datetime.now(UTC)
            )


def from_the_readings(rollup: Rollup) -> str:
    """The rollup's rows straight from the readings, whatever level it is on."""
    below = next(other for other in ROLLUPS if other.base == rollup.base and other.source == rollup.base)
    return replace(below, bucket=rollup.bucket).select()


def differences(connection: Connection, rollup: Rollup) -> list[tuple[object, ...]]:
    shown, expected = f"SELECT * FROM {rollup.name}", from_the_readings(rollup)
    return connection.execute(
        f"(({shown}) EXCEPT ALL ({expected})) UNION ALL (({expected}) EXCEPT ALL ({shown}))".encode()
    ).fetchall()


def wrong(connection: Connection) -> dict[str, int]:
    """The rollups that differ from the readings, with how many rows do."""
    counted = {rollup.name: len(differences(connection, rollup)) for rollup in ROLLUPS}
    return {name: count for name, count in counted.items() if count}


def refresh(connection: Connection) -> None:
    for name in NAMES:
        connection.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, NULL)", (name,))


def run_policies(connection: Connection, procedure: str, relations: Sequence[str]) -> None:
    """Runs what a background worker would: the job of each relation, in their order."""
    for relation in relations:
        job = connection.execute(
            "SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_schema = 'p2i'"
            " AND hypertable_name = %s AND proc_name = %s",
            (relation, procedure),
        ).fetchone()
        assert job is not None, f"{relation} has no {procedure}"
        connection.execute("CALL run_job(%s)", job)


@pytest.fixture
def measured(timescale: Connection) -> Connection:
    for kind in (INTERVAL, PROBE, OCCUPANCY):
        write_days(timescale, kind, range(DAYS))
    return timescale


def test_before_any_refresh_they_are_computed_when_asked(measured: Connection) -> None:
    assert wrong(measured) == {}
    counted = measured.execute("SELECT count(*) FROM circuit_5m").fetchone()
    assert counted == (2 * DAYS * 288,)


def test_refreshed_they_say_the_same(measured: Connection) -> None:
    refresh(measured)
    assert wrong(measured) == {}


def test_late_rows_are_taken_by_the_next_refresh_also_below_columns(measured: Connection) -> None:
    """The day before what was summed up, come late: unseen until the refresh, then in both levels."""
    refresh(measured)
    for table in HYPERTABLES:
        measured.execute("SELECT compress_chunk(chunk) FROM show_chunks(%s::regclass) AS chunk", (table,))
    for kind in (INTERVAL, PROBE, OCCUPANCY):
        write_days(measured, kind, [-1])
    assert set(wrong(measured)) == set(NAMES)
    refresh(measured)
    assert wrong(measured) == {}


def test_rollups_turned_to_columns_are_still_refreshed(measured: Connection) -> None:
    refresh(measured)
    for name in NAMES:
        measured.execute("SELECT compress_chunk(chunk) FROM show_chunks(%s::regclass) AS chunk", (name,))
    assert wrong(measured) == {}
    for kind in (INTERVAL, PROBE, OCCUPANCY):
        write_days(measured, kind, [-1])
    refresh(measured)
    assert wrong(measured) == {}
