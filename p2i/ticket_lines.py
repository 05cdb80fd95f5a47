"""Tickets and what was done to them, as lines for people."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from collectors.visible_text import visible
from store.rows import FreezeRow
from store.tickets import TicketEvent, TicketRecord


def instant(at: datetime) -> str:
    """An instant to the second, in UTC."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def record_lines(rows: Iterable[TicketRecord], freezes: Sequence[FreezeRow]) -> Iterator[str]:
    """A line per ticket and circuit, and below it one per freeze."""
    for row in rows:
        standing = "open" if row.restored_at is None else f"restored {instant(row.restored_at)}"
        if row.withdrawn_at is not None:
            standing = f"withdrawn {instant(row.withdrawn_at)}: {visible(row.reason or '')}"
        yield f"{visible(row.ticket)}  {row.circuit}  opened {instant(row.opened_at)}  {standing}"
        for each in freezes:
            if each.ticket == row.ticket:
                yield f"  frozen {instant(each.starts_at)} to {instant(each.ends_at)}: {visible(each.reason)}"


def event_lines(events: Iterable[TicketEvent]) -> Iterator[str]:
    """A line per act: when, whose login, and what it said from then on."""
    for one in events:
        if one.withdrawn_at is not None:
            what = "withdrawn"
        elif one.from_opened_at is not None and one.from_opened_at != one.opened_at:
            what = f"opening corrected from {instant(one.from_opened_at)} to {instant(one.opened_at)}"
        else:
            restored = "" if one.restored_at is None else f", restored {instant(one.restored_at)}"
            what = f"opened {instant(one.opened_at)}{restored}"
        reason = "" if one.reason is None else f": {visible(one.reason)}"
        yield f"{instant(one.acted_at)}  {one.acted_by}  {one.circuit}  {what}{reason}"
