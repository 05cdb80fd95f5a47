"""The same names without the extension: a `time_bucket`, rollup tables kept up by us, an index on time."""

from datetime import datetime

from psycopg import sql

from store.changes import snapshot_xid
from store.connection import Connection
from store.rollups import ROLLUPS, Rollup

READINGS = (("circuit_interval", "starts_at"), ("probe", "sent_at"), ("circuit_state", "changed_at"),
            ("occupancy", "measured_at"), ("sensor_reading", "measured_at"))  # fmt: skip

TIME_BUCKET = """
CREATE FUNCTION reporting.time_bucket(bucket_width interval, at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN date_bin(bucket_width, at, timestamptz '2000-01-03 00:00:00+00')
"""
# The origin is the extension's own, so that both cut the same buckets, also of widths that do not divide a day.


def make_plain(connection: Connection) -> None:
    """Makes what the extension would have given; safe to run again."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS reporting")
    if not is_plain(connection):
        connection.execute(TIME_BUCKET)
    for table, instant in READINGS:
        # Rows come nearly in order of time: a few pages tell where a span lies, for questions about all series.
        connection.execute(
            sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} USING brin ({}) WITH (pages_per_range = 32)").format(
                sql.Identifier(f"{table}_time"), sql.Identifier(table), sql.Identifier(instant)
            )
        )
    for rollup in ROLLUPS:
        if connection.execute("SELECT to_regclass(%s)", (rolled_table(rollup),)).fetchone() == (None,):
            _make(connection, rollup)


def is_plain(connection: Connection) -> bool:
    """Whether what stands in for the extension is there."""
    found = connection.execute("SELECT to_regprocedure('reporting.time_bucket(interval, timestamptz)')").fetchone()
    return found != (None,)


def remove_plain(connection: Connection) -> None:
    """Removes what stands in for the extension, once that is there.

    Readings stay, and so do the tables of rolled buckets, which the extension's aggregates take over. The views of
    `reporting` must be gone; a view of somebody else on one of ours stops this with the server's sentence.
    """
    for rollup in reversed(ROLLUPS):
        connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(rollup.name)))
    for table, _ in READINGS:
        connection.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(f"{table}_time")))
    connection.execute("DROP FUNCTION IF EXISTS reporting.time_bucket(interval, timestamptz)")
    connection.execute("UPDATE rollup_progress SET input_xid = '0', rolled_to_at = '-infinity'")


def rolled_table(rollup: Rollup) -> str:
    """The table that holds a rollup's rolled buckets."""
    return f"{rollup.name}_rolled"


def _make(connection: Connection, rollup: Rollup) -> None:
    table, view = sql.Identifier(rolled_table(rollup)), sql.Identifier(rollup.name)
    key = sql.SQL(", ").join(map(sql.Identifier, rollup.key))
    connection.execute(sql.SQL("CREATE TABLE {} AS {} WITH NO DATA").format(table, sql.SQL(rollup.select())))
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, key))
    connection.execute(sql.SQL("CREATE INDEX ON {} USING brin (bucket_at) WITH (pages_per_range = 32)").format(table))
    edge = "(SELECT rolled_to_at FROM rollup_progress)"
    connection.execute(
        sql.SQL("CREATE VIEW {} AS SELECT * FROM {} WHERE bucket_at < {} UNION ALL {}").format(
            view, table, sql.SQL(edge), sql.SQL(rollup.select(where=f"WHERE {rollup.instant} >= {edge}"))
        )
    )


def refresh_rollups(connection: Connection, now: datetime) -> int:
    """Sums up what was written since the last refresh and returns how many spans of late rows were summed anew.

    Found by transaction like the engine's work, so that a late row is taken whenever it commits. Buckets before the
    last full hour are rolled; later ones are computed when asked for. Safe to repeat and to run twice at once.
    """
    with connection.transaction():
        began = snapshot_xid(connection)
        row = connection.execute(
            "SELECT greatest(rolled_to_at, %s) FROM rollup_progress FOR UPDATE",
            (now.replace(minute=0, second=0, microsecond=0),),
        ).fetchone()
        assert row is not None
        edge = row[0]  # never back, though a clock may go: what is rolled stays rolled, and late rows reach it
        late = connection.execute(LATE_SPANS).rowcount
        for rollup in ROLLUPS:
            _roll(connection, rollup, edge)
        connection.execute(
            "UPDATE rollup_progress SET input_xid = %s::text::xid8, rolled_to_at = %s, refreshed_at = %s",
            (str(began), edge, now),
        )
        connection.execute("DROP TABLE late_span")
    return late


LATE_SPANS = """
CREATE TEMP TABLE late_span AS
SELECT kind, series_id, greatest(lower(span), gone_before) AS from_at, least(upper(span), rolled_to_at) AS to_at
FROM (
    SELECT kind, series_id, unnest(range_agg(tstzrange(
        time_bucket(INTERVAL '1 hour', first_at), time_bucket(INTERVAL '1 hour', last_at) + INTERVAL '1 hour'))) AS span
    FROM ingest WHERE xid >= (SELECT input_xid FROM rollup_progress) GROUP BY kind, series_id
) AS spans
-- Behind what was dropped by age, a bucket cannot be summed anew: it would be overwritten with what little is left.
LEFT JOIN (
    SELECT kind, time_bucket(INTERVAL '1 hour', max(dropped_before)) + INTERVAL '1 hour' AS gone_before
    FROM retention JOIN (VALUES {relations}) AS needed (kind, relation) USING (relation) GROUP BY kind
) AS gone USING (kind), rollup_progress
WHERE lower(span) < rolled_to_at AND greatest(lower(span), gone_before) < least(upper(span), rolled_to_at)
""".replace(
    "{relations}",
    ", ".join(
        f"('{one.kind}', '{relation}')"
        for one in ROLLUPS
        if one.source == one.base
        for relation in (one.base, one.name)
    ),
)


def _roll(connection: Connection, rollup: Rollup, edge: datetime) -> None:
    """Rolls what lies between the last edge and this one, and the late spans before."""
    below = rollup.source if rollup.source == rollup.base else f"{rollup.source}_rolled"
    late = (
        f"{below} JOIN late_span ON late_span.kind = '{rollup.kind}' AND series_id = {rollup.series}"
        f" AND {rollup.instant} >= from_at AND {rollup.instant} < to_at"
    )
    new = f"WHERE {rollup.instant} >= (SELECT rolled_to_at FROM rollup_progress) AND {rollup.instant} < %(edge)s"
    changed = [name for name, _ in rollup.values]
    names = sql.SQL(", ").join(map(sql.Identifier, changed))
    excluded = sql.SQL(", ").join(sql.SQL("excluded.{}").format(sql.Identifier(name)) for name in changed)
    for select, parameters in ((rollup.select(where=new, source=below), {"edge": edge}), (rollup.select(late), None)):
        connection.execute(
            sql.SQL("INSERT INTO {} {} ON CONFLICT ({}) DO UPDATE SET ({}) = ROW ({})").format(
                sql.Identifier(rolled_table(rollup)),
                sql.SQL(select),
                sql.SQL(", ").join(map(sql.Identifier, rollup.key)),
                names,
                excluded,
            ),
            parameters,
        )
