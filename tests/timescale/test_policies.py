"""What the background workers do, done by hand: columns, refresh and retention, and that one does not undo another."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, Kind, write_readings
from store.rollups import ROLLUPS
from store.timescale import HYPERTABLES, set_policies

KINDS = (INTERVAL, PROBE, STATE, OCCUPANCY)
NAMES = [rollup.name for rollup in ROLLUPS]
# The policies ask the server's clock, so the readings lie at distances from the present.
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def write_ages(connection: Connection, kind: Kind, days: Iterable[int]) -> None:
    """One reading of one series per age in days."""
    at = np.array([microseconds(NOW - timedelta(days=age)) for age in days], dtype=np.int64)
    values = [np.ones_like(at)] * len(kind.values)
    with connection.transaction():
        write_readings(connection, kind, [np.ones_like(at), at, *values], NOW)


def ages(connection: Connection, relation: str, instant: str = "bucket_at") -> list[int]:
    found = connection.execute(f"SELECT {instant} FROM {relation} ORDER BY 1 DESC".encode()).fetchall()
    return [(NOW - at).days for (at,) in found]


def run(connection: Connection, procedure: str, relations: Iterable[str]) -> None:
    for relation in relations:
        job = connection.execute(
            "SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_schema = 'p2i'"
            " AND hypertable_name = %s AND proc_name = %s",
            (relation, procedure),
        ).fetchone()
        assert job is not None, f"{relation} has no {procedure}"
        connection.execute("CALL run_job(%s)", job)


def refresh(connection: Connection) -> None:
    for name in NAMES:
        connection.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, NULL)", (name,))


def refresh_as_workers_do(connection: Connection, kinds: Iterable[Kind]) -> None:
    """Two runs of each policy: the first after a late row may only note that it came (seen with 2.23)."""
    measured = {kind.name for kind in kinds}
    for rollup in ROLLUPS:
        if rollup.kind in measured:
            run(connection, "policy_refresh_continuous_aggregate", [rollup.name, rollup.name])


def kept_days(connection: Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT relation, kept_days FROM retention").fetchall())


def test_chunks_become_columns_once_all_of_them_is_old_enough(timescale: Connection) -> None:
    for kind in KINDS:
        write_ages(timescale, kind, [1, 400])
    run(timescale, "policy_compression", HYPERTABLES)
    for table, cut in HYPERTABLES.items():
        chunks = timescale.execute(
            "SELECT range_end, is_compressed FROM timescaledb_information.chunks"
            " WHERE hypertable_schema = 'p2i' AND hypertable_name = %s ORDER BY range_end",
            (table,),
        ).fetchall()
        assert [is_columnar for _, is_columnar in chunks] == [end < NOW - cut.columnar_after for end, _ in chunks]
        assert [is_columnar for _, is_columnar in chunks] == [True, False]


def test_each_kind_is_dropped_at_the_age_of_its_row_in_retention(timescale: Connection) -> None:
    kept = kept_days(timescale)
    for kind in KINDS:
        longest = kept[kind.table] + HYPERTABLES[kind.table].chunk.days
        write_ages(timescale, kind, [1, kept[kind.table] - 1, longest + 1])
    run(timescale, "policy_retention", HYPERTABLES)
    for kind in KINDS:
        assert ages(timescale, kind.table, kind.instant) == [1, kept[kind.table] - 1]


def test_refreshing_keeps_sums_of_readings_that_were_dropped(timescale: Connection) -> None:
    """Occupancy is forgotten at the privacy minimum, its hourly sums are not: the next refresh must not empty them."""
    forgotten = kept_days(timescale)["occupancy"] + HYPERTABLES["occupancy"].chunk.days + 1
    write_ages(timescale, OCCUPANCY, [2, forgotten])
    refresh(timescale)
    run(timescale, "policy_retention", ["occupancy"])
    assert ages(timescale, "occupancy", "measured_at") == [2]
    write_ages(timescale, OCCUPANCY, [3])
    refresh_as_workers_do(timescale, [OCCUPANCY])
    assert ages(timescale, "occupancy_1h") == [2, 3, forgotten]


def test_refresh_policies_take_rows_however_late(timescale: Connection) -> None:
    kept = kept_days(timescale)
    oldest = {kind: kept[kind.table] - 2 * HYPERTABLES[kind.table].chunk.days for kind in (INTERVAL, PROBE, OCCUPANCY)}
    for kind in oldest:
        write_ages(timescale, kind, [2])
    refresh(timescale)
    for kind, days in oldest.items():
        write_ages(timescale, kind, [days])
    refresh_as_workers_do(timescale, oldest)
    for rollup in ROLLUPS:
        late = next(days for kind, days in oldest.items() if kind.name == rollup.kind)
        assert ages(timescale, rollup.name) == [2, late], rollup.name


def test_a_changed_retention_changes_its_policy_and_nothing_else(timescale: Connection) -> None:
    described = (
        "SELECT hypertable_name, proc_name, config ->> 'drop_after' FROM timescaledb_information.jobs"
        " WHERE proc_name = 'policy_retention' AND hypertable_schema = 'p2i'"
    )
    before = set(timescale.execute(described).fetchall())
    timescale.execute("UPDATE retention SET kept_days = 1000 WHERE relation = 'probe'")
    timescale.execute("DELETE FROM retention WHERE relation = 'circuit_state'")
    set_policies(timescale)
    after = set(timescale.execute(described).fetchall())
    assert {name for name, _, _ in before - after} == {"probe", "circuit_state"}
    assert after - before == {("probe", "policy_retention", "1000 days")}
