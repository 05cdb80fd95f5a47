"""`p2i quarantine`: shows input that was refused, tries it again, or closes what is dealt with."""

import argparse
import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from collectors.batch_store import MQTT, WEBHOOK
from collectors.importer import SOURCE as IMPORT_SOURCE
from collectors.quarantine_import import ImportForm, import_form, record_again
from collectors.quarantine_list import list_json, list_lines, show_lines, utc
from collectors.quarantine_options import quarantine_parser
from collectors.quarantine_outcomes import Outcomes
from collectors.quarantine_retry import STORED, message_again, retry_row
from collectors.reasons import Reason
from collectors.registration import registered
from collectors.visible_text import visible
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from store.connection import Connection, connect, server
from store.errors import InputError
from store.migrations import require_current_schema
from store.quarantine import resolve_chosen, write_resolution
from store.quarantine_rows import (
    Chosen,
    read_quarantine,
    read_quarantine_numbers,
    read_quarantine_totals,
    read_quarantined,
)

COMMITTED_AT_ONCE = 200
"""Rows of a retry: each is tried by itself, and a commit for each would be most of the work."""


def main(argv: Sequence[str]) -> int:
    """Runs `p2i quarantine` and returns its exit code: 0; 1 when a retry left something open; 2 after one line of
    error."""
    return run("collectors", partial(_quarantine, quarantine_parser().parse_args(argv)))


def _quarantine(arguments: argparse.Namespace) -> int:
    action = {"list": _list, "show": _show, "retry": _retry, "close": _close}[arguments.action]
    if arguments.action in ("retry", "close"):
        _check_choice(arguments)
    with server() as dsn, connect(dsn, "quarantine") as connection:
        require_current_schema(connection)
        return action(connection, arguments, datetime.now(UTC))


def _list(connection: Connection, arguments: argparse.Namespace, now: datetime) -> int:
    chosen = _chosen(arguments, now)._replace(resolved_too=arguments.all)
    _require_words(connection, arguments)
    rows, totals = read_quarantine(connection, chosen, arguments.limit), read_quarantine_totals(connection, chosen)
    if arguments.json:
        print(list_json(rows, totals))
        return 0
    nothing = "no row of quarantine is like that" if _is_chosen(arguments) else "quarantine: nothing open"
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
    _require_words(connection, arguments)
    outcomes = Outcomes()
    if arguments.numbers:
        _close_numbers(connection, arguments, now, outcomes)
    else:
        for number in resolve_chosen(connection, _chosen(arguments, now), arguments.note, now):
            outcomes.add(number, "closed")
    if arguments.dry_run:
        connection.rollback()
    else:
        connection.commit()
    for line in outcomes.lines(arguments.dry_run):
        print(line)
    return 0


def _close_numbers(connection: Connection, arguments: argparse.Namespace, now: datetime, outcomes: Outcomes) -> None:
    for number in dict.fromkeys(arguments.numbers):
        found = read_quarantined(connection, number, for_change=True)
        if found is None:
            raise InputError(f"quarantine: there is no row {number}; nothing was closed")
        row, _ = found
        if write_resolution(connection, number, arguments.note, now):
            outcomes.add(number, "closed")
        else:
            resolved_at = utc(row.resolved_at) if row.resolved_at else ""
            outcomes.add(number, "resolved before", f"{resolved_at}: {visible(row.resolution or '')}")


def _chosen(arguments: argparse.Namespace, now: datetime) -> Chosen:
    since = arguments.since
    try:
        since = now - since if isinstance(since, timedelta) else since
    except OverflowError:  # older than the calendar: everything
        since = None
    return Chosen(arguments.reason, arguments.source, arguments.origin, since)


def _is_chosen(arguments: argparse.Namespace) -> bool:
    return any((arguments.reason, arguments.source, arguments.origin, arguments.since))


def _check_choice(arguments: argparse.Namespace) -> None:
    if bool(arguments.numbers) == _is_chosen(arguments):
        why = " (why a row is closed is --note)" if arguments.action == "close" else ""
        raise InputError(
            f"quarantine {arguments.action}: name rows by number, or choose them with --reason, --source, --origin or"
            f" --since{why}"
        )


def _retry(connection: Connection, arguments: argparse.Namespace, now: datetime) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    form = _form(arguments)
    _require_words(connection, arguments)
    numbers = list(dict.fromkeys(arguments.numbers)) or read_quarantine_numbers(connection, _chosen(arguments, now))
    known = registered(connection, inventory)
    is_rehearsal = arguments.dry_run
    if not is_rehearsal:
        connection.commit()
    message = message_again(known, arguments.limit_bytes)
    by_source = {MQTT: message, WEBHOOK: message, IMPORT_SOURCE: record_again(form, known)}
    outcomes = Outcomes()
    for at in range(0, len(numbers), COMMITTED_AT_ONCE):
        with connection.transaction() if not is_rehearsal else nullcontext():
            for number in numbers[at : at + COMMITTED_AT_ONCE]:
                done = retry_row(connection, number, by_source, now, is_rehearsal)
                outcomes.add(number, done.became, visible(done.text))
    if is_rehearsal:
        connection.rollback()
    for line in outcomes.lines(is_rehearsal):
        print(line)
    return 1 if set(outcomes.counts) - {STORED, "resolved before"} else 0


def _require_words(connection: Connection, arguments: argparse.Namespace) -> None:
    """Refuses a word that is no reason or no source: "nothing is like that" would be a false comfort. What is there
    from another release may be asked for all the same."""
    for option, word, words in (
        ("reason", arguments.reason, set(Reason)),
        ("source", arguments.source, {MQTT, WEBHOOK, IMPORT_SOURCE}),
    ):
        if word is None or word in words:
            continue
        if not read_quarantine_totals(connection, Chosen(**{option: word}, resolved_too=True)):
            known = ", ".join(sorted(words))
            raise InputError(f'quarantine: --{option}: "{visible(word)}" is no {option}; there are {known}')


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
