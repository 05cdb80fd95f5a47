"""The files of `p2i score`, read into the facts of the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from facilities.agreement import Agreement
from sla_engine.csv_decisions import read_exclusions, read_freezes, read_tickets
from sla_engine.facts import CircuitFacts, Facts
from sla_engine.measurement_files import read_intervals, read_probes, read_states
from sla_engine.scoring import grid
from sla_engine.spans import SECONDS


@dataclass(frozen=True, slots=True)
class FactFiles:
    """The paths of the files of one score; None where none is given."""

    intervals: str | None = None
    probes: str | None = None
    states: str | None = None
    tickets: str | None = None
    freezes: str | None = None
    exclusions: str | None = None


def read_facts(agreement: Agreement, files: FactFiles) -> Facts:
    """The facts in `files` about the circuits that the agreement names; rows of others are left out."""
    names = {objective.circuit for objective in agreement.objectives}
    grids = {name: axis for name in names if (axis := grid(agreement, name)) is not SECONDS}
    intervals = read_intervals(files.intervals, names, grids) if files.intervals is not None else {}
    probes = read_probes(files.probes, names) if files.probes is not None else {}
    states = read_states(files.states, names) if files.states is not None else {}
    tickets = read_tickets(files.tickets) if files.tickets is not None else {}
    freezes = read_freezes(files.freezes) if files.freezes is not None else {}
    exclusions = read_exclusions(files.exclusions) if files.exclusions is not None else {}
    return Facts(
        circuits={
            name: CircuitFacts(
                intervals=intervals.get(name),
                probes=probes.get(name),
                states=states.get(name),
                tickets=tickets.get(name, ()),
                exclusions=exclusions.get(name, ()),
            )
            for name in sorted(names)
        },
        freezes=freezes,
        intervals_given=files.intervals is not None,
    )
