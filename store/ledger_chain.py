"""The ledger of one agreement as a chain of hashes, and everything that is wrong with one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from store.canonical import canonical, text_sha256
from store.instants import utc_text

PUBLISHING = ("issued", "restated")
"""The kinds of entry that publish a version, and so hold a document."""


class LedgerEntry(NamedTuple):
    """One row of `verdict_entry`; `body` is what was said, everything else repeats it or is its hash."""

    agreement: str
    entry: int
    kind: str
    period_starts_at: datetime
    period_ends_at: datetime
    version: int
    author: str
    recorded_at: datetime
    previous_sha256: str | None
    sha256: str
    document_sha256: str | None
    body: str
    document: str | None

    def said(self) -> dict[str, Any]:
        """The body as objects."""
        return dict(json.loads(self.body))

    def published(self) -> dict[str, Any]:
        """The published document as objects; only of an entry that publishes one."""
        assert self.document is not None
        return dict(json.loads(self.document))


def state_of(entries: Sequence[LedgerEntry]) -> Literal["issued", "contested", "final"]:
    """Where the entries of one published period leave it: what the last one says that is no version."""
    answers = [entry.kind for entry in entries if entry.kind not in PUBLISHING]
    if answers[-1:] == ["final"]:
        return "final"
    return "contested" if answers[-1:] == ["contested"] else "issued"


class Fault(NamedTuple):
    """What is wrong with a chain, and at which entry; 0 where it is no entry's."""

    entry: int
    text: str


def faults(entries: Sequence[LedgerEntry], head: str | None = None) -> list[Fault]:
    """Everything that shows that the entries of an agreement, in the order of their numbers, are not as written.

    Every hash is computed again from the bytes. A change of the last entries with all hashes made anew, and the last
    entries cut off, leave a chain that adds up: they are found when `head`, the hash somebody was given when an entry
    was written, is that of no entry any more.
    """
    found: list[Fault] = []
    before: LedgerEntry | None = None
    periods: dict[datetime, LedgerEntry] = {}
    for entry in entries:
        found += (Fault(entry.entry, text) for text in _place(entry, before))
        found += (Fault(entry.entry, text) for text in _content(entry))
        found += (Fault(entry.entry, text) for text in _turn(entry, periods.get(entry.period_starts_at)))
        before = periods[entry.period_starts_at] = entry
    if head is not None and all(text_sha256(entry.body) != head for entry in entries):
        found.append(Fault(0, f"no entry has the hash {head}: entries were cut off, or written anew"))
    return found


def _place(entry: LedgerEntry, before: LedgerEntry | None) -> Iterator[str]:
    """What does not fit between an entry and the one before it."""
    expected = 1 if before is None else before.entry + 1
    if entry.entry != expected:
        first, last = expected, entry.entry - 1
        yield f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
    previous = None if before is None else text_sha256(before.body)
    if entry.entry == expected and entry.previous_sha256 != previous:
        yield "does not name the hash of the entry before it: one of the two was changed"


def _turn(entry: LedgerEntry, before: LedgerEntry | None) -> Iterator[str]:
    """What cannot come after what was said before of the same period."""
    if before is not None and before.kind == "final":
        yield f"comes after entry {before.entry}, which made its period final"
    last = 0 if before is None else before.version
    if entry.version != last + (entry.kind in PUBLISHING):
        yield f"{entry.kind} of version {entry.version} does not follow version {last}"


def _content(entry: LedgerEntry) -> Iterator[str]:
    """What an entry says of itself and is not so."""
    if text_sha256(entry.body) != entry.sha256:
        yield "its body was changed: it has another hash than the one recorded"
    try:
        said = entry.said()
        is_canonical = canonical(said) == entry.body.encode()
    except (ValueError, TypeError):
        yield "its body is not what an entry is written as"
        return
    if not is_canonical:
        yield "its body is not in canonical form"
    if entry.kind in PUBLISHING and entry.document is None:
        yield "its document is missing"
    if entry.document is not None and text_sha256(entry.document) != said.get("document_sha256"):
        yield "its document was changed: it has another hash than the body names"
    for name, column in _columns(entry).items():
        written = _at(said, "period", name[7:]) if name.startswith("period_") else said.get(name)
        if column != written:
            yield f"its column {name} was changed: {column}, the body says {written}"


def _columns(entry: LedgerEntry) -> dict[str, Any]:
    row = entry._asdict()
    for name in ("sha256", "body", "document"):
        del row[name]
    return {name: utc_text(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _at(said: dict[str, Any], table: str, name: str) -> Any:
    inner = said.get(table)
    return inner.get(name) if isinstance(inner, dict) else None
