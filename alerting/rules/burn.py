"""A budget goes too fast: two windows of service time, both at a rate that the month cannot bear. Pure, exact."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from alerting.rules.facts import Facts
from alerting.rules.naming import objective_subject, of_outlook, plain
from alerting.rules.thresholds import Rules
from facilities.burn import BurnRow
from store.alert_rows import LookedBack, OutlookRow, Severity, Trouble


class Refused(NamedTuple):
    """A rule that can never hold for one objective, and why, for people."""

    rule: str
    reason: str
    subject: str
    why: str


def burning(facts: Facts, rules: Rules) -> Iterator[Trouble]:
    """At most one `burn_fast` (page) and one `burn_slow` (ticket) of each objective.

    A row holds when the bad share of both its windows is above b·ε, where b = share · H / long window: the rate at
    which `share_of_budget` of the period's budget goes within the long window (sla-standards 6.2), H being the
    service time of this period. Bad is a Δt as measured, whatever the state will be. A window of which too little was
    measured says nothing: it opens no alert and closes none.
    """
    sides: tuple[tuple[str, Severity, tuple[BurnRow, ...]], ...] = (
        ("burn_fast", "page", rules.fast),
        ("burn_slow", "ticket", rules.slow),
    )
    for outlook in facts.outlooks:
        for rule, severity, rows in sides:
            possible = [row for row in rows if _refusal(outlook, row) is None]
            said = {row.reason: holds(outlook, row, rules) for row in possible}
            subject = objective_subject(facts, outlook.agreement, outlook.objective, outlook.period_starts_at)
            is_open = (rule, subject) in facts.open
            found = next((row for row in possible if said[row.reason]), None)
            if found is None and is_open:
                found = next((row for row in possible if said[row.reason] is None), None)
            if found is not None:
                yield of_outlook(facts, rule, severity, found.reason, outlook, _windows_said(outlook, found))


def holds(outlook: OutlookRow, row: BurnRow, rules: Rules) -> bool | None:
    """Whether the budget burns too fast by one row; None where too little was measured to say.

    bad/counted > share·B/long for both windows, in integers: at the rate itself it does not hold. The budget is that
    of the whole period, ε·H, so that unmeasured time does not move the threshold. One bad Δt alone is no burn, however
    long: a minute is 2.3 % of the budget of 99.9 %, and a lost probe is nobody's page.
    """
    budget = Fraction(outlook.allowed_ratio) * outlook.service_seconds
    day = outlook.service_day_seconds
    answers: list[bool | None] = []
    for seconds in (row.long_seconds(day), row.short_seconds(day)):
        window = next((each for each in outlook.windows if each.seconds == seconds), None)
        if window is None or not _is_measured(window, rules):
            answers.append(None)
        else:
            at_rate = row.share_of_budget * budget * window.counted_seconds
            answers.append(window.bad_seconds * row.long_seconds(day) > at_rate)
            if seconds == row.long_seconds(day):
                answers.append(window.bad_seconds > (rules.least_bad_intervals - 1) * outlook.interval_seconds)
    if False in answers:
        return False  # whatever the other is
    return None if None in answers else True


def refused(facts: Facts, rules: Rules) -> list[Refused]:
    """The rows that can never hold for an objective: the whole window bad is no faster than they ask for.

    They are left out, not lowered: a threshold of our own invention would page for what nobody agreed on.
    """
    found = []
    for outlook in facts.outlooks:
        subject = objective_subject(facts, outlook.agreement, outlook.objective, outlook.period_starts_at)
        for rule, rows in (("burn_fast", rules.fast), ("burn_slow", rules.slow)):
            for row in rows:
                why = _refusal(outlook, row)
                if why is not None:
                    found.append(Refused(rule, row.reason, subject, why))
    return found


def _is_measured(window: LookedBack, rules: Rules) -> bool:
    return 0 < window.counted_seconds >= rules.least_measured_ratio * window.seconds


def _refusal(outlook: OutlookRow, row: BurnRow) -> str | None:
    """Why the row can never hold: factor >= 1/ε, the rate of everything being bad; or there is no budget at all."""
    if not outlook.allowed_ratio:
        return "the objective allows no outage at all: its first bad second is told as budget_100"
    long = row.long_seconds(outlook.service_day_seconds)
    factor = factor_of(outlook, row)
    if factor * Fraction(outlook.allowed_ratio) < 1:
        return None
    return (
        f"{row.share_of_budget * 100} % of the budget is more than {long} s, the whole window: the burn rate asked for,"
        f" {float(factor):.2f}, is not below the highest there is, {float(1 / Fraction(outlook.allowed_ratio)):.2f}"
    )


def factor_of(outlook: OutlookRow, row: BurnRow) -> Fraction:
    """The burn rate b of a row: share · H / long window (14.42 for two percent in an hour of September 2026)."""
    return row.share_of_budget * outlook.service_seconds / row.long_seconds(outlook.service_day_seconds)


def _windows_said(outlook: OutlookRow, row: BurnRow) -> dict[str, object]:
    day = outlook.service_day_seconds
    seen = {each.seconds: each for each in outlook.windows}
    long, short = seen.get(row.long_seconds(day)), seen.get(row.short_seconds(day))
    return {
        "budget_share_percent": str(row.share_of_budget * 100),
        "long_seconds": row.long_seconds(day),
        "long_bad_seconds": None if long is None else long.bad_seconds,
        "short_seconds": row.short_seconds(day),
        "short_bad_seconds": None if short is None else short.bad_seconds,
        "allowed_ratio": plain(outlook.allowed_ratio),
    }
