"""The whole board: heading, circuits and zones at one instant. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from dashboards.circuits import circuit_rows
from dashboards.rows import Board, Heading, Observed, Scored
from dashboards.zones import zone_rows
from facilities.calendar import TZDB_VERSION, zone
from facilities.instants import instant
from facilities.inventory import Inventory
from store.verdict_rows import UnscoredRow

HOME_ZONE = "Africa/Casablanca"
"""The zone of the clock in the heading; periods are cut in each agreement's own."""


def board(
    inventory: Inventory,
    observed: Observed,
    now: datetime,
    *,
    tenant: str | None = None,
    month: str | None = None,
    away_since_at: datetime | None = None,
) -> Board:
    """The board of an inventory from what the store held, at `now`; of one tenant if given."""
    local_now = now.astimezone(zone(HOME_ZONE))
    circuits = circuit_rows(inventory, observed, now, tenant=tenant)
    title = f"P2I · {inventory.name}"
    if tenant is not None:
        title += f" · {inventory.tenants[tenant].name}"
    shown = {row.agreement for row in circuits}
    month = month or f"{local_now:%Y-%m}"
    return Board(
        heading=Heading(
            label=inventory.label,
            title=title,
            month=month,
            time_zone=HOME_ZONE,
            tzdb_version=TZDB_VERSION,
            now=now,
            local_now=local_now,
            complete_to_at=_complete_to([one for one in observed.scored if one.agreement in shown]),
            foreign_agreements=tuple(unknown_agreements(inventory, observed.scored)),
            failed_agreements=tuple(
                (row.agreement, row.reason) for row in observed.unscored if _is_shown(inventory, row, month, tenant)
            ),
            away_since_at=away_since_at,
        ),
        circuits=tuple(circuits),
        zones=tuple(zone_rows(inventory, observed, now, tenant=tenant)),
    )


def _complete_to(shown: Sequence[Scored]) -> datetime | None:
    """Up to when everything shown is scored; a period that was scored to its end holds nothing back."""
    behind = [one.scored_to_at for one in shown if one.scored_to_at < instant(one.ends_at)]
    return min(behind or [one.scored_to_at for one in shown], default=None)


def unknown_agreements(inventory: Inventory, scored: Iterable[Scored]) -> list[str]:
    """The agreements that were scored and that this inventory does not have: they cannot be shown, only named."""
    return sorted({one.agreement for one in scored} - inventory.agreements.keys())


def _is_shown(inventory: Inventory, row: UnscoredRow, month: str, tenant: str | None) -> bool:
    """Whether the month that could not be scored is the one on the board, of an agreement the board is about."""
    agreement = inventory.agreements.get(row.agreement)
    if agreement is None or tenant not in (None, agreement.tenant):
        return False
    return f"{row.month_starts_at.astimezone(agreement.time_zone):%Y-%m}" == month
