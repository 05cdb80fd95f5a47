"""The schema `reporting`: the views that people and dashboards read, and the canonical queries over them."""

import contextlib
import hashlib
import re
from pathlib import Path

import psycopg
from psycopg import sql

from store.connection import SCHEMA, Connection
from store.rollups import DELAY_BOUNDS_MICROSECONDS, ROLLUPS

VIEWS = Path(__file__).parent / "views"
QUERIES = Path(__file__).parent / "queries"

_VIEW = re.compile(r"CREATE VIEW reporting\.([a-z0-9_]+)")


def query_names() -> list[str]:
    """The names of the canonical queries."""
    return sorted(file.stem for file in QUERIES.glob("*.sql"))


def query(name: str) -> str:
    """The text of a canonical query, with `%(name)s` places; its first lines say what it answers and takes."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def make_reporting(connection: Connection) -> None:
    """Makes the views of this release, if those that are there were made from another text; safe to run again.

    Rights on them are default privileges of the schema, which outlive a view. A view of somebody else that depends
    on one of ours stops this with the server's sentence.
    """
    texts = [file.read_text(encoding="utf-8") for file in sorted(VIEWS.glob("*.sql"))]
    sha256 = hashlib.sha256("\n".join([*texts, *(rollup.select() for rollup in ROLLUPS)]).encode()).hexdigest()
    connection.execute("CREATE SCHEMA IF NOT EXISTS reporting")
    _write_delay_classes(connection)
    _let_owner_read(connection)
    named = [name for text in texts for name in _VIEW.findall(text)]
    there = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'").fetchall()
    if _made(connection) == dict.fromkeys(named, sha256) and set(named) <= {name for (name,) in there}:
        return
    drop_reporting(connection)
    for text in texts:
        connection.execute(text.encode())
    for name in named:
        connection.execute("INSERT INTO generated (name, sha256) VALUES (%s, %s)", (f"reporting.{name}", sha256))


def drop_reporting(connection: Connection) -> None:
    """Drops the views that an earlier `make_reporting` made: they hold nothing, and would be in a migration's way."""
    if connection.execute("SELECT to_regclass('generated')").fetchone() == (None,):
        return
    if made := list(_made(connection)):
        views = sql.SQL(", ").join(sql.SQL("reporting.{}").format(sql.Identifier(name)) for name in made)
        connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(views))
    connection.execute("DELETE FROM generated WHERE name LIKE 'reporting.%'")


def is_reporting_made(connection: Connection) -> bool:
    """Whether the views are there, whatever their release."""
    return bool(_made(connection))


def _made(connection: Connection) -> dict[str, str]:
    """The hash of the text by which each view was made, by its name."""
    rows = connection.execute("SELECT substr(name, 11), sha256 FROM generated WHERE name LIKE 'reporting.%'").fetchall()
    return dict(rows)


def _write_delay_classes(connection: Connection) -> None:
    bounds = [None, *(bound / 1e6 for bound in DELAY_BOUNDS_MICROSECONDS), None]
    rows = [(-1, None, None), *((number, *bounds[number : number + 2]) for number in range(len(bounds) - 1))]
    for row in rows:
        connection.execute(
            "INSERT INTO delay_class VALUES (%s, %s, %s) ON CONFLICT (delay_class) DO UPDATE"
            " SET from_seconds = excluded.from_seconds, below_seconds = excluded.below_seconds"
            " WHERE (delay_class.from_seconds, delay_class.below_seconds)"
            " IS DISTINCT FROM (excluded.from_seconds, excluded.below_seconds)",
            row,
        )


def spare_compiling(connection: Connection) -> None:
    """Turns just-in-time compilation off for every session of this database, where this role may.

    The planner guesses views over sums at many times their cost; compiling a query of 5 ms then takes a second.
    """
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        row = connection.execute("SELECT current_database()").fetchone()
        assert row is not None
        connection.execute(sql.SQL("ALTER DATABASE {} SET jit = off").format(sql.Identifier(row[0])))


def _let_owner_read(connection: Connection) -> None:
    """Whoever owns the tables may read them anyway: through the views, too."""
    connection.execute(
        "INSERT INTO reader (role_name, sees_everything) SELECT DISTINCT role, true FROM (VALUES (session_user),"
        " (current_user), ((SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s))) AS roles (role)"
        " ON CONFLICT DO NOTHING",
        (SCHEMA,),
    )
