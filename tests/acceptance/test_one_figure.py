"""One figure, to the digit: the tenant's dashboard, the statement, /metrics and `p2i score` of the exported files."""

import contextlib
import io
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client import start_http_server
from psycopg import conninfo

from dashboards.grafana.panel import Panel
from dashboards.grafana.speech import SPEECHES, Speech
from dashboards.grafana.tenant import tenant
from facilities.inventory import Inventory
from facilities.logins import wanted_logins
from facilities.registration import register_inventory
from reports.composing import LANGUAGES, compose
from reports.html import html
from sla_engine.export_command import main as export
from sla_engine.promised import Promised
from sla_engine.publishing import Desk
from store.connection import Connection
from store.logins import apply_logins
from tests.acceptance.months import CLOSED, MONTH, RUNNING, ScoreMonth, StoreMonth, export_words, recomputed
from tests.dashboards.grafana.column_contract import check_panel, run
from tests.dashboards.grafana.macro_expansion import Shown, expanded
from tests.dashboards.grafana.spoken_figures import spoken

Row = dict[str, Any]

NAME, TENANT = "DEMO-CASA-A", "locataire-a"


@pytest.fixture
def viewer(dsn: str, connection: Connection, demo: Inventory) -> Iterator[Connection]:
    """The tenant's own login, as `p2i tenants apply` makes it and its data source uses it."""
    register_inventory(connection, demo, CLOSED)
    handed = apply_logins(connection, wanted_logins(demo), {}).handed
    connection.commit()
    login = next(one for one in handed if one.key == ("tenant", TENANT))
    try:
        with psycopg.connect(conninfo.make_conninfo(dsn, user=login.role, password=login.password)) as opened:
            yield opened
    finally:
        connection.rollback()
        apply_logins(connection, [], {})
        connection.commit()


@pytest.fixture
def scored_at(
    connection: Connection, demo: Inventory, store_month: StoreMonth, score_month: ScoreMonth
) -> Callable[[datetime], None]:
    """Stores the month and scores it as of an instant."""

    def scored(now: datetime) -> None:
        store_month(NAME)
        register_inventory(connection, demo, now)
        connection.commit()
        score_month(NAME, now)

    return scored


def recomputed_document(folder: Path) -> Row:
    """What `p2i score` says of the files that `p2i export` writes."""
    with contextlib.redirect_stdout(io.StringIO()):
        assert export(export_words(NAME, folder)) == 0
    document: Row = json.loads(recomputed(folder))
    return document


def panels(say: Speech) -> dict[int, Panel]:
    return {panel.id: panel for panel in tenant(say).all_panels()}


def shown(viewer: Connection, panel: Panel) -> list[Row]:
    """The rows that the panel's query gives the tenant, as they reach Grafana."""
    (target,) = panel.targets
    view = Shown(CLOSED - timedelta(days=7), CLOSED, {"tenant": TENANT, "month": MONTH})
    found = run(viewer, expanded(target.sql, view))
    check_panel(panel, target, found)
    return [dict(zip(found.types, row, strict=True)) for row in found.rows]


def page(connection: Connection, demo: Inventory, say: Speech, issued_at: datetime) -> str:
    """The statement's page in one language."""
    connection.rollback()
    made = compose(connection, demo, TENANT, MONTH, language=say.language, issued_at=issued_at)
    connection.commit()
    return html(made, LANGUAGES[say.language])


def registered(connection: Connection, demo: Inventory) -> list[Row]:
    """The exclusions in the statement's JSON of the agreement."""
    connection.rollback()
    made = compose(connection, demo, TENANT, MONTH, language="en", issued_at=CLOSED)
    connection.commit()
    (one,) = (each for each in made["agreements"] if each["agreement"] == NAME)
    exclusions: list[Row] = one["registers"]["exclusions"]
    return exclusions


def exposed(name: str) -> str:
    """A sample of the availability objective, as a scrape of /metrics writes it."""
    server, thread = start_http_server(0, addr="127.0.0.1")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics") as answer:
            text = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    labels = f'agreement="{NAME}",circuit="casa-a1",objective="availability"'
    (value,) = re.findall(rf"^{name}{{{labels}}} (\S+)$", text, re.MULTILINE)
    return str(value)


def digits(text: str) -> str:
    """The digits of a figure and nothing else."""
    return re.sub(r"\D", "", text)


@pytest.mark.usefixtures("commands_use_this_store")
def test_one_figure_of_a_running_month(
    connection: Connection,
    demo: Inventory,
    tmp_path: Path,
    viewer: Connection,
    scored_at: Callable[[datetime], None],
) -> None:
    scored_at(RUNNING)
    document = recomputed_document(tmp_path / "files")
    scored = {each["id"]: each for each in document["objectives"]}
    availability = scored["availability"]
    assert availability["value_percent"] not in ("0.0000", "100.0000", None), "a figure that shows its digits"

    for name, figure in (("availability", "value_percent"), ("coverage", "coverage_percent")):
        ratio = exposed(f"sla_engine_{name}_ratio")
        assert f"{float(ratio) * 100:.4f}" == availability[figure]
        assert len(ratio.partition(".")[2]) <= 6, "no digit that the document does not have"

    for say in SPEECHES:
        formats, panel = LANGUAGES[say.language].formats, panels(say)[10]
        rows = {row["objective"]: row for row in shown(viewer, panel)}
        statement = page(connection, demo, say, RUNNING)
        assert set(rows) == set(scored)
        for name in ("availability", "loss"):
            assert rows[name]["measured"] == f"{scored[name]['value_percent']} %"
            figure = spoken(panel, "measured", rows[name]["measured"])
            assert figure == formats.percent(scored[name]["value_percent"])
            assert figure in statement
        for column in ("coverage", "lowest", "highest"):
            figure = spoken(panel, column, rows["availability"][column])
            assert figure == formats.percent(availability[f"{column}_percent"])
            assert figure in statement
        delay = spoken(panel, "measured", rows["rtt-p95"]["measured"])
        assert digits(delay) == digits(scored["rtt-p95"]["value_ms"])
        assert formats.number(scored["rtt-p95"]["value_ms"]) in statement
        assert formats.number(scored["rtt-p95"]["value_ms"]) in delay


@pytest.mark.usefixtures("commands_use_this_store")
def test_one_figure_of_a_month_that_is_over_and_published(
    connection: Connection,
    demo: Inventory,
    tmp_path: Path,
    viewer: Connection,
    scored_at: Callable[[datetime], None],
) -> None:
    scored_at(CLOSED)
    Desk(connection, Promised.of(demo), CLOSED).issue(NAME, MONTH)
    connection.commit()
    document = recomputed_document(tmp_path / "files")
    credits, scored = document["credits"], {each["id"]: each for each in document["objectives"]}
    assert credits["payable"] != "0.00", "a month that costs something"

    for say in SPEECHES:
        formats, of = LANGUAGES[say.language].formats, panels(say)
        statement = page(connection, demo, say, CLOSED)
        rows = {row["objective"]: row for row in shown(viewer, of[10])}
        assert {name: row["standing"] for name, row in rows.items()} == {
            name: each["verdict"] for name, each in scored.items()
        }
        assert rows["availability"]["excluded_seconds"] == scored["availability"]["seconds"]["excluded"]
        figure = spoken(of[10], "measured", rows["availability"]["measured"])
        assert figure == formats.percent(scored["availability"]["value_percent"])
        assert figure in statement

        lines = shown(viewer, of[11])
        amounts = [spoken(of[11], "amount", row["amount"]) for row in lines]
        due = [each["credit"] for each in document["objectives"] if each["credit"] != "0.00"]
        assert [row["line"] for row in lines] == ["fee", *["objective"] * len(due), "payable"]
        assert sorted(amounts[1:-1]) == sorted(formats.money(each, "MAD") for each in due)
        assert (amounts[0], amounts[-1]) == tuple(formats.money(credits[key], "MAD") for key in ("fee", "payable"))
        assert all(amount in statement for amount in amounts)

        (tile,) = shown(viewer, of[3])
        assert spoken(of[3], "credit", tile["credit"]) == amounts[-1]
        (version,) = shown(viewer, of[32])
        assert (version["version"], version["state"], version["correction"]) == (1, "issued", None)
        assert spoken(of[32], "payable", version["payable"]) == amounts[-1]

        outages = [(row["starts_at"], row["ends_at"], row["seconds"]) for row in reversed(shown(viewer, of[21]))]
        assert outages == [
            (datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"]), each["seconds"])
            for each in scored["availability"]["outages"]
        ]
        told = {row["exclusion"]: row for row in registered(connection, demo)}
        exclusions = {row["exclusion"]: row for row in shown(viewer, of[23]) if row["agreement"] == NAME}
        assert exclusions.keys() == told.keys()
        for name, row in exclusions.items():
            assert row["counted_seconds"] == told[name]["counted_seconds"]
            assert (row["starts_at"], row["ends_at"]) == tuple(
                datetime.fromisoformat(told[name][key]) for key in ("starts_at", "ends_at")
            )
            assert row["decision"] == told[name]["decision"]
        counted = [row["counted_seconds"] for row in exclusions.values()]
        assert 0 in counted, "one that was announced too late, which the contract does not let count"
        assert sum(counted) == scored["availability"]["seconds"]["excluded"] > 0

        tickets = {row["ticket"]: row["elapsed_seconds"] for row in shown(viewer, of[22])}
        assert tickets == {each["ticket"]: each["elapsed_seconds"] for each in scored["gtr"]["tickets"]}
