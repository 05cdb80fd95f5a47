"""Rows past their time go, nothing else does, and a wrong clock drops nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from store.connection import Connection
from store.deliveries import Delivery, read_deliveries, write_deliveries
from store.errors import P2IError
from store.gap_rows import GapRow
from store.gaps import write_gaps
from store.readings import INTERVAL, OCCUPANCY
from store.timescale import extension_version
from store.upkeep import drop_old, read_retention, refresh
from tests.store.test_rollups import write

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """The server's clock decides what is old, so these tests cannot choose theirs."""
    return datetime.now(UTC)


def counted(connection: Connection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_occupancy_goes_after_its_time_and_its_hours_stay(connection: Connection, now: datetime) -> None:
    if extension_version(connection):
        pytest.skip("TimescaleDB drops whole chunks by its own policies: tests/timescale")
    write(connection, OCCUPANCY, 1, [(now - 400 * DAY, [7]), (now - 390 * DAY, [9]), (now - DAY, [4])])
    refresh(connection, now)
    assert drop_old(connection, now)["occupancy"] == 1
    assert connection.execute("SELECT people FROM occupancy ORDER BY measured_at").fetchall() == [(9,), (4,)]
    assert counted(connection, "occupancy_15m") == 2
    hours = connection.execute("SELECT people_sum::int FROM occupancy_1h ORDER BY bucket_at").fetchall()
    assert hours == [(7,), (9,), (4,)]


def test_a_late_count_of_an_hour_whose_counts_are_gone_does_not_overwrite_its_sum(
    connection: Connection, now: datetime
) -> None:
    if extension_version(connection):
        pytest.skip("TimescaleDB does not reach back so far: tests/timescale")
    hour = (now - 400 * DAY).replace(minute=0, second=0, microsecond=0)
    write(connection, OCCUPANCY, 1, [(hour + i * timedelta(minutes=5), [7]) for i in range(12)])
    write(connection, OCCUPANCY, 1, [(now - DAY, [4])])
    refresh(connection, now)
    drop_old(connection, now)
    write(connection, OCCUPANCY, 1, [(hour + timedelta(minutes=2), [3])])
    refresh(connection, now)
    summed = connection.execute("SELECT counts, people_sum::int FROM occupancy_1h WHERE bucket_at = %s", (hour,))
    assert summed.fetchall() == [(12, 84)]


def test_a_clock_that_jumped_with_the_server_drops_nothing(connection: Connection, now: datetime) -> None:
    """As if both had jumped five years ahead: devices keep their own time, and none of theirs is near `now`."""
    write(connection, OCCUPANCY, 1, [(now - 1900 * DAY, [7]), (now - 1890 * DAY, [7])])
    drop_old(connection, now)
    assert counted(connection, "occupancy") == 2


def test_many_rows_go_in_several_transactions(connection: Connection, now: datetime) -> None:
    if extension_version(connection):
        pytest.skip("TimescaleDB drops whole chunks by its own policies: tests/timescale")
    write(connection, OCCUPANCY, 1, [(now - 500 * DAY + i * timedelta(minutes=1), [i]) for i in range(25)])
    write(connection, OCCUPANCY, 1, [(now - DAY, [4])])
    assert drop_old(connection, now, batch_rows=10)["occupancy"] == 25
    assert counted(connection, "occupancy") == 1


def test_what_is_kept_for_ever_is_kept(connection: Connection, now: datetime) -> None:
    write(connection, OCCUPANCY, 1, [(now - 4000 * DAY, [7])])
    connection.execute("UPDATE retention SET kept_days = NULL WHERE relation = 'occupancy'")
    assert "occupancy" not in drop_old(connection, now)
    assert counted(connection, "occupancy") == 1


def log_arrivals(connection: Connection, now: datetime) -> None:
    """Series 1 came three times in the last week, series 2 once long ago."""
    for series, days in ((1, 7), (1, 6), (1, 1), (2, 300)):
        write(connection, INTERVAL, series, [(now - days * DAY, [1, 0])])
        connection.execute("UPDATE ingest SET received_at = %s WHERE ingest_id = (SELECT max(ingest_id) FROM ingest)",
                           (now - days * DAY,))  # fmt: skip
    connection.commit()


def test_the_log_of_arrivals_keeps_the_newest_of_every_series(connection: Connection, now: datetime) -> None:
    log_arrivals(connection, now)
    connection.execute("INSERT INTO engine_watermark (input_xid, passed_at) VALUES ('999999999', now())")
    refresh(connection, now)
    assert drop_old(connection, now)["ingest"] == 2
    kept = connection.execute("SELECT series_id, rows FROM ingest ORDER BY series_id").fetchall()
    assert kept == [(1, 1), (2, 1)]


def test_what_came_late_does_not_push_the_newest_live_arrival_out(connection: Connection, now: datetime) -> None:
    log_arrivals(connection, now)
    late = "UPDATE ingest SET is_historical = true WHERE series_id = 1 AND last_at > %s"
    connection.execute(late, (now - 2 * DAY,))
    connection.execute("INSERT INTO engine_watermark (input_xid, passed_at) VALUES ('999999999', now())")
    refresh(connection, now)
    assert drop_old(connection, now)["ingest"] == 1
    kept = connection.execute("SELECT last_at, is_historical FROM ingest WHERE series_id = 1 ORDER BY 1").fetchall()
    assert kept == [(now - 6 * DAY, False), (now - DAY, True)]


def test_arrivals_that_the_engine_has_not_read_are_kept(connection: Connection, now: datetime) -> None:
    log_arrivals(connection, now)
    refresh(connection, now)
    assert drop_old(connection, now)["ingest"] == 0


def test_arrivals_that_are_not_summed_up_are_kept(connection: Connection, now: datetime) -> None:
    if extension_version(connection):
        pytest.skip("TimescaleDB knows by itself what is not summed up")
    log_arrivals(connection, now)
    connection.execute("INSERT INTO engine_watermark (input_xid, passed_at) VALUES ('999999999', now())")
    assert drop_old(connection, now)["ingest"] == 0


@pytest.mark.parametrize("wrong", [timedelta(days=-3000), timedelta(hours=2), timedelta(days=3000)])
def test_a_wrong_clock_drops_nothing(connection: Connection, now: datetime, wrong: timedelta) -> None:
    write(connection, OCCUPANCY, 1, [(now - DAY, [7])])
    with pytest.raises(P2IError, match="nothing is dropped while the server's clock says"):
        drop_old(connection, now + wrong)
    assert counted(connection, "occupancy") == 1


def test_every_relation_kept_by_age_says_why(connection: Connection) -> None:
    kept = {row.relation: row for row in read_retention(connection)}
    assert (kept["circuit_interval"].kept_days or 0) >= 5 * 365
    assert (kept["occupancy"].kept_days or 9999) <= 400
    assert all(row.reason for row in kept.values())


def test_before_when_rows_may_be_gone_is_remembered_and_never_moves_back(connection: Connection, now: datetime) -> None:
    def mark() -> datetime | None:
        return next(row.dropped_before for row in read_retention(connection) if row.relation == "probe")

    assert mark() is None
    connection.execute("UPDATE retention SET kept_days = 30 WHERE relation = 'probe'")
    drop_old(connection, now)
    assert mark() == now - 30 * DAY
    connection.execute("UPDATE retention SET kept_days = 300 WHERE relation = 'probe'")
    drop_old(connection, now)
    assert mark() == now - 30 * DAY


def test_gaps_and_what_collectors_that_are_gone_had_stored_go_after_their_time(
    connection: Connection, now: datetime
) -> None:
    for days in (1889, 1887):
        noticed_at = now - days * DAY
        write_gaps(connection, [GapRow("mqtt", "casa/edge", None, noticed_at, 3, "sequence", noticed_at)])
    for packet_id, days in ((1, 31), (2, 29)):
        write_deliveries(connection, "gone", {packet_id: Delivery(b"x", now - days * DAY, now - days * DAY)})
    dropped = drop_old(connection, now)
    assert (dropped["gap"], dropped["collector_delivery"]) == (1, 1)
    assert counted(connection, "gap") == 1
    assert set(read_deliveries(connection, "gone", [1, 2])) == {2}
