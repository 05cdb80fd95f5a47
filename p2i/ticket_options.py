"""The options of `p2i ticket`."""

import argparse

from p2i.ticket_file import FREEZE_COLUMNS, TICKET_COLUMNS

INSTANT_HELP = "with Z or an offset"


def ticket_parser() -> argparse.ArgumentParser:
    """The parser of all actions; the action is in `action`."""
    parser = argparse.ArgumentParser(
        prog="p2i ticket",
        description="Fault reports: opened, restored, and frozen while their clock stands still (gel); corrected or"
        " withdrawn with a reason, where they were entered wrongly.",
        epilog="The rights it takes: docs/exclusions.md. Exit code: 0; 2 after one line per mistake, with nothing"
        " written.",
    )
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="open|restore|freeze|correct|withdraw|show|list|import|export"
    )
    _add_acts(actions)
    shown = actions.add_parser("show", help="one ticket with everything that was ever done to it")
    shown.add_argument("ticket", metavar="TICKET")
    listed = actions.add_parser("list", help="tickets with their freezes, by opening")
    listed.add_argument("--open", action="store_true", help="only those not restored")
    listed.add_argument("--circuit", metavar="CODE", help="only on this circuit")
    listed.add_argument("--withdrawn", action="store_true", help="withdrawn ones too")
    taken = actions.add_parser("import", help="write every row of the files, all or none")
    taken.add_argument("--tickets", metavar="FILE", help=f"CSV with the columns {','.join(TICKET_COLUMNS)}")
    taken.add_argument("--freezes", metavar="FILE", help=f"CSV with the columns {','.join(FREEZE_COLUMNS)}")
    written = actions.add_parser("export", help="write all tickets, or all freezes, as such a file to stdout")
    written.add_argument("what", choices=("tickets", "freezes"))
    return parser


def _add_acts(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    opened = actions.add_parser("open", help="a fault was reported")
    restored = actions.add_parser("restore", help="service is restored; said again it corrects the instant")
    frozen = actions.add_parser("freeze", help="its clock stands still, on all its circuits")
    corrected = actions.add_parser(
        "correct", help="it was reported at another instant; both months are scored anew; a withdrawn one stands again"
    )
    withdrawn = actions.add_parser("withdraw", help="it was entered wrongly: it counts nowhere, and its trace stays")
    for one in (opened, restored, frozen, corrected, withdrawn):
        one.add_argument("ticket", metavar="TICKET")
    for one, what in ((opened, "reported"), (restored, "restored"), (corrected, "reported")):
        one.add_argument("--at", metavar="INSTANT", required=True, help=f"when it was {what}, {INSTANT_HELP}")
    opened.add_argument("--circuit", metavar="CODE", action="append", required=True, help="may be given several times")
    for one in (restored, corrected, withdrawn):
        one.add_argument("--circuit", metavar="CODE", action="append", help="only there; default: on all it names")
    frozen.add_argument("--from", dest="starts_at", metavar="INSTANT", required=True, help=INSTANT_HELP)
    frozen.add_argument("--to", dest="ends_at", metavar="INSTANT", required=True, help="exclusive")
    frozen.add_argument("--reason", metavar="TEXT", required=True, help="why; the tenant reads it")
    for one in (corrected, withdrawn):
        one.add_argument("--reason", metavar="TEXT", required=True, help="why; an auditor reads it")
