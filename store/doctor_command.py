"""`p2i doctor`: what the database offers, what that means, and what is wrong with it."""

import argparse
import sys
from collections.abc import Sequence

import psycopg

from store.connection import connect, secret_of_environment, server
from store.doctor import findings
from store.errors import P2IError

EPILOG = """\
Each line begins with its level:
  ok       nothing to do
  warning  it works, and somebody should look at it in daylight
  error    something is not done or not right; what to do about it stands in the line

What to do about each line: docs/operations.md, "What doctor says". P2I_DSN names the database;
without it the embedded one is looked at. Nothing is changed.

Exit code: 0 no line is an error; 1 one is; 2 the database cannot be used at all.
"""


def main(argv: Sequence[str]) -> int:
    """Prints one line per finding; 0 unless one is an error (1) or the database cannot be used (2)."""
    argparse.ArgumentParser(
        prog="p2i doctor", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(argv)
    try:
        named = secret_of_environment("P2I_DSN") is not None
        with server() as dsn, connect(dsn, "doctor") as connection:
            found = findings(connection)
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except psycopg.Error as error:  # a role without rights: the first line says it
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2
    print("database: " + ("the one P2I_DSN names" if named else "the embedded default (P2I_DSN is not set)"))
    for level, question, text in found:
        print(f"{level:<8} {question:<12} {text}")
    return 1 if any(finding.level == "error" for finding in found) else 0
