"""`p2i probe`: measures the inventory's circuits from the edge and publishes the readings over MQTT."""

import argparse
import asyncio
import logging
import os
import re
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from collectors.measuring import Results, default_collector, measure, targets
from collectors.mqtt_address import BrokerAddress, broker_address
from collectors.options import add_broker, add_inventory, add_metrics_port, whole_number
from collectors.prober import Target
from collectors.spool import LIMIT_BYTES, Spool
from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.process import run, serve_metrics
from store.errors import InputError, P2IError

logger = logging.getLogger(__name__)

LAST_MESSAGES_SECONDS = 3.0
TOPIC_LEVEL = re.compile(r"[A-Za-z0-9._-]{1,63}")


def main(argv: Sequence[str]) -> int:
    """Runs `p2i probe` and returns its exit code: 0 when stopped, 2 after one line of error."""
    return run("collectors", partial(_probe, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i probe",
        description="Sends STAMP packets (RFC 8762) to the reflectors of probes.toml and publishes, per interval, how"
        " many were sent and lost, and every round trip.",
        epilog="User and password of the broker: P2I_MQTT_USER, P2I_MQTT_PASSWORD or P2I_MQTT_PASSWORD_FILE.",
    )
    add_broker(parser)
    add_inventory(parser)
    parser.add_argument(
        "--probe", action="append", metavar="CODE", help="run only this probe of the inventory (repeatable)"
    )
    parser.add_argument(
        "--reflector",
        action="append",
        type=_reflector,
        metavar="CIRCUIT=HOST:PORT",
        help="probe this circuit's reflector here and not where probes.toml says (repeatable)",
    )
    parser.add_argument(
        "--collector",
        default=os.environ.get("P2I_COLLECTOR") or default_collector(),
        metavar="NAME",
        help="our name in topics and at the broker (P2I_COLLECTOR; default: this machine's name)",
    )
    parser.add_argument(
        "--interval-seconds",
        type=whole_number(1, 3600),
        metavar="N",
        help="length of an interval; a divisor of 3600 (default: as the circuit's agreement counts, else 10)",
    )
    parser.add_argument(
        "--spool-bytes",
        type=whole_number(1024, 2**31 - 1),
        default=os.environ.get("P2I_PROBE_SPOOL_BYTES", str(LIMIT_BYTES)),
        metavar="N",
        help="memory for readings while the broker is away (P2I_PROBE_SPOOL_BYTES; default 32 MiB)",
    )
    add_metrics_port(parser)
    return parser


def _reflector(text: str) -> tuple[str, tuple[str, int]]:
    found = re.fullmatch(r"([^=]+)=(.+):([0-9]{1,5})", text)
    if found is None or not 0 < int(found[3]) < 65_536:
        raise argparse.ArgumentTypeError(f'"{text}" is not CIRCUIT=HOST:PORT')
    return found[1], (found[2].strip("[]"), int(found[3]))


def _probe(arguments: argparse.Namespace) -> int:
    address = broker_address(arguments.broker, os.environ)
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    if arguments.interval_seconds and 3600 % arguments.interval_seconds:
        raise InputError(f"--interval-seconds: {arguments.interval_seconds} does not divide 3600")
    if not TOPIC_LEVEL.fullmatch(arguments.collector):
        raise InputError(f'--collector: "{arguments.collector}": letters, digits, ".", "_" and "-" only')
    unknown = [code for code in arguments.probe or () if code not in inventory.probes]
    if unknown:
        raise InputError(f'--probe: "{unknown[0]}" is not a probe of {inventory.path}')
    chosen = [probe for code, probe in inventory.probes.items() if not arguments.probe or code in arguments.probe]
    if not chosen:
        raise InputError(f"{inventory.path}: no probes to run (probes.toml)")
    elsewhere = dict(arguments.reflector or ())
    if strange := [circuit for circuit in elsewhere if circuit not in {probe.circuit for probe in chosen}]:
        raise InputError(f'--reflector: no probe of circuit "{strange[0]}" to run')
    wanted = [
        target._replace(host=elsewhere[target.circuit][0], port=elsewhere[target.circuit][1])
        if target.circuit in elsewhere
        else target
        for target in targets(inventory, chosen, datetime.now(UTC).date(), arguments.interval_seconds)
    ]
    serve_metrics(arguments.metrics_port)
    asyncio.run(_measure(address, inventory, wanted, arguments.collector, arguments.spool_bytes))
    return 0


async def _measure(
    address: BrokerAddress, inventory: Inventory, wanted: Sequence[Target], collector: str, spool_bytes: int
) -> None:
    stop = asyncio.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(asked, stop.set)
    spool = Spool(address, f"p2i-probe-{collector}", spool_bytes)
    spool.start()
    logger.info("probing %s", ", ".join(target.circuit for target in wanted))
    patience_seconds = LAST_MESSAGES_SECONDS
    try:
        await measure(wanted, Results(inventory, collector, spool.put), spool, stop)
    except P2IError:
        patience_seconds = 0.0
        raise
    finally:
        await asyncio.to_thread(spool.stop, patience_seconds)
