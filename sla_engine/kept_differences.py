"""Closed periods whose text is no longer what the inventory says: told, and never judged again (anchors I15). Pure."""

from collections.abc import Iterator
from datetime import datetime

from facilities.calendar import local_day
from facilities.instants import instant
from sla_engine.due import Contract
from sla_engine.segments import differences
from store.verdict_rows import KeptDifference


def kept_differences(contract: Contract, noticed_at: datetime) -> Iterator[KeptDifference]:
    """One row per closed period of a contract that the inventory's texts would have judged otherwise."""
    for closed in contract.closed():
        if closed.kept_sha256 not in contract.kept:
            continue  # nothing to compare with; it is told when new facts arrive
        if what := differences(closed, contract.versions):
            zone, period = closed.agreement.time_zone, closed.period
            yield KeptDifference(
                closed.agreement.id,
                instant(period.starts_at),
                instant(period.ends_at),
                f"the closed period {local_day(period.starts_at, zone)} to {local_day(period.ends_at, zone)} keeps the"
                f" text it was scored by (SHA-256 {closed.kept_sha256}); the inventory says otherwise today:"
                f" {', '.join(what)}",
                noticed_at,
            )
