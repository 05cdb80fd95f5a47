"""A budget is nearly gone, or will be: what rolling windows cannot see, because a calendar month starts anew. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from alerting.rules.facts import Facts
from alerting.rules.naming import objective_subject, of_outlook
from alerting.rules.thresholds import Rules
from store.alert_rows import OutlookRow, Severity, Trouble


def budgets(facts: Facts, rules: Rules) -> Iterator[Trouble]:
    """The highest level of consumption that each objective has come to; at the level itself it holds (R-31).

    At 100 % the objective is still met, and any further second breaches it. A target of 100 % has no budget: nothing
    is consumed until the first second, which is all of it. Planned maintenance shrinks a budget, so that a level may
    be reached without an outage (FC-1).
    """
    for row in facts.outlooks:
        used = Fraction(row.budget_seconds) - Fraction(row.budget_left_seconds)
        reached = [
            level for level in rules.budget_percents if used and used * 100 >= level * Fraction(row.budget_seconds)
        ]
        if reached:
            level = max(reached)
            severity: Severity = "page" if level >= rules.budget_page_percent else "ticket"
            said = {"consumed_percent": _percent(used, row.budget_seconds)}
            yield of_outlook(facts, "budget", severity, f"budget_{level}", row, said)


def foreseen(facts: Facts, rules: Rules) -> Iterator[Trouble]:
    """Each objective that will be breached before its period ends, and is not yet.

    `breach_by_outage`: the circuit is down, and if it stays so. It pages when as much service time as
    `foreseen_page_seconds` is left or less; with more left an outage that has just begun would be told twice, so it
    only keeps a ticket that was there before. `breach_by_trend`: if the last seven days repeat; nobody can mend that
    at night, so it is always a ticket.
    """
    down = {(each.agreement, each.circuit) for each in facts.states if each.state == "down"}
    for row in facts.outlooks:
        if row.breach_at is None or row.budget_left_seconds < 0:
            continue
        is_down = (row.agreement, row.circuit) in down
        is_near = is_down and row.budget_left_seconds <= rules.foreseen_page_seconds
        subject = objective_subject(facts, row.agreement, row.objective, row.period_starts_at)
        if is_down and not is_near and ("breach_foreseen", subject) not in facts.open:
            continue
        reason = "breach_by_outage" if is_down else "breach_by_trend"
        said = {"service_seconds_left": _service_seconds_left(row, is_down)}
        yield of_outlook(facts, "breach_foreseen", "page" if is_near else "ticket", reason, row, said)


def _service_seconds_left(row: OutlookRow, is_down: bool) -> int | None:
    """The service time until the breach, in whole seconds."""
    if is_down:
        return int(row.budget_left_seconds)
    if not row.trend_down_seconds:
        return None
    return int(Fraction(row.budget_left_seconds) * row.trend_seconds / row.trend_down_seconds)


def _percent(used: Fraction, budget: Decimal) -> str | None:
    """What is consumed, cut (never rounded up to a level it has not come to); None without a budget."""
    if not budget:
        return None
    hundredths = int(used * 10_000 / Fraction(budget))
    return f"{hundredths // 100}.{hundredths % 100:02d}"
