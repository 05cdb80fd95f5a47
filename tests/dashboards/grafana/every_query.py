"""Every query of every dashboard, and what viewers choose when they look at it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.panel import Panel, Target
from dashboards.grafana.speech import Speech
from store.connection import Connection
from tests.dashboards.grafana.column_contract import is_nothing, run
from tests.dashboards.grafana.filled_day import DAY, HOUR, NOW, SECOND
from tests.dashboards.grafana.macro_expansion import Shown, Value, expanded

EVERY = {one.name: one for one in dashboards(Speech("fr"))}
SPANS = {"1 h": HOUR, "24 h": 24 * HOUR, "30 d": timedelta(days=30), "13 months": timedelta(days=396)}
TO = NOW + 30 * SECOND
"""Not on a boundary of anything."""

CHOICES: dict[str, dict[str, Value]] = {
    "one": {"park": "casanearshore", "carrier": "operateur-a", "state": "up", "search": "", "circuit": "casa-a1",
            "tenant": "locataire-a", "month": "2026-09", "facility": "casanearshore", "zone": "casa-z1",
            "total_meter": "compteur-total", "it_meter": "compteur-it · phase:0"},
    "many": {"park": ["casanearshore", "tetouan-shore"], "carrier": ["operateur-a", "operateur-b"],
             "state": ["up", "down"], "search": "casa", "circuit": "casa-b1",
             "tenant": "locataire-b", "month": "2026-09", "facility": "technopolis", "zone": ["tech-z1", "tech-z2"],
             "total_meter": ["compteur-total", "compteur-it · phase:0"], "it_meter": ["compteur-it · phase:0"]},
    "all": {"park": ["casanearshore", "technopolis", "fes-shore", "oujda-shore", "tetouan-shore"],
            "carrier": ["operateur-a", "operateur-b", "operateur-c", "—"],
            "state": ["down", "silent", "no_data", "up", "no_agreement", "unknown"], "search": "", "circuit": "tet-a1",
            "tenant": "locataire-a", "month": "2026-10", "facility": "technopolis",
            "zone": ["casa-z1", "casa-z2", "casa-z3", "fes-z1", "tech-z1", "tech-z2", "tech-z3"],
            "total_meter": ["compteur-total"], "it_meter": ["compteur-it · phase:0"]},
    "none": {"park": [], "carrier": [], "state": [], "search": "", "circuit": "", "tenant": "", "month": "",
             "facility": "", "zone": [], "total_meter": "—", "it_meter": []},
    "quotes": {"park": "l'Oriental", "carrier": ["L'Opérateur \"X\"", "a'); DROP TABLE x; --"], "state": ["'"],
               "search": "%_'\\", "circuit": "d'\"ici\\",
               "tenant": "d'\"ici\\", "month": "2026-09'", "facility": "l'Oriental", "zone": ["'", "a\"b"],
               "total_meter": ["d'ici"], "it_meter": "\\"},
}  # fmt: skip
"""Values of every variable of the set: a dashboard uses those it has."""


class Query(NamedTuple):
    """One query of a panel."""

    panel: Panel
    target: Target

    def texts(self, views: list[Shown]) -> list[str]:
        """The different texts that reach the database when it is looked at in these ways."""
        wide = [view.with_least_interval(self.panel.least_interval) for view in views]
        return list(dict.fromkeys(expanded(self.target.sql, view) for view in wide))


def _queries() -> Iterator[tuple[str, Query]]:
    for one in EVERY.values():
        for panel in one.all_panels():
            for target in panel.targets:
                yield f"{one.name}-{panel.id}{target.ref}", Query(panel, target)


QUERIES = dict(_queries())
"""By `<dashboard>-<panel id><refId>`."""


def views(spans: Iterable[timedelta] = tuple(SPANS.values())) -> list[Shown]:
    """Every range with every choice, in both positions of the data source's switch."""
    return [
        Shown(TO - span, TO, values, timescaledb=switch)
        for span in spans
        for values in CHOICES.values()
        for switch in (False, True)
    ]


def answer(
    connection: Connection,
    name: str,
    *,
    circuit: str = "",
    to_at: datetime = NOW,
    values: Mapping[str, Value] | None = None,
) -> list[dict[str, Any]]:
    """What a query answers over the filled day with everything chosen, but for what is given."""
    query = QUERIES[name]
    (text,) = query.texts([Shown(DAY, to_at, CHOICES["all"] | {"circuit": circuit} | dict(values or {}))])
    found = run(connection, text)
    is_empty = query.panel.kind in ("stat", "table") and is_nothing(found.rows)
    rows = [] if is_empty else found.rows
    return [dict(zip(found.types, row, strict=True)) for row in rows]
