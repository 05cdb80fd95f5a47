"""`p2i alert show N`: one alert whole, with every step of it, and why somebody was told or nobody."""

import argparse
from collections.abc import Sequence
from functools import partial

from alerting.alert_text import shown
from facilities.process import run
from store.alerts import read_alert, read_alert_changes, read_alerts_by_number, read_explained
from store.alerts_told import read_told
from store.connection import connect, server
from store.errors import InputError
from store.migrations import require_current_schema


def main(argv: Sequence[str]) -> int:
    """Runs `p2i alert show` and returns its exit code: 0, or 2 after one line of error."""
    parser = argparse.ArgumentParser(prog="p2i alert show", description="Shows one alert and every step of it.")
    parser.add_argument("alert", metavar="N", type=int, help="its number, as in p2i alert list")
    return run("alerting", partial(_show, parser.parse_args(argv)))


def _show(arguments: argparse.Namespace) -> int:
    with server() as dsn, connect(dsn, "alert show") as connection:
        require_current_schema(connection)
        alert = read_alert(connection, arguments.alert)
        if alert is None:
            raise InputError(f"no alert {arguments.alert}; p2i alert list --all shows their numbers")
        changes = read_alert_changes(connection, alert.alert_id)
        explained = read_explained(connection, alert.alert_id)
        known = {one.alert_id: one for one in (alert, *explained)}
        if alert.cause_id is not None:
            known |= read_alerts_by_number(connection, {alert.cause_id})
        told = read_told(connection, (one.alert_id for one in (alert, *explained)))
    print("\n".join(shown(alert, changes, explained, known, told)))
    return 0
