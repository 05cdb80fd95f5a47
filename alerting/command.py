"""`p2i alert`: notices what is wrong, keeps the record of it, tells whoever is to be told, and keeps looking."""

import argparse
import os
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module

import psycopg

from alerting.alertmanager import client as alertmanager_client
from alerting.announcements import Languages
from alerting.delivering import Deliverer, Delivering
from alerting.direct import Direct, WhileAway
from alerting.looking import Looker, show
from alerting.messages import LANGUAGES
from alerting.telling import tell_changes
from alerting.watch import Watch, unusable
from alerting.words.annotations import annotator
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run, serve_metrics, stop_event
from store.connection import Connection, connect, server
from store.migrations import require_current_schema
from store.notices import beat

WORDS = {
    "list": "alerting.listing_command",
    "show": "alerting.showing_command",
    "rules": "alerting.rules_command",
    "config": "alerting.alertmanager.command",
}
"""What else `p2i alert` does: each word and its module, loaded when it is asked for."""


def main(argv: Sequence[str]) -> int:
    """Runs `p2i alert` and returns its exit code: 0 when stopped (or done, with --once), 2 after one line of error."""
    if argv and argv[0] in WORDS:
        word: Callable[[Sequence[str]], int] = import_module(WORDS[argv[0]]).main
        return word(argv[1:])
    arguments = _parser().parse_args(argv)
    return run("alerting", partial(_alert, arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i alert",
        description="Notices outages, burning budgets, silent sources and their common causes, records them as alerts,"
        " and hands them to Alertmanager (P2I_ALERTMANAGER_URL) or, without one, to the escalator. Tells every change"
        " of a circuit's state or an objective's verdict: one line on standard output.",
        epilog="p2i alert list, p2i alert show N: what lasts, and why somebody was told or nobody. p2i alert rules:"
        " what can never be told. p2i alert config: the configuration of Alertmanager. Each change is told at least"
        " once; only after a crash may one be told again, and it says so.",
    )
    parser.add_argument("--once", action="store_true", help="look once, tell what is new and exit")
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    parser.add_argument(
        "--language",
        type=_language,
        default=os.environ.get("P2I_LANGUAGE", "fr"),
        metavar="fr|en",
        help="language of the lines, and of messages (P2I_LANGUAGE; default fr)",
    )
    parser.add_argument(
        "--every-seconds",
        type=_positive,
        default=os.environ.get("P2I_ALERT_EVERY_SECONDS", "2"),
        metavar="N",
        help="time between two looks (P2I_ALERT_EVERY_SECONDS; default 2)",
    )
    parser.add_argument(
        "--settle-seconds",
        type=_positive,
        default=os.environ.get("P2I_ALERT_SETTLE_SECONDS", "300"),
        metavar="N",
        help="how long an outage and its cause must be over before their alert ends: what comes back meanwhile is the"
        " same alert (P2I_ALERT_SETTLE_SECONDS; default 300)",
    )
    parser.add_argument(
        "--hold-seconds",
        type=_not_negative,
        default=os.environ.get("P2I_ALERT_HOLD_SECONDS", "30"),
        metavar="N",
        help="without an Alertmanager: how long a new notice waits for what belongs to it, or explains it, before its"
        " first message (P2I_ALERT_HOLD_SECONDS; default 30)",
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
    step = _step(arguments, inventory)
    stop = None if arguments.once else stop_event()
    try:
        with server() as dsn:
            if stop is None:
                with connect(dsn, "alerting") as connection:
                    require_current_schema(connection)
                    step(connection)
                return 0
            serve_metrics(arguments.metrics_port)
            watch = Watch(dsn, arguments.every_seconds, step)
            try:
                while not stop.wait(watch.step()):
                    pass
            finally:
                watch.close()
    except psycopg.Error as error:
        raise unusable(error) from error
    return 0


def _step(arguments: argparse.Namespace, inventory: Inventory) -> Callable[[Connection], int]:
    """One look: the lines first, which need nothing else; then the alerts, and those who are told of them."""

    def clock() -> datetime:
        return datetime.now(UTC)

    claimed_by = f"{socket.gethostname()}:{os.getpid()}"
    words = LANGUAGES[arguments.language]
    looker = Looker(inventory, arguments.settle_seconds)
    delivering = Delivering(deliverers(inventory, arguments.language, timedelta(seconds=arguments.hold_seconds)))

    def step(connection: Connection) -> int:
        told = tell_changes(connection, claimed_by, clock, inventory=inventory, words=words, out=sys.stdout)
        looks = looker.try_to_look(connection, clock())
        show(delivering.deliver(connection, clock()))
        if looks and not looker.is_blind(clock()):
            beat(connection, "alerting", clock())
            connection.commit()
        return told

    return step


def deliverers(inventory: Inventory, language: str, hold: timedelta) -> list[Deliverer]:
    """Who is handed the alerts: the Alertmanagers that are set; without any, or while they are away, the escalator."""
    names = {"runbooks": "P2I_RUNBOOKS_URL", "grafana": "P2I_GRAFANA_ROOT_URL"}
    annotate = annotator(inventory, {key: os.environ[name] for key, name in names.items() if os.environ.get(name)})
    found = alertmanager_client.deliverer(inventory, os.environ, annotate=annotate, languages=Languages(language))
    direct = Direct(inventory, annotate, Languages(language), hold)
    if found is not None:
        return [Deliverer("alertmanager", found), Deliverer("escalator", WhileAway(direct))]
    return [Deliverer("escalator", direct)]


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise argparse.ArgumentTypeError(f'"{text}" is neither fr nor en')
    return text


def _not_negative(text: str) -> float:
    return 0.0 if text == "0" else _positive(text)


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of seconds above 0')
    return seconds
