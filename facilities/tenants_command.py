"""`p2i tenants`: the logins by which tenants, managers, authorities and operators read the database, and no more."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg

from facilities.inventory import inventory_path, read_inventory
from facilities.logins import wanted_logins
from store.connection import Connection, connect, server
from store.disclosure import set_least_people
from store.embedded import default_home
from store.errors import P2IError
from store.login_file import read_login_file, write_login_file
from store.login_plan import Change, WantedLogin, sentences
from store.login_rights import extra_rights
from store.logins import Applied, apply_logins, end_sessions
from store.migrations import require_current_schema
from store.public_rights import close_rights, open_rights, strangers

EPILOG = """\
apply  makes one login per tenant, owner or manager of parks, authority, auditor and operator of the
       inventory, removes those nobody is wanted for, and takes away rights too many: from the logins,
       and from PUBLIC what readers could misuse; with --dry-run says what it would do
list   says who has which login, without passwords; changes nothing
check  says what `apply` would do, and what it could not; changes nothing

P2I_DSN names the database (the primary: a standby follows). Passwords are kept in FILE (0600), from
where `p2i grafana apply` takes them. docs/tenants.md says what a login can and cannot do.

Exit code: 0 all is as it should be; 1 `check` found something; 2 after one line about what stopped it.
"""


def main(argv: Sequence[str]) -> int:
    """Runs `p2i tenants` and returns its exit code."""
    options = _parser().parse_args(argv)
    file = Path(options.logins or os.environ.get("P2I_LOGINS_FILE") or default_home() / "logins.json")
    try:
        with server() as dsn, connect(dsn, "tenants") as connection:
            require_current_schema(connection)
            if options.command == "list":
                return _list(connection)
            wanted = wanted_logins(read_inventory(inventory_path(options.inventory, os.environ)))
            if options.command == "check":
                return _check(connection, wanted, file)
            return _apply(connection, wanted, file, options)
    except P2IError as error:
        print(error, file=sys.stderr)
    except psycopg.Error as error:  # a role without rights: the first line says it
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i tenants", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="apply|list|check")
    added = {name: commands.add_parser(name) for name in ("apply", "list", "check")}
    for each in added.values():
        each.add_argument("--inventory", metavar="DIR", help="default: P2I_INVENTORY, else the packaged real parks")
        each.add_argument("--logins", metavar="FILE", help="default: P2I_LOGINS_FILE, else logins.json in P2I_HOME")
    added["apply"].add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    added["apply"].add_argument("--rotate", action="store_true", help="give every login a new password")
    added["apply"].add_argument(
        "--least-people", type=int, metavar="K", help="smallest count of people shown to others (at first 10)"
    )
    return parser


def _apply(connection: Connection, wanted: Sequence[WantedLogin], file: Path, options: argparse.Namespace) -> int:
    applied = apply_logins(connection, wanted, read_login_file(file), rotate=options.rotate)
    changes = list(applied.changes)
    if options.least_people is not None and set_least_people(connection, options.least_people):
        people = f"counts below {options.least_people} people"
        changes.append(
            Change("disclosure", f"{people} are not shown to others", f"{people} will not be shown to others")
        )
    closed, left = close_rights(connection), [f"public may use {right.what}" for right in open_rights(connection)]
    left += _extra(connection, applied)
    not_ours = strangers(connection)
    changes.extend(
        Change("public", f"may no longer use {right.what}", f"will lose {right.what}")
        for right in closed
        if f"public may use {right.what}" not in left
    )
    for line in sentences(changes, are_done=not options.dry_run) or ["nothing to do"]:
        print(line)
    if options.dry_run:
        connection.rollback()
        print("nothing was changed (--dry-run)")
    else:
        # The file first: a password that was handed on and is not in force yet is put right by the next run.
        write_login_file(file, applied.handed)
        connection.commit()
        end_sessions(connection, applied.ended)
    for what in left:
        print(f"left open: {what} (for a superuser, or by hand)", file=sys.stderr)
    for what in not_ours:
        print(f"every login may read what is not ours: {what}", file=sys.stderr)
    return 0


def _extra(connection: Connection, applied: Applied) -> list[str]:
    """What logins may do beside reading, and `apply` does not take away."""
    return [f"{one.role} {what}" for one in applied.handed for what in extra_rights(connection, one.role)]


def _list(connection: Connection) -> int:
    rows = connection.execute(
        "SELECT login.audience, coalesce(login.code, ''), role_name,"
        " string_agg(CASE WHEN sees_everything THEN 'everything' WHEN sees_aggregates THEN 'sums over tenants'"
        " ELSE coalesce('tenant ' || tenant, 'park ' || facility) END,"
        " ', ' ORDER BY tenant, facility), (SELECT count(*) FROM pg_stat_activity WHERE usename = role_name)"
        " FROM login LEFT JOIN reader USING (role_name) GROUP BY 1, 2, 3 ORDER BY 1, 2"
    ).fetchall()
    for audience, code, role, sees, sessions in rows:
        print(f"{audience:<12} {code:<20} {role}  sees {sees or 'nothing'}  ({sessions} sessions here)")
    return 0


def _check(connection: Connection, wanted: Sequence[WantedLogin], file: Path) -> int:
    """Applies and rolls back: what it would have done is what is wrong."""
    known = read_login_file(file)
    open_before = open_rights(connection)
    applied = apply_logins(connection, wanted, known)
    found = sentences(applied.changes, are_done=False)
    found += [f"public may use {right.what}" for right in open_before]
    found += [f"left open by apply: {what}" for what in _extra(connection, applied)]
    found += [f"every login may read what is not ours: {what}" for what in strangers(connection)]
    connection.rollback()
    if missing := [login.label for login in wanted if login.key not in known]:
        found.append(f"{file}: no password of {', '.join(missing)}")
    for line in found or ["all is as it should be"]:
        print(line)
    return 1 if found else 0
