"""`p2i alert`: prints every state change the engine has noticed, one line each, and keeps looking."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import psycopg

from alerting.messages import LANGUAGES
from alerting.telling import tell_changes
from alerting.watch import Watch, unusable
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run, serve_metrics, stop_event
from store.connection import connect, server
from store.migrations import require_current_schema


def main(argv: Sequence[str]) -> int:
    """Runs `p2i alert` and returns its exit code: 0 when stopped (or done, with --once), 2 after one line of error."""
    arguments = _parser().parse_args(argv)
    return run("alerting", partial(_alert, arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i alert",
        description="Tells every change of a circuit's state or an objective's verdict: one line on standard output.",
        epilog="Each change is told at least once. Only after a crash may one be told again, and it says so.",
    )
    parser.add_argument("--once", action="store_true", help="tell what is new and exit")
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    parser.add_argument(
        "--language",
        type=_language,
        default=os.environ.get("P2I_LANGUAGE", "fr"),
        metavar="fr|en",
        help="language of the lines (P2I_LANGUAGE; default fr)",
    )
    parser.add_argument(
        "--every-seconds",
        type=_positive,
        default=os.environ.get("P2I_ALERT_EVERY_SECONDS", "2"),
        metavar="N",
        help="time between two looks (P2I_ALERT_EVERY_SECONDS; default 2)",
    )
    parser.add_argument(
        "--metrics-port",
        type=int,
        default=os.environ.get("P2I_METRICS_PORT", "0"),
        metavar="PORT",
        help="serve metrics for Prometheus (P2I_METRICS_PORT; default 0: not at all)",
    )
    return parser


def _alert(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    tell = partial(
        tell_changes,
        claimed_by=f"{socket.gethostname()}:{os.getpid()}",
        clock=lambda: datetime.now(UTC),
        inventory=inventory,
        words=LANGUAGES[arguments.language],
        out=sys.stdout,
    )
    stop = None if arguments.once else stop_event()
    try:
        with server() as dsn:
            if stop is None:
                with connect(dsn, "alerting") as connection:
                    require_current_schema(connection)
                    tell(connection)
                return 0
            serve_metrics(arguments.metrics_port)
            watch = Watch(dsn, arguments.every_seconds, tell)
            try:
                while not stop.wait(watch.step()):
                    pass
            finally:
                watch.close()
    except psycopg.Error as error:
        raise unusable(error) from error
    return 0


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
