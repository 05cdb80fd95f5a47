"""What is wrong now, by all rules, at the price of a few of them. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import is_

from alerting.names import Name
from alerting.rules import RULES, Facts, Rules, troubles
from alerting.rules.thresholds import Band
from alerting.unknowns import ENGINE_RULES
from facilities.inventory import Inventory
from store.alert_rows import Trouble

ALL_SILENT = timedelta(seconds=150)
"""When a series is missed and nothing at all came for so long, nothing comes at all."""


def rules_of(inventory: Inventory) -> Rules:
    """The rules with their thresholds: the bands are the inventory's, everything else is as it comes."""
    bands = (
        Band(one.quantity, one.least, one.most, one.facility, frozenset(one.zones)) for one in inventory.bands.values()
    )
    return replace(RULES, bands=tuple(bands))


class Judge:
    """What is wrong by the rules; what they say of the engine's facts is worked out once a pass: that is most work."""

    def __init__(self, rules: Rules = RULES) -> None:
        self._rules = rules
        self._of: tuple[object, ...] = ()
        self._open: dict[Name, datetime] | None = None
        self._said: list[Trouble] = []

    def troubles(self, facts: Facts, now: datetime) -> list[Trouble]:
        """All troubles at `now`. When a series is missed and nothing came from anywhere either, that is told at once:
        the measurement failed, and not all that is measured."""
        rest = replace(facts, states=(), outlooks=())
        found = troubles(rest, now, self._rules)
        silent = facts.received_at is not None and now - facts.received_at > ALL_SILENT
        if silent and any(one.rule == "no_data" for one in found):
            sooner = replace(self._rules, nothing_received_seconds=int(ALL_SILENT.total_seconds()))
            found = troubles(rest, now, sooner)
        return [*self._of_the_engine(facts, now), *found]

    def _of_the_engine(self, facts: Facts, now: datetime) -> list[Trouble]:
        """What states and outlooks say: the same until the engine, the inventory or what is open has changed."""
        is_open = {name: at for name, at in facts.open.items() if name[0] in ENGINE_RULES}
        of = (facts.states, facts.outlooks, facts.circuits, facts.agreements)
        if self._open != is_open or not all(map(is_, self._of, of)):
            only = Facts(
                is_demo=facts.is_demo,
                circuits=facts.circuits,
                agreements=facts.agreements,
                states=facts.states,
                outlooks=facts.outlooks,
                open=facts.open,
                passed_at=now,  # how late the engine is, is none of its facts
            )
            self._of, self._open, self._said = of, is_open, troubles(only, now, self._rules)
        return self._said
