"""Where every tenant's month stands: its statement, its files, its mail, and what it waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from facilities.instants import instant_text
from p2i.closing.publishing import NEVER_SCORED, never_scored
from p2i.closing.settings import Settings
from sla_engine.due import epoch_seconds_of
from sla_engine.verdict_due import Month, read_months
from store.connection import Connection
from store.dispatches import read_dispatches, read_recipients_of
from store.ledger import read_writer
from store.statements import read_engine_at, read_files, read_newest


class Line(NamedTuple):
    """One line of the list."""

    tenant: str
    month: str
    statement: str
    files: str
    mail: str
    notes: tuple[str, ...] = ()


HEADINGS = Line("tenant", "month", "statement", "files", "mail")


def list_lines(connection: Connection, settings: Settings, *, newest: int) -> Iterator[str]:
    """The list, by tenant and month, of the `newest` months (0: of all), and who gets no statement at all."""
    lines = [HEADINGS, *_lines(connection, settings, newest)]
    rows = [(line.tenant, line.month, line.statement, line.files, line.mail) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row, line in zip(rows, lines, strict=True):
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        yield from (f"    {note}" for note in line.notes)
    promised = {versions[0].tenant for versions in settings.inventory.versions.values()}
    if left_out := sorted(promised - settings.recipients.keys()):
        yield f"not among the recipients, so nothing is published or sent by itself: {', '.join(left_out)}"


def _lines(connection: Connection, settings: Settings, newest: int) -> Iterator[Line]:
    now = read_writer(connection).recorded_at.replace(microsecond=0)
    newest_of, engine_at = read_newest(connection, list(settings.recipients)), read_engine_at(connection)
    connection.commit()
    for tenant, recipient in settings.recipients.items():
        months: dict[str, list[Month]] = {}
        never: dict[str, list[str]] = {}
        for code in settings.agreements(tenant):
            known = list(read_months(connection, settings.promised, [code], now))
            for one in known:
                if one.text >= recipient.from_month:
                    months.setdefault(one.text, []).append(one)
            for text in never_scored(settings, code, recipient.from_month, known, engine_at):
                never.setdefault(text, []).append(f"{code}: {NEVER_SCORED}")
        issued = {month: one.number for (who, month), one in newest_of.items() if who == tenant}
        every = sorted(months.keys() | issued.keys() | never.keys())
        for month in every[-newest:] if newest else every:
            said = [_note(one, epoch_seconds_of(now)) for one in months.get(month, ())]
            notes = tuple(filter(None, (*said, *never.get(month, ()))))
            number = issued.get(month)
            if number is None:
                yield Line(tenant, month, "-", "-", "-", notes or ("to be issued at the next look",))
            else:
                yield Line(tenant, month, number, *_files_and_mail(connection, number, bool(recipient.to)), notes)
        if not every:
            yield Line(tenant, recipient.from_month, "-", "-", "-", ("no month of it has ended since",))


def _note(month: Month, now: int) -> str:
    """What an agreement's month waits for; nothing where it is published and stands."""
    if month.is_issue_due(now):
        text = "publication is due"
    elif month.is_held(now):
        return f"{month.agreement}: held: {month.held_line()}"
    elif not month.standing:
        at = month.issuable_from()
        text = "no day is known" if at is None else f"may be published from {instant_text(at)}"
    elif month.is_restatement_due():
        text = "the facts give other figures now: p2i verdict restate"
    elif any(one.state == "contested" for one in month.standing):
        text = "contested, to be answered"
    else:
        text = ""
    return f"{month.agreement}: {text}" if text else ""


def _files_and_mail(connection: Connection, number: str, has_addresses: bool) -> tuple[str, str]:
    files = read_files(connection, number)
    made = "-" if files is None else "all" if files.missing_evidence is None else "no evidence"
    messages = read_dispatches(connection, [number])
    states = Counter(
        one.state
        for dispatch in messages
        for one in read_recipients_of(connection, dispatch.dispatch_id)
        if one.state != "replaced"
    )
    mail = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return made, mail or ("to be written" if has_addresses and not messages else "folder only")
