"""`p2i doctor` on a server with the extension."""

from datetime import UTC, datetime

from store.connection import Connection
from store.doctor import findings
from store.finding import Finding
from store.timescale import extension_version


def found(connection: Connection) -> dict[str, Finding]:
    return {finding.question: finding for finding in findings(connection)}


def test_a_migrated_database_has_no_error_and_says_what_it_has(timescale: Connection) -> None:
    said = found(timescale)
    assert [finding for finding in said.values() if finding.level == "error"] == []
    assert said["TimescaleDB"].level == "ok"
    assert said["TimescaleDB"].text == f"{extension_version(timescale)}; readings are in hypertables"


def test_stale_zone_data_of_the_server_are_a_warning(timescale: Connection) -> None:
    """WebAssembly has data from before the change; a server of one's own may have either."""
    (hour,) = timescale.execute(
        "SELECT extract(hour FROM '2026-12-01Z'::timestamptz AT TIME ZONE 'Africa/Casablanca')::integer"
    ).fetchone() or (None,)
    assert found(timescale)["zone data"].level == {0: "ok", 1: "warning"}[hour]


def test_chunks_are_counted_by_how_they_are_stored(timescale: Connection) -> None:
    timescale.execute(
        "INSERT INTO circuit_interval (circuit_id, starts_at, sent, lost, received_at)"
        " SELECT 1, %s::timestamptz + make_interval(days => day), 10, 0, now() FROM unnest(ARRAY[0, 50, 100]) AS day",
        (datetime(2026, 1, 5, tzinfo=UTC),),
    )
    timescale.execute("SELECT compress_chunk(chunk) FROM show_chunks('circuit_interval') AS chunk LIMIT 2")
    assert found(timescale)["chunks"].text.startswith("3 chunks of readings, 2 in columns")
