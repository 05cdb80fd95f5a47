"""`p2i board`: the circuits, worst first, and the people per zone, live in a terminal."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from rich.console import Console
from rich.live import Live

from dashboards.board import HOME_ZONE, board
from dashboards.look import Look, observed_at
from dashboards.terminal import drawing
from dashboards.words import LANGUAGES
from facilities.calendar import period, zone
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run, stop_event
from store.connection import connect, server
from store.errors import InputError
from store.migrations import require_current_schema


def main(argv: Sequence[str]) -> int:
    """Runs `p2i board` and returns its exit code: 0 when left or done, 2 after one line of error."""
    arguments = _parser().parse_args(argv)
    return run("dashboards", partial(_board, arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i board",
        description="The circuits, worst first, with verdict, error budget and coverage, and the people per zone.",
        epilog="Ctrl-C leaves. Without a terminal (in a pipe) the board is printed once, as with --once.",
    )
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    parser.add_argument("--tenant", metavar="T", help="only this tenant's circuits and its own zones")
    parser.add_argument("--period", metavar="YYYY-MM", help="a civil month; default: the running one, so far")
    parser.add_argument("--once", action="store_true", help="print the board and exit")
    parser.add_argument(
        "--language",
        type=_language,
        default=os.environ.get("P2I_LANGUAGE", "fr"),
        metavar="fr|en",
        help="language of the board (P2I_LANGUAGE; default fr)",
    )
    parser.add_argument(
        "--every-seconds",
        type=_positive,
        default=os.environ.get("P2I_BOARD_EVERY_SECONDS", "3"),
        metavar="N",
        help="time between two looks (P2I_BOARD_EVERY_SECONDS; default 3)",
    )
    return parser


def _board(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    if arguments.tenant is not None and arguments.tenant not in inventory.tenants:
        raise InputError(f'--tenant: no tenant "{arguments.tenant}" in {inventory.path}')
    if arguments.period is not None:
        _check_month(arguments.period)
    words = LANGUAGES[arguments.language]
    console = Console(highlight=False)
    compose = partial(board, inventory, tenant=arguments.tenant, month=arguments.period)
    stop = None if arguments.once or not console.is_terminal else stop_event()
    with server() as dsn:
        now = datetime.now(UTC)
        if stop is None:
            with connect(dsn, "dashboards") as connection:
                require_current_schema(connection)
                observed = observed_at(connection, now, arguments.period)
            console.print(drawing(compose(observed, now), words, width=console.width))
            return 0
        look = Look(dsn, arguments.period)
        try:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                while True:
                    now = datetime.now(UTC)
                    shown = compose(look.newest(now), now, away_since_at=look.away_since_at)
                    live.update(drawing(shown, words, width=console.width, height=console.height), refresh=True)
                    if stop.wait(arguments.every_seconds):
                        return 0
        finally:
            look.close()


def _check_month(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
        raise InputError(f'--period: "{text}" is not a month such as 2026-09')
    try:
        period(text, zone(HOME_ZONE))
    except InputError as error:
        raise InputError(f"--period: {error}") from None


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise argparse.ArgumentTypeError(f'"{text}" is neither fr nor en')
    return text


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of seconds above 0')
    return seconds
