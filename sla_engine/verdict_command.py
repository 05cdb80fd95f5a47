"""`p2i verdict`: publishes verdicts, records what becomes of them, and verifies the ledger they are in."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from sla_engine.adopting import adopt
from sla_engine.due import epoch_seconds_of
from sla_engine.promised import Promised
from sla_engine.publishing import Desk
from sla_engine.verdict_adoption import adoption_lines
from sla_engine.verdict_days import days_text
from sla_engine.verdict_options import parser
from sla_engine.verdict_recompute import recomputed
from sla_engine.verdict_showing import days_of, differing, listing, months_of, showing
from sla_engine.verdict_text import written
from sla_engine.verdict_verify import Outcome, verified
from store.connection import Connection, connect, server
from store.errors import InputError, P2IError
from store.ledger import read_writer
from store.ledger_chain import LedgerEntry
from store.migrations import require_current_schema

Act = Callable[[Desk, str, str], list[LedgerEntry]]


def main(argv: Sequence[str]) -> int:
    """Runs one act and prints what was written. Returns 0; 1 and 2 as the options' epilog says."""
    return run("verdict", partial(_run, parser().parse_args(argv)))


def _run(options: argparse.Namespace) -> int:
    reason = getattr(options, "reason", None)
    if reason is not None and not (reason.strip() and reason.isprintable()):
        raise InputError("--reason: must be one line of text")
    with server() as dsn, connect(dsn, "verdict") as connection:
        require_current_schema(connection)
        if options.word == "verify" and not options.recompute:
            return _told(_verified(connection, options))
        now = read_writer(connection).recorded_at.replace(microsecond=0)  # the database's clock: nobody is early
        connection.commit()
        promised = Promised.of(read_inventory(inventory_path(options.inventory, os.environ)))
        desk = Desk(connection, promised, now)
        if options.word == "verify":
            return _told(chain(_verified(connection, options), _recomputed(desk, options)))
        printed = {"list": listing, "show": showing, "diff": differing, "adopt": _adopt}
        if options.word in printed:
            _print(printed[options.word](desk, options))
            return 0
        return _act(desk, options)


def _act(desk: Desk, options: argparse.Namespace) -> int:
    act = _acts(options)
    if not getattr(options, "due", False):
        if options.agreement is None or options.period is None:
            raise InputError(f"p2i verdict {options.word}: needs AGREEMENT and PERIOD, or --due")
        _tell(desk, act(desk, options.agreement, options.period))
        return 0
    if options.agreement is not None:
        raise InputError(f"p2i verdict {options.word}: either AGREEMENT and PERIOD, or --due")
    months, failed = months_of(desk, None)
    now = epoch_seconds_of(desk.now)
    for month in months:
        if options.word == "issue" and month.is_held(now):
            print(f"{month.agreement} {month.text}: {month.held_line()}", file=sys.stderr)
            failed = True
            continue
        is_due = {
            "issue": month.is_issue_due(now),
            "restate": month.is_restatement_due(),
            "finalise": month.is_final_due(now),
        }[options.word]
        if is_due:
            try:
                _tell(desk, act(desk, month.agreement, month.text))
            except P2IError as error:  # the other months are no worse for it
                print(error, file=sys.stderr)
                failed = True
    return int(failed)


def _acts(options: argparse.Namespace) -> Act:
    reason = getattr(options, "reason", None) or ""
    acts: dict[str, Act] = {
        "issue": lambda desk, agreement, month: desk.issue(agreement, month, reason, by_itself=options.due),
        "restate": lambda desk, agreement, month: desk.restate(agreement, month, reason),
        "contest": lambda desk, agreement, month: desk.contest(agreement, month, reason),
        "answer": lambda desk, agreement, month: desk.answer(agreement, month, upheld=options.upheld, reason=reason),
        "finalise": lambda desk, agreement, month: desk.finalise(agreement, month),
    }
    return acts[options.word]


def _adopt(desk: Desk, options: argparse.Namespace) -> Iterator[str]:
    done = adopt(desk.connection, desk.promised, options.agreement, options.period, options.reason, desk.now)
    for segment in done.segments:
        days = days_text(segment.period, segment.agreement.time_zone)
        yield f"{options.agreement} {days}: scored anew by the inventory's text; nothing is published"
    yield from adoption_lines([done.record])


def _verified(connection: Connection, options: argparse.Namespace) -> Iterator[Outcome]:
    if options.head is not None and options.agreement is None:
        raise InputError("--head: is the hash of an entry of one agreement; name it")
    yield from verified(connection, options.agreement, options.head)


def _recomputed(desk: Desk, options: argparse.Namespace) -> Iterator[Outcome]:
    names = list(desk.promised.inventory.versions) if options.agreement is None else [options.agreement]
    for name in names:
        yield from recomputed(desk.connection, desk.promised, name, desk.now)


def _told(outcomes: Iterable[Outcome]) -> int:
    is_wrong = False
    for outcome in outcomes:
        print(outcome.text)
        is_wrong = is_wrong or outcome.is_fault
    return int(is_wrong)


def _tell(desk: Desk, entries: Iterable[LedgerEntry]) -> None:
    for entry in entries:
        _print(written(entry, days_of(desk.promised.inventory, entry)))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
