"""The last twelve months of an agreement as they were published, and the head of its ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from store.ledger_chain import PUBLISHING, LedgerEntry, state_of

Json = dict[str, Any]
MONTHS = 12
_FIGURES = ("id", "circuit", "indicator", "verdict", "value_percent", "value_ms")


def history(month: str, entries: Sequence[LedgerEntry], drafts: Iterable[Json], in_zone: ZoneInfo) -> list[Json]:
    """Twelve months, the statement's last: of each the versions in force, in order of time; none where none is.

    `drafts` are the documents of this month that are not published: their `version` is None.
    """
    periods: dict[datetime, list[LedgerEntry]] = {}
    for entry in entries:
        periods.setdefault(entry.period_starts_at, []).append(entry)
    by_month: dict[str, list[Json]] = {name: [] for name in months_before(month)}
    for starts_at, found in sorted(periods.items()):
        name = f"{starts_at.astimezone(in_zone):%Y-%m}"
        published = [entry for entry in found if entry.kind in PUBLISHING]
        if name in by_month and published:
            last = published[-1]
            by_month[name].append(figures(last.published(), last.version, state_of(found)))
    by_month[month] += [figures(document, None, None) for document in drafts]
    return [{"month": name, "versions": versions} for name, versions in by_month.items()]


def chain(entries: Sequence[LedgerEntry]) -> Json | None:
    """The last entry of the ledger and its hash: whoever is given it can tell later that none was cut off."""
    return {"entry": entries[-1].entry, "sha256": entries[-1].sha256} if entries else None


def months_before(month: str) -> list[str]:
    """The twelve civil months that end with this one."""
    last = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(last - MONTHS + 1, last + 1)]


def figures(document: Json, version: int | None, state: str | None) -> Json:
    """What the twelve months tell of one score: a version in force and where it stands, or a draft (None, None)."""
    return {
        "version": version,
        "state": state,
        "starts_at": document["period"]["starts_at"],
        "objectives": [_objective(found) for found in document["objectives"]],
        "payable": document["credits"]["payable"],
    }


def _objective(found: Json) -> Json:
    said = {key: found[key] for key in _FIGURES if key in found}
    if "seconds" in found:
        said["down_seconds"] = found["seconds"]["down"]
    if "tickets" in found:
        late = sum(ticket["verdict"] == "breached" for ticket in found["tickets"])
        said |= {"tickets": len(found["tickets"]), "late_tickets": late}
    return said
