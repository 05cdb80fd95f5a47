"""The command `p2i score`: one agreement, one period, files in, one document out; no database, no network."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

from facilities.agreement_toml import read_agreement
from facilities.calendar import period, zone_data_self_test
from facilities.instants import epoch_seconds, instant
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.document import document_text
from sla_engine.scoring import score, scored_period
from sla_engine.text import text
from store.errors import InputError

_MEASUREMENTS = ("intervals", "probes", "states")
_FILES = (*_MEASUREMENTS, "tickets", "freezes", "exclusions")

_EPILOG = """\
Leave a file out and what it holds counts as absent: without --exclusions announced works count as outages.
`p2i export` writes all the files of a month and the command to run; docs/score-files.md says what they hold.
Of an archive (a folder with the manifest.json of `p2i archive`) only files that have the hash it names are read.

exit status:
  0  computed, whatever the verdict
  2  bad input, or an archive's file that is not what its manifest says: one line on stderr, nothing on stdout

examples, in the folder that `p2i export` wrote:
  p2i score --agreement agreement.toml --period 2026-09 --intervals intervals.csv --probes probes.csv \\
    --tickets tickets.csv --freezes freezes.csv --exclusions exclusions.csv --format text
  the same from the archive, when the store has dropped the readings:
  p2i score --agreement agreement.toml --period 2026-09 --intervals /srv/archive --probes /srv/archive \\
    --tickets tickets.csv --freezes freezes.csv --exclusions exclusions.csv --format text
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes are one line, `--option: what is wrong`, like every other mistake of the command."""

    def error(self, message: str) -> NoReturn:
        raise InputError(re.sub(r"^argument (?:-\w/)?(--\S+): ", r"\1: ", message))


def main(argv: Sequence[str]) -> int:
    """Scores and prints. Returns 0 whatever the verdict; 2 on bad input, with one line on stderr only."""
    try:
        _print(_scored(argv))
    except InputError as error:
        line = "".join(character if character.isprintable() else repr(character)[1:-1] for character in str(error))
        sys.stderr.write(f"{line}\n")
        return 2
    return 0


def _print(output: str) -> None:
    """Writes to stdout, the same bytes whatever the locale. A reader that went away is the caller's business."""
    stream: TextIO | None = sys.stdout  # None when it was closed before we started
    if stream is None:
        raise InputError("stdout: is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        sys.stdout.write(output)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left would fail again at exit
        raise InputError(f"stdout: cannot be written: {error.strerror}") from None


def _scored(argv: Sequence[str]) -> str:
    options = _options(argv)
    zone_data_self_test()
    agreement = read_agreement(options.agreement)
    as_of = None
    try:
        requested = period(options.period, agreement.time_zone)
        scored = scored_period(agreement, requested)
        for at in (scored.starts_at, scored.ends_at):
            instant(at)  # the document must be able to show it
    except InputError as error:
        raise InputError(f"--period: {error}") from None
    if options.as_of is not None:
        try:
            as_of = epoch_seconds(options.as_of)
        except InputError as error:
            raise InputError(f"--as-of: {error}") from None
    facts = read_facts(agreement, FactFiles(**{name: getattr(options, name) for name in _FILES}))
    result = score(agreement, requested, facts, as_of=as_of, whole_fee="/" in options.period)
    return text(result) if options.format == "text" else document_text(result)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="p2i score",
        description="Recompute one period of one agreement from files: verdicts, figures and credits.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--agreement", metavar="FILE", help="the agreement (TOML); required")
    parser.add_argument(
        "--period",
        help="a civil month of the agreement's time zone, YYYY-MM, or START/END with offset; required",
    )
    for name in _FILES:
        forms = "CSV, .parquet, or a folder of an archive" if name in _MEASUREMENTS else "CSV"
        parser.add_argument(f"--{name}", metavar="FILE", help=f"{name} ({forms})")
    parser.add_argument("--as-of", metavar="INSTANT", help="hide everything later, except exclusions")
    parser.add_argument("--format", choices=("json", "text"), default="json")
    options, unknown = parser.parse_known_args(argv)
    if unknown:
        raise InputError(f"{unknown[0]}: is not an option of p2i score")
    for name in ("agreement", "period"):
        if getattr(options, name) is None:
            raise InputError(f"--{name}: is required")
    return options
