"""What `p2i verdict list`, `show` and `diff` print: read from the ledger and the drafts, nothing is written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from facilities.inventory import Inventory
from sla_engine.due import epoch_seconds_of
from sla_engine.publishing import Desk
from sla_engine.verdict_adoption import adoption_lines
from sla_engine.verdict_days import days_text
from sla_engine.verdict_difference import difference
from sla_engine.verdict_due import Month, read_months
from sla_engine.verdict_life import Standing
from sla_engine.verdict_text import changes, figures, history, table
from store.errors import InputError
from store.intervals import Interval
from store.ledger_chain import LedgerEntry
from store.text_adoptions import read_text_adoptions


def listing(desk: Desk, options: argparse.Namespace) -> Iterator[str]:
    """Every month with its version, its state and what is due."""
    now = epoch_seconds_of(desk.now)
    months, _ = months_of(desk, options.agreement)
    yield from table([row for month in months for row in month.listed(now)])


def showing(desk: Desk, options: argparse.Namespace) -> Iterator[str]:
    """A month: its version in force or another, what happened to it, and which texts it was told to adopt.

    Of one without any: what holds it back, every line of it, as far as there is something to say.
    """
    month, now = _month(desk, options), epoch_seconds_of(desk.now)
    adoptions = [] if month is None else read_text_adoptions(desk.connection, month.agreement, month.instants)
    if options.format == "text" and month is not None and not month.standing:
        held = month.held() if now >= month.provisional_from() else []
        if held or adoptions:
            for line in month.listed(now):
                yield f"{line.agreement} {line.period}: {line.state}, nothing is published of it yet"
            yield from held
            yield from adoption_lines(adoptions)
            return
    for standing in _published(desk, options):
        one = _version(standing, options.version)
        if options.format == "document":
            yield (one.document or "").removesuffix("\n")
        elif options.format == "body":
            yield one.body
        else:
            yield f"{one.agreement} {days_of(desk.promised.inventory, one)}: version {one.version}, {standing.state}"
            yield from figures(one)
            yield from history(standing.entries)
    if options.format == "text":
        yield from adoption_lines(adoptions)


def differing(desk: Desk, options: argparse.Namespace) -> Iterator[str]:
    """What a version changed from another."""
    for standing in _published(desk, options):
        after = _version(standing, options.to_version)
        if options.from_version is None and after.version == 1:
            yield f"{after.agreement} {days_of(desk.promised.inventory, after)}: version 1 is the first"
            continue
        before = _version(standing, after.version - 1 if options.from_version is None else options.from_version)
        name = days_of(desk.promised.inventory, after)
        yield f"{after.agreement} {name}: version {before.version} -> version {after.version}"
        if after.said()["reason"]:
            yield f"reason: {after.said()['reason']}"
        yield from changes(difference(before.said(), after.said(), before.published(), after.published()))


def months_of(desk: Desk, agreement: str | None) -> tuple[list[Month], bool]:
    """The months of one agreement; or of all, and whether one of them could not be read, which is told on stderr."""
    if agreement is not None:
        return list(read_months(desk.connection, desk.promised, [agreement], desk.now)), False
    found: list[Month] = []
    failed = False
    for name in desk.promised.inventory.versions:
        try:
            found += read_months(desk.connection, desk.promised, [name], desk.now)
        except InputError as error:  # the other agreements are no worse for it
            print(error, file=sys.stderr)
            failed = True
    return found, failed


def _month(desk: Desk, options: argparse.Namespace) -> Month | None:
    months, _ = months_of(desk, options.agreement)
    return next((month for month in months if month.text == options.period), None)


def _published(desk: Desk, options: argparse.Namespace) -> list[Standing]:
    month = _month(desk, options)
    if month is not None and month.standing:
        return list(month.standing)
    raise InputError(f"{options.agreement} {options.period}: nothing is published of it yet")


def _version(standing: Standing, number: int | None) -> LedgerEntry:
    if number is None:
        return standing.last
    for one in standing.versions:
        if one.version == number:
            return one
    raise InputError(f"{standing.last.agreement}: there is no version {number}, only 1 to {standing.last.version}")


def days_of(inventory: Inventory, entry: LedgerEntry) -> str:
    """The period of an entry as people name it."""
    period = Interval(epoch_seconds_of(entry.period_starts_at), epoch_seconds_of(entry.period_ends_at))
    return days_text(period, inventory.versions[entry.agreement][0].time_zone)
