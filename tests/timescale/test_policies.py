"""What the background workers do, done by hand: columns, refresh and retention, and that one does not undo another."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.rollups import ROLLUPS
from store.timescale import HYPERTABLES, set_policies

# The policies ask the server's clock, so the readings lie at distances from the present.
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
VALUES = {
    "circuit_interval": ("sent", "lost"),
    "probe": ("round_trip_nanoseconds",),
    "circuit_state": ("state",),
    "occupancy": ("people",),
    "sensor_reading": ("value",),
}
SUMMED_UP = {rollup.base for rollup in ROLLUPS}


def write_ages(connection: Connection, table: str, days: Iterable[float]) -> None:
    """One reading of one series per age in days."""
    names = ", ".join([HYPERTABLES[table].series, HYPERTABLES[table].instant, "received_at", *VALUES[table]])
    values = ", ".join(["1", "at", "at", *("1" for _ in VALUES[table])])
    connection.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM unnest(%s::timestamptz[]) AS at".encode(),
        ([NOW - timedelta(days=age) for age in days],),
    )


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
    for rollup in ROLLUPS:
        connection.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, NULL)", (rollup.name,))


def refresh_as_workers_do(connection: Connection, tables: Iterable[str]) -> None:
    """Two runs of each policy: the first after a late row may only note that it came (seen with 2.23)."""
    for rollup in ROLLUPS:
        if rollup.base in tables:
            run(connection, "policy_refresh_continuous_aggregate", [rollup.name, rollup.name])


def kept_days(connection: Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT relation, kept_days FROM retention").fetchall())


def test_chunks_become_columns_once_all_of_them_is_old_enough(timescale: Connection) -> None:
    for table in HYPERTABLES:
        write_ages(timescale, table, [1, 400])
    run(timescale, "policy_compression", HYPERTABLES)
    for table, cut in HYPERTABLES.items():
        chunks = timescale.execute(
            "SELECT range_end, is_compressed FROM timescaledb_information.chunks"
            " WHERE hypertable_schema = 'p2i' AND hypertable_name = %s ORDER BY range_end",
            (table,),
        ).fetchall()
        assert [is_columnar for _, is_columnar in chunks] == [end < NOW - cut.columnar_after for end, _ in chunks]
        assert [is_columnar for _, is_columnar in chunks] == [True, False], table


def test_each_kind_is_dropped_at_the_age_of_its_row_in_retention(timescale: Connection) -> None:
    kept = {table: days for table, days in kept_days(timescale).items() if table in HYPERTABLES}
    assert kept.keys() >= SUMMED_UP
    for table, days in kept.items():
        write_ages(timescale, table, [1, days - 1, days + HYPERTABLES[table].chunk.days + 1])
    run(timescale, "policy_retention", kept)
    for table, days in kept.items():
        assert ages(timescale, table, HYPERTABLES[table].instant) == [1, days - 1], table


def test_refreshing_keeps_sums_of_readings_that_were_dropped(timescale: Connection) -> None:
    """Occupancy is forgotten at the privacy minimum, its hourly sums are not: the next refresh must not empty them."""
    forgotten = kept_days(timescale)["occupancy"] + HYPERTABLES["occupancy"].chunk.days + 1
    write_ages(timescale, "occupancy", [2, forgotten])
    refresh(timescale)
    run(timescale, "policy_retention", ["occupancy"])
    assert ages(timescale, "occupancy", "measured_at") == [2]
    write_ages(timescale, "occupancy", [3])
    refresh_as_workers_do(timescale, ["occupancy"])
    assert ages(timescale, "occupancy_1h") == [2, 3, forgotten]


def test_refresh_policies_take_rows_however_late(timescale: Connection) -> None:
    kept = kept_days(timescale)
    oldest = {table: kept[table] - 2 * HYPERTABLES[table].chunk.days for table in SUMMED_UP}
    for table in oldest:
        write_ages(timescale, table, [2])
    refresh(timescale)
    for table, days in oldest.items():
        write_ages(timescale, table, [days])
    refresh_as_workers_do(timescale, oldest)
    for rollup in ROLLUPS:
        assert ages(timescale, rollup.name) == [2, oldest[rollup.base]], rollup.name


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
