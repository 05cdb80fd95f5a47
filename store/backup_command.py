"""`p2i backup FILE`: dumps the database while everything goes on, and writes down beside it what the dump holds."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from store.backup import backup
from store.backup_manifest import Manifest
from store.connection import server
from store.errors import P2IError

EPILOG = """\
P2I_DSN names the database; without it the embedded one is dumped. FILE.json is written beside
FILE: keep both together, p2i restore needs them. Only their owner may read them (0600): they hold
every tenant's data. Settings of the server, roles and passwords are in no dump. More:
docs/operations.md, "Backup and restore".

A FILE without FILE.json and a FILE.unfinished are no backups: what was cut short leaves them.

Exit code: 0 both files are whole; 2 after one line about what stopped it; 130 interrupted.
"""


def main(argv: Sequence[str]) -> int:
    """Writes FILE and FILE.json; 0 when both are whole, 2 with one line otherwise."""
    parser = argparse.ArgumentParser(
        prog="p2i backup", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the dump to write; it must not be there yet")
    return run_on_dump("backed up", parser.parse_args(argv).file, backup)


def run_on_dump(done: str, dump: Path, work: Callable[[str, Path], Manifest]) -> int:
    """Does `work` between the database and the dump, and says in one line what came of it."""
    started = time.monotonic()
    try:
        with server() as dsn:
            manifest = work(dsn, dump)
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except psycopg.Error as error:  # a role without rights: the first line says it
        print(f"database: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2
    rows, documents = manifest.contents.rows, manifest.contents.documents_sha256
    extension = f", TimescaleDB {manifest.timescaledb}" if manifest.timescaledb else ""
    print(
        f"{done}: the state of {manifest.taken_at} (PostgreSQL {manifest.postgresql}{extension}),"
        f" {sum(rows.values())} rows of {len(rows)} relations, {len(documents)} score documents,"
        f" {manifest.dump_bytes} bytes, in {time.monotonic() - started:.1f} s"
    )
    return 0
