"""The CSV files of tickets and freezes, in the contract's columns."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from collectors.visible_text import visible
from facilities.instants import instant_text
from p2i.checked_file import CheckedFile, Texts
from sla_engine.due import epoch_seconds_of
from store.errors import InputError
from store.reading_text import csv_line
from store.rows import FreezeRow, TicketRow
from store.tickets import TicketRecord

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far clocks may be apart: as much as readings may be dated ahead (collectors.plausibility)."""
TICKET_COLUMNS = ("ticket", "circuit", "opened_at", "restored_at")
FREEZE_COLUMNS = ("ticket", "starts_at", "ends_at", "reason")


def read_ticket_file(path: str | Path) -> CheckedFile[TicketRow]:
    """The tickets of a file; an empty `restored_at` is a ticket still open."""
    return CheckedFile(path, TICKET_COLUMNS, ticket, lambda row: row[:2])


def read_freeze_file(path: str | Path) -> CheckedFile[FreezeRow]:
    """The freezes of a file."""
    return CheckedFile(path, FREEZE_COLUMNS, freeze, lambda row: row[:2])


def ticket_lines(rows: Iterable[TicketRow]) -> str:
    """The tickets as such a file."""
    lines = (csv_line((row.ticket, row.circuit, _text(row.opened_at), _text(row.restored_at))) for row in rows)
    return "".join([",".join(TICKET_COLUMNS) + "\n", *lines])


def freeze_lines(rows: Iterable[FreezeRow]) -> str:
    """The freezes as such a file."""
    lines = (csv_line((row.ticket, _text(row.starts_at), _text(row.ends_at), row.reason)) for row in rows)
    return "".join([",".join(FREEZE_COLUMNS) + "\n", *lines])


def wrong_ticket(
    known: Mapping[tuple[str, str], TicketRecord], circuits: Mapping[str, int], now: datetime
) -> Callable[[TicketRow], str | None]:
    """What keeps a ticket from being written, given those that are known; a function of the row.

    When it was opened says to which month it belongs: that is not changed in passing. What has not happened yet by
    the clock `now`, give or take `CLOCK_TOLERANCE`, is not reported.
    """

    def wrong(row: TicketRow) -> str | None:
        if row.circuit not in circuits:
            return f'circuit: no circuit "{row.circuit}" in the store'
        if wrong := in_future("opened_at", row.opened_at, now) or in_future("restored_at", row.restored_at, now):
            return wrong
        before = known.get(row[:2])
        if before is not None and before.withdrawn_at is not None:
            return (
                f"ticket: it was withdrawn on {row.circuit} ({visible(before.reason or '')}); p2i ticket correct takes"
                " it up again"
            )
        if before is not None and before.opened_at != row.opened_at:
            return f"opened_at: the store says {_text(before.opened_at)}; p2i ticket correct changes it, with a reason"
        return None

    return wrong


def in_future(column: str, at: datetime | None, now: datetime) -> str | None:
    """The mistake of an instant that has not come by the clock `now`; None where there is none."""
    if at is None or at <= now + CLOCK_TOLERANCE:
        return None
    return f"{column}: {_text(at)} has not come yet; it is {now:%Y-%m-%dT%H:%M:%SZ}"


def ticket(texts: Texts) -> TicketRow:
    """A ticket from texts by the file's columns."""
    opened_at, restored_at = texts.at("opened_at"), texts.at_or_none("restored_at")
    if restored_at is not None and restored_at < opened_at:
        raise InputError("restored_at: is before opened_at")
    return TicketRow(texts.text("ticket", 200), texts.text("circuit"), opened_at, restored_at)


def freeze(texts: Texts) -> FreezeRow:
    """A freeze from texts by the file's columns."""
    starts_at, ends_at = texts.at("starts_at"), texts.at("ends_at")
    if ends_at < starts_at:
        raise InputError("ends_at: is before starts_at")
    return FreezeRow(texts.text("ticket", 200), starts_at, ends_at, texts.text("reason"))


def _text(at: datetime | None) -> str:
    return "" if at is None else instant_text(epoch_seconds_of(at))
