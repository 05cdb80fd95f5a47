"""`p2i restore FILE`: restores a backup into an empty database and opens it once everything was found in it."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from store.backup_command import run_on_dump
from store.restore import restore


def main(argv: Sequence[str]) -> int:
    """Restores FILE, which FILE.json lies beside; 0 when all of it was found in the database, 2 otherwise."""
    parser = argparse.ArgumentParser(prog="p2i restore", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="a dump that p2i backup wrote")
    return run_on_dump("restored and verified", parser.parse_args(argv).file, restore)
