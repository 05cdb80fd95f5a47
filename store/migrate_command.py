"""`p2i migrate`: brings the schema of the named database up to this release."""

import argparse
import sys
from collections.abc import Sequence

import psycopg

from store.connection import connect, server
from store.errors import P2IError
from store.migrations import migrate

EPILOG = """\
P2I_DSN names the database; without it the embedded one is brought up to date. All of it is one
transaction: whatever goes wrong, the schema is the old one, and running it again is safe. It may
run while collectors and engine do: how long they wait, and why to back up first (p2i backup):
docs/operations.md, "Upgrade". There is no way back but the backup.

Exit code: 0 the schema is current; 2 after one line about what stopped it; 130 interrupted.
"""


def main(argv: Sequence[str]) -> int:
    """Applies what is missing and says what; 0 when the schema is current, 2 with one line otherwise."""
    argparse.ArgumentParser(
        prog="p2i migrate", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(argv)
    try:
        with server() as dsn, connect(dsn, "migrate") as connection:
            applied = migrate(connection)
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except psycopg.errors.LockNotAvailable:
        print(
            "database: another transaction (a backup?) has held a table for five seconds; nothing was changed:"
            " run p2i migrate again when it is done",
            file=sys.stderr,
        )
        return 2
    except psycopg.errors.ReadOnlySqlTransaction:
        print(
            "database: it is read-only: a p2i restore is at work in it or did not finish, or it is a standby;"
            " nothing was changed (docs/operations.md)",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        return 130
    except psycopg.Error as error:  # a role without rights: the first line says it
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2
    print("applied: " + ", ".join(applied) if applied else "the schema is current; nothing to apply")
    return 0
