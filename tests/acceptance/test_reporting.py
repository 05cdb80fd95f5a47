"""One bad day of the demo's parks: written, scored, and read back through every canonical query."""

import json
from collections.abc import Callable, Iterator
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
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.quarantine import write_quarantine
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, Kind, write_readings
from store.registry import register_circuits
from store.reporting import query, query_names
from store.rows import CircuitRow, ExclusionRow, QuarantineRow, SensorReadingRow, State
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
def day(connection: Connection, demo: Inventory, decide_by_two: Callable[..., None]) -> Connection:
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
    decide_by_two([works])
    write_quarantine(connection, [QuarantineRow("collect", "p2i/v1/x", "malformed", "not JSON", b"x", DAY + 2 * HOUR)])
    connection.commit()
    Scorer(Promised.of(demo)).run_pass(connection, NOW)
    bring_up_to_date(connection, NOW)
    return connection


def asked(connection: Connection, name: str, **values: object) -> Rows:
    given = {
        "now": NOW, "from": DAY, "to": DAY + timedelta(days=1), "circuit": "casa-a1", "zone": "casa-z1",
        "facility": "casanearshore", "tenant": "locataire-a", "agreement": "DEMO-CASA-A", "month": "2026-09",
        "rows": 100, "bucket": HOUR, "sensor": "casa-z3-porte", "channel": "", "largest_per_second": None,
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
    assert (covered["casa-a1"]["span_seconds"], covered["casa-a1"]["known_seconds"]) == (12 * 3600, 11.5 * 3600)
    assert covered["casa-a1"]["coverage_ratio"] == pytest.approx(11.5 / 12)
    (refused,) = asked(day, "quarantine")
    assert (refused["source"], refused["reason"], refused["arrivals"]) == ("collect", "malformed", 1)


def test_portfolio_counts_and_shows_parks_without_data(day: Connection, demo: Inventory) -> None:
    rows = {row["facility"]: row for row in asked(day, "portfolio")}
    assert rows.keys() == demo.parks.keys()
    payable = sum(
        Decimal(row.parsed()["credits"]["payable"]) for row in read_scores(day) if row.facility == "casanearshore"
    )
    assert rows["casanearshore"]["credit_payable"] == {"MAD": str(payable)}
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


END = DAY + timedelta(days=1)
AGREED = """
INSERT INTO park (facility, name, facility_type, status, time_zone, is_demo)
    VALUES ('casa', 'Casa', 'platform', 'operational', 'UTC', false);
INSERT INTO period VALUES ('UTC', '2026-08', '2026-08-01Z', '2026-09-01Z'),
    ('UTC', '2026-09', '2026-09-01Z', '2026-10-01Z'),
    ('Africa/Casablanca', '2026-09', '2026-08-31 23:00Z', '2026-10-01Z');
INSERT INTO agreement (agreement, tenant, facility, time_zone, starts_on, ends_on, monthly_fee, currency, is_demo,
    is_listed)
    VALUES ('A', 't', 'casa', 'UTC', '2026-01-01', NULL, 1, 'MAD', false, true),
           ('B', 't', 'casa', 'UTC', '2026-01-01', NULL, 1, 'EUR', false, true),
           ('LEFT', 't', 'casa', 'UTC', '2026-01-01', NULL, 1, 'MAD', false, false),
           ('OVER', 't', 'casa', 'UTC', '2026-01-01', '2026-09-09', 1, 'MAD', false, true);
INSERT INTO objective (agreement, objective, circuit, indicator, interval_seconds, is_listed) VALUES
    ('A', 'silent', 'silent', 'availability', 10, true), ('A', 'well', 'well', 'availability', 10, true),
    ('B', 'well', 'well', 'availability', 60, true), ('OVER', 'well', 'well', 'availability', 60, true),
    ('LEFT', 'well', 'well', 'availability', 1, false), ('A', 'states', 'states', 'availability', NULL, true),
    ('A', 'either', 'both', 'availability', 10, true), ('B', 'either', 'both', 'availability', NULL, true),
    ('A', 'coarse', 'coarse', 'availability', 60, true), ('A', 'quarter', 'quarter', 'availability', 900, true),
    ('A', 'probed', 'probed', 'availability', 60, true), ('A', 'two', 'two', 'availability', 120, true);
"""


@pytest.fixture
def edges(connection: Connection) -> Connection:
    """A day of circuits that fell silent, were never measured, are measured otherwise or promised to two tenants."""
    codes = ("silent", "well", "never", "states", "free", "both", "coarse", "quarter", "two", "probed")
    numbers = register_circuits(connection, [CircuitRow(code, "casa", "t", False) for code in codes])
    connection.execute(AGREED.encode())
    for code, every, hours in (("silent", 10, 10), ("well", 10, 24), ("both", 10, 10), ("coarse", 10, 24),
                               ("quarter", 900, 24), ("two", 120, 24)):  # fmt: skip
        at = [DAY + every * number * SECOND for number in range(hours * 3600 // every)]
        sent = [number % 2 if code == "coarse" else 10 for number in range(len(at))]
        write(connection, INTERVAL, numbers[code], at, sent, [0] * len(at))
    for code in ("states", "free"):
        changes = [DAY - timedelta(days=9), DAY + 6 * HOUR, DAY + 7 * HOUR]
        write(connection, STATE, numbers[code], changes, [State.up, State.unknown, State.down])
    write(connection, STATE, numbers["both"], [DAY + 2 * HOUR], [State.up])
    write(connection, PROBE, numbers["probed"], [DAY + minute * MINUTE for minute in range(12 * 60)], [1] * 720)
    bring_up_to_date(connection, END)
    return connection


@pytest.mark.parametrize(
    ("circuit", "unknown"),
    [
        ("well", []),
        ("silent", [(10, 24)]),
        ("never", [(0, 24)]),
        ("states", [(6, 7)]),
        ("free", [(6, 7)]),  # no agreement on it
        ("both", [(0, 2), (10, 24)]),  # one agreement goes by intervals, the other by states
        ("quarter", []),
        ("probed", [(12, 24)]),
        ("nobody's", []),
    ],
)
def test_time_of_which_nothing_is_known_is_shown(
    edges: Connection, circuit: str, unknown: list[tuple[int, int]]
) -> None:
    def spans(**values: object) -> list[tuple[str, timedelta, timedelta]]:
        rows = asked(edges, "timeline", circuit=circuit, **values)
        return [(row["state"], row["starts_at"] - DAY, row["ends_at"] - DAY) for row in rows]

    assert spans(now=END) == [("unknown", start * HOUR, end * HOUR) for start, end in unknown]
    seen = [(start, min(end, 15)) for start, end in unknown]
    assert spans(now=DAY + 15 * HOUR) == [("unknown", start * HOUR, end * HOUR) for start, end in seen]
    shown = [(max(start, 11.5), min(end, 12.5)) for start, end in unknown if end > 11.5 and start < 12.5]
    half = {"from": DAY + 11.5 * HOUR, "to": DAY + 12.5 * HOUR, "now": END}
    assert spans(**half) == [("unknown", start * HOUR, end * HOUR) for start, end in shown]


@pytest.mark.parametrize(
    ("starts", "ends", "silent"),
    [(20.25, 20.75, 0), (9.5, 10.5, 0.5), (0, 24, 10 / 24), (9.2, 9.21, 1), (8.5, 11.25, 1.5 / 2.75), (9, 10.5, 2 / 3),
     (0, 30, 10 / 24), (9.5, 10, 1), (9.5, 9.5, None), (9.5, 9, None), (24, 25, None)],
)  # fmt: skip
def test_coverage_is_of_the_span_that_was_asked_for(
    edges: Connection, starts: float, ends: float, silent: float | None
) -> None:
    span = {"from": DAY + starts * HOUR, "to": DAY + ends * HOUR, "now": END}
    rows = asked(edges, "coverage", **span)
    ratios = {row["circuit"]: row["coverage_ratio"] for row in rows}
    assert len(rows) == len(ratios), "one row per circuit, however many agreements name an interval"
    assert ratios["silent"] == (None if silent is None else pytest.approx(silent))
    full = None if silent is None else pytest.approx(1)
    assert [ratios[code] for code in ("well", "quarter", "two")] == [full] * 3
    assert ratios["probed"] is None, "measured, but not by intervals: neither 0 nor 1"
    half = None if silent is None else pytest.approx(0.5)
    assert ratios["coarse"] == half, "measured at 10 s, agreed at 60 s, every other interval known"


def test_coverage_of_a_span_that_is_not_over_yet(edges: Connection) -> None:
    now = DAY + 9 * HOUR + 47 * MINUTE + 30 * SECOND
    edges.execute("DELETE FROM circuit_interval WHERE starts_at >= %s", (now,))
    bring_up_to_date(edges, END)
    rows = asked(edges, "coverage", **{"from": DAY + 9 * HOUR, "to": END, "now": now})
    assert {row["coverage_ratio"] for row in rows if row["circuit"] in {"silent", "well"}} == {1}


def test_now_says_of_each_agreement_what_that_agreement_says(edges: Connection) -> None:
    for agreement, state in (("A", "down"), ("B", "up"), ("OVER", "down")):
        before = {"down": "up", "up": "down"}[state]
        edges.execute(
            "INSERT INTO transition (subject, agreement, objective, circuit, is_demo, from_state, to_state, changed_at,"
            " noticed_at, reason) VALUES ('circuit', %s, 'well', 'well', false, %s, %s, %s, %s, 'x')",
            (agreement, before, state, DAY + HOUR, DAY + HOUR),
        )
    write_score(edges, "A", "2026-09-01Z", "2026-10-01Z", "UTC", verdicts=[("well", "breached")])
    rows = [row for row in asked(edges, "now", now=END) if row["circuit"] == "well"]
    assert [(row["agreement"], row["state"], row["verdict"]) for row in rows] == [
        ("A", "down", "breached"),
        ("B", "up", None),
    ]
    assert [row["agreement"] for row in asked(edges, "now", now=END) if row["circuit"] == "never"] == [None]
    assert "OVER" in {row["agreement"] for row in asked(edges, "now", now=END - SECOND)}


def write_score(
    connection: Connection,
    agreement: str,
    starts_at: str,
    ends_at: str,
    time_zone: str,
    *,
    verdicts: list[tuple[str, str]],
    scored_to_at: str = "2026-09-08Z",
    payable: str = "5.00",
) -> None:
    """A score as the engine leaves one behind, and its verdicts."""
    text = json.dumps({"period": {"time_zone": time_zone}, "credits": {"fee": "9.00", "payable": payable}})
    connection.execute(
        "INSERT INTO score VALUES (%s, %s, %s, 't', 'casa', false, %s, '', '1', '2026f', %s, %s)",
        (agreement, starts_at, ends_at, text, scored_to_at, scored_to_at),
    )
    for circuit, verdict in verdicts:
        connection.execute(
            "INSERT INTO verdict (agreement, objective, circuit, indicator, period_starts_at, period_ends_at, verdict,"
            " detail) VALUES (%s, %s, %s, 'availability', %s, %s, %s, '{}')",
            (agreement, circuit, circuit, starts_at, ends_at, verdict),
        )


def test_portfolio_counts_each_verdict_once_whatever_the_currencies(edges: Connection) -> None:
    month = ("2026-09-01Z", "2026-10-01Z", "UTC")
    write_score(edges, "A", *month, verdicts=[("well", "breached"), ("silent", "met")])
    write_score(edges, "B", *month, verdicts=[("well", "met")], payable="7.00")
    write_score(edges, "LEFT", *month, verdicts=[("well", "breached")], payable="2.00")
    write_score(
        edges, "LEFT", "2026-08-01Z", "2026-09-01Z", "UTC", verdicts=[("well", "breached")], scored_to_at="2026-09-01Z"
    )
    counts = ("agreements", "met", "breached", "undecided", "credit_payable")
    (row,) = asked(edges, "portfolio")
    assert [row[name] for name in counts] == [2, 2, 1, 0, {"MAD": "5.00", "EUR": "7.00"}]
    (row,) = asked(edges, "portfolio", month="2026-08")
    assert [row[name] for name in counts] == [1, 0, 1, 0, {"MAD": "5.00"}], "it left after a month that was scored out"
    (row,) = asked(edges, "portfolio", month="2031-01")
    assert [row[name] for name in counts] == [0, 0, 0, 0, None]
    assert {row["agreement"] for row in asked(edges, "worst_first")} == {"A", "B"}


def test_a_month_keeps_the_name_it_was_scored_under(edges: Connection) -> None:
    write_score(edges, "A", "2026-08-31 23:00Z", "2026-10-01Z", "Africa/Casablanca", verdicts=[("well", "met")])
    for time_zone in ("Africa/Casablanca", "UTC"):
        edges.execute("UPDATE agreement SET time_zone = %s", (time_zone,))
        for view in ("score", "verdict"):
            assert edges.execute(f"SELECT month FROM reporting.{view}".encode()).fetchall() == [("2026-09",)]
        assert [row["agreement"] for row in asked(edges, "month_to_date", tenant="t")] == ["A"]


@pytest.mark.parametrize("name", [name for name in query_names() if "%(bucket)s" in query(name)])
@pytest.mark.parametrize("bucket", ["1 month", "1 year"])
def test_a_bucket_is_days_at_most(edges: Connection, name: str, bucket: str) -> None:
    circuit = {"circuit": "probed"} if name.startswith("delay") else {"circuit": "well"}
    edges.execute("INSERT INTO zone (zone, facility) VALUES ('z', 'casa')")
    write(edges, OCCUPANCY, 1, [DAY], [3])
    bring_up_to_date(edges, END)
    asked(edges, name, bucket="1 day", facility="casa", zone="z", **circuit)
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="months or years"):
        asked(edges, name, bucket=bucket, facility="casa", zone="z", **circuit)
