"""The views that say of nobody in particular how old, how long kept and by which zone rules things are."""

from datetime import UTC, datetime

from store.changes import write_watermark
from store.connection import Connection
from store.plain import refresh_rollups
from store.timescale import extension_version

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)


def test_zone_rules_that_differ_from_the_calendar_are_counted(connection: Connection) -> None:
    assert connection.execute("SELECT * FROM reporting.zone_rules").fetchall() == []
    connection.execute(
        "INSERT INTO period VALUES ('UTC', '2026-08', '2026-08-01Z', '2026-09-01Z'),"
        " ('UTC', '2026-09', '2026-09-01Z', '2026-10-01Z'),"
        " ('Etc/GMT-1', '2026-09', '2026-08-31 23:00Z', '2026-09-30 23:00Z'),"
        " ('Etc/GMT+1', '2026-09', '2026-08-31 23:00Z', '2026-09-30 23:00Z')"
    )
    found = connection.execute("SELECT time_zone, months, months_apart FROM reporting.zone_rules ORDER BY 1").fetchall()
    assert found == [("Etc/GMT+1", 1, 1), ("Etc/GMT-1", 1, 0), ("UTC", 2, 0)]


def test_no_pass_of_the_engine_is_no_row(connection: Connection) -> None:
    assert connection.execute("SELECT passed_at FROM reporting.engine_pass").fetchall() == []
    write_watermark(connection, 1, NOW)
    assert connection.execute("SELECT passed_at FROM reporting.engine_pass").fetchall() == [(NOW,)]


def test_rollups_say_who_keeps_them_up_and_how_far_they_are(connection: Connection) -> None:
    rollup = "SELECT kept_up_by, rolled_to_at, refreshed_at FROM reporting.rollup"
    if extension_version(connection) is not None:
        assert connection.execute(rollup).fetchall() == [("policies", None, None)]
        return
    assert connection.execute(rollup).fetchall() == [("upkeep", None, None)], "-infinity is not an instant to show"
    connection.commit()
    refresh_rollups(connection, NOW)
    (kept_up_by, rolled_to_at, refreshed_at) = connection.execute(rollup).fetchone() or (None,) * 3
    assert (kept_up_by, refreshed_at) == ("upkeep", NOW)
    assert rolled_to_at <= NOW


def test_everybody_may_know_how_long_rows_are_kept_and_nobody_why(connection: Connection) -> None:
    names = {column.name for column in connection.execute("SELECT * FROM reporting.retention").description or ()}
    assert names == {"relation", "kept_days", "changed_at", "dropped_before"}, "reasons may name people and cases"
    kept: dict[str, int | None] = dict(
        connection.execute("SELECT relation, kept_days FROM reporting.retention").fetchall()
    )
    assert (kept["occupancy"], kept["circuit_1h"]) == (396, None)
