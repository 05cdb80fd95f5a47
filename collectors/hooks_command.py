"""`p2i hooks`: takes webhooks over HTTP and stores their readings; answers 200 once a body is safely on disk."""

import argparse
import contextlib
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from collectors.feeds import HOOKS, open_feeds
from collectors.hooks_app import HookLimits, Hooks
from collectors.hooks_drain import HookDrain
from collectors.hooks_metrics import watch_queue
from collectors.hooks_queue import HookQueue
from collectors.hooks_secrets import Hook, hooks_of
from collectors.options import add_inventory, add_metrics_port, positive_number, whole_number
from facilities.http_server import http_server, listening
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run, serve_metrics, stop_event
from facilities.sensors import secret_setting
from store.connection import connect, server
from store.embedded import default_home
from store.errors import StoreUnavailable
from store.migrations import require_current_schema

logger = logging.getLogger(__name__)


def main(argv: Sequence[str]) -> int:
    """Runs `p2i hooks` and returns its exit code: 0 when stopped, 2 after one line of error."""
    return run("collectors", partial(_hooks, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i hooks",
        description="Takes webhooks on POST /hooks/FEED[/DEVICE] for every feed without topics (docs/webhooks.md).",
        epilog="Each feed needs its secret: P2I_HOOK_SECRET_<FEED> or P2I_HOOK_SECRET_<FEED>_FILE.",
    )
    defaults = HookLimits()
    add_inventory(parser)
    parser.add_argument("--check", action="store_true", help="say which feeds and secrets there are, and exit")
    parser.add_argument(
        "--address",
        default=os.environ.get("P2I_HOOKS_ADDRESS", "127.0.0.1"),
        metavar="ADDRESS",
        help="address to listen on, behind a proxy that does TLS (P2I_HOOKS_ADDRESS; default 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=whole_number(1, 65_535),
        default=os.environ.get("P2I_HOOKS_PORT", "8480"),
        metavar="PORT",
        help="port to listen on (P2I_HOOKS_PORT; default 8480)",
    )
    parser.add_argument(
        "--queue",
        default=os.environ.get("P2I_HOOKS_QUEUE"),
        metavar="FILE",
        help="where bodies wait for the database (P2I_HOOKS_QUEUE; default hooks.queue in P2I_HOME)",
    )
    parser.add_argument(
        "--queue-bytes",
        type=whole_number(1024, 1 << 40),
        default=os.environ.get("P2I_HOOKS_QUEUE_BYTES", str(256 * 1024 * 1024)),
        metavar="N",
        help="room of the queue; beyond it senders get 503 (P2I_HOOKS_QUEUE_BYTES; default 268435456)",
    )
    parser.add_argument(
        "--limit-bytes",
        type=whole_number(1024, 16 * 1024 * 1024),
        default=os.environ.get("P2I_HOOKS_LIMIT_BYTES", str(defaults.body_bytes)),
        metavar="N",
        help="larger bodies are refused with 413 (P2I_HOOKS_LIMIT_BYTES; default 262144)",
    )
    parser.add_argument(
        "--body-seconds",
        type=positive_number(at_most=60),
        default=os.environ.get("P2I_HOOKS_BODY_SECONDS", str(defaults.body_seconds)),
        metavar="S",
        help="a body that takes longer is refused with 408 (P2I_HOOKS_BODY_SECONDS; default 10)",
    )
    parser.add_argument(
        "--requests",
        type=whole_number(1, 256),
        default=os.environ.get("P2I_HOOKS_REQUESTS", str(defaults.requests)),
        metavar="N",
        help="requests at a time; more get 503 (P2I_HOOKS_REQUESTS; default 64)",
    )
    add_metrics_port(parser)
    return parser


def _hooks(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    hooks = hooks_of(open_feeds(inventory).by_code.values(), inventory.path)
    if arguments.check:
        print("\n".join(_checked(hooks)))
        return 0
    limits = HookLimits(arguments.limit_bytes, arguments.body_seconds, arguments.requests)
    queue = HookQueue(
        Path(arguments.queue) if arguments.queue else default_home() / "hooks.queue", arguments.queue_bytes
    )
    try:
        with server() as dsn:
            _require_schema(dsn)
            serve_metrics(arguments.metrics_port)
            _serve(arguments, inventory, hooks, queue, limits, dsn)
    finally:
        queue.close()
    return 0


def _require_schema(dsn: str) -> None:
    """Raises P2IError for a database that lacks migrations, before anything listens. One that is away may be late."""
    with contextlib.suppress(StoreUnavailable), connect(dsn, "hooks") as connection:
        require_current_schema(connection)


def _checked(hooks: Mapping[str, Hook]) -> list[str]:
    lines = []
    for code, (opened, secrets) in hooks.items():
        way = f"{opened.feed.source}, {opened.feed.proof.kind}, {len(opened.sensors)} sensors"
        lines.append(f"/{HOOKS}{code}: {way}, secrets in {secret_setting(code)}: {len(secrets)}")
    return lines


def _serve(
    arguments: argparse.Namespace,
    inventory: Inventory,
    hooks: Mapping[str, Hook],
    queue: HookQueue,
    limits: HookLimits,
    dsn: str,
) -> None:
    """Serves until asked to stop: no new requests first, then the last answers, then the last commits."""

    def clock() -> datetime:
        return datetime.now(UTC)

    asked = stop_event()
    listener = listening(arguments.address, arguments.port)
    web = http_server(Hooks(hooks, queue, limits, clock).application)
    watch_queue(queue, clock)
    drain = HookDrain(queue, dsn, inventory, limits.body_bytes, clock)
    stop = threading.Event()
    failure: list[BaseException] = []

    def drained() -> None:
        try:
            drain.run(stop)
        except BaseException as error:  # noqa: BLE001 - raised below, in the main thread
            failure.append(error)
            web.should_exit = True

    thread = threading.Thread(target=drained, name="drain")
    thread.start()
    try:
        if not asked.is_set():
            logger.info("taking webhooks of %s on %s:%d", ", ".join(hooks), arguments.address, arguments.port)
            web.run(sockets=[listener])
    finally:
        stop.set()
        queue.wake()
        thread.join()
    if failure:
        raise failure[0]
