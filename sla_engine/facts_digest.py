"""The facts a verdict was made of, as a short record and one hash that no order of arrival can change. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from facilities.agreement import Agreement
from facilities.instants import instant_text
from sla_engine.bearing import Bearing, bearing, bearing_facts
from sla_engine.due import epoch_seconds_of
from sla_engine.export import interval_lines, probe_lines, state_lines
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.machine import AVAILABLE
from store.canonical import canonical_sha256
from store.intervals import Interval
from store.rows import ExclusionRow, FreezeRow, TicketRow

Json = dict[str, Any]
DAY = 86_400


@dataclass(frozen=True)
class Decided:
    """What people said about the readings, as rows, because facts carry no id of an exclusion."""

    tickets: Sequence[TicketRow]
    freezes: Sequence[FreezeRow]
    exclusions: Sequence[ExclusionRow]


def facts_record(agreement: Agreement, period: Interval[int], facts: Facts, decided: Decided) -> Json:
    """What fed the score of the scored `period`: of readings their count by day and their hash, all else as it is.

    Readings are those that bear on the period (sla_engine.bearing). `sha256` is that of their lines as `p2i export`
    writes them, without the header, in order of time. Exclusions are the accepted ones that reach into that span,
    tickets those opened in the period, with their freezes; proposals feed nothing.
    """
    spans = {name: bearing(agreement, name, period, facts) for name in sorted(facts.circuits)}
    return {
        "intervals_given": facts.intervals_given,
        "circuits": [_circuit(name, spans[name], period, facts) for name in spans],
        "exclusions": [_exclusion(row) for row in _that_count(decided.exclusions, spans)],
        "tickets": list(_tickets(decided, period)),
    }


def facts_sha256(record: Json) -> str:
    """The hash of the record: the same facts have the same, whenever and in whatever order they came."""
    return canonical_sha256(record)


def _circuit(name: str, found: Bearing, period: Interval[int], facts: Facts) -> Json:
    known = bearing_facts(facts.of(name), found.span, period, intervals_given=facts.intervals_given)
    readings = []
    if known.intervals is not None:
        readings.append(_readings("intervals", known.intervals.starts_at, name, known, interval_lines))
    if known.probes is not None:
        readings.append(_readings("probes", known.probes.sent_at // 1_000_000, name, known, probe_lines))
    if known.states is not None:
        readings.append(_readings("states", known.states.at, name, known, state_lines))
    return {
        "circuit": name,
        "from": instant_text(found.span.starts_at),
        "to": instant_text(found.span.ends_at),
        "starts_available": found.state == AVAILABLE,
        "readings": readings,
    }


def _readings(
    kind: str,
    at: npt.NDArray[np.int64],
    circuit: str,
    facts: CircuitFacts,
    lines: Callable[[str, CircuitFacts], Iterator[str]],
) -> Json:
    digest = hashlib.sha256()
    for piece in lines(circuit, facts):
        digest.update(piece.encode())
    days, counts = np.unique(at // DAY, return_counts=True)
    by_day = zip(days.tolist(), counts.tolist(), strict=True)
    return {
        "kind": kind,
        "rows": int(at.size),
        "sha256": digest.hexdigest(),
        "rows_by_day": {_day(day): rows for day, rows in by_day},
    }


def _that_count(rows: Iterable[ExclusionRow], spans: Mapping[str, Bearing]) -> list[ExclusionRow]:
    kept = []
    for row in rows:
        span = spans[row.circuit].span
        starts_at, ends_at = epoch_seconds_of(row.starts_at), epoch_seconds_of(row.ends_at)
        if row.decision == "accepted" and starts_at < span.ends_at and span.starts_at < ends_at:
            kept.append(row)
    return sorted(kept, key=lambda row: (row.circuit, row.starts_at, row.exclusion))


def _exclusion(row: ExclusionRow) -> Json:
    return {
        "id": row.exclusion,
        "circuit": row.circuit,
        "kind": row.kind,
        "starts_at": _text(row.starts_at),
        "ends_at": _text(row.ends_at),
        "announced_at": _text(row.announced_at),
    }


def _tickets(decided: Decided, period: Interval[int]) -> Iterator[Json]:
    for row in sorted(decided.tickets, key=lambda row: (row.opened_at, row.ticket, row.circuit)):
        if period.contains(epoch_seconds_of(row.opened_at)):
            yield {
                "id": row.ticket,
                "circuit": row.circuit,
                "opened_at": _text(row.opened_at),
                "restored_at": _text(row.restored_at),
                "freezes": [
                    {"starts_at": _text(freeze.starts_at), "ends_at": _text(freeze.ends_at), "reason": freeze.reason}
                    for freeze in sorted(decided.freezes, key=lambda freeze: freeze.starts_at)
                    if freeze.ticket == row.ticket
                ],
            }


def _text(at: datetime | None) -> str | None:
    return None if at is None else instant_text(epoch_seconds_of(at))


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * DAY, UTC).date().isoformat()
