"""`p2i closing`: publishes what is due, issues and sends statements, and shows what became of each."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from facilities.process import run, serve_metrics
from p2i.closing.acts import known_number, resend, take_bounce
from p2i.closing.checking import check_lines, store_lines
from p2i.closing.listing import read_lines, shown_lines
from p2i.closing.options import parser
from p2i.closing.passes import Passes
from p2i.closing.proof import proof_lines
from p2i.closing.running import held, look_until_stopped
from p2i.closing.settings import read_settings
from reports.bounces import MOST_BYTES
from store.connection import connect, server
from store.errors import InputError, StoreUnavailable
from store.migrations import require_current_schema


def main(argv: Sequence[str]) -> int:
    """Runs `p2i closing` and returns its exit code: 0; 1 where something is left to a person; 2 after one line."""
    return run("closing", partial(_closing, parser().parse_args(argv)))


def _closing(options: argparse.Namespace) -> int:
    match options.word:
        case "run":
            return _run(options)
        case "bounce":
            return _bounce(options)
    return _with_database(options)


def _with_database(options: argparse.Namespace) -> int:
    with server() as dsn, connect(dsn, "closing") as connection:
        require_current_schema(connection)
        match options.word:
            case "check":
                settings = read_settings(options, os.environ)
                _say(check_lines(settings, datetime.now(UTC)))
                _say(store_lines(connection, settings))
            case "list":
                settings = read_settings(options, os.environ)
                lines = read_lines(connection, settings, newest=options.months)
                _say(shown_lines(lines, settings))
                return int(any(one.waits for one in lines))
            case "show":
                _say(proof_lines(connection, known_number(connection, options.number)))
            case "resend":
                _say(resend(connection, options.number, options.to, options.instead_of, options.reason))
            case "bounce":
                _say(take_bounce(connection, _content(options.file)))
    return 0


def _bounce(options: argparse.Namespace) -> int:
    """Takes a report. While the database is away a mail server is told to bring it again (sysexits.h: EX_TEMPFAIL)."""
    try:
        return _with_database(options)
    except (StoreUnavailable, psycopg.OperationalError) as error:
        print(" ".join(str(error).split()) or type(error).__name__, file=sys.stderr)
        return os.EX_TEMPFAIL


def _run(options: argparse.Namespace) -> int:
    if options.every_seconds < 1:
        raise InputError("--every-seconds: must be at least 1")
    read = partial(read_settings, options, os.environ)
    read()
    with server() as dsn:
        with connect(dsn, "closing") as connection:
            require_current_schema(connection)
        if options.once:
            with held(dsn) as connection:
                return int(bool(Passes(read).run(connection)))
        serve_metrics(options.metrics_port)
        look_until_stopped(dsn, read, options.every_seconds)
    return 0


def _content(file: str) -> bytes:
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
