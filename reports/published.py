"""What the ledger says of a tenant's month: the version in force of each agreement, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from facilities.calendar import period
from facilities.instants import epoch_seconds, instant
from facilities.inventory import Inventory
from store.connection import Connection
from store.ledger import read_entries
from store.ledger_chain import PUBLISHING, LedgerEntry, state_of
from store.statement_rows import InForce
from store.verdict_rows import ScoreRow

Json = dict[str, Any]


class Published(NamedTuple):
    """The version in force of one segment: its document as a score row, its entry in the ledger, and its state.

    `first_at` is when its first version was published, `restated` are the transactions that published a later one.
    """

    row: ScoreRow
    entry: LedgerEntry
    state: Literal["issued", "contested", "final"]
    first_at: datetime
    restated: frozenset[tuple[str, datetime]]

    @property
    def evidence(self) -> Json | None:
        """What its figures rest on, as the engine wrote it into the version; None in one of an older release."""
        found: Json | None = self.entry.said().get("evidence")
        return found

    @property
    def in_force(self) -> InForce:
        """Which version it is."""
        return InForce(self.entry.agreement, self.entry.period_starts_at, self.entry.version)

    @property
    def contest_until(self) -> int:
        """Until when it may be contested (not included), an epoch second: so many days after it was published as the
        agreement says in its closing terms."""
        said = self.entry.said()
        return epoch_seconds(said["occurred_at"]) + int(said["terms"]["contest_days"]) * 86_400

    @property
    def has_registers(self) -> bool:
        """Whether the version says which exclusions were on record when it was written."""
        return self.evidence is not None

    def registers(self) -> dict[str, list[Json]]:
        """The exclusions, tickets and freezes the version was made of; only of one that has them."""
        said, kept = self.entry.said(), self.evidence
        assert kept is not None
        tickets = said["input"]["facts"]["tickets"]
        return {
            "exclusions": kept["exclusions"],
            "tickets": [
                {"ticket": row["id"], **{name: row[name] for name in ("circuit", "opened_at", "restored_at")}}
                for row in tickets
            ],
            "freezes": [
                {"ticket": row["id"], **freeze}
                for row in {each["id"]: each for each in tickets}.values()
                for freeze in row["freezes"]
            ],
        }


def read_ledgers(connection: Connection, inventory: Inventory, tenant: str) -> dict[str, list[LedgerEntry]]:
    """The whole ledger of each of the tenant's agreements."""
    named = [code for code, versions in inventory.versions.items() if versions[0].tenant == tenant]
    return {code: read_entries(connection, code) for code in named}


def published_in(inventory: Inventory, ledgers: Mapping[str, Sequence[LedgerEntry]], month: str) -> list[Published]:
    """Every published segment of these ledgers in a civil month of their zones, in order of time."""
    found = []
    for code, every in ledgers.items():
        versions = inventory.versions[code]
        span = period(month, versions[0].time_zone)
        segments: dict[datetime, list[LedgerEntry]] = {}
        for entry in every:
            if instant(span.starts_at) <= entry.period_starts_at < instant(span.ends_at):
                segments.setdefault(entry.period_starts_at, []).append(entry)
        for _, entries in sorted(segments.items()):
            publishing = [entry for entry in entries if entry.kind in PUBLISHING]
            restated = frozenset((code, entry.recorded_at) for entry in publishing[1:])
            first, last = publishing[0], publishing[-1]
            found.append(Published(_row(inventory, last), last, state_of(entries), first.recorded_at, restated))
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
