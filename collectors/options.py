"""Options that several of our commands take, each with its environment default."""

import argparse
import os
from collections.abc import Callable


def add_broker(parser: argparse.ArgumentParser) -> None:
    """`--broker URL`; read with `broker_address`."""
    parser.add_argument(
        "--broker", metavar="URL", help="mqtt://HOST:PORT or mqtts:// (P2I_MQTT_URL; default mqtt://127.0.0.1:1883)"
    )


def add_inventory(parser: argparse.ArgumentParser) -> None:
    """`--inventory DIR`; read with `inventory_path`."""
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")


def add_metrics_port(parser: argparse.ArgumentParser) -> None:
    """`--metrics-port PORT`."""
    parser.add_argument(
        "--metrics-port",
        type=whole_number(0, 65_535),
        default=os.environ.get("P2I_METRICS_PORT", "0"),
        metavar="PORT",
        help="serve metrics for Prometheus (P2I_METRICS_PORT; default 0: not at all)",
    )


def whole_number(at_least: int, at_most: int) -> Callable[[str], int]:
    """An argparse type: a whole number within the bounds."""

    def parsed(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not at_least <= int(text) <= at_most:
            raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from {at_least} to {at_most}')
        return int(text)

    return parsed


def positive_number(at_most: float) -> Callable[[str], float]:
    """An argparse type: a number above 0 and not above `at_most`."""

    def parsed(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 0 < number <= at_most:
            raise argparse.ArgumentTypeError(f'"{text}" is not a number above 0 and at most {at_most:g}')
        return number

    return parsed
