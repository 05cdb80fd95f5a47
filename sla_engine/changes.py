"""What changed between two scores of one agreement, as transitions: outages that began or ended, verdicts. Pure."""

from collections.abc import Mapping
from datetime import datetime

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.calendar import local_day
from facilities.instants import instant
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score
from store.rows import TransitionRow

UNSCORED = "unscored"


def verdict_changes(
    score: Score, before: Mapping[str, str], *, is_demo: bool, noticed_at: datetime
) -> list[TransitionRow]:
    """One transition per objective whose verdict differs from the one `before` (by objective id) of its period.

    A first verdict is not a change, unless it is a breach: that one comes from `unscored`. The change is dated
    when it was noticed: a verdict belongs to a period and has no instant of its own.
    """
    rows = []
    reason = f"verdict of {_period_text(score)}"
    for result in score.results:
        known = before.get(result.objective.id, UNSCORED)
        if known != result.verdict and (known != UNSCORED or result.verdict == "breached"):
            rows.append(
                TransitionRow(
                    "objective", score.agreement.id, result.objective.id, result.objective.circuit, is_demo,
                    known, result.verdict, noticed_at, noticed_at, reason,
                )
            )  # fmt: skip
    return rows


def _period_text(score: Score) -> str:
    """The month, or of a part of one its first and last day: two segments of a month may turn at once."""
    zone, period = score.agreement.time_zone, score.period
    first = local_day(period.starts_at, zone)
    if period == score.requested:
        return first.strftime("%Y-%m")
    return f"{first} to {local_day(period.ends_at - 1, zone)}"


def circuit_changes(
    score: Score, last_measured_at: Mapping[str, int], *, is_demo: bool, noticed_at: datetime
) -> list[TransitionRow]:
    """The outages of a running period: one transition at the start of each, one at its end once it has ended.

    An outage has ended when something was measured at or after its end (`last_measured_at`, epoch seconds by
    circuit); until then it may go on. Both are dated as the contract back-dates them, so that noticing the same
    change again gives the same row.
    """
    rows = []
    for result in score.results:
        if not isinstance(result, AvailabilityResult):
            continue
        objective = result.objective
        for outage in result.tally.outages:
            rows.append(_circuit(score.agreement, objective, "up", "down", outage.starts_at, is_demo, noticed_at))
            if last_measured_at.get(objective.circuit, outage.ends_at - 1) >= outage.ends_at:
                rows.append(_circuit(score.agreement, objective, "down", "up", outage.ends_at, is_demo, noticed_at))
    return rows


def _circuit(
    agreement: Agreement,
    objective: AvailabilityObjective,
    from_state: str,
    to_state: str,
    changed_at: int,
    is_demo: bool,
    noticed_at: datetime,
) -> TransitionRow:
    reason = "outage began" if to_state == "down" else "outage ended"
    return TransitionRow(
        "circuit", agreement.id, objective.id, objective.circuit, is_demo,
        from_state, to_state, instant(changed_at), noticed_at, reason,
    )  # fmt: skip
