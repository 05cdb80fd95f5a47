"""Every query of every dashboard, expanded as Grafana would and run as a viewer's role."""

import psycopg
import pytest

from dashboards.grafana.dashboard import Dashboard
from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.speech import SPEECHES
from store.connection import Connection
from tests.dashboards.grafana.column_contract import (
    check_annotation,
    check_panel,
    check_variable,
    run,
    titles_without_column,
)
from tests.dashboards.grafana.every_query import CHOICES, EVERY, QUERIES, TO, views
from tests.dashboards.grafana.filled_day import HOUR
from tests.dashboards.grafana.macro_expansion import Shown, expanded


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("who", ["operator", "tenant"])
def test_every_panel_gets_what_its_kind_needs(viewers: dict[str, Connection], name: str, who: str) -> None:
    query = QUERIES[name]
    for text in query.texts(views()):
        check_panel(query.panel, query.target, run(viewers[who], text))


@pytest.mark.parametrize("name", QUERIES)
def test_every_panel_stands_an_empty_world(viewers: dict[str, Connection], name: str) -> None:
    query = QUERIES[name]
    for text in query.texts(views([HOUR])):
        check_panel(query.panel, query.target, run(viewers["stranger"], text))


@pytest.mark.parametrize("name", EVERY)
def test_every_variable_and_annotation_is_one(viewers: dict[str, Connection], name: str) -> None:
    for view in views():
        for variable in EVERY[name].variables:
            if variable.sql:
                check_variable(run(viewers["tenant"], expanded(variable.sql, view)))
        for annotation in EVERY[name].annotations:
            check_annotation(run(viewers["tenant"], expanded(annotation.sql, view)))


@pytest.mark.parametrize("name", EVERY)
def test_every_title_belongs_to_a_column(viewers: dict[str, Connection], name: str) -> None:
    for panel in EVERY[name].all_panels():
        view = Shown(TO - 24 * HOUR, TO, CHOICES["all"]).with_least_interval(panel.least_interval)
        results = [run(viewers["operator"], expanded(target.sql, view)) for target in panel.targets]
        assert titles_without_column(panel, results) == set(), panel.title


REFERENCED = b"""
SELECT relation.relnamespace::regnamespace::text FROM pg_depend
JOIN pg_rewrite ON pg_rewrite.oid = objid AND classid = 'pg_rewrite'::regclass
JOIN pg_class AS relation ON relation.oid = refobjid AND refclassid = 'pg_class'::regclass
WHERE ev_class = 'asked'::regclass AND refobjid <> ev_class
UNION
SELECT pronamespace::regnamespace::text FROM pg_depend
JOIN pg_rewrite ON pg_rewrite.oid = objid AND classid = 'pg_rewrite'::regclass
JOIN pg_proc ON pg_proc.oid = refobjid AND refclassid = 'pg_proc'::regclass
WHERE ev_class = 'asked'::regclass
"""


@pytest.mark.parametrize("dashboard", EVERY.values(), ids=list(EVERY))
def test_queries_name_relations_of_reporting_only(filled_dsn: str, dashboard: Dashboard) -> None:
    """Asked of the server: a view made of the query depends on what the query itself names."""
    with psycopg.connect(filled_dsn) as owner:
        for text in dashboard.all_sql():
            asked = expanded(text, Shown(TO - HOUR, TO, CHOICES["one"]))
            owner.execute(f"CREATE TEMP VIEW asked AS {asked}".encode())
            assert set(owner.execute(REFERENCED)) <= {("reporting",)}
            owner.rollback()


def test_sql_is_the_same_in_every_language() -> None:
    texts = [[one.all_sql() for one in dashboards(speech)] for speech in SPEECHES]
    assert all(each == texts[0] for each in texts)
