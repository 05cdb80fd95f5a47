"""`p2i collect`: takes in readings over MQTT and stores them; acknowledges a message once it is committed."""

import argparse
import logging
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from collectors.ingest import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, Ingest, IngestSettings
from collectors.known import Known
from collectors.metrics import DATABASE_UP
from collectors.mqtt_address import broker_address
from collectors.options import add_broker, add_inventory, add_metrics_port, positive_number, whole_number
from collectors.registration import registered
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run, serve_metrics, stop_event
from store.connection import connect, server
from store.errors import StoreUnavailable
from store.migrations import require_current_schema

logger = logging.getLogger(__name__)


def main(argv: Sequence[str]) -> int:
    """Runs `p2i collect` and returns its exit code: 0 when stopped, 2 after one line of error."""
    return run("collectors", partial(_collect, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i collect",
        description="Takes in readings published on p2i/v1/FACILITY/COLLECTOR/KIND (docs/native-payload.md).",
        epilog="User and password of the broker: P2I_MQTT_USER, P2I_MQTT_PASSWORD or P2I_MQTT_PASSWORD_FILE.",
    )
    defaults = IngestSettings()
    add_broker(parser)
    add_inventory(parser)
    parser.add_argument(
        "--client-id",
        default=os.environ.get("P2I_MQTT_CLIENT_ID", defaults.client_id),
        metavar="NAME",
        help="name the broker keeps our session under; one per process (P2I_MQTT_CLIENT_ID; default p2i-collect)",
    )
    parser.add_argument(
        "--receive-maximum",
        type=whole_number(1, 65_535),
        default=os.environ.get("P2I_MQTT_RECEIVE_MAXIMUM", str(defaults.receive_maximum)),
        metavar="N",
        help="messages the broker may send before an acknowledgement (P2I_MQTT_RECEIVE_MAXIMUM; default 2000)",
    )
    parser.add_argument(
        "--batch-messages",
        type=whole_number(1, 100_000),
        default=os.environ.get("P2I_COLLECT_BATCH_MESSAGES", str(defaults.batch_messages)),
        metavar="N",
        help="messages that are committed without waiting for more (P2I_COLLECT_BATCH_MESSAGES; default 500)",
    )
    parser.add_argument(
        "--flush-seconds",
        type=positive_number(at_most=0.2),
        default=os.environ.get("P2I_COLLECT_FLUSH_SECONDS", str(defaults.flush_seconds)),
        metavar="S",
        help="longest wait for a batch to fill, at most 0.2 (P2I_COLLECT_FLUSH_SECONDS; default 0.1)",
    )
    parser.add_argument(
        "--limit-bytes",
        type=whole_number(1024, 64 * 1024 * 1024),
        default=os.environ.get("P2I_COLLECT_LIMIT_BYTES", str(defaults.limit_bytes)),
        metavar="N",
        help="larger messages are quarantined unread (P2I_COLLECT_LIMIT_BYTES; default 262144)",
    )
    add_metrics_port(parser)
    return parser


def _collect(arguments: argparse.Namespace) -> int:
    address = broker_address(arguments.broker, os.environ)
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    settings = IngestSettings(
        arguments.client_id,
        arguments.receive_maximum,
        arguments.batch_messages,
        arguments.flush_seconds,
        arguments.limit_bytes,
    )
    stop = stop_event()
    with server() as dsn:
        serve_metrics(arguments.metrics_port)
        known = _known(dsn, inventory, stop)
        if known is not None:
            Ingest(address, dsn, known, settings, clock=lambda: datetime.now(UTC)).run(stop)
    return 0


def _known(dsn: str, inventory: Inventory, stop: threading.Event) -> Known | None:
    """What the inventory names, registered; waits for a database that is away. None when asked to stop before."""
    wait_seconds = FIRST_WAIT_SECONDS
    said = False
    while not stop.is_set():
        try:
            with connect(dsn, "collectors") as connection:
                require_current_schema(connection)
                known = registered(connection, inventory)
            DATABASE_UP.set(1)
            return known
        except StoreUnavailable as error:
            DATABASE_UP.set(0)
            if not said:
                logger.warning("database away; nothing is taken from the broker until it is there: %s", error)
                said = True
            stop.wait(wait_seconds)
            wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)
    return None
