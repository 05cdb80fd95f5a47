"""`p2i migrate`: brings the schema of the named database up to this release."""

import argparse
import sys
from collections.abc import Sequence

import psycopg

from store.connection import connect, server
from store.errors import P2IError
from store.migrations import migrate


def main(argv: Sequence[str]) -> int:
    """Applies what is missing and says what; 0 when the schema is current, 2 with one line otherwise."""
    argparse.ArgumentParser(prog="p2i migrate", description=__doc__).parse_args(argv)
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
    except psycopg.Error as error:  # a role without rights: the first line says it
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2
    print("applied: " + ", ".join(applied) if applied else "the schema is current; nothing to apply")
    return 0
