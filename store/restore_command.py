"""`p2i restore FILE`: restores a backup into an empty database and opens it once everything was found in it."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from store.backup_command import run_on_dump
from store.restore import restore

EPILOG = """\
P2I_DSN names the database; without it the embedded one is meant. It must be empty: nothing is ever
restored over data. FILE.json must lie beside FILE. Until all of it was found in the database, it is
read-only for everybody else.

Failed: the database is as empty as before, and open. Killed: it is empty and read-only; run the
same command again. Different from FILE.json: it stays read-only, do not use it. What each line
means: docs/operations.md, "Backup and restore".

Exit code: 0 all of it was found in the database; 2 after one line about what stopped it;
130 interrupted.
"""


def main(argv: Sequence[str]) -> int:
    """Restores FILE, which FILE.json lies beside; 0 when all of it was found in the database, 2 otherwise."""
    parser = argparse.ArgumentParser(
        prog="p2i restore", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a dump that p2i backup wrote")
    parser.add_argument(
        "--create-roles",
        action="store_true",
        help="make the roles that the backup grants rights to where they are missing, without the right to log in",
    )
    options = parser.parse_args(argv)
    return run_on_dump("restored and verified", options.file, partial(restore, makes_roles=options.create_roles))
