"""Statements as they were issued, and the manifest of each one's files; both are written once and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import class_row

from store.connection import Connection
from store.statement_rows import InForce, IssuedStatement, NewestStatement, StatementFiles, versions_of

_STATEMENT = ", ".join(IssuedStatement._fields)
_FILES = ", ".join(StatementFiles._fields)


def write_statement_row(connection: Connection, one: IssuedStatement) -> bool:
    """Writes a statement; False, and nothing is written, where this version of the tenant's month is issued already."""
    places = ", ".join(["%s"] * len(one))
    cursor = connection.execute(
        f"INSERT INTO statement ({_STATEMENT}) VALUES ({places}) ON CONFLICT DO NOTHING".encode(), one
    )
    return cursor.rowcount == 1


def read_statement(connection: Connection, number: str) -> IssuedStatement | None:
    """The statement of that number; None when the closing job issued none."""
    with connection.cursor(row_factory=class_row(IssuedStatement)) as cursor:
        return cursor.execute(f"SELECT {_STATEMENT} FROM statement WHERE number = %s".encode(), (number,)).fetchone()


def read_newest(connection: Connection, tenants: Sequence[str]) -> dict[tuple[str, str], NewestStatement]:
    """The newest statement of each of the tenants' months that has one, by tenant and month."""
    rows = connection.execute(
        "SELECT DISTINCT ON (tenant, month) tenant, month, number, version, language, states, sha256,"
        " lag(number) OVER before, lag(states) OVER before, lag(sha256) OVER before FROM statement"
        " WHERE tenant = ANY (%s) WINDOW before AS (PARTITION BY tenant, month ORDER BY version)"
        " ORDER BY tenant, month, version DESC",
        (list(tenants),),
    ).fetchall()
    return {(tenant, month): NewestStatement(*rest) for tenant, month, *rest in rows}


def read_stated(connection: Connection, tenant: str, month: str, agreement: str) -> dict[datetime, int]:
    """Which version of each of the agreement's periods the newest statement of a month has; none without one."""
    newest = read_newest(connection, [tenant]).get((tenant, month))
    told = {} if newest is None else versions_of(newest.states)
    return {starts_at: version for (code, starts_at), version in told.items() if code == agreement}


def read_numbers(connection: Connection, tenant: str, month: str) -> list[str]:
    """The numbers of every statement of a tenant's month, the first version first."""
    rows = connection.execute(
        "SELECT number FROM statement WHERE tenant = %s AND month = %s ORDER BY version", (tenant, month)
    ).fetchall()
    return [number for (number,) in rows]


def read_all_numbers(connection: Connection) -> list[str]:
    """The number of every statement, the newest first."""
    return [
        number for (number,) in connection.execute("SELECT number FROM statement ORDER BY issued_at DESC").fetchall()
    ]


def read_without_files(connection: Connection, tenants: Sequence[str]) -> list[str]:
    """The numbers of these tenants' statements whose files are not known to be whole, the oldest first."""
    rows = connection.execute(
        "SELECT number FROM statement LEFT JOIN statement_files USING (number)"
        " WHERE tenant = ANY (%s) AND manifest IS NULL ORDER BY issued_at, number",
        (list(tenants),),
    ).fetchall()
    return [number for (number,) in rows]


def write_files(connection: Connection, one: StatementFiles) -> None:
    """Writes down that all files of a statement are whole, with the manifest that names them."""
    places = ", ".join(["%s"] * len(one))
    connection.execute(f"INSERT INTO statement_files ({_FILES}) VALUES ({places})".encode(), one)


def read_files(connection: Connection, number: str) -> StatementFiles | None:
    """The manifest of a statement's files; None while they are not all there."""
    with connection.cursor(row_factory=class_row(StatementFiles)) as cursor:
        return cursor.execute(f"SELECT {_FILES} FROM statement_files WHERE number = %s".encode(), (number,)).fetchone()


def read_held_by_others(connection: Connection, tenant: str, agreements: Sequence[str]) -> list[tuple[str, str]]:
    """Those of these agreements that the store has as another tenant's, each with that tenant."""
    return connection.execute(
        "SELECT agreement, tenant FROM agreement WHERE agreement = ANY (%s) AND tenant <> %s ORDER BY agreement",
        (list(agreements), tenant),
    ).fetchall()


def read_engine_at(connection: Connection) -> datetime | None:
    """When the engine wrote a score last; None when it never did."""
    row = connection.execute("SELECT max(scored_at) FROM score").fetchone()
    return None if row is None else row[0]


def read_in_force(connection: Connection, agreements: Sequence[str]) -> list[InForce]:
    """The version in force of every published period of these agreements, in order of time."""
    with connection.cursor(row_factory=class_row(InForce)) as cursor:
        return cursor.execute(
            "SELECT agreement, period_starts_at, max(version)::int AS version FROM verdict_entry"
            " WHERE agreement = ANY (%s) GROUP BY agreement, period_starts_at ORDER BY period_starts_at, agreement",
            (list(agreements),),
        ).fetchall()
