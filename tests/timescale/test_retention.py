"""`p2i retention` on TimescaleDB: a time kept changes what is dropped and what is summed anew, never a sum that stands.

Sums whose source is gone are emptied when a refresh looks at them; nothing here may make one look there.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from store.connection import Connection, connect
from store.retention_command import main
from store.rollups import ROLLUPS
from store.timescale import HYPERTABLES, ROLLUP_CHUNK, set_policies
from store.upkeep import drop_old
from tests.timescale.test_policies import ages, refresh, refresh_as_workers_do, run, write_ages

LEVELS = [(rollup.base, rollup.source, rollup.name) for rollup in ROLLUPS if rollup.source != rollup.base]
IDS = [base for base, _, _ in LEVELS]

Change = Callable[[str, int | str], None]


@pytest.fixture
def retention(timescale_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Change:
    """`p2i retention RELATION DAYS --yes`, while nobody else is connected: WebAssembly serves one at a time."""
    monkeypatch.setenv("P2I_DSN", timescale_dsn)

    def change(relation: str, days: int | str) -> None:
        assert main([relation, str(days), "--reason", "a test", "--yes"]) == 0

    return change


def on(dsn: str) -> Connection:
    """A connection to be closed before the next: it commits each statement, as policies need."""
    connection = connect(dsn, "tests")
    connection.autocommit = True
    return connection


def drop_and_refresh(connection: Connection, base: str) -> None:
    """What the background workers do to one kind, each policy that there is."""
    below = (base, *(rollup.name for rollup in ROLLUPS if rollup.base == base))
    has_one = connection.execute(
        "SELECT hypertable_name FROM timescaledb_information.jobs WHERE hypertable_schema = 'p2i'"
        " AND proc_name = 'policy_retention' AND hypertable_name = ANY (%s)",
        (list(below),),
    ).fetchall()
    run(connection, "policy_retention", [name for (name,) in has_one])
    refresh_as_workers_do(connection, [base])


def window_days(connection: Connection, relation: str) -> int | None:
    row = connection.execute(
        "SELECT extract(day FROM (config ->> 'start_offset')::interval)::integer FROM timescaledb_information.jobs"
        " WHERE hypertable_schema = 'p2i' AND hypertable_name = %s"
        " AND proc_name = 'policy_refresh_continuous_aggregate'",
        (relation,),
    ).fetchone()
    assert row is not None
    return None if row[0] is None else int(row[0])


@pytest.mark.parametrize(("base", "finer", "hourly"), LEVELS, ids=IDS)
def test_finer_sums_kept_shorter_do_not_empty_the_hours(
    timescale_dsn: str, retention: Change, base: str, finer: str, hourly: str
) -> None:
    written = [2, 90, 200, 300]
    with on(timescale_dsn) as connection:
        write_ages(connection, base, written)
        refresh(connection)
    retention(finer, 100)
    with on(timescale_dsn) as connection:
        drop_and_refresh(connection, base)
        assert ages(connection, finer) == [2, 90]
        write_ages(connection, base, [3])  # a next refresh, which has something to do
        drop_and_refresh(connection, base)
        assert ages(connection, base, HYPERTABLES[base].instant) == [2, 3, 90, 200, 300]
        assert ages(connection, hourly) == [2, 3, 90, 200, 300]


@pytest.mark.parametrize(("days", "is_upkept"), [(800, False), ("for-ever", True)])
@pytest.mark.parametrize(("base", "finer", "hourly"), LEVELS, ids=IDS)
def test_a_longer_time_does_not_empty_sums_of_what_is_gone(
    timescale_dsn: str, retention: Change, base: str, finer: str, hourly: str, days: int | str, is_upkept: bool
) -> None:
    """Also where nobody noted that it is gone: the server drops by itself, and upkeep has not run since."""
    for relation in (base, finer):
        retention(relation, 396)
    with on(timescale_dsn) as connection:
        write_ages(connection, base, [2, 450, 500])
        refresh(connection)
        drop_and_refresh(connection, base)
        assert ages(connection, base, HYPERTABLES[base].instant) == [2]
        assert ages(connection, hourly) == [2, 450, 500]
        if is_upkept:
            connection.autocommit = False
            drop_old(connection, datetime.now(UTC))
    for relation in (base, finer):
        retention(relation, days)
    with on(timescale_dsn) as connection:
        write_ages(connection, base, [3])
        drop_and_refresh(connection, base)
        assert ages(connection, hourly) == [2, 3, 450, 500]


def test_after_a_longer_time_the_window_grows_with_what_is_there_again(timescale_dsn: str, retention: Change) -> None:
    """The window never reaches what was dropped before the change, and does reach all that came after it."""
    with on(timescale_dsn) as connection:
        connection.execute(
            "UPDATE retention SET dropped_before = now() - INTERVAL '396 days' WHERE relation LIKE 'occupancy%'"
        )
    for relation in ("occupancy", "occupancy_15m"):
        retention(relation, 800)
    with on(timescale_dsn) as connection:
        assert {window_days(connection, name) for name in ("occupancy_15m", "occupancy_1h")} == {396}
        # As if it were thirty days later: what was noted then is thirty days older now.
        connection.execute("ALTER TABLE retention DISABLE TRIGGER USER")
        connection.execute("UPDATE retention SET dropped_before = dropped_before - INTERVAL '30 days'")
        set_policies(connection)
        assert {window_days(connection, name) for name in ("occupancy_15m", "occupancy_1h")} == {426}


@pytest.mark.parametrize("days", [31, 1])
@pytest.mark.parametrize(("base", "finer", "hourly"), LEVELS, ids=IDS)
def test_a_short_time_still_takes_late_rows_inside_it(
    timescale_dsn: str, retention: Change, base: str, finer: str, hourly: str, days: int
) -> None:
    """However short against a chunk: what is kept is summed up, also when it comes late."""
    retention(base, days)
    with on(timescale_dsn) as connection:
        write_ages(connection, base, [0])
        refresh(connection)
        write_ages(connection, base, [days * 0.4, days * 0.8])
        drop_and_refresh(connection, base)
        for level in (finer, hourly):
            assert counted(connection, level) == 3, level


def counted(connection: Connection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}".encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("rollup", [rollup.name for rollup in ROLLUPS])
def test_sums_do_not_live_much_longer_than_said(timescale_dsn: str, retention: Change, rollup: str) -> None:
    """A chunk goes as one, once all of it is past its time: its span is by how much a row may outlive that."""
    base = next(one.base for one in ROLLUPS if one.name == rollup)
    retention(rollup, 100)
    with on(timescale_dsn) as connection:
        write_ages(connection, base, range(1, 200))
        refresh(connection)
        drop_and_refresh(connection, base)
        spans = connection.execute(
            "SELECT DISTINCT range_end - range_start FROM timescaledb_information.chunks AS chunk"
            " JOIN timescaledb_information.continuous_aggregates"
            " ON (chunk.hypertable_schema, chunk.hypertable_name)"
            " = (materialization_hypertable_schema, materialization_hypertable_name) WHERE view_name = %s",
            (rollup,),
        ).fetchall()
        assert spans == [(ROLLUP_CHUNK,)]
        left = ages(connection, rollup)
        assert left == list(range(1, len(left) + 1))
        assert 99 <= len(left) <= 100 + ROLLUP_CHUNK.days <= 131


def test_counts_of_people_are_gone_within_a_month_of_their_time(timescale_dsn: str) -> None:
    """Thirteen months are a promise of privacy, for the counts themselves and for the sums of a quarter hour."""
    with on(timescale_dsn) as connection:
        kept: dict[str, int] = dict(connection.execute("SELECT relation, kept_days FROM retention").fetchall())
        assert kept["occupancy"] == kept["occupancy_15m"]
        oldest = kept["occupancy"] + 31
        write_ages(connection, "occupancy", [1, oldest])
        refresh(connection)
        drop_and_refresh(connection, "occupancy")
        assert ages(connection, "occupancy", "measured_at") == [1]
        assert ages(connection, "occupancy_15m") == [1]
        assert ages(connection, "occupancy_1h") == [1, oldest]
