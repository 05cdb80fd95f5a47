"""A circuit is down by its contract. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerting.rules.facts import Facts
from alerting.rules.naming import of_circuit, outlook_said
from store.alert_rows import Trouble


def outages(facts: Facts) -> Iterator[Trouble]:
    """One page for each circuit that an agreement says is down now, since it went down by the first that says so.

    Only what the contract calls an outage: n bad Δt in a row. A shorter one is nobody's page; what it takes of the
    budget is the burn rules'. Time that nobody measured ends no outage and begins none.
    """
    down = sorted((each for each in facts.states if each.state == "down"), key=lambda each: each.changed_at)
    budgets = {(row.agreement, row.objective): row for row in facts.outlooks}
    told: set[str] = set()
    for state in down:
        if state.circuit in told:
            continue
        told.add(state.circuit)
        row = budgets.get((state.agreement, state.objective))
        agreements = sorted({each.agreement for each in down if each.circuit == state.circuit})
        text = facts.agreements.get(state.agreement)
        circuit = facts.circuits.get(state.circuit)
        yield of_circuit(
            facts, "outage", f"circuit:{state.circuit}", "page", state.changed_at, "down", state.circuit,
            is_demo=facts.is_demo if text is None else text.is_demo or (circuit is not None and circuit.is_demo),
            agreement=state.agreement,
            objective=state.objective,
            period_starts_at=None if row is None else row.period_starts_at,
            said={
                "agreements": agreements,
                "outages_day": state.outages_day,
                **({} if row is None else outlook_said(row)),
            },
        )  # fmt: skip
