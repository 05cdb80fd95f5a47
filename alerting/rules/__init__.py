"""What is wrong now, by every rule there is: facts in, troubles out. Pure; thresholds are data (rules.thresholds)."""

from __future__ import annotations

from datetime import datetime

from alerting.rules.budget import budgets, foreseen
from alerting.rules.burn import Refused, burning, refused
from alerting.rules.facts import Facts
from alerting.rules.outage import outages
from alerting.rules.rooms import environment, occupancy
from alerting.rules.silence import clocks, collectors, engine, no_data
from alerting.rules.thresholds import RULES, Rules
from alerting.rules.verdicts import breached, deadlines, statements, unscored
from store.alert_rows import Trouble

__all__ = ["RULES", "Facts", "Refused", "Rules", "refused_rules", "troubles"]


def troubles(facts: Facts, now: datetime, rules: Rules = RULES) -> list[Trouble]:
    """Everything that is wrong at `now`, each (rule, subject) once, in the order of docs/alerting-rules.md.

    It remembers nothing: what lasts longer than its condition does so because `facts.open` says that it is open.
    """
    return [
        *outages(facts),
        *burning(facts, rules),
        *budgets(facts, rules),
        *foreseen(facts, rules),
        *deadlines(facts, now, rules),
        *breached(facts, now, rules),
        *occupancy(facts, now, rules),
        *environment(facts, now, rules),
        *no_data(facts, now, rules),
        *collectors(facts, now, rules),
        *engine(facts, now, rules),
        *clocks(facts, now, rules),
        *statements(facts, now, rules),
        *unscored(facts),
    ]


def refused_rules(facts: Facts, rules: Rules = RULES) -> list[Refused]:
    """The rules that can never hold for what was promised, each with the reason, for whoever runs this."""
    return refused(facts, rules)
