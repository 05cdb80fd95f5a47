"""What every process of the system does alike: log lines, the clock's self-test, one-line errors, a calm stop."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import psycopg
from prometheus_client import start_http_server

from facilities.calendar import zone_data_self_test
from store.errors import InputError, P2IError

TURN_SECONDS = 0.5
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def run(process: str, body: Callable[[], int]) -> int:
    """Runs `body` as the named process and returns its exit code.

    Exit 2 with one line on stderr for an error of ours (bad input, stale zone data, no database), 130 for
    Ctrl-C. The zone data are tested first (R-33): with rules that still put Morocco at UTC+1, every month
    would be cut one hour off, so nothing is started.
    """
    level = os.environ.get("P2I_LOG_LEVEL", "INFO").upper()
    if level not in LOG_LEVELS:
        print(f"P2I_LOG_LEVEL: {level!r} is not one of {', '.join(LOG_LEVELS)}", file=sys.stderr)
        return 2
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        level=level,
        format=f"%(asctime)s {process} %(levelname)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%SZ",
        stream=sys.stderr,
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("psycopg").addFilter(_is_news)
    try:
        zone_data_self_test()
        return body()
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except psycopg.Error as error:  # a role without rights, a full disk: the database says it best, in its first line
        print(f"database: {(str(error).strip().splitlines() or [type(error).__name__])[0]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of the driver says more than the error (or the Ctrl-C) it stands beside, which is told anyway."""
    return not record.getMessage().startswith("error ignored in")


def stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set; call it once, from the main thread of a long-running process."""
    stop = threading.Event()

    def asked_to_stop(_signal: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGINT, asked_to_stop)
    return stop


def wait_until(stop: threading.Event) -> None:
    """Waits in the main thread until `stop` is set, in short turns.

    Handlers of signals run in the main thread alone, and between its steps: one that came just before it began to wait,
    or that another thread was woken for, would else be noticed with the next one only.
    """
    while not stop.wait(TURN_SECONDS):
        pass


def serve_metrics(port: int | None) -> None:
    """Serves this process's metrics for Prometheus on `port`; None or 0 serves nothing.

    The address is 127.0.0.1 unless `P2I_METRICS_ADDRESS` names another (in a container: 0.0.0.0).
    Raises InputError when the port cannot be taken.
    """
    if not port:
        return
    address = os.environ.get("P2I_METRICS_ADDRESS", "127.0.0.1")
    try:
        start_http_server(port, addr=address)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "a port is at most 65535"
        raise InputError(f"--metrics-port: {address}:{port}: {why}") from error
