"""Of which alerts nobody can say now whether their trouble lasts: unknown is not resolved. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from alerting.rules.facts import Facts
from alerting.rules.thresholds import RULES
from store.alert_rows import AlertRow

ENGINE_RULES = frozenset(
    {"outage", "burn_fast", "burn_slow", "budget", "breach_foreseen", "restore_deadline", "objective_breached"}
)
"""Rules whose facts the engine makes."""


def unknowns(facts: Facts, unread: frozenset[str], now: datetime) -> Callable[[AlertRow], bool]:
    """Says of an alert whose trouble is not found whether that means anything: False = it is over.

    It means nothing when its facts were not read (`unread` rules), when the engine is late, when an agreement calls the
    state of a circuit that was down unknown, and when a series that was silent has still sent nothing.
    """
    late = timedelta(seconds=RULES.engine_late_seconds)
    is_late = facts.passed_at is None or now - facts.passed_at > late
    states: dict[str, set[str]] = {}
    for state in facts.states:
        states.setdefault(state.circuit, set()).add(state.state)
    heard = {f"{one.kind}:{one.code}": one.received_at for one in facts.series}

    def is_unknown(alert: AlertRow) -> bool:
        rule, subject = alert.trouble.rule, alert.trouble.subject
        if rule in unread or (is_late and rule in ENGINE_RULES):
            return True
        if rule == "outage":
            return "unknown" in states.get(alert.trouble.circuit or "", ())
        if rule == "no_data" and subject in heard:
            heard_at = heard[subject]
            return heard_at is None or heard_at <= alert.trouble.since_at
        return False

    return is_unknown
