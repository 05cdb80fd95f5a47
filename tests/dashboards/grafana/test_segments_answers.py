"""A month that an amendment cuts in two, as the dashboards show it: a row per part, an outage across it in both."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from facilities.calendar import zone
from facilities.registration import register_inventory
from sla_engine.passes import Scorer
from store.connection import Connection
from store.registry import register_circuits
from store.rows import CircuitRow
from tests.dashboards.grafana.column_contract import check_panel, run
from tests.dashboards.grafana.every_query import QUERIES
from tests.dashboards.grafana.macro_expansion import Shown, expanded
from tests.sla_engine.passing import AGREEMENT, NOW, measure, promise

SHOWN = Shown(
    datetime(2026, 9, 1, tzinfo=UTC), NOW, {"tenant": "locataire-b", "month": "2026-09", "circuit": "casa-b1"}
)
AMENDMENT = '[agreement.amendment]\nnumber = 1\neffective_on = 2026-09-16\n[[objective]]\nid = "availability"'


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone("Africa/Casablanca")).astimezone(UTC)


@pytest.fixture
def cut(connection: Connection, tmp_path: Path) -> Connection:
    """Out from 23:50 to 00:20 over the cut at midnight of the 16th, after which the fee is 1600 and not 1000."""
    number = register_circuits(connection, [CircuitRow("casa-b1", "casanearshore", None, True)])["casa-b1"]
    measure(connection, number, local("2026-09-01"), 15 * 1440 - 10)
    measure(connection, number, local("2026-09-15 23:50"), 30, lost=10)
    measure(connection, number, local("2026-09-16 00:20"), 14 * 1440)
    amended = AGREEMENT.replace('[[objective]]\nid = "availability"', AMENDMENT).replace('"1000.00"', '"1600.00"')
    promised = promise(tmp_path, AGREEMENT, amended)
    register_inventory(connection, promised.inventory, NOW)
    connection.commit()
    Scorer(promised).run_pass(connection, NOW)
    connection.commit()
    return connection


def said(connection: Connection, name: str) -> list[dict[str, Any]]:
    query = QUERIES[name]
    found = run(connection, expanded(query.target.sql, SHOWN))
    check_panel(query.panel, query.target, found)
    return [dict(zip(found.types, row, strict=True)) for row in found.rows]


def test_each_part_has_its_own_line(cut: Connection) -> None:
    parts = {row["part"]: row for row in said(cut, "tenant-10A")}
    assert set(parts) == {"1 / 2", "2 / 2"}
    assert [parts[name]["standing"] for name in ("1 / 2", "2 / 2")] == ["met", "met"]
    assert parts["1 / 2"]["measured"] != parts["2 / 2"]["measured"]
    assert said(cut, "tenant-1A") == [{"standing": "met"}]
    (left,) = said(cut, "tenant-2A")
    assert left["minutes_left"] == min(parts[name]["budget_left_minutes"] for name in parts)
    assert {row["part"] for row in said(cut, "tenant-31A")} == {"1 / 2", "2 / 2"}
    assert {row["part"] for row in said(cut, "circuit-23A")} == {"1 / 2", "2 / 2"}


def test_fees_and_periods_of_both_parts_make_the_month(cut: Connection) -> None:
    fees = [row["amount"] for row in said(cut, "tenant-11A") if row["line"] == "fee"]
    assert fees == ["499.31 MAD", "801.11 MAD"]
    first, second = said(cut, "tenant-12A")
    assert first["ends_at"] == second["starts_at"] == local("2026-09-16")


def test_an_outage_across_the_cut_is_told_in_both_parts_and_drawn_once(cut: Connection) -> None:
    assert sorted(row["seconds"] for row in said(cut, "tenant-21A")) == [600, 1200]
    (bar,) = said(cut, "noc-8A")
    assert (bar["time"], bar["timeend"]) == (local("2026-09-15 23:50"), local("2026-09-16 00:20"))


def test_a_park_counts_both_parts(cut: Connection) -> None:
    (month,) = [row for row in said(cut, "portfolio-12A") if row["name"] == "Casanearshore"]
    assert (month["agreements"], month["met"]) == (1, 2)
