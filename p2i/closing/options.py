"""The words and options of `p2i closing`."""

from __future__ import annotations

import argparse
import os

from p2i.closing.settings import USUAL_FORMS
from reports.forms import FORMS


def parser() -> argparse.ArgumentParser:
    """The command line, with defaults from the environment."""
    main = argparse.ArgumentParser(
        prog="p2i closing",
        description="Publishes verdicts that are due, issues every tenant's statement once, and sends it.",
        epilog="Exit 0; 1 where a person has something to do; 2 after one line about input or database.",
    )
    words = main.add_subparsers(dest="word", required=True, metavar="WORD")
    one = words.add_parser("run", help="do what is due, again and again; --once: now, then end")
    _add_settings(one)
    one.add_argument("--once", action="store_true", help="one pass, then end; 1 when something could not be done")
    one.add_argument(
        "--every-seconds", type=int, default=os.environ.get("P2I_CLOSING_EVERY_SECONDS", "60"), metavar="N",
        help="time between two looks (P2I_CLOSING_EVERY_SECONDS; default 60)",
    )  # fmt: skip
    one.add_argument(
        "--metrics-port", type=int, default=os.environ.get("P2I_METRICS_PORT", "0"), metavar="PORT",
        help="serve metrics for Prometheus (P2I_METRICS_PORT; default not)",
    )  # fmt: skip
    one = words.add_parser("check", help="check settings, keys and folder, and reach the mail server; nothing is sent")
    _add_settings(one)
    one = words.add_parser("list", help="where every tenant's month stands, and what it waits for")
    _add_settings(one)
    one.add_argument("--months", type=int, default=3, metavar="N", help="the newest N months (default 3; 0: all)")
    one = words.add_parser("show", help="one statement: its hashes, its files, and the proof of its dispatch")
    one.add_argument("number", metavar="NUMBER", help="such as P2I-2026-10-acme-v1")
    one = words.add_parser("resend", help="have the same message sent again, or to one more address")
    one.add_argument("number", metavar="NUMBER", help="the statement's number")
    one.add_argument("--to", metavar="ADDRESS", help="USER@DOMAIN; default: everybody it was sent to")
    one.add_argument("--instead-of", metavar="ADDRESS", help="the address that --to replaces; without --to nobody")
    one.add_argument("--reason", metavar="TEXT", required=True, help="why; part of the proof of dispatch")
    one = words.add_parser("bounce", help="take a mail server's report that a message was not (or was) delivered")
    one.add_argument("file", metavar="FILE", help="the report as it came, with its headers; -: from standard input")
    return main


def _add_settings(one: argparse.ArgumentParser) -> None:
    one.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    one.add_argument(
        "--recipients",
        metavar="FILE",
        default=os.environ.get("P2I_RECIPIENTS"),
        help="who gets what: recipients.toml (P2I_RECIPIENTS)",
    )
    one.add_argument(
        "--out",
        metavar="DIR",
        default=os.environ.get("P2I_STATEMENTS"),
        help="folder with a folder of statements per tenant (P2I_STATEMENTS)",
    )
    one.add_argument(
        "--format",
        dest="forms",
        type=_forms,
        default=os.environ.get("P2I_STATEMENT_FORMS", ",".join(USUAL_FORMS)),
        metavar="F[,F…]",
        help=f"forms that are made, of {', '.join(FORMS)} (P2I_STATEMENT_FORMS; default {','.join(USUAL_FORMS)})",
    )


def _forms(text: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(["json", *text.split(",")]))
    for one in chosen:
        if one not in FORMS:
            raise argparse.ArgumentTypeError(f'"{one}" is none of {", ".join(FORMS)}')
    return chosen
