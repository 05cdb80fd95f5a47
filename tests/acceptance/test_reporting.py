"""One bad day of the demo's parks: written, scored, and read back through every canonical query."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from psycopg import conninfo, sql
from psycopg.rows import dict_row

from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.registration import register_inventory
from sla_engine.passes import Promised, Scorer
from store.connection import Connection
from store.promises import write_exclusions
from store.quarantine import write_quarantine
from store.readings import INTERVAL, OCCUPANCY, PROBE, Kind, write_readings
from store.reporting import query, query_names
from store.rows import ExclusionRow, QuarantineRow, SensorReadingRow
from store.sensors import write_sensor_readings
from store.verdicts import read_scores
from tests.store.rollup_truth import bring_up_to_date

DAY = datetime(2026, 9, 8, tzinfo=UTC)
NOW = DAY + timedelta(hours=12)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


def write(connection: Connection, kind: Kind, number: int, at: list[datetime], *values: list[int]) -> None:
    instants = np.array([int(each.timestamp() * 1e6) for each in at], dtype=np.int64)
    columns = [np.full(len(at), number, np.int64), instants, *(np.array(one, np.int64) for one in values)]
    write_readings(connection, kind, columns, at[-1] + 3 * SECOND)


@pytest.fixture
def day(connection: Connection, demo: Inventory) -> Connection:
    """casa-a1: 12 h at 10 s, an outage from 03:00 to 03:20, nothing from 05:00 to 05:30, maintenance 07:00–08:00."""
    numbers = register_inventory(connection, demo, NOW)
    at = [DAY + 10 * second * SECOND for second in range(12 * 360)]
    sent = [0 if 5 * HOUR <= each - DAY < 5.5 * HOUR else 10 for each in at]
    lost = [10 if 3 * HOUR <= each - DAY < 3 * HOUR + 20 * MINUTE else 0 for each in at]
    write(connection, INTERVAL, numbers.circuits["casa-a1"], at, sent, lost)
    probes = [DAY + minute * MINUTE for minute in range(12 * 60)]
    delays = [-1 if 180 <= minute < 200 else 24_000_000 + 1000 * minute for minute in range(12 * 60)]
    write(connection, PROBE, numbers.circuits["casa-a1"], probes, delays)
    quarters = [DAY + 15 * minute * MINUTE for minute in range(48)]
    write(connection, OCCUPANCY, numbers.zones["casa-z1"], quarters, list(range(48)))
    works = ExclusionRow(
        "MAINT-1", "casa-a1", "maintenance", DAY + 7 * HOUR, DAY + 8 * HOUR, DAY - timedelta(days=20), "accepted"
    )
    write_exclusions(connection, [works], numbers.circuits)
    write_quarantine(connection, [QuarantineRow("collect", "p2i/v1/x", "malformed", "not JSON", b"x", DAY + 2 * HOUR)])
    connection.commit()
    Scorer(Promised.of(demo)).run_pass(connection, NOW)
    bring_up_to_date(connection, NOW)
    return connection


def asked(connection: Connection, name: str, **values: object) -> Rows:
    given = {
        "now": NOW, "from": DAY, "to": DAY + timedelta(days=1), "circuit": "casa-a1", "zone": "casa-z1",
        "facility": "casanearshore", "tenant": "locataire-a", "agreement": "DEMO-CASA-A", "month": "2026-09",
        "rows": 100, "bucket": HOUR,
    }  # fmt: skip
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query(name).encode(), given | values).fetchall()


def document(connection: Connection, agreement: str) -> dict[str, Any]:
    return next(row.parsed() for row in read_scores(connection) if row.agreement == agreement)


def test_there_are_at_least_fifteen_canonical_queries_and_each_says_what_it_answers() -> None:
    assert len(query_names()) >= 15
    for name in query_names():
        first = query(name).splitlines()[0]
        assert first.startswith("-- "), name
        assert "Parameters:" in query(name).split("SELECT")[0].split("WITH")[0], name


@pytest.mark.parametrize("name", query_names())
def test_every_query_answers_an_empty_store(connection: Connection, name: str) -> None:
    assert asked(connection, name) == []


def test_now(day: Connection) -> None:
    (row,) = [row for row in asked(day, "now") if row["circuit"] == "casa-a1"]
    assert row["newest_at"] == NOW - 10 * SECOND
    assert row["age_seconds"] == 10
    assert (row["sent"], row["lost"], row["loss_ratio"]) == (900, 0, 0)
    assert row["verdict"] == "insufficient_data", "twelve hours of seven days are measured"
    assert len(asked(day, "now")) == len({row["circuit"] for row in asked(day, "now")}) > 5


def test_figures_are_those_of_the_document(day: Connection) -> None:
    listed = {one["id"]: one for one in document(day, "DEMO-CASA-A")["objectives"]}
    rows = {row["objective"]: row for row in asked(day, "month_to_date") if row["agreement"] == "DEMO-CASA-A"}
    assert rows.keys() == listed.keys()
    for name, row in rows.items():
        assert row["verdict"] == listed[name]["verdict"]
        assert row["credit"] == Decimal(listed[name]["credit"])
    seconds = listed["availability"]["seconds"]
    assert rows["availability"]["value_ratio"] * 100 == Decimal(listed["availability"]["value_percent"])
    assert rows["availability"]["down_seconds"] == seconds["down"] == 1200
    assert rows["availability"]["excluded_seconds"] == seconds["excluded"] == 3600
    assert rows["rtt-p95"]["value_seconds"] * 1000 == Decimal(listed["rtt-p95"]["value_ms"])
    assert rows["rtt-p95"]["at_most_seconds"] == Decimal("0.03")


def test_the_budget_is_what_the_month_can_still_bear(day: Connection) -> None:
    (row,) = [row for row in asked(day, "worst_first") if row["circuit"] == "casa-a1" and row["budget_left_seconds"]]
    seconds = document(day, "DEMO-CASA-A")["objectives"][0]["seconds"]
    ahead = 721 * 3600 - (7 * 24 + 1 + 12) * 3600  # from 8 September 12:00 UTC; the month began at 23:00 UTC
    allowed = (seconds["up"] + seconds["down"] + ahead) * Decimal("0.0005")
    assert row["budget_left_seconds"] == allowed - 1200 < 0
    assert asked(day, "worst_first")[0]["circuit"] == "casa-a1"


def test_timeline(day: Connection) -> None:
    spans = [(row["state"], row["starts_at"] - DAY, row["ends_at"] - DAY) for row in asked(day, "timeline")]
    assert spans == [
        ("down", 3 * HOUR, 3 * HOUR + 20 * MINUTE),
        ("unknown", 5 * HOUR, 5.5 * HOUR),
        ("excluded", 7 * HOUR, 8 * HOUR),
    ]
    clipped = asked(day, "timeline", **{"from": DAY + 3 * HOUR + 10 * MINUTE, "to": DAY + 3 * HOUR + 12 * MINUTE})
    assert [(row["state"], row["ends_at"] - row["starts_at"]) for row in clipped] == [("down", 2 * MINUTE)]


def test_loss(day: Connection) -> None:
    curve = asked(day, "loss_curve")
    assert [row["lost"] for row in curve] == [0, 0, 0, 1200, *[0] * 8]
    assert curve[3]["loss_ratio"] == pytest.approx(1 / 3)
    assert [row["known_ratio"] for row in curve] == [1, 1, 1, 1, 1, 0.5, *[1] * 6]
    heat = asked(day, "loss_heatmap")
    assert [(row["circuit"], row["lost"]) for row in heat] == [("casa-a1", row["lost"]) for row in curve]
    unknown = asked(day, "loss_curve", **{"from": DAY + 5 * HOUR, "to": DAY + 5.5 * HOUR, "bucket": 15 * MINUTE})
    assert [row["loss_ratio"] for row in unknown] == [None, None], "unknown is neither 0 nor 100 %"


def test_delay(day: Connection) -> None:
    curve = asked(day, "delay_curve")
    assert [row["answered"] for row in curve] == [60, 60, 60, 40, *[60] * 8]
    assert curve[0]["mean_seconds"] == pytest.approx(0.024 + 29.5e-6)
    assert curve[0]["least_seconds"] == 0.024
    assert curve[0]["p95_below_seconds"] == curve[0]["most_seconds"] == 0.024059
    heat = {(row["starts_at"], row["delay_class"]): row["probes"] for row in asked(day, "delay_heatmap")}
    assert heat[DAY + 3 * HOUR, -1] == 20
    assert sum(heat.values()) == 720


def test_occupancy(day: Connection) -> None:
    curve = asked(day, "occupancy_curve")
    assert [row["people_mean"] for row in curve][:2] == [1.5, 5.5]
    assert [row["people_most"] for row in curve] == list(range(3, 48, 4))
    (zone,) = [row for row in asked(day, "occupancy_now") if row["zone"] == "casa-z1"]
    assert (zone["people"], zone["age_seconds"], zone["capacity_people"]) == (47, 900, 180)
    assert {row["people"] for row in asked(day, "occupancy_now") if row["zone"] != "casa-z1"} == {None}


def test_exclusions_and_changes(day: Connection) -> None:
    (row,) = asked(day, "exclusions")
    assert (row["exclusion"], row["seconds"], row["tenant"]) == ("MAINT-1", 3600, "locataire-a")
    changes = asked(day, "changes")
    assert ("circuit", "down") in {(row["subject"], row["to_state"]) for row in changes}


def test_trust(day: Connection) -> None:
    silent = {row["code"]: row for row in asked(day, "freshness")}
    assert silent["casa-a1"]["age_seconds"] == 10
    assert silent["casa-b1"]["newest_at"] is None
    assert silent["casa-z1"]["late_by_seconds"] == 3
    covered = {row["circuit"]: row for row in asked(day, "coverage", to=NOW)}
    assert covered["casa-a1"]["intervals_expected"] == 4320
    assert covered["casa-a1"]["coverage_ratio"] == pytest.approx(11.5 / 12)
    (refused,) = asked(day, "quarantine")
    assert (refused["source"], refused["reason"], refused["arrivals"]) == ("collect", "malformed", 1)


def test_portfolio_counts_and_shows_parks_without_data(day: Connection, demo: Inventory) -> None:
    rows = {row["facility"]: row for row in asked(day, "portfolio")}
    assert rows.keys() == demo.parks.keys()
    payable = sum(
        Decimal(row.parsed()["credits"]["payable"]) for row in read_scores(day) if row.facility == "casanearshore"
    )
    assert rows["casanearshore"]["credit_payable"] == payable
    assert rows["casanearshore"]["undecided"] >= 1
    history = asked(day, "verdict_history", **{"from": DAY - timedelta(days=60), "to": NOW})
    assert {row["month"] for row in history} == {"2026-09"}


@pytest.fixture
def tenant(day: Connection, dsn: str) -> Iterator[Connection]:
    """A login that sees what locataire-a may see, and may do nothing else."""
    role = f"t_{uuid4().hex[:12]}"
    name = sql.Identifier(role)
    day.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(name))
    day.execute(sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(name))
    day.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}").format(name))
    day.execute("INSERT INTO reader (role_name, tenant) VALUES (%s, 'locataire-a')", (role,))
    day.commit()
    try:
        login = conninfo.make_conninfo(dsn, user=role, password="x")  # noqa: S106 - this test's own
        with psycopg.connect(login) as connection:
            yield connection
    finally:
        day.rollback()
        day.execute(sql.SQL("DROP OWNED BY {}").format(name))
        day.execute(sql.SQL("DROP ROLE {}").format(name))
        day.commit()


def test_a_tenant_sees_the_same_figures_and_nobody_elses(day: Connection, tenant: Connection, demo: Inventory) -> None:
    for name in ("month_to_date", "timeline", "loss_curve", "delay_curve", "occupancy_curve", "exclusions"):
        assert asked(tenant, name) == asked(day, name), name
    assert asked(tenant, "month_to_date", tenant="locataire-b") == []
    assert {row["circuit"] for row in asked(tenant, "now")} == {
        one.code for one in demo.circuits_of_tenant("locataire-a")
    }
    for name in query_names():
        for row in asked(tenant, name):
            assert row.get("tenant", "locataire-a") == "locataire-a", name
    assert asked(tenant, "quarantine") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tenant.execute("SELECT FROM p2i.circuit_interval")


def test_sensors_say_what_they_said_and_only_to_whom_their_zone_belongs(day: Connection, tenant: Connection) -> None:
    rows = [
        SensorReadingRow("fes-z2-presence", "presence:0", "people", NOW, 12, None),
        SensorReadingRow("tech-z3-mouvement", "", "temperature_celsius", NOW, None, None, "null"),
        SensorReadingRow("tech-z3-mouvement", "", "temperature_celsius", NOW + MINUTE, None, 21.5),
    ]
    assert write_sensor_readings(day, rows, NOW + 3 * SECOND) == (3, 0, [])
    day.execute("UPDATE zone SET tenant = 'locataire-a' WHERE zone = 'fes-z2'")
    day.commit()
    read = (
        "SELECT sensor, facility, zone, channel, quantity, counted::int, value, reason FROM reporting.sensor_reading"
        " WHERE series_id = ANY (ARRAY(SELECT series_id FROM reporting.sensor_series)) ORDER BY sensor, measured_at"
    )
    theirs = ("fes-z2-presence", "fes-shore", "fes-z2", "presence:0", "people", 12, None, None)
    motion = ("tech-z3-mouvement", "technopolis", None, "", "temperature_celsius", None)
    assert day.execute(read).fetchall() == [theirs, (*motion, None, "null"), (*motion, 21.5, None)]
    assert tenant.execute(read).fetchall() == [theirs]
    listed = {row["code"]: row for row in asked(day, "freshness") if row["subject"] == "sensor"}
    assert listed["tech-z3-mouvement"]["newest_at"] == NOW + MINUTE
    assert listed["casa-z3-porte"]["newest_at"] is None
    assert {row["code"] for row in asked(tenant, "freshness") if row["subject"] == "sensor"} <= listed.keys() - {
        "tech-z3-mouvement"
    }
