"""The options of `p2i exclusion`."""

import argparse

from p2i.exclusion_file import COLUMNS, DECISIONS, KINDS
from p2i.exclusion_weekly import DAYS

POINTER = "Who may decide what, and the rights it takes: docs/exclusions.md."
FILE_HELP = f"CSV with the columns {','.join(COLUMNS)}"


def exclusion_parser() -> argparse.ArgumentParser:
    """The parser of all actions; the action is in `action`."""
    parser = argparse.ArgumentParser(
        prog="p2i exclusion",
        description="Time that is not held against the service: proposed by one login, decided by another. You are"
        " the login of P2I_DSN; no option says who you are.",
        epilog=f"{POINTER} Exit code: 0; 2 after one line per mistake, with nothing written.",
    )
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="list|show|propose|weekly|accept|reject|import|export"
    )
    listed = _action(actions, "list", "one line per exclusion, by start")
    _add_choice(listed)
    listed.add_argument("--json", action="store_true", help="a JSON array instead of lines")
    shown = _action(actions, "show", "all of one exclusion, with every act on it")
    shown.add_argument("exclusion", metavar="ID")
    shown.add_argument("--json", action="store_true", help="a JSON array instead of lines")
    _add_proposal(_action(actions, "propose", "propose one, or change what one says (it is then decided anew)"))
    _add_weekly(_action(actions, "weekly", "write recurring works as a file for import, window by window, to stdout"))
    for word, short in (
        ("accept", "accept what another login proposed"),
        ("reject", "reject, or take an acceptance back"),
    ):
        decided = _action(actions, word, short)
        decided.add_argument("exclusion", metavar="ID", nargs="*", help="exclusions, on all their circuits")
        decided.add_argument("--circuit", metavar="CODE", help="only on this circuit")
        decided.add_argument(
            "--file", metavar="FILE", help=f"every row of a file that says what the store says: {FILE_HELP}"
        )
        needed = "needed" if word == "reject" else "needed where it was decided before"
        decided.add_argument("--reason", metavar="TEXT", required=word == "reject", help=f"why; {needed}")
    taken = _action(actions, "import", "propose every row of a file, all or none")
    taken.add_argument("file", metavar="FILE", help=FILE_HELP)
    taken.add_argument("--dry-run", action="store_true", help="say what would be proposed, and write nothing")
    _add_choice(_action(actions, "export", "write such a file to stdout"))
    return parser


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", word: str, short: str
) -> argparse.ArgumentParser:
    return actions.add_parser(word, help=short, description=f"{short[0].upper()}{short[1:]}.", epilog=POINTER)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--circuit", metavar="CODE", help="only on this circuit")
    parser.add_argument("--decision", choices=DECISIONS, help="only those that stand so")


def _add_proposal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exclusion", metavar="ID")
    parser.add_argument("--circuit", metavar="CODE", action="append", required=True, help="may be given several times")
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--from", dest="starts_at", metavar="INSTANT", required=True, help="with Z or an offset")
    parser.add_argument("--to", dest="ends_at", metavar="INSTANT", required=True, help="exclusive")
    _add_words(parser)


def _add_weekly(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exclusion", metavar="ID", help="every window is ID- and its first day")
    parser.add_argument("--circuit", metavar="CODE", action="append", required=True, help="may be given several times")
    parser.add_argument("--days", metavar="DAY", choices=DAYS, nargs="+", required=True, help=", ".join(DAYS))
    parser.add_argument("--from", dest="starts", metavar="HH:MM", required=True, help="local time")
    parser.add_argument(
        "--to", dest="ends", metavar="HH:MM", required=True, help="exclusive; not later than --from: of the next day"
    )
    parser.add_argument("--time-zone", metavar="ZONE", required=True, help="whose clocks: Africa/Casablanca")
    parser.add_argument("--first", metavar="DAY", required=True, help="first civil day")
    parser.add_argument("--until", metavar="DAY", required=True, help="civil day, exclusive")
    _add_words(parser)


def _add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--announced", metavar="INSTANT", default="", help="when tenants were told, if they were")
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why; the tenant reads it")
    parser.add_argument("--evidence", metavar="TEXT", default="", help="where the proof is: a letter, a ticket, a file")
