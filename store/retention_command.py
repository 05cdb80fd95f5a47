"""`p2i retention`: how long each kind of row is kept, and why; changes it."""

import argparse
import sys
from collections.abc import Sequence

import psycopg

from store.connection import Connection, connect, server
from store.errors import InputError, P2IError
from store.migrations import require_current_schema
from store.plain import READINGS
from store.rollups import ROLLUPS
from store.timescale import extension_version, set_policies
from store.upkeep import read_retention

KEPT_BY_AGE = (*(table for table, _ in READINGS), *(rollup.name for rollup in ROLLUPS), "ingest", "quarantine")
FOR_EVER = "for-ever"


def main(argv: Sequence[str]) -> int:
    """Prints what is kept how long; with a relation and days, changes it. 0, or 2 after one line of error."""
    parser = argparse.ArgumentParser(
        prog="p2i retention",
        description="Shows how long each kind of row is kept, or changes it: p2i retention occupancy 365 --reason '…'",
    )
    parser.add_argument("relation", nargs="?", choices=KEPT_BY_AGE, metavar="RELATION")
    parser.add_argument("days", nargs="?", metavar="DAYS", help=f'a number of days, or "{FOR_EVER}"')
    parser.add_argument("--reason", metavar="TEXT", help="why that long; needed for a change, an auditor will ask")
    options = parser.parse_args(argv)
    try:
        with server() as dsn, connect(dsn, "retention") as connection:
            require_current_schema(connection)
            if options.relation is not None:
                _change(connection, options.relation, _days(options.days), options.reason)
                connection.commit()
            _show(connection)
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except psycopg.Error as error:
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2
    return 0


def _days(text: str | None) -> int | None:
    if text == FOR_EVER:
        return None
    if text is None or not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 36_500:
        raise InputError(f'retention: DAYS is a number from 1 to 36500 or "{FOR_EVER}"')
    return int(text)


def _change(connection: Connection, relation: str, days: int | None, reason: str | None) -> None:
    if not reason or not reason.strip():
        raise InputError("retention: --reason is needed, an auditor will ask")
    if days is None:
        connection.execute("DELETE FROM retention WHERE relation = %s", (relation,))
    else:
        connection.execute(
            "INSERT INTO retention (relation, kept_days, reason) VALUES (%s, %s, %s) ON CONFLICT (relation)"
            " DO UPDATE SET kept_days = excluded.kept_days, reason = excluded.reason",
            (relation, days, reason.strip()),
        )
    if extension_version(connection) is not None:
        set_policies(connection)


def _show(connection: Connection) -> None:
    kept = {row.relation: row for row in read_retention(connection)}
    for relation in KEPT_BY_AGE:
        row = kept.get(relation)
        days = "for ever" if row is None else f"{row.kept_days} days"
        print(f"{relation:<18} {days:>10}  {'' if row is None else row.reason}".rstrip())
