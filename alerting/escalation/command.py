"""`p2i page`: who is on call, what lasts and who has it, and the process that tells people until somebody answers."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import psycopg

from alerting.escalation.acts import Act, act
from alerting.escalation.example_folder import write_example
from alerting.escalation.gaps import notes, told_nobody
from alerting.escalation.listing import check_lines, list_lines, show_lines, who_lines
from alerting.escalation.oncall import OnCall, oncall_path, read_oncall
from alerting.escalation.options import parser
from alerting.escalation.running import work_and_serve
from alerting.escalation.settings import check_addresses, read_settings
from alerting.watch import unusable
from facilities.http_server import listening
from facilities.instants import epoch_seconds, instant
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run, serve_metrics
from store.connection import Connection, connect, server
from store.errors import InputError
from store.migrations import require_current_schema
from store.notices import notice


def main(argv: Sequence[str]) -> int:
    """Runs `p2i page` and returns its exit code: 0 done or stopped, 2 after one line of error."""
    return run("escalator", partial(_page, parser().parse_args(argv)))


def _page(arguments: argparse.Namespace) -> int:
    if arguments.word == "init":
        _say(write_example(arguments.folder))
        return 0
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    oncall = read_oncall(oncall_path(arguments.oncall, os.environ, inventory), inventory)
    match arguments.word:
        case "run":
            return _run(arguments, oncall)
        case "check":
            settings = read_settings()
            check_addresses(oncall, os.environ, settings.mail_server)
            now = datetime.now(UTC)
            if (wrong := told_nobody(oncall, now)) is not None:
                raise wrong
            _say([*check_lines(oncall, settings), *notes(oncall, inventory, now)])
        case "who":
            at = instant(epoch_seconds(arguments.at)) if arguments.at else datetime.now(UTC)
            _say(who_lines(oncall, at))
        case _:
            _with_store(arguments, oncall)
    return 0


def _run(arguments: argparse.Namespace, oncall: OnCall) -> int:
    settings = read_settings()
    check_addresses(oncall, os.environ, settings.mail_server)
    if not settings.hook_secrets:
        raise InputError("P2I_PAGE_HOOK_SECRET or P2I_PAGE_HOOK_SECRET_FILE: is needed to know who notifies us")
    listener = listening(arguments.address, arguments.port)
    try:
        with server() as dsn:
            serve_metrics(arguments.metrics_port)
            work_and_serve(oncall, settings, dsn, listener, every_seconds=arguments.every_seconds)
    except psycopg.Error as error:
        raise unusable(error) from error
    finally:
        listener.close()
    return 0


def _with_store(arguments: argparse.Namespace, oncall: OnCall) -> None:
    with server() as dsn, connect(dsn, "page") as connection:
        require_current_schema(connection)
        now = datetime.now(UTC)
        if arguments.word == "list":
            _say(list_lines(connection, oncall, now, closed=arguments.all))
            return
        if arguments.word == "show":
            if notice(connection, arguments.notice) is None:
                raise InputError(f"notice {arguments.notice}: there is no such notice")
            _say(show_lines(connection, oncall, arguments.notice))
            return
        _say([_acted(connection, oncall, arguments, now)])


def _acted(connection: Connection, oncall: OnCall, arguments: argparse.Namespace, now: datetime) -> str:
    """Acts as the login of this machine, and of the database, and says in a line what came of it."""
    wanted = {
        "acknowledge": Act("acknowledge"),
        "snooze": Act("snooze", minutes=getattr(arguments, "minutes", 0)),
        "hand-over": Act("hand_over", to=getattr(arguments, "to", "")),
        "resolve": Act("resolve"),
    }[arguments.word]
    via = f"cli, login {connection.info.user}"
    after = act(connection, oncall, arguments.notice, wanted, actor=getpass.getuser(), via=via, now=now)
    connection.commit()
    holder = f", {after.held_by}" if after.held_by else ""
    return f"notice {after.notice_id}: {after.state}{holder}"


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        print(line)
