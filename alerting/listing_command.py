"""`p2i alert list`: what lasts, and whether somebody was told of it."""

import argparse
import json
from collections.abc import Sequence
from functools import partial

from alerting.alert_text import as_json, table
from facilities.process import run
from store.alerts import read_alerts, read_alerts_by_number, read_open_alerts
from store.alerts_told import read_told
from store.connection import connect, server
from store.migrations import require_current_schema

NEWEST = 200
LABEL = "DÉMO"


def main(argv: Sequence[str]) -> int:
    """Runs `p2i alert list` and returns its exit code: 0, or 2 after one line of error."""
    parser = argparse.ArgumentParser(prog="p2i alert list", description="Shows the alerts that last, pages first.")
    parser.add_argument("--all", action="store_true", help=f"the newest {NEWEST}, those that are over too")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, as in the table alert")
    return run("alerting", partial(_list, parser.parse_args(argv)))


def _list(arguments: argparse.Namespace) -> int:
    with server() as dsn, connect(dsn, "alert list") as connection:
        require_current_schema(connection)
        if arguments.all:
            alerts = read_alerts(connection, newest=NEWEST)
        else:
            alerts = sorted(read_open_alerts(connection), key=lambda one: (one.trouble.severity, -one.alert_id))
        told = read_told(connection, (one.alert_id for one in alerts))
        causes = read_alerts_by_number(connection, {one.cause_id for one in alerts if one.cause_id is not None})
    if arguments.json:
        for one in alerts:
            print(json.dumps(as_json(one), ensure_ascii=False))
    elif not alerts:
        print("nothing is wrong" if not arguments.all else "no alert yet")
    else:
        print("\n".join(table(alerts, causes, told, LABEL)))
    return 0
