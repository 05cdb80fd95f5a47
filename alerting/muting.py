"""Whom planned work silences: alerts of a circuit that an accepted maintenance covers at this moment. Pure."""

from collections.abc import Iterable
from datetime import datetime

from alerting.names import Name, name_of
from store.alert_rows import Trouble
from store.rows import ExclusionRow

MUTED_RULES = frozenset({"outage", "no_data", "burn_fast", "burn_slow", "breach_foreseen"})
"""What planned work on a circuit brings about. A ticket's clock, a verdict or a full room is none of that."""


def mutes(troubles: Iterable[Trouble], exclusions: Iterable[ExclusionRow], now: datetime) -> dict[Name, str]:
    """By what nobody on call is told of each of these at `now`: `exclusion ID`.

    Maintenance only, accepted, from its start to its end exclusive: what is merely proposed silences nobody, nor do
    faults of the customer or force majeure, which somebody still has to look after. Of several the one that ends last,
    then the first by its id. The measurement, the state and the alert itself are recorded as ever (anchors I12): what
    planned work costs is the contract's business, and whether it began in time is seen afterwards.
    """
    covering: dict[str, ExclusionRow] = {}
    for one in sorted(exclusions, key=lambda row: (row.exclusion, row.circuit)):
        if one.kind == "maintenance" and one.decision == "accepted" and one.starts_at <= now < one.ends_at:
            before = covering.get(one.circuit)
            if before is None or one.ends_at > before.ends_at:
                covering[one.circuit] = one
    return {
        name_of(trouble): f"exclusion {covering[trouble.circuit].exclusion}"
        for trouble in troubles
        if trouble.rule in MUTED_RULES and trouble.circuit is not None and trouble.circuit in covering
    }
