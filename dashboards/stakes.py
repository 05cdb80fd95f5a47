"""What a circuit costs as things stand, and what it does right now. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dashboards.rows import CircuitState, Credit
from facilities.agreement import Agreement, AvailabilityObjective
from facilities.budget import Budget

SILENT_AFTER = timedelta(minutes=5)
"""A measured circuit without a reading for this long, or for three of its Δt, is in no known state."""


def credit_at_stake(
    agreement: Agreement,
    document: Mapping[str, Any],
    listed: Sequence[Mapping[str, Any]],
    promised: AvailabilityObjective | None,
    left: Budget | None,
    *,
    is_running: bool,
) -> Credit:
    """What the circuit costs: the document's credits; while running, the tier in which the period will end at best.

    When nothing is due in a running period, the credit of the first tier below the target: what is at stake.
    Combination and cap are the agreement's, not the circuit's, and are not applied here.
    """
    fee = Decimal(document["credits"]["fee"])
    tiers = () if promised is None else promised.tiers
    lines = [Decimal(one["credit"]) for one in listed if not is_running or one["indicator"] != "availability"]
    if is_running and left is not None:
        lines += [
            _share(fee, tier.credit_percent)
            for tier in tiers
            if tier.at_least_ratio <= left.ratio_at_best < tier.below_ratio
        ]
    due = sum(lines, Decimal(0))
    if due or not is_running or not tiers:
        return Credit(due, agreement.currency, is_due=True)
    return Credit(_share(fee, tiers[-1].credit_percent), agreement.currency, is_due=False)


def _share(fee: Decimal, percent: Decimal) -> Decimal:
    return (fee * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def circuit_state(
    promised: AvailabilityObjective | None,
    newest_at: datetime | None,
    noticed: tuple[str, datetime] | None,
    now: datetime,
) -> CircuitState:
    """The state the engine last noticed, else `up` (it notices every change); `unknown` when readings have stopped.

    An outage that nobody has seen end stays `down` when the readings stop too: a power cut takes both. A timeline of
    states has no heartbeat: its last state holds however old it is, as the contract says.
    """
    if promised is None or newest_at is None:
        return CircuitState("unknown")
    state, since_at = noticed or ("up", None)
    if state == "down":
        return CircuitState("down", since_at)
    if promised.method == "intervals":
        silent_after = max(SILENT_AFTER, 3 * timedelta(seconds=promised.interval_seconds))
        if now - newest_at > silent_after:
            return CircuitState("unknown", newest_at)
    return CircuitState("up" if state == "up" else "unknown", since_at)
