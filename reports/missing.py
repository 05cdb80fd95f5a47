"""What a statement lacks: agreements in force in its month of which a part has no current score. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from facilities.agreement import Agreement
from facilities.calendar import period
from facilities.instants import instant
from facilities.inventory import Inventory
from store.errors import InputError
from store.intervals import Interval, subtract
from store.verdict_rows import ScoreRow, UnscoredRow


def missing_scores(
    inventory: Inventory,
    tenant: str,
    month: str,
    rows: Sequence[ScoreRow],
    unscored: Iterable[UnscoredRow],
    issued_at: datetime,
) -> dict[str, str | None]:
    """The tenant's agreements with time in the month that no score of `rows` covers, and the reason as far as known.

    A part that has not begun at `issued_at` is not missing. A score is stale where the month could not be scored since.
    """
    failed = list(unscored)
    found: dict[str, str | None] = {}
    for code, versions in inventory.versions.items():
        if versions[0].tenant != tenant:
            continue
        span = period(month, versions[0].time_zone)
        scored = [
            Interval(int(row.period_starts_at.timestamp()), int(row.period_ends_at.timestamp()))
            for row in rows
            if row.agreement == code
        ]
        promised = [part for one in versions if (part := _covered(one, span)) is not None]
        begun = [part for part in promised if instant(part.starts_at) <= issued_at or part == promised[0]]
        reasons = [
            row.reason
            for row in failed
            if row.agreement == code and instant(span.starts_at) <= row.month_starts_at < instant(span.ends_at)
        ]
        if promised and (reasons or subtract(begun, scored)):
            found[code] = reasons[0] if reasons else None
    return found


def _covered(agreement: Agreement, span: Interval[int]) -> Interval[int] | None:
    try:
        return agreement.covered(span)
    except InputError:
        return None  # not in force in the month
