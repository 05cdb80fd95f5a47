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
from store.dispatch_rows import FAILED
from store.dispatches import read_dispatches, read_recipients_of
from store.ledger import read_writer
from store.statements import read_engine_at, read_files, read_newest, read_numbers


class Line(NamedTuple):
    """One line of the list."""

    tenant: str
    month: str
    statement: str
    files: str
    mail: str
    notes: tuple[str, ...] = ()
    waits: bool = False


HEADINGS = Line("tenant", "month", "statement", "files", "mail")


class Note(NamedTuple):
    """What an agreement's month or a message waits for, and whether that is a person."""

    text: str
    is_for_a_person: bool = True


def read_lines(connection: Connection, settings: Settings, *, newest: int) -> list[Line]:
    """The list, by tenant and month, of the `newest` months (0: of all)."""
    return list(_lines(connection, settings, newest))


def shown_lines(found: list[Line], settings: Settings) -> Iterator[str]:
    """The list for people, with who gets no statement at all."""
    lines = [HEADINGS, *found]
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
        never: dict[str, list[Note]] = {}
        for code in settings.agreements(tenant):
            known = list(read_months(connection, settings.promised, [code], now))
            for one in known:
                if one.text >= recipient.from_month:
                    months.setdefault(one.text, []).append(one)
            for text in never_scored(settings, code, recipient.from_month, known, engine_at):
                never.setdefault(text, []).append(Note(f"{code}: {NEVER_SCORED}"))
        issued = {month: one.number for (who, month), one in newest_of.items() if who == tenant}
        every = sorted(months.keys() | issued.keys() | never.keys())
        for month in every[-newest:] if newest else every:
            said = [_note(one, epoch_seconds_of(now)) for one in months.get(month, ())]
            notes = [one for one in (*said, *never.get(month, ())) if one is not None]
            number = issued.get(month)
            if number is None:
                yield _line(tenant, month, ("-", "-", "-"), notes or [Note("to be issued at the next look", False)])
            else:
                mail = _mail(connection, read_numbers(connection, tenant, month), bool(recipient.to), notes)
                yield _line(tenant, month, (number, _files(connection, number), mail), notes)
        if not every:
            none = Note("no month since is over and scored: has p2i engine come to it?", False)
            yield _line(tenant, recipient.from_month, ("-", "-", "-"), [none])


def _line(tenant: str, month: str, cells: tuple[str, str, str], notes: list[Note]) -> Line:
    waits = any(one.is_for_a_person for one in notes)
    return Line(tenant, month, *cells, tuple(one.text for one in notes), waits)


def _note(month: Month, now: int) -> Note | None:
    """What an agreement's month waits for; nothing where it is published and stands."""
    name, what = f"{month.agreement}: ", f"{month.agreement} {month.text}"
    if month.is_issue_due(now):
        return Note(f"{name}publication is due", False)
    if month.is_held(now):
        return Note(f"{name}held: {month.held_line()}")
    if not month.standing:
        at = month.issuable_from()
        return Note(f"{name}{'no day is known' if at is None else f'may be published from {instant_text(at)}'}", False)
    if any(one.is_upheld for one in month.standing):
        return Note(
            f"{name}contest upheld, and not corrected since: p2i verdict restate {what}, or finalise it by name"
        )
    if month.is_restatement_due():
        return Note(f"{name}the facts give other figures now: p2i verdict restate {what}")
    if any(one.state == "contested" for one in month.standing):
        return Note(f"{name}contested, to be answered: p2i verdict answer {what}")
    return None


def _files(connection: Connection, number: str) -> str:
    files = read_files(connection, number)
    return "-" if files is None else "all" if files.missing_evidence is None else "no evidence"


def _mail(connection: Connection, numbers: list[str], has_addresses: bool, notes: list[Note]) -> str:
    """Where the newest statement's messages stand. Notes say what of any version did not get through."""
    messages = read_dispatches(connection, numbers)
    states: Counter[str] = Counter()
    for dispatch in messages:
        every = Counter(one.state for one in read_recipients_of(connection, dispatch.dispatch_id))
        if dispatch.number == numbers[-1]:
            states += every
        if failed := ", ".join(f"{every[state]} {state}" for state in FAILED if every[state]):
            notes.append(Note(f"{dispatch.number} ({dispatch.kind}): {failed}: p2i closing show, then resend"))
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()) if state != "replaced")
    is_written = any(dispatch.number == numbers[-1] for dispatch in messages)
    return told or ("to be written" if has_addresses and not is_written else "folder only")
