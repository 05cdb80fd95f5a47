"""What a database needs done regularly and its server does not do by itself: rollups, and rows past their time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import sql

from store.connection import Connection
from store.errors import P2IError
from store.plain import READINGS, refresh_rollups, rolled_table
from store.rollups import ROLLUPS
from store.timescale import extension_version, set_policies

BATCH_ROWS = 50_000
CLOCKS_APART = timedelta(hours=1)
AHEAD_OF_READINGS = timedelta(days=7)

# The newest row of a series stays, however old: it says since when the series is silent; what devices had stored and
# sent late says nothing of that. What the engine or the
# rollups have not read yet stays, too, should they have been away for days.
_INGEST_DONE = """
    xid < coalesce((SELECT input_xid FROM engine_watermark), '0'::xid8)
    AND ({is_extended} OR xid < (SELECT input_xid FROM rollup_progress))
    AND EXISTS (SELECT FROM ingest AS newer WHERE newer.kind = ingest.kind AND newer.series_id = ingest.series_id
                AND (newer.last_at, newer.ingest_id) > (ingest.last_at, ingest.ingest_id)
                AND (ingest.is_historical OR NOT newer.is_historical))
"""


class Kept(NamedTuple):
    """How long the rows of a relation are kept (None: for ever), why, and before when some are gone already."""

    relation: str
    kept_days: int | None
    reason: str
    dropped_before: datetime | None


def read_retention(connection: Connection) -> list[Kept]:
    """How long the rows of each relation are kept, by its name."""
    rows = connection.execute(
        "SELECT relation, kept_days, reason, dropped_before FROM retention ORDER BY relation"
    ).fetchall()
    return [Kept(*row) for row in rows]


def read_dropped_before(connection: Connection, relations: Iterable[str], now: datetime) -> datetime | None:
    """The instant before which readings of one of the relations may be gone by age; None when none can be.

    On TimescaleDB the server drops by itself, whether upkeep runs or not.
    """
    row = connection.execute(
        "SELECT max(greatest(dropped_before, CASE WHEN %s THEN %s - make_interval(days => kept_days) END))"
        " FROM retention WHERE relation = ANY (%s)",
        (extension_version(connection) is not None, now, list(relations)),
    ).fetchone()
    return None if row is None else row[0]


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
    now = _believed(connection, now)
    dropped = {}
    for kept in read_retention(connection):
        if kept.kept_days is None:
            continue
        before = now - timedelta(days=kept.kept_days)
        # First the mark, then the deed: what may be gone is known to be, whatever ends us in between.
        connection.execute(
            "UPDATE retention SET dropped_before = %s WHERE relation = %s AND dropped_before IS DISTINCT FROM %s",
            (before, kept.relation, before),
        )
        connection.commit()
        if kept.relation in places:
            table, condition = places[kept.relation]
            dropped[kept.relation] = _delete(connection, table, condition, before, batch_rows)
    if is_extended:
        set_policies(connection)  # windows of refreshes move with what is gone
    connection.commit()
    return dropped


def _believed(connection: Connection, now: datetime) -> datetime:
    """`now`, but at most a week after the newest reading was measured: a clock that jumped years ahead must not make
    everything old. Devices keep their own time, and where all of them are silent nothing is lost by waiting."""
    row = connection.execute("SELECT least(%s, max(last_at) + %s) FROM ingest", (now, AHEAD_OF_READINGS)).fetchone()
    assert row is not None
    believed: datetime = row[0]  # `now` where nothing has come yet: least() passes over NULL
    return believed


def due_to_go(connection: Connection, relation: str, now: datetime, kept_days: int) -> tuple[int, datetime | None]:
    """How many rows of a relation would be past their time if kept so long, and the oldest instant among them."""
    instants = dict(READINGS) | {rollup.name: "bucket_at" for rollup in ROLLUPS}
    instants |= {
        "ingest": "received_at",
        "quarantine": "coalesce(last_received_at, received_at)",
        "gap": "noticed_at",
        "collector_delivery": "delivered_at",
    }
    instant = sql.SQL(instants[relation])
    row = connection.execute(
        sql.SQL("SELECT count(*), min({}) FROM {} WHERE {} < %s").format(instant, sql.Identifier(relation), instant),
        (now - timedelta(days=kept_days),),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _places(is_extended: bool) -> dict[str, tuple[str, str]]:
    """The table behind each relation, and what makes a row of it old."""
    places = {
        "ingest": ("ingest", "received_at < %(before)s AND" + _INGEST_DONE.format(is_extended=is_extended)),
        "quarantine": ("quarantine", "coalesce(last_received_at, received_at) < %(before)s"),
        "gap": ("gap", "noticed_at < %(before)s"),
        "collector_delivery": ("collector_delivery", "delivered_at < %(before)s"),
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
