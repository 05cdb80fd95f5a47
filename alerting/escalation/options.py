"""The options of `p2i page`, with their environment."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

EPILOG = """\
run          take notifications in, tell people, serve the page of their links
list         what lasts (--all: what is over, too)
show N       one notice: its alerts and everything that happened to it
acknowledge N, snooze N --minutes M, hand-over N --to PERSON, resolve N
             what the links in messages do, as the login of this machine
who          who is on call now, or --at 2026-12-24T20:00:00Z
check        read the on-call folder and every address, and say what it comes to, and who is never told of what
init DIR     write the packaged example of an on-call folder to DIR, to put your own people into

docs/on-call.md says how to set it up in ten minutes.
"""

INIT = "Writes the packaged example of an on-call folder, whose people are fictional, to put your own into."


def parser() -> argparse.ArgumentParser:
    """The parser of `p2i page`."""
    top = argparse.ArgumentParser(
        prog="p2i page",
        description="Tells people who is on call, until somebody takes it; docs/on-call.md.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = top.add_subparsers(dest="word", required=True, metavar="WORD")
    found = {}
    for word, does in (
        ("run", "take notifications in, tell people, serve the page of their links"),
        ("list", "what lasts"),
        ("show", "one notice: its alerts and everything that happened to it"),
        ("acknowledge", "take a notice: nobody further is told"),
        ("snooze", "put a notice off for some minutes"),
        ("hand-over", "give a notice to somebody else"),
        ("resolve", "close a notice"),
        ("who", "who is on call"),
        ("check", "read the on-call folder and every address, and say what it comes to"),
    ):
        one = words.add_parser(word, help=does, description=does[0].upper() + does[1:] + ".")
        one.add_argument("--oncall", metavar="DIR", help="on-call folder (P2I_ONCALL; of the demo: the packaged one)")
        one.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
        found[word] = one
    init = words.add_parser("init", help="write an example of an on-call folder", description=INIT)
    init.add_argument("folder", type=Path, metavar="DIR", help="a folder that does not exist yet")
    for word in ("show", "acknowledge", "snooze", "hand-over", "resolve"):
        found[word].add_argument("notice", type=_number, metavar="N", help="number of the notice")
    found["list"].add_argument("--all", action="store_true", help="what is over, too, newest first")
    found["snooze"].add_argument("--minutes", type=_number, default=30, metavar="M", help="5 to 1440 (default 30)")
    found["hand-over"].add_argument("--to", required=True, metavar="PERSON", help="code of people.toml")
    found["who"].add_argument("--at", metavar="INSTANT", help="with its offset; default: now")
    _add_run(found["run"])
    return top


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--address",
        default=os.environ.get("P2I_PAGE_ADDRESS", "127.0.0.1"),
        metavar="ADDRESS",
        help="address to listen on, behind a proxy that does TLS (P2I_PAGE_ADDRESS; default 127.0.0.1)",
    )
    run.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("P2I_PAGE_PORT", "8490"),
        metavar="PORT",
        help="port to listen on (P2I_PAGE_PORT; default 8490)",
    )
    run.add_argument(
        "--every-seconds",
        type=_positive,
        default=os.environ.get("P2I_PAGE_EVERY_SECONDS", "1"),
        metavar="S",
        help="time between two looks (P2I_PAGE_EVERY_SECONDS; default 1)",
    )
    run.add_argument(
        "--metrics-port",
        type=int,
        default=os.environ.get("P2I_METRICS_PORT", "0"),
        metavar="PORT",
        help="serve metrics for Prometheus (P2I_METRICS_PORT; default 0: not at all)",
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number')
    return int(text)


def _port(text: str) -> int:
    port = _number(text)
    if port > 65_535:
        raise argparse.ArgumentTypeError(f'"{text}" is not a port')
    return port


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 60:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of seconds above 0, at most 60')
    return seconds
