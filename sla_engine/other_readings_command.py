"""`p2i readings`: one month under the contract's rules and under those of other tools, from files or from the store."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from rich.console import Console

from facilities.agreement import Agreement
from facilities.instants import instant
from facilities.process import run
from sla_engine.chosen_text import chosen_text
from sla_engine.csv_files import read_facts
from sla_engine.due import epoch_seconds_of
from sla_engine.fact_options import (
    PERIOD,
    add_fact_options,
    asked_as_of,
    asked_of_files,
    is_whole_fee,
    requested_period,
    require_scorable,
)
from sla_engine.facts import Facts
from sla_engine.from_store import read_facts as read_stored_facts
from sla_engine.other_readings import OtherReadings, other_readings
from sla_engine.other_readings_document import readings_document, readings_text
from sla_engine.other_readings_table import drawing
from sla_engine.promised import read_contract
from sla_engine.scoring import grid, scored_period
from sla_engine.spans import SECONDS
from sla_engine.stored_options import add_stored_options, add_subject_options, inventory_of_agreement, refuse_files
from sla_engine.stored_score import read_stored_score, scored_to
from store.connection import Connection, connect, server
from store.errors import InputError
from store.intervals import Interval
from store.migrations import require_current_schema
from store.readings import INTERVAL, PROBE, read_last_before
from store.registry import circuit_numbers


def main(argv: Sequence[str]) -> int:
    """Prints the readings. Returns 0 whatever they say; 2 after one line on stderr, with nothing on stdout."""
    return run("sla_engine", partial(_readings, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i readings",
        description="One month of one agreement: your contract's rules, and what the other readings would have said.",
        epilog="The contract's own line is that of p2i score. docs/readings.md says how each other reading counts.",
        allow_abbrev=False,
    )
    add_subject_options(parser, period=PERIOD)
    add_fact_options(parser)
    add_stored_options(parser)
    parser.add_argument("--json", action="store_true", help="the exact figures as JSON instead of tables")
    return parser


def _readings(options: argparse.Namespace) -> int:
    found = _of_store(options) if options.stored else _of_files(options)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the same bytes whatever the locale; a table never fails on a sign
        sys.stdout.reconfigure(encoding="utf-8" if options.json else None, errors="replace", newline="\n")
    if options.json:
        sys.stdout.write(readings_text(found))
    else:
        Console(highlight=False).print(drawing(readings_document(found)))
    return 0


def _of_files(options: argparse.Namespace) -> OtherReadings:
    asked = asked_of_files(options)
    facts = read_facts(asked.agreement, asked.files)
    return other_readings(asked.agreement, asked.period, facts, as_of=asked.as_of, whole_fee=asked.whole_fee)


def _of_store(options: argparse.Namespace) -> OtherReadings:
    refuse_files(options)
    inventory = inventory_of_agreement(options)
    requested = requested_period(options.period, inventory.agreements[options.agreement])
    as_of = asked_as_of(options)
    with server() as dsn, connect(dsn, "readings") as connection:
        require_current_schema(connection)
        with connection.transaction():
            connection.execute("SET TRANSACTION READ ONLY")
            contract = read_contract(connection, inventory, options.agreement)
        try:
            agreement = chosen_text(contract, requested)
        except InputError as error:
            raise InputError(f"--period: {error}") from None
        require_scorable(agreement, requested)
        return stored_readings(
            connection, agreement, requested, as_of,
            now=epoch_seconds_of(datetime.now(UTC)),
            whole_fee=is_whole_fee(options),
            within=contract.own_grid(agreement),
        )  # fmt: skip


def stored_readings(
    connection: Connection,
    agreement: Agreement,
    requested: Interval[int],
    as_of: int | None,
    *,
    now: int,
    whole_fee: bool = False,
    within: Mapping[str, Interval[int]] | None = None,
) -> OtherReadings:
    """The readings from the facts of the store, as one moment of it shows them; of circuits named in `within` only
    those in that time, where an amendment changed the grid.

    Without `as_of` a period that still runs is read to where the engine last scored it, so that the contract's line
    is the published one; to `now` (epoch seconds) when it has not been scored.
    """
    span = scored_period(agreement, requested)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if as_of is None:
            as_of = scored_to(read_stored_score(connection, agreement, span), now)
            as_of = as_of if requested.contains(as_of) else None
        numbers = circuit_numbers(connection)
        facts = read_stored_facts(connection, agreement, span, numbers, as_of=as_of, within=within)
        if silent := _silent_before(connection, agreement, span, numbers, facts):
            facts = read_stored_facts(connection, agreement, span, numbers, as_of=as_of, since=silent, within=within)
    return other_readings(agreement, requested, facts, as_of=as_of, whole_fee=whole_fee)


def _silent_before(
    connection: Connection, agreement: Agreement, span: Interval[int], numbers: Mapping[str, int], facts: Facts
) -> dict[str, int]:
    """Per circuit of which nothing was read from before the period, the start of the last Δt that was measured.

    The contract forgets a state over a long silence, and so the store is not read further back; a tool keeps it. One
    Δt before such a silence changes nothing in the contract's own line: the silence restarts its machine all the same.
    """
    kind = INTERVAL if facts.intervals_given else PROBE
    found = {}
    for objective in agreement.objectives:
        axis, known = grid(agreement, objective.circuit), facts.of(objective.circuit)
        if axis is SECONDS or objective.circuit not in numbers:
            continue
        firsts = [] if known.intervals is None else [int(known.intervals.starts_at[0])]
        if known.probes is not None and not facts.intervals_given:
            firsts = [int(known.probes.sent_at.min()) // 1_000_000]
        if not firsts or min(firsts) >= span.starts_at:
            last = read_last_before(connection, kind, numbers[objective.circuit], instant(span.starts_at))
            if last is not None:
                found[objective.circuit] = axis.seconds(axis.number(epoch_seconds_of(last)))
    return found
