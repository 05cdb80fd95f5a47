"""The command `p2i score`: one agreement, one period, files in, one document out; no database, no network."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

from facilities.calendar import zone_data_self_test
from sla_engine.csv_files import read_facts
from sla_engine.document import document_text
from sla_engine.fact_options import PERIOD, add_fact_options, asked_of_files
from sla_engine.scoring import score
from sla_engine.text import text
from store.errors import InputError

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
    asked = asked_of_files(options)
    facts = read_facts(asked.agreement, asked.files)
    result = score(asked.agreement, asked.period, facts, as_of=asked.as_of, whole_fee=asked.whole_fee)
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
    parser.add_argument("--period", help=f"{PERIOD}; required")
    add_fact_options(parser)
    parser.add_argument("--format", choices=("json", "text"), default="json")
    options, unknown = parser.parse_known_args(argv)
    if unknown:
        raise InputError(f"{unknown[0]}: is not an option of p2i score")
    for name in ("agreement", "period"):
        if getattr(options, name) is None:
            raise InputError(f"--{name}: is required")
    return options
