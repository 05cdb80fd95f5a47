"""The set of dashboards: what there is, and the files to write. Pure."""

from __future__ import annotations

from collections.abc import Callable

from dashboards.grafana.circuit_detail import circuit_detail
from dashboards.grafana.dashboard import Dashboard
from dashboards.grafana.data_centre import data_centre
from dashboards.grafana.data_trust import data_trust
from dashboards.grafana.noc_wall import noc_wall
from dashboards.grafana.occupancy import occupancy
from dashboards.grafana.on_call import on_call
from dashboards.grafana.operations_circuits import operations_circuits
from dashboards.grafana.park import park
from dashboards.grafana.portfolio import portfolio
from dashboards.grafana.speech import SPEECHES, Speech
from dashboards.grafana.tenant import tenant

EVERY: tuple[Callable[[Speech], Dashboard], ...] = (
    noc_wall,
    on_call,
    operations_circuits,
    circuit_detail,
    park,
    occupancy,
    data_centre,
    tenant,
    portfolio,
    data_trust,
)
"""One function per dashboard, in the order in which they are listed. A new one is added here and nowhere else."""


def dashboards(speech: Speech) -> tuple[Dashboard, ...]:
    """Every dashboard in one language."""
    return tuple(make(speech) for make in EVERY)


def files() -> dict[str, str]:
    """Text by path, `fr/p2i-noc-fr.json` and so on: a folder per language, for a provider of files each."""
    return {f"{speech.language}/{one.uid}.json": one.text() for speech in SPEECHES for one in dashboards(speech)}
