"""The LOGIN roles of readers: made, kept as they should be, and removed with whatever they may do."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import sql

from store.connection import Connection
from store.errors import InputError
from store.login_file import Handed
from store.login_plan import Change, Key, Scope, WantedLogin, plan
from store.login_rights import set_rights
from store.login_role import is_superuser, set_attributes, set_password, set_settings
from store.reporting import is_reporting_made


class Applied(NamedTuple):
    """What was done; `handed` are the logins as they are now, `ended` roles by number."""

    changes: list[Change]
    handed: list[Handed]
    ended: list[int]


def apply_logins(
    connection: Connection, wanted: Sequence[WantedLogin], known: Mapping[Key, Handed], *, rotate: bool = False
) -> Applied:
    """Makes the roles what they should be; safe to repeat, and the caller commits.

    A login keeps the password in `known` (whoever changed it, loses), else gets a new one, as all do with `rotate`.
    Roles that nobody is wanted for are dropped; `end_sessions` ends what is still connected, after the commit.
    """
    if not is_reporting_made(connection):
        raise InputError("database: the views of reporting are not there; run: p2i migrate")
    connection.execute("LOCK TABLE login IN SHARE ROW EXCLUSIVE MODE")
    rows = connection.execute("SELECT audience, code, role_name FROM login ORDER BY audience, code").fetchall()
    planned = plan({(audience, code): role for audience, code, role in rows}, wanted)
    applied = Applied([], [], [])
    for role, key in planned.removed:
        applied.ended.extend(_remove(connection, role))
        subject = " ".join(filter(None, key))
        applied.changes.append(Change(subject, f"role {role} removed", f"role {role} will be removed"))
    roles = {login.key: role for role, login in planned.kept}
    for login in planned.made:
        roles[login.key] = role = f"r_{secrets.token_hex(6)}"
        connection.execute(
            "INSERT INTO login (role_name, audience, code) VALUES (%s, %s, %s)", (role, login.audience, login.code)
        )
    for login in wanted:
        role = roles[login.key]
        handed = known.get(login.key)
        password = secrets.token_urlsafe(32) if rotate or handed is None else handed.password
        applied.handed.append(Handed(login.audience, login.code, login.name, role, password))
        applied.changes.extend(_keep(connection, role, login, password))
    return applied


def end_sessions(connection: Connection, roles: Sequence[int]) -> None:
    """Ends the sessions of dropped roles, which are nobody's now but still open; on a standby do the same there."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = ANY (%s)", (list(roles),)
    )


def _keep(connection: Connection, role: str, login: WantedLogin, password: str) -> list[Change]:
    """Brings one role to what it should be and returns what was not."""
    made = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None
    if made:
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    steps: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("attributes", lambda: set_attributes(connection, role, made=made)),
        ("password", lambda: set_password(connection, role, password)),
        ("settings", lambda: set_settings(connection, role)),
        ("rights", lambda: set_rights(connection, role)),
        ("scope", lambda: _scope(connection, role, login.scopes)),
    )
    changed = [what for what, step in steps if step()]
    if made:  # its name is chosen only then: a dry run would show another
        return [Change(login.label, f"role {role} made", "a role will be made")]
    return [
        Change(login.label, f"{what} of {role} set right", f"{what} of {role} will be set right") for what in changed
    ]


def _scope(connection: Connection, role: str, scopes: Sequence[Scope]) -> bool:
    columns = sql.SQL(", ").join(map(sql.Identifier, Scope._fields))
    found: list[Any] = connection.execute(
        sql.SQL("SELECT {} FROM reader WHERE role_name = %s").format(columns), (role,)
    ).fetchall()
    if set(found) == set(scopes):
        return False
    connection.execute("DELETE FROM reader WHERE role_name = %s", (role,))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(Scope._fields))
    for scope in scopes:
        connection.execute(
            sql.SQL("INSERT INTO reader (role_name, {}) VALUES (%s, {})").format(columns, places), (role, *scope)
        )
    return True


def _remove(connection: Connection, role: str) -> list[int]:
    """Drops a role and returns its number."""
    connection.execute("DELETE FROM reader WHERE role_name = %s", (role,))
    connection.execute("DELETE FROM login WHERE role_name = %s", (role,))
    row = connection.execute("SELECT oid::bigint FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if row is None:
        return []
    name = sql.Identifier(role)
    if not is_superuser(connection):  # who made a role may drop it, but not what it was given, unless a member of it
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
    connection.execute(sql.SQL("DROP ROLE {}").format(name))
    return [row[0]]
