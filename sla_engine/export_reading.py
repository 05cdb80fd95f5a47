"""Reads what `p2i export` writes: for each segment of a month its text, its facts as files, and the command."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from facilities.calendar import TZDB_VERSION, local_day
from facilities.instants import instant
from facilities.inventory import Inventory
from sla_engine.counting import READINGS
from sla_engine.export import command_line, fact_files, readme
from sla_engine.from_store import read_facts
from sla_engine.promised import Promised, read_contract
from sla_engine.scoring import scored_period
from sla_engine.segments import Segment
from sla_engine.stored_score import read_stored_score, scored_to
from store.agreement_texts import read_agreement_texts
from store.connection import Connection
from store.errors import InputError
from store.intervals import Interval
from store.promises import read_exclusions, read_freezes, read_tickets
from store.registry import circuit_numbers
from store.upkeep import read_dropped_before
from store.verdict_rows import ScoreRow


@dataclass(frozen=True)
class Exported:
    """One segment: its first day, its files by name with the note last, the command in it, and what is gone ("")."""

    first_on: str
    files: Mapping[str, Iterable[str]]
    command: str
    gone: str


def read_exports(
    connection: Connection, inventory: Inventory, agreement: str, month: str, requested: Interval[int], now: int
) -> list[Exported]:
    """The segments of a civil month that have begun, or all where none has; as one moment of the store shows them."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = read_contract(connection, inventory, agreement).segments(requested)
        begun = [one for one in found if one.period.starts_at <= now] or found
        promised = Promised.of(inventory)
        return [_exported(connection, promised, month, one, now) for one in begun]


def _exported(connection: Connection, promised: Promised, month: str, segment: Segment, now: int) -> Exported:
    agreement, period = segment.agreement, scored_period(segment.agreement, segment.month)
    if period != segment.period:
        first = local_day(segment.period.starts_at, agreement.time_zone)
        raise InputError(f"--period: the text its part from {first} on was scored by is not kept")
    stored = read_stored_score(connection, agreement, segment.period)
    as_of = _as_of(stored, period, now)
    gone_before = read_dropped_before(connection, READINGS, instant(now))
    gone = "" if gone_before is None or gone_before <= instant(period.starts_at) else _gone(gone_before)
    facts = read_facts(connection, agreement, period, circuit_numbers(connection), as_of=as_of, within=segment.within)
    tickets = read_tickets(connection, facts.circuits)
    freezes = read_freezes(connection, {row.ticket for row in tickets})
    facts_as_text = fact_files(facts, tickets, freezes, read_exclusions(connection, facts.circuits))
    text = _text(connection, promised, segment)
    command = command_line(month, facts_as_text, as_of)
    note = readme(
        promised.inventory.labelled(_title(segment, month)),
        command,
        stored,
        made_with=f"p2i {version('p2i')} (zone data {TZDB_VERSION})",
        document_sha256="" if stored is None else _sha256(stored.document),
        agreement_sha256=_sha256(text),
        gone=gone,
    )
    named: dict[str, Iterable[str]] = {f"{name}.csv": pieces for name, pieces in facts_as_text.items()}
    first_on = str(local_day(period.starts_at, agreement.time_zone))
    return Exported(first_on, {"agreement.toml": [text], **named, "README.txt": [note]}, command, gone)


def _title(segment: Segment, month: str) -> str:
    """The month, and the days of it where it is cut."""
    title = f"Agreement {segment.agreement.id}, {month}"
    if segment.period == segment.month:
        return title
    zone = segment.agreement.time_zone
    return f"{title}, {local_day(segment.period.starts_at, zone)} to {local_day(segment.period.ends_at - 1, zone)}"


def _text(connection: Connection, promised: Promised, segment: Segment) -> str:
    """The text a closed segment keeps; else the inventory's, and the note says where the stored score had another."""
    if segment.kept_sha256 is not None:
        kept = read_agreement_texts(connection, [segment.kept_sha256]).get(segment.kept_sha256)
        if kept is not None:
            return kept.text
    return promised.text(segment.agreement).text


def _as_of(stored: ScoreRow | None, period: Interval[int], now: int) -> int | None:
    """What a running segment was scored to, or would be scored to now; None for one that had ended."""
    at = scored_to(stored, now)
    return at if period.contains(at) else None


def _gone(before: datetime) -> str:
    return (
        f"readings before {before:%Y-%m-%dT%H:%M:%SZ} are dropped by age and stand in the archive alone;"
        " tickets, freezes and exclusions are all here"
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
