"""What the ledger says of a tenant's month: the version in force of each agreement, and where it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

from facilities.calendar import period
from facilities.instants import epoch_seconds, instant
from facilities.inventory import Inventory
from store.connection import Connection
from store.ledger import read_entries
from store.ledger_chain import PUBLISHING, LedgerEntry, state_of
from store.rows import ScoreRow


class Published(NamedTuple):
    """The version in force of one segment: its document as a score row, its entry in the ledger, and its state.

    `restated` are the transactions that published a version of it after the first.
    """

    row: ScoreRow
    entry: LedgerEntry
    state: Literal["issued", "contested", "final"]
    restated: frozenset[tuple[str, datetime]]


def read_published(connection: Connection, inventory: Inventory, tenant: str, month: str) -> list[Published]:
    """Every published segment of the tenant's agreements in a civil month of their zones, in order of time."""
    found = []
    for code, versions in inventory.versions.items():
        if versions[0].tenant != tenant:
            continue
        span = period(month, versions[0].time_zone)
        segments: dict[datetime, list[LedgerEntry]] = {}
        for entry in read_entries(connection, code):
            if instant(span.starts_at) <= entry.period_starts_at < instant(span.ends_at):
                segments.setdefault(entry.period_starts_at, []).append(entry)
        for _, entries in sorted(segments.items()):
            publishing = [entry for entry in entries if entry.kind in PUBLISHING]
            restated = frozenset((code, entry.recorded_at) for entry in publishing[1:])
            found.append(Published(_row(inventory, publishing[-1]), publishing[-1], state_of(entries), restated))
    return found


def _row(inventory: Inventory, entry: LedgerEntry) -> ScoreRow:
    """The version as the score it was: what it was made of stands in its body."""
    said: dict[str, Any] = entry.said()
    agreement, calendar = inventory.versions[entry.agreement][0], said["calendar"] or {}
    return ScoreRow(
        agreement=entry.agreement,
        period_starts_at=entry.period_starts_at,
        period_ends_at=entry.period_ends_at,
        tenant=agreement.tenant,
        facility=agreement.facility,
        is_demo=inventory.is_demo,
        document=entry.document or "",
        agreement_sha256=said["agreement_sha256"],
        software_version=said["software_version"],
        tzdb_version=said["tzdb"],
        scored_to_at=instant(epoch_seconds(said["input"]["scored_to_at"])),
        scored_at=instant(epoch_seconds(said["occurred_at"])),
        calendar=calendar.get("id"),
        calendar_version=calendar.get("version"),
        calendar_sha256=calendar.get("sha256"),
    )
