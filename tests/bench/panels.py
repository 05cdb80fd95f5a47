"""What a tenant's Grafana asks: every panel's query with its macros expanded, and the tenant's login to ask it by."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import perf_counter
from typing import NamedTuple

import psycopg
from psycopg import conninfo

from dashboards.grafana.dashboard import Dashboard
from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.speech import Speech
from dashboards.grafana.variable import Variable
from store.connection import Connection
from store.login_plan import Scope, WantedLogin
from store.logins import apply_logins
from tests.dashboards.grafana.macro_expansion import Shown, Value, expanded

TENANT = "locataire-a"
"""Of the national month: every circuit is this tenant's, so that no query of one tenant can be larger."""


class Asked(NamedTuple):
    """One query as it reaches the database; `name` is `<dashboard>-<panel id><refId>`."""

    name: str
    text: str


@contextmanager
def tenant_login(connection: Connection) -> Iterator[Connection]:
    """A session of the tenant's own login, as Grafana holds it; the role is gone afterwards."""
    wanted = WantedLogin("tenant", TENANT, TENANT, (Scope(tenant=TENANT),))
    (handed,) = apply_logins(connection, [wanted], {}).handed
    connection.commit()
    login = conninfo.make_conninfo(connection.info.dsn, user=handed.role, password=handed.password)
    try:
        with psycopg.connect(login) as viewer:
            yield viewer
    finally:
        connection.rollback()
        apply_logins(connection, [], {})
        connection.commit()


def panels(
    viewer: Connection, names: frozenset[str], to_at: datetime, span: timedelta, dice: random.Random
) -> list[Asked]:
    """Every panel's query of these dashboards over a range; of many values all are chosen, else any one."""
    asked = []
    for dashboard in _dashboards(names):
        values = _chosen(viewer, dashboard, Shown(to_at - span, to_at), dice)
        for panel in dashboard.all_panels():
            view = Shown(to_at - span, to_at, values).with_least_interval(panel.least_interval)
            asked += [
                Asked(f"{dashboard.name}-{panel.id}{target.ref}", expanded(target.sql, view))
                for target in panel.targets
            ]
    return asked


def dashboard_names() -> frozenset[str]:
    """The names of all dashboards."""
    return frozenset(one.name for one in dashboards(Speech("en")))


def timed(viewer: Connection, text: str) -> float:
    """Seconds of a query, rows fetched."""
    began = perf_counter()
    viewer.execute(text.encode()).fetchall()
    took = perf_counter() - began
    viewer.rollback()
    return took


def _dashboards(names: frozenset[str]) -> list[Dashboard]:
    return [one for one in dashboards(Speech("en")) if one.name in names]


def _chosen(viewer: Connection, dashboard: Dashboard, shown: Shown, dice: random.Random) -> Mapping[str, Value]:
    values: dict[str, Value] = {}
    for variable in dashboard.variables:
        found = _values(viewer, variable, Shown(shown.from_at, shown.to_at, values))
        if variable.model.get("multi"):
            values[variable.name] = found
        else:
            values[variable.name] = dice.choice(found) if found else ""
    return values


def _values(viewer: Connection, variable: Variable, shown: Shown) -> list[str]:
    if not variable.sql:
        return [str(option["value"]) for option in variable.model.get("options", [])]
    found = [value for _, value in viewer.execute(expanded(variable.sql, shown).encode()).fetchall()]
    viewer.rollback()
    return found
