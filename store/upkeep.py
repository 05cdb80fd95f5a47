"""What a database needs done regularly and its server does not do by itself: rollups, and rows past their time."""

from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import sql

from store.connection import Connection
from store.errors import P2IError
from store.plain import READINGS, refresh_rollups, rolled_table
from store.rollups import ROLLUPS
from store.timescale import extension_version

BATCH_ROWS = 50_000
CLOCKS_APART = timedelta(hours=1)

# The newest row of a series stays, however old: it says since when the series is silent. What the engine or the
# rollups have not read yet stays, too, should they have been away for days.
_INGEST_DONE = """
    xid < coalesce((SELECT input_xid FROM engine_watermark), '0'::xid8)
    AND ({is_extended} OR xid < (SELECT input_xid FROM rollup_progress))
    AND EXISTS (SELECT FROM ingest AS newer WHERE newer.kind = ingest.kind AND newer.series_id = ingest.series_id
                AND (newer.last_at, newer.ingest_id) > (ingest.last_at, ingest.ingest_id))
"""


class Kept(NamedTuple):
    """How long the rows of a relation are kept, and why."""

    relation: str
    kept_days: int
    reason: str


def read_retention(connection: Connection) -> list[Kept]:
    """The relations whose rows go by age, by name; what is not among them is kept for ever."""
    rows = connection.execute("SELECT relation, kept_days, reason FROM retention ORDER BY relation").fetchall()
    return [Kept(*row) for row in rows]


def refresh(connection: Connection, now: datetime) -> int:
    """Brings rollups up to the last full hour and returns how many late spans were summed anew.

    On TimescaleDB its own policies do that, and nothing is done here.
    """
    return 0 if extension_version(connection) else refresh_rollups(connection, now)


def drop_old(connection: Connection, now: datetime, batch_rows: int = BATCH_ROWS) -> dict[str, int]:
    """Deletes rows older than `retention` says and returns how many, by relation; in transactions of `batch_rows`.

    On TimescaleDB readings and rollups go by the server's own policies, whole chunks at a time; here the rest.
    Raises P2IError, and deletes nothing, when this machine's clock and the server's are an hour apart: one of them
    is wrong, and what a wrong clock calls old may be all there is.
    """
    connection.commit()
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    if abs(row[0] - now) > CLOCKS_APART:
        raise P2IError(
            f"retention: nothing is dropped while the server's clock says {row[0]:%Y-%m-%dT%H:%M:%SZ}"
            f" and ours {now:%Y-%m-%dT%H:%M:%SZ}"
        )
    is_extended = extension_version(connection) is not None
    places = _places(is_extended)
    dropped = {}
    for kept in read_retention(connection):
        if kept.relation in places:
            table, condition = places[kept.relation]
            dropped[kept.relation] = _delete(
                connection, table, condition, now - timedelta(days=kept.kept_days), batch_rows
            )
    connection.commit()
    return dropped


def _places(is_extended: bool) -> dict[str, tuple[str, str]]:
    """The table behind each relation, and what makes a row of it old."""
    places = {
        "ingest": ("ingest", "received_at < %(before)s AND" + _INGEST_DONE.format(is_extended=is_extended)),
        "quarantine": ("quarantine", "coalesce(last_received_at, received_at) < %(before)s"),
    }
    if not is_extended:
        places |= {table: (table, f"{instant} < %(before)s") for table, instant in READINGS}
        places |= {one.name: (rolled_table(one), "bucket_at < %(before)s") for one in ROLLUPS}
    return places


def _delete(connection: Connection, table: str, condition: str, before: datetime, batch_rows: int) -> int:
    name = sql.Identifier(table)
    statement = sql.SQL("DELETE FROM {} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {} WHERE {} LIMIT {}))").format(
        name, name, sql.SQL(condition), sql.Literal(batch_rows)
    )
    deleted = 0
    while True:
        with connection.transaction():
            count = connection.execute(statement, {"before": before}).rowcount
        deleted += count
        if count < batch_rows:
            return deleted
