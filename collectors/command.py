"""`p2i collect`: takes in readings over MQTT and stores them; acknowledges a message once it is committed."""

import argparse
import logging
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from collectors.ingest import Ingest, IngestSettings
from collectors.known import Known
from collectors.metrics import DATABASE_UP
from collectors.mqtt_address import broker_address
from collectors.options import add_broker, add_inventory, add_metrics_port, positive_number, whole_number
from collectors.patient_writer import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS
from collectors.registration import registered
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run, serve_metrics, stop_event
from store.connection import connect, server
from store.errors import InputError, StoreUnavailable
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
        default=os.environ.get("P2I_MQTT_CLIENT_ID"),
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
    parser.add_argument(
        "--share",
        metavar="GROUP",
        help="share the load with the other workers of this group; needs a client id (docs/collect.md)",
    )
    parser.add_argument(
        "--sparkplug",
        action="store_true",
        help="with --share: this worker, and no other of the group, takes the feeds of Sparkplug nodes, whole",
    )
    parser.add_argument(
        "--leave",
        action="store_true",
        help="unsubscribe, store what the broker still holds under this client id, end the session and stop",
    )
    add_metrics_port(parser)
    return parser


def _collect(arguments: argparse.Namespace) -> int:
    address = broker_address(arguments.broker, os.environ)
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    settings = _settings(arguments)
    stop = stop_event()
    with server() as dsn:
        serve_metrics(arguments.metrics_port)
        known = _known(dsn, inventory, stop)
        done = known is not None and Ingest(address, dsn, known, settings, lambda: datetime.now(UTC)).run(stop)
    if settings.leaves and not done:
        logger.warning("stopped before the session was drained; run --leave again, or its messages are lost")
        return 1
    return 0


def _settings(arguments: argparse.Namespace) -> IngestSettings:
    """The options together. Raises InputError for those that contradict each other."""
    share = arguments.share
    if share is not None and (not share or set(share) & set("/+#")):
        raise InputError(f'--share: "{share}" is no name of a group: it must be without /, + and #')
    if share is not None and not arguments.client_id:
        raise InputError("--share: needs --client-id (P2I_MQTT_CLIENT_ID): every worker has one of its own, for good")
    if arguments.sparkplug and share is None:
        raise InputError("--sparkplug: only with --share; a collector alone takes every feed")
    return IngestSettings(
        client_id=arguments.client_id or IngestSettings.client_id,
        receive_maximum=arguments.receive_maximum,
        batch_messages=arguments.batch_messages,
        flush_seconds=arguments.flush_seconds,
        limit_bytes=arguments.limit_bytes,
        share=share,
        takes_sparkplug=arguments.sparkplug,
        leaves=arguments.leave,
    )


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
