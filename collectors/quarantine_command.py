"""`p2i quarantine`: shows input that was refused, tries it again, or closes what is dealt with."""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from collectors.batch_store import SOURCE as MQTT_SOURCE
from collectors.importer import SOURCE as IMPORT_SOURCE
from collectors.quarantine_import import ImportForm, import_form, record_again
from collectors.quarantine_list import list_json, list_lines, show_lines, utc
from collectors.quarantine_options import quarantine_parser
from collectors.quarantine_retry import STORED, message_again, retry_row
from collectors.reasons import Reason
from collectors.registration import registered
from collectors.visible_text import visible
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from store.connection import Connection, connect, server
from store.errors import InputError
from store.migrations import require_current_schema
from store.quarantine import write_resolution
from store.quarantine_rows import (
    Chosen,
    read_quarantine,
    read_quarantine_numbers,
    read_quarantine_totals,
    read_quarantined,
)


def main(argv: Sequence[str]) -> int:
    """Runs `p2i quarantine` and returns its exit code: 0; 1 when a retry left something open; 2 after one line of
    error."""
    return run("collectors", partial(_quarantine, quarantine_parser().parse_args(argv)))


def _quarantine(arguments: argparse.Namespace) -> int:
    action = {"list": _list, "show": _show, "retry": _retry, "close": _close}[arguments.action]
    if arguments.action == "retry":
        _check_retry(arguments)
    with server() as dsn, connect(dsn, "quarantine") as connection:
        require_current_schema(connection)
        return action(connection, arguments, datetime.now(UTC))


def _list(connection: Connection, arguments: argparse.Namespace, now: datetime) -> int:
    since = arguments.since
    try:
        since = now - since if isinstance(since, timedelta) else since
    except OverflowError:  # older than the calendar: everything
        since = None
    chosen = Chosen(arguments.reason, arguments.source, arguments.origin, since, arguments.all)
    _require_reason(connection, arguments.reason)
    rows, totals = read_quarantine(connection, chosen, arguments.limit), read_quarantine_totals(connection, chosen)
    if arguments.json:
        print(list_json(rows, totals))
        return 0
    is_chosen = any((arguments.reason, arguments.source, arguments.origin, since))
    nothing = "no row of quarantine is like that" if is_chosen else "quarantine: nothing open"
    for line in list_lines(rows, totals) if totals else [nothing]:
        print(line)
    return 0


def _show(connection: Connection, arguments: argparse.Namespace, _now: datetime) -> int:
    for place, number in enumerate(arguments.numbers):
        found = read_quarantined(connection, number)
        if found is None:
            raise InputError(f"quarantine: there is no row {number}")
        if place:
            print()
        for line in show_lines(*found, arguments.full):
            print(line)
    return 0


def _close(connection: Connection, arguments: argparse.Namespace, now: datetime) -> int:
    lines = []
    for number in dict.fromkeys(arguments.numbers):
        found = read_quarantined(connection, number, for_change=True)
        if found is None:
            raise InputError(f"quarantine: there is no row {number}; nothing was closed")
        row, _ = found
        if write_resolution(connection, number, arguments.reason, now):
            lines.append(f"#{number}  closed")
        else:
            resolved_at = utc(row.resolved_at) if row.resolved_at else ""
            lines.append(f"#{number}  resolved before, {resolved_at}: {visible(row.resolution or '')}")
    connection.commit()
    print("\n".join(lines))
    return 0


def _check_retry(arguments: argparse.Namespace) -> None:
    chosen = arguments.reason or arguments.source or arguments.origin
    if bool(arguments.numbers) == bool(chosen):
        raise InputError("quarantine retry: name rows by number, or choose them with --reason, --source or --origin")


def _retry(connection: Connection, arguments: argparse.Namespace, now: datetime) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    form = _form(arguments)
    _require_reason(connection, arguments.reason)
    chosen = Chosen(arguments.reason, arguments.source, arguments.origin)
    numbers = list(dict.fromkeys(arguments.numbers)) or read_quarantine_numbers(connection, chosen)
    known = registered(connection, inventory)
    is_rehearsal = arguments.dry_run
    if not is_rehearsal:
        connection.commit()
    by_source = {MQTT_SOURCE: message_again(known, arguments.limit_bytes), IMPORT_SOURCE: record_again(form, known)}
    became: Counter[str] = Counter()
    for number in numbers:
        done = retry_row(connection, number, by_source, now, is_rehearsal)
        if not is_rehearsal:
            connection.commit()
        became[done.became] += 1
        print(f"#{number}  {done.became}: {visible(done.text)}")
    if is_rehearsal:
        connection.rollback()
    counted = ", ".join(f"{count} {word}" for word, count in became.items()) or "no open row is like that"
    print(f"{'dry run, nothing is changed: ' if is_rehearsal else ''}{counted}")
    return 1 if set(became) - {STORED, "resolved before"} else 0


def _require_reason(connection: Connection, reason: str | None) -> None:
    """Refuses a word that is no reason: "nothing is like that" would be a false comfort. What is there from another
    release may be asked for all the same."""
    if reason is None or reason in set(Reason):
        return
    if not read_quarantine_totals(connection, Chosen(reason, resolved_too=True)):
        known = ", ".join(sorted(Reason))
        raise InputError(f'quarantine: --reason: "{visible(reason)}" is no reason; there are {known}')


def _form(arguments: argparse.Namespace) -> ImportForm | None:
    """What an import was told, if anything is given of it."""
    given = (arguments.mapping, arguments.format, arguments.header, arguments.circuit, arguments.zone)
    if not any(given):
        return None
    name, text = "--mapping", ""
    if arguments.mapping:
        file = Path(arguments.mapping)
        name = file.name
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise InputError(f"{file}: not UTF-8 at byte {error.start}") from None
    elif arguments.format not in ("ripe_atlas", "perfsonar", "iperf3"):
        raise InputError("--mapping: needed, to say what the columns are")
    return import_form(name, text, arguments.format, arguments.circuit, arguments.zone, arguments.header)
