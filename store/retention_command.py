"""`p2i retention`: how long each kind of row is kept, and why; changes it."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from store.connection import Connection, connect, server
from store.errors import InputError, P2IError
from store.migrations import require_current_schema
from store.plain import READINGS
from store.rollups import ROLLUPS
from store.timescale import extension_version, set_policies
from store.upkeep import Kept, due_to_go, read_retention

LOGS = ("ingest", "quarantine", "gap", "collector_delivery")
KEPT_BY_AGE = (*(table for table, _ in READINGS), *(rollup.name for rollup in ROLLUPS), *LOGS)
FOR_EVER = "for-ever"


def main(argv: Sequence[str]) -> int:
    """Prints what is kept how long; with a relation and days, changes it. 0, or 2 after one line of error."""
    parser = argparse.ArgumentParser(
        prog="p2i retention",
        description="Shows how long each kind of row is kept and why; with a relation, what was said about it before;"
        " with DAYS, changes it. What a shorter time would drop is said first and done only with --yes.",
        epilog=f"Relations: {', '.join(KEPT_BY_AGE)}. Example: p2i retention occupancy 365 --reason 'CNDP receipt 12'."
        " Exit 0, or 2 after one line of error. P2I_DSN names the database.",
    )
    parser.add_argument("relation", nargs="?", choices=KEPT_BY_AGE, metavar="RELATION")
    parser.add_argument("days", nargs="?", metavar="DAYS", help=f'a number of days, or "{FOR_EVER}"')
    parser.add_argument("--reason", metavar="TEXT", help="why that long; needed for a change, an auditor will ask")
    parser.add_argument("--yes", action="store_true", help="drop what a shorter time leaves past its time")
    options = parser.parse_args(argv)
    try:
        with server() as dsn, connect(dsn, "retention") as connection:
            require_current_schema(connection)
            kept = {row.relation: row for row in read_retention(connection)}
            if options.days is not None:
                _change(connection, kept[options.relation], _days(options.days), options.reason, agreed=options.yes)
                connection.commit()
            elif options.relation is not None:
                _show_past(connection, kept[options.relation])
            else:
                for relation in KEPT_BY_AGE:
                    print(_line(kept[relation]))
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except psycopg.Error as error:
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2
    return 0


def _days(text: str) -> int | None:
    if text == FOR_EVER:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 36_500:
        raise InputError(f'retention: DAYS is a number from 1 to 36500 or "{FOR_EVER}"')
    return int(text)


def _change(connection: Connection, before: Kept, days: int | None, reason: str | None, *, agreed: bool) -> None:
    if not reason or not reason.strip():
        raise InputError("retention: --reason is needed, an auditor will ask")
    if days is not None and not agreed:
        rows, oldest = due_to_go(connection, before.relation, datetime.now(UTC), days)
        if rows:
            raise InputError(
                f"retention: {rows} rows of {before.relation}, from {oldest:%Y-%m-%d} on, would be dropped within the"
                " hour and for good; archive them first (p2i archive), then repeat with --yes"
            )
    connection.execute(
        "UPDATE retention SET kept_days = %s, reason = %s, changed_at = now(), changed_by = session_user"
        " WHERE relation = %s",
        (days, reason.strip(), before.relation),
    )
    if extension_version(connection) is not None:
        set_policies(connection)
    print(f"before: {_line(before)}")
    print(f"now:    {_line(before._replace(kept_days=days, reason=reason.strip()))}")


def _show_past(connection: Connection, kept: Kept) -> None:
    print(_line(kept))
    if kept.dropped_before is not None:
        print(f"rows before {kept.dropped_before:%Y-%m-%dT%H:%M:%SZ} may be gone by age")
    for changed_at, changed_by, days, reason in connection.execute(
        "SELECT changed_at, changed_by, kept_days, reason FROM retention_change WHERE relation = %s"
        " ORDER BY changed_at DESC",
        (kept.relation,),
    ).fetchall():
        print(f"{changed_at:%Y-%m-%dT%H:%M:%SZ} by {changed_by}: {_length(days)}, {reason}")


def _line(kept: Kept) -> str:
    return f"{kept.relation:<18} {_length(kept.kept_days):>10}  {kept.reason}"


def _length(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"
