"""The audited month scored, published and written in every form; what its files and its tenant's dashboards say."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql
from psycopg.rows import dict_row

from dashboards.grafana import tenant_sql
from facilities.inventory import Inventory, read_inventory
from facilities.logins import wanted_logins
from reports.composing import compose
from reports.files import write_statement
from sla_engine.export_command import main as export
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from sla_engine.publishing import Desk
from store.connection import Connection, connect
from store.logins import apply_logins
from store.reporting import query
from tests.acceptance.audited_month import (
    AGREEMENT,
    ENDS_AT,
    MONTH,
    SCORED_AT,
    STARTS_AT,
    TENANT,
    audited_inventory,
    store_audited_month,
)
from tests.acceptance.months import command_of, export_words, printed_score
from tests.dashboards.grafana.macro_expansion import Shown, expanded

Json = dict[str, Any]
FORMS = ("json", "html", "pdf", "csv", *(["xlsx"] if find_spec("xlsxwriter") else []))
LANGUAGES = ("fr", "en")
_VIEWS = ("score", "verdict", "outage", "ticket", "score_exclusion", "verdict_version", "exclusion")


@dataclass(frozen=True)
class Audited:
    """What an auditor is given: `facts` are the exported files, `scored` what `p2i score` makes of them, and `raw` what
    it makes of them without the exclusions. `seen` are the rows that the tenant's login gets, by view, panel or query.
    """

    facts: Path
    scored: Json
    raw: Json
    scored_text: str
    files: dict[tuple[str, str], bytes]
    seen: dict[str, list[Json]]

    def made(self, language: str) -> Json:
        """The statement's JSON."""
        found: Json = json.loads(self.files[language, "json"])
        return found

    def score(self, *, period: str) -> Json:
        """What `p2i score` prints of the files for another period."""
        found: Json = json.loads(_score(self.facts, period=period))
        return found


@contextlib.contextmanager
def database(server_dsn: str, template: str) -> Iterator[str]:
    """The DSN of a clone of the migrated database."""
    names = sql.Identifier(f"p2i_audited_{uuid4().hex[:12]}"), sql.Identifier(template)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    try:
        yield conninfo.make_conninfo(server_dsn, dbname=names[0].as_string().strip('"'))
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[0]))


def audit(dsn: str, folder: Path) -> Audited:
    """Stores, scores, publishes and exports the month in this database, whose DSN the commands take from P2I_DSN."""
    inventory = read_inventory(audited_inventory(folder / "inventory"))
    with connect(dsn, "tests") as connection:
        store_audited_month(connection, inventory)
        Scorer(Promised.of(inventory)).run_pass(connection, SCORED_AT)
        connection.commit()
        Desk(connection, Promised.of(inventory), SCORED_AT).issue(AGREEMENT, MONTH)
        connection.commit()
        facts = folder / "facts"
        with contextlib.redirect_stdout(io.StringIO()):
            assert export(export_words(AGREEMENT, facts, MONTH, folder / "inventory")) == 0
        files = {}
        for language in LANGUAGES:
            made = compose(connection, inventory, TENANT, MONTH, language=language, issued_at=SCORED_AT)
            for file in write_statement(made, folder / language, FORMS):
                files[language, file.suffix.removeprefix(".")] = file.read_bytes()
        connection.commit()
        seen = _seen(connection, inventory, dsn)
    text = _score(facts)
    return Audited(facts, json.loads(text), json.loads(_score(facts, exclusions=False)), text, files, seen)


def _score(facts: Path, *, period: str | None = None, exclusions: bool = True) -> str:
    words = shlex.split(command_of(facts))[2:]
    if period is not None:
        words[words.index("--period") + 1] = period
    if not exclusions:
        place = words.index("--exclusions")
        del words[place : place + 2]
    return printed_score(words, facts)


def _seen(connection: Connection, inventory: Inventory, dsn: str) -> dict[str, list[Json]]:
    """As the tenant's own login reads it, through the views, a canonical query and the panels of its dashboard."""
    handed = apply_logins(connection, wanted_logins(inventory), {}).handed
    connection.commit()
    login = next(one for one in handed if one.key == ("tenant", TENANT))
    view = Shown(STARTS_AT, ENDS_AT, {"tenant": TENANT, "month": MONTH})
    panels = {"OBJECTIVES": tenant_sql.OBJECTIVES, "CREDITS": tenant_sql.CREDITS, "TICKETS": tenant_sql.TICKETS}
    try:
        with psycopg.connect(conninfo.make_conninfo(dsn, user=login.role, password=login.password)) as opened:
            cursor = opened.cursor(row_factory=dict_row)
            found = {name: cursor.execute(f"SELECT * FROM reporting.{name}".encode()).fetchall() for name in _VIEWS}
            for name, said in panels.items():
                found[name] = cursor.execute(expanded(said, view).encode()).fetchall()
            asked = {"tenant": TENANT, "month": MONTH}
            found["month_to_date"] = cursor.execute(query("month_to_date").encode(), asked).fetchall()
            for circuit in ("casa-a1", "casa-a2", "casa-a3"):
                span = {"circuit": circuit, "from": STARTS_AT, "to": ENDS_AT, "now": SCORED_AT}
                found[f"timeline {circuit}"] = cursor.execute(query("timeline").encode(), span).fetchall()
    finally:
        connection.rollback()
        apply_logins(connection, [], {})
        connection.commit()
    month = {name: [row for row in rows if row.get("month", MONTH) == MONTH] for name, rows in found.items()}
    return {
        name: [row for row in rows if row.get("period_starts_at", STARTS_AT) == STARTS_AT]
        for name, rows in month.items()
    }
