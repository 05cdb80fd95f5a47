"""Alerts drawn over the time panels of other dashboards, in layers that a reader can switch off. Pure."""

from __future__ import annotations

from dashboards.grafana.dashboard import Annotation
from dashboards.grafana.field import BAD, WARNING
from dashboards.grafana.on_call_sql import alerts_drawn
from dashboards.grafana.speech import Speech

_CAUSES = "rule IN ('site_cut', 'duct_cut', 'carrier_down', 'infrastructure_carrier_down', 'cable_down', 'probe_fault')"
_OF_BUDGETS = "rule IN ('burn_fast', 'burn_slow', 'budget', 'breach_foreseen', 'objective_breached')"


def over_all_circuits(say: Speech) -> tuple[Annotation, ...]:
    """Outages that nothing explains, and what explains several: each trouble once."""
    return (
        Annotation(say("on_call.annotation.outages"), alerts_drawn("rule = 'outage' AND cause_id IS NULL"), BAD),
        Annotation(say("on_call.annotation.causes"), alerts_drawn(_CAUSES), WARNING),
    )


def over_one_circuit(say: Speech, circuit: str) -> tuple[Annotation, ...]:
    """Of the circuit that `circuit` gives as SQL: its outages, explained or not, and the alerts of its budgets."""
    return (
        Annotation(say("on_call.annotation.outages"), alerts_drawn(f"rule = 'outage' AND circuit = {circuit}"), BAD),
        Annotation(say("on_call.annotation.budgets"), alerts_drawn(f"{_OF_BUDGETS} AND circuit = {circuit}"), WARNING),
    )
