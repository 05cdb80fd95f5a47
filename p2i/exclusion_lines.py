"""Exclusions and what happened to them, as lines and JSON for people."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from collectors.visible_text import visible
from facilities.instants import instant_text
from sla_engine.due import epoch_seconds_of
from store.exclusion_rows import Decided, ExclusionEvent

UNKNOWN_AUTHOR = "(recorded before authors were)"


def list_lines(rows: Sequence[Decided]) -> list[str]:
    """One aligned line per exclusion: decision, id, circuit, kind, span, who, and the reason."""
    cells = [
        (
            row.decision,
            visible(row.exclusion),
            row.circuit,
            row.kind,
            f"{_text(row.starts_at)} to {_text(row.ends_at)}",
            _who(row),
            visible(row.reason or ""),
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def show_lines(row: Decided, events: Iterable[ExclusionEvent]) -> list[str]:
    """All of one exclusion, and every act on it in order."""
    lines = [
        f"{visible(row.exclusion)} on {row.circuit}: {row.decision}",
        f"  {row.kind}, {_text(row.starts_at)} to {_text(row.ends_at)}",
        f"  {announcement(row)}",
        f"  reason    {visible(row.reason or 'none given')}",
        f"  evidence  {visible(row.evidence or 'none given')}",
    ]
    told = [f"  {_text(event.acted_at)}  {_act(event)}" for event in events]
    return lines + (told or [f"  {UNKNOWN_AUTHOR}"])


def announcement(row: Decided) -> str:
    """When it was announced, and whether anybody but its proposer could know: the notice hangs on it."""
    if row.announced_at is None:
        return "not announced"
    said = f"announced {_text(row.announced_at)}"
    if not row.is_announced_before_proposed:
        return said
    known = UNKNOWN_AUTHOR if row.proposed_at is None else f"proposed here only {_text(row.proposed_at)}"
    return f"{said}, so its proposer says; {known}"


def as_json(row: Decided, events: Iterable[ExclusionEvent] | None = None) -> dict[str, Any]:
    """One exclusion as an object, with `events` if they are given; instants as text."""
    shown: dict[str, Any] = {name: _plain(value) for name, value in row._asdict().items()}
    shown["is_announced_before_proposed"] = row.is_announced_before_proposed
    if events is not None:
        shown["events"] = [_event(event) for event in events]
    return shown


def json_text(document: Any) -> str:
    """The document as indented JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def _who(row: Decided) -> str:
    proposed = row.proposed_by or UNKNOWN_AUTHOR
    return proposed if row.decided_by is None else f"{proposed}, {row.decision} by {row.decided_by}"


def _act(event: ExclusionEvent) -> str:
    if event.from_decision is None or (event.to_decision == "proposed" and event.terms != event.from_terms):
        did = "proposed" if event.from_decision is None else "changed, so it is proposed anew"
        kind, starts_at, ends_at, announced_at = event.terms
        did += f": {kind}, {_text(starts_at)} to {_text(ends_at)}, "
        did += "not announced" if announced_at is None else f"announced {_text(announced_at)}"
    else:
        did = "reworded" if event.to_decision == "proposed" else event.to_decision
    name = event.acted_by if event.acted_by == event.connected_as else f"{event.connected_as} as {event.acted_by}"
    words = "; ".join(visible(word) for word in (event.reason, event.evidence) if word)
    return f"{name} {did}" + (f" ({words})" if words else "")


def _event(event: ExclusionEvent) -> dict[str, Any]:
    names = ("kind", "starts_at", "ends_at", "announced_at")
    terms = None if event.from_terms is None else dict(zip(names, map(_plain, event.from_terms), strict=True))
    return {
        "acted_at": _text(event.acted_at),
        "acted_by": event.acted_by,
        "connected_as": event.connected_as,
        "from_decision": event.from_decision,
        "to_decision": event.to_decision,
        "from": terms,
        "to": dict(zip(names, map(_plain, event.terms), strict=True)),
        "reason": event.reason,
        "evidence": event.evidence,
    }


def _plain(value: object) -> object:
    return _text(value) if isinstance(value, datetime) else value


def _text(at: datetime) -> str:
    return instant_text(epoch_seconds_of(at))
