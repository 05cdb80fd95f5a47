"""The options of `p2i quarantine`."""

import argparse
import os
import re
from datetime import UTC, datetime, timedelta

from collectors.import_mapping import FORMATS
from collectors.native_payload import LIMIT_BYTES
from collectors.options import add_inventory, whole_number

POINTER = "What each reason means and what to do: docs/quarantine.md."
SUMMARY = "Of more than 20 rows only the outcomes are counted."
EXIT_CODES = "Exit code: 0; 1 when a retry left something open; 2 after one line about a mistake."

_AGE = re.compile(r"([0-9]{1,6})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def quarantine_parser() -> argparse.ArgumentParser:
    """The parser of all four actions; the action is in `action`."""
    parser = argparse.ArgumentParser(
        prog="p2i quarantine",
        description="Input that could not become a reading is kept with its reason: this shows it, tries it again, or"
        " closes it.",
        epilog=f"{POINTER} {EXIT_CODES}",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|retry|close")
    _add_list(
        _action(
            actions,
            "list",
            "one line per row, newest first, and what to do about each reason",
            "Each line: number, last arrival, how often it came, source, reason, origin (topic, or file and line) and"
            " the first words of the detail. Changes nothing.",
        )
    )
    shown = _action(
        actions,
        "show",
        "all of some rows, with their content",
        'Says "masked" where the content is not what came but what was kept of it. Characters that do not print are'
        " written out. Changes nothing.",
    )
    shown.add_argument("numbers", metavar="N", nargs="+", type=_number, help="number of a row")
    shown.add_argument("--full", action="store_true", help="do not cut the content at 64 KiB")
    _add_retry(
        _action(
            actions,
            "retry",
            "decode rows again with today's inventory, and store what is a reading",
            "Safe to run twice: nothing is stored twice. Name rows by number, or choose them with --reason, --source,"
            f" --origin or --since; try --dry-run first. {SUMMARY}",
        )
    )
    _add_close(
        _action(
            actions,
            "close",
            "take rows off the list; their content stays",
            "For what no retry can help. Name rows by number (when one does not exist, none is closed), or choose them"
            f" as for list; try --dry-run first. {SUMMARY}",
        )
    )
    return parser


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", word: str, short: str, more: str
) -> argparse.ArgumentParser:
    description = f"{short[0].upper()}{short[1:]}. {more}"
    return actions.add_parser(word, help=short, description=description, epilog=f"{POINTER} {EXIT_CODES}")


def _add_list(parser: argparse.ArgumentParser) -> None:
    _add_choice(parser)
    parser.add_argument("--all", action="store_true", help="resolved rows too")
    parser.add_argument("--limit", metavar="N", type=whole_number(1, 1_000_000), default=50, help="rows (default 50)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def _add_retry(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("numbers", metavar="N", nargs="*", type=_number, help="number of a row")
    _add_choice(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would become of them, and change nothing")
    add_inventory(parser)
    parser.add_argument(
        "--limit-bytes",
        type=whole_number(1024, 64 * 1024 * 1024),
        default=os.environ.get("P2I_COLLECT_LIMIT_BYTES", str(LIMIT_BYTES)),
        metavar="N",
        help="largest message, as for p2i collect (P2I_COLLECT_LIMIT_BYTES; default 262144)",
    )
    of_file = parser.add_argument_group("rows of a file (p2i import): what the import was told")
    of_file.add_argument("--mapping", metavar="M.toml", help="what the columns are")
    of_file.add_argument("--format", choices=FORMATS, help="what the file is")
    of_file.add_argument("--header", metavar="LINE", help="the first line of a CSV file")
    of_file.add_argument("--circuit", metavar="CODE", help="the circuit all rows are about")
    of_file.add_argument("--zone", metavar="CODE", help="the zone all rows are about")


def _add_close(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("numbers", metavar="N", nargs="*", type=_number, help="number of a row")
    _add_choice(parser)
    parser.add_argument("--note", metavar="TEXT", required=True, type=_text, help="why; an auditor will ask")
    parser.add_argument("--dry-run", action="store_true", help="say how many rows would be closed, and change nothing")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="WORD", help="only rows with this reason")
    parser.add_argument("--source", metavar="WORD", help="only rows of this source: mqtt, webhook or import")
    parser.add_argument("--origin", metavar="START", help="only rows whose topic or file begins like this")
    parser.add_argument("--since", metavar="AGE", type=_age_or_instant, help="came after: 30m, 24h, 7d or an instant")


def _number(text: str) -> int:
    digits = text.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits) < 2**63:
        raise argparse.ArgumentTypeError(f'"{text}" is not the number of a row')
    return int(digits)


def _text(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError("a note needs words")
    return text.strip()


def _age_or_instant(text: str) -> timedelta | datetime:
    if age := _AGE.fullmatch(text):
        return int(age[1]) * _UNITS[age[2]]
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f'"{text}" is neither an age (30m, 24h, 7d) nor an instant with Z or an offset'
        )
    return instant.astimezone(UTC)
