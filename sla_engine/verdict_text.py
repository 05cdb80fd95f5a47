"""Published verdicts as lines for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sla_engine.verdict_difference import causes
from store.ledger_chain import PUBLISHING, LedgerEntry

Json = dict[str, Any]


class Listed(NamedTuple):
    """One line of the list: a segment of a month, and what is to be done about it."""

    agreement: str
    period: str
    version: str
    state: str
    published_at: str
    payable: str
    note: str


HEADINGS = Listed("agreement", "period", "version", "state", "published", "payable", "")


def table(rows: Sequence[Listed]) -> Iterator[str]:
    """The list with its headings, in columns as wide as they must be."""
    lines = [HEADINGS, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()


def written(entry: LedgerEntry, period: str) -> Iterator[str]:
    """What was just written to the ledger; its hash is what the tenant is given."""
    said = entry.said()
    verb = f"{entry.kind} ({said['answer']})" if "answer" in said else entry.kind
    what = f"version {entry.version} {'is final' if entry.kind == 'final' else verb}"
    if entry.kind in PUBLISHING:
        what += f", {_credit(said['credit'])}"
    yield f"{entry.agreement} {period}: {what}"
    if said["reason"]:
        yield f"  reason: {said['reason']}"
    yield f"  entry {entry.entry}, sha256 {entry.sha256}"


def history(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """Everything that happened to one period, in order."""
    for entry in entries:
        said = entry.said()
        verb = f"{entry.kind} ({said['answer']})" if "answer" in said else entry.kind
        line = f"{said['occurred_at']}  version {entry.version}  {verb} by {entry.author}"
        yield f"{line}: {said['reason']}" if said["reason"] else line


def figures(entry: LedgerEntry) -> Iterator[str]:
    """The figures of a version, a line per objective, then the credit and the hashes."""
    said = entry.said()
    for one in entry.published()["objectives"]:
        value = one.get("value_percent") or one.get("value_ms")
        unit = " %" if one.get("value_percent") else " ms" if value else ""
        figure = f"  {value}{unit}" if value else ""
        yield f"{one['id']} ({one['circuit']}): {one['verdict']}{figure}  credit {one['credit']}"
    yield _credit(said["credit"])
    for name in ("document_sha256", "agreement_sha256"):
        yield f"{name} {said[name]}"
    yield f"facts_sha256 {said['input']['facts_sha256']}"
    yield f"made by p2i {said['software_version']}, zone data {said['tzdb']}"
    yield f"entry {entry.entry}, sha256 {entry.sha256}"


def changes(found: Json) -> Iterator[str]:
    """A difference between two versions: figures first, then what they follow from."""
    for one in found["objectives"]:
        yield f"{one['id']} ({one['circuit']})"
        seconds = {f"{name} seconds": change for name, change in one.get("seconds", {}).items()}
        rest = {name: change for name, change in one.items() if name not in ("id", "circuit", "seconds")}
        for name, change in {**rest, **seconds}.items():
            yield f"  {name}: {_change(change)}"
    for name, change in found["credit"].items():
        yield f"credits {name}: {_change(change)}"
    if not found["objectives"] and not found["credit"]:
        yield "no figure differs"
    for cause in causes(found, {}):
        yield f"because of {cause}"


def _change(change: Json) -> str:
    before, after = change["before"], change["after"]
    if isinstance(before, list) or isinstance(after, list):
        return f"{len(before or [])} before, {len(after or [])} after"
    return f"{'none' if before is None else before} -> {'none' if after is None else after}"


def _credit(credit: Json) -> str:
    owed = f"credit payable {credit['payable']} {credit['currency']}"
    return owed if credit["adjustment"] is None else f"{owed}, adjustment {credit['adjustment']} {credit['currency']}"
