"""`p2i archive`: the readings of closed months as Parquet files that outlive the store, and their verification."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import psycopg

from store.archive import Archive, Outcome, whole_second
from store.archive_folder import ArchiveFolder
from store.archive_ledger import archive_ledger, verify_ledger_against_store, verify_ledger_files
from store.archive_month import Month, parsed_month
from store.archive_rows import KINDS
from store.archive_verify import verify_against_store, verify_files
from store.connection import connect, secret_of_environment, server
from store.errors import InputError, P2IError
from store.migrations import require_current_schema

_DEFAULT_KINDS = ("interval", "probe", "state")
_QUIET_DAYS = 35  # contestation (30 d after the statement, issued on the fifth day): spec sla-standards, 5.8

_EPILOG = """\
Each line of output begins with a word: archived, verified, compared, open, late, dropped, unasked are no mistakes;
damaged, stray, missing, contradicted are. docs/archive.md says what each means.

exit status:
  0  done
  1  a file is damaged or contradicts the store, or the month asked for with --month is still open
  2  bad input, no database, no room on the disk: one line on stderr

examples:
  p2i archive --to /srv/archive                    every closed month that is not there yet, from cron or a timer
  p2i archive --to /srv/archive --month 2026-09    this month only
  p2i archive --to /srv/archive --verify           recompute every hash; with P2I_DSN set compare with the store
"""


def main(argv: Sequence[str]) -> int:
    """Archives or verifies and prints a line per file. Returns 0; 1 when something is damaged, differs, or a month
    that was asked for is still open; 2 after one line on stderr."""
    options = _parser().parse_args(argv)
    try:
        only = None if options.month is None else _month(options.month)
        kinds = tuple(dict.fromkeys(options.kind or (KINDS if options.verify else _DEFAULT_KINDS)))
        return _verify(options, kinds, only) if options.verify else _archive(options, kinds, only)
    except P2IError as error:
        print(error, file=sys.stderr)
    except psycopg.Error as error:
        print(f"database: {(str(error).strip().splitlines() or ['no message'])[0]}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i archive",
        description="Writes the readings of closed months to Parquet files, and the ledger of published verdicts with"
        " the texts it names; hashed, checked and never changed again.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--to", metavar="DIR", required=True, type=Path, help="the archive's folder")
    parser.add_argument("--month", metavar="YYYY-MM", help="only this calendar month of UTC (default: all closed ones)")
    parser.add_argument(
        "--kind",
        action="append",
        choices=list(KINDS),
        help="only readings of this kind; repeatable (default: interval, probe and state; "
        "occupancy is kept only as long as privacy allows, so it is archived only when named)",
    )
    parser.add_argument(
        "--quiet-days",
        metavar="N",
        type=_days,
        default=_QUIET_DAYS,
        help="a month is closed so many days after its end and after its last reading arrived (default: %(default)s)",
    )
    parser.add_argument("--verify", action="store_true", help="recompute every hash, write nothing")
    parser.add_argument(
        "--store",
        action=argparse.BooleanOptionalAction,
        help="with --verify: compare every row with the database (default: when P2I_DSN names one)",
    )
    return parser


def _archive(options: argparse.Namespace, kinds: Sequence[str], only: Month | None) -> int:
    if options.store is not None:
        raise InputError("--store: goes with --verify")
    now = datetime.now(UTC)
    quiet = timedelta(days=options.quiet_days)
    if only is not None and only.ends_at + quiet > now:
        closes_at = whole_second(only.ends_at + quiet)
        print(_line(Outcome("open", only.text, f"until {closes_at} at least; no reading was looked at")))
        return 1
    with server() as dsn, connect(dsn, "archive") as connection:
        require_current_schema(connection)
        connection.commit()
        folder = ArchiveFolder(options.to)
        with folder.locked():
            folder.read()
            run = Archive(connection, folder, quiet, now, f"p2i {version('p2i')}")
            words = _told(run.run(kinds, only))
            published = _told(archive_ledger(connection, options.to)) if _is_whole(options) else set()
    if not words:
        print("no readings of a closed month" if only is None else f"no readings of {only.text}")
    return int("failure" in words | published or (only is not None and "open" in words))


def _verify(options: argparse.Namespace, kinds: Sequence[str], only: Month | None) -> int:
    folder = ArchiveFolder(options.to)
    if not folder.manifest.exists() and not (_is_whole(options) and (options.to / "ledger").is_dir()):
        raise InputError(f"--to: {folder.manifest}: No such file or directory")
    folder.read()
    words = _told(verify_files(folder, kinds, only))
    if _is_whole(options):
        words |= _told(verify_ledger_files(options.to))
    named = secret_of_environment("P2I_DSN") is not None
    if not (named if options.store is None else options.store):
        print("the store was not asked" + ("" if named else " (P2I_DSN is not set; --store asks the embedded one)"))
        return int("failure" in words)
    with server() as dsn, connect(dsn, "archive") as connection:
        require_current_schema(connection)
        connection.commit()
        words |= _told(verify_against_store(connection, folder, kinds, datetime.now(UTC), only))
        if _is_whole(options):
            words |= _told(verify_ledger_against_store(connection, options.to))
    return int("failure" in words)


def _is_whole(options: argparse.Namespace) -> bool:
    """Whether nothing was left out: then the published verdicts, which are no readings of a month, belong to it."""
    return options.kind is None and options.month is None


def _told(outcomes: Iterable[Outcome]) -> set[str]:
    """Prints a line per outcome as it comes; returns the words that were said, and `failure` when one is one."""
    words = set()
    for outcome in outcomes:
        print(_line(outcome), flush=True)
        words |= {outcome.word} | ({"failure"} if outcome.is_failure else set())
    return words


def _line(outcome: Outcome) -> str:
    return f"{outcome.word:<12} {outcome.where}: {outcome.text}"


def _month(text: str) -> Month:
    try:
        return parsed_month(text)
    except InputError as error:
        raise InputError(f"--month: {error}") from None


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 3650:
        raise argparse.ArgumentTypeError("a number of days, 0 to 3650")
    return int(text)
