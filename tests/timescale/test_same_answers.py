"""One text of every question for both databases: plain PostgreSQL and TimescaleDB give the same answer to each."""

from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import psycopg
import pytest

from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, write_readings
from store.reporting import query, query_names
from store.rollups import ROLLUPS
from tests.store.rollup_truth import bring_up_to_date

STARTS_AT = datetime(2026, 1, 5, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(days=3)
PARAMETERS = {
    "agreement": "A-1",
    "bucket": timedelta(hours=2),
    "channel": "eth0",
    "circuit": "C-1",
    "facility": "casa",
    "from": STARTS_AT,
    "largest_per_second": 125_000_000,
    "month": "2026-01",
    "now": ENDS_AT - timedelta(minutes=7),
    "rows": 10,
    "sensor": "router",
    "tenant": "tenant-a",
    "to": ENDS_AT,
    "zone": "Z-1",
}
OF_THE_SERVER = {"rollup"}
"""Views that tell how the server keeps its sums, which is where the two differ."""
KNOWN = """
INSERT INTO park (facility, name, facility_type, status, time_zone, is_demo)
    VALUES ('casa', 'Casanearshore', 'platform', 'operational', 'Africa/Casablanca', false);
INSERT INTO circuit (circuit, facility, tenant) VALUES ('C-1', 'casa', 'tenant-a'), ('C-2', 'casa', NULL);
INSERT INTO zone (zone, facility, tenant, capacity_people) VALUES ('Z-1', 'casa', 'tenant-a', 50);
INSERT INTO tenant (tenant, name, is_demo) VALUES ('tenant-a', 'Tenant A', false);
INSERT INTO agreement (agreement, tenant, facility, time_zone, starts_on, monthly_fee, currency, is_demo)
    VALUES ('A-1', 'tenant-a', 'casa', 'Africa/Casablanca', '2026-01-05', 1000, 'MAD', false),
           ('A-2', 'tenant-a', 'casa', 'Africa/Casablanca', '2026-01-05', 1000, 'EUR', false);
INSERT INTO objective (agreement, objective, circuit, indicator, target_ratio, interval_seconds)
    VALUES ('A-1', 'O-1', 'C-1', 'availability', 0.999, 100), ('A-2', 'O-1', 'C-1', 'availability', 0.999, 400),
           ('A-2', 'O-2', 'C-2', 'availability', 0.999, NULL);
INSERT INTO period VALUES ('Africa/Casablanca', '2026-01', '2025-12-31 23:00Z', '2026-01-31 23:00Z');
ALTER TABLE exclusion DISABLE TRIGGER USER; -- accepted after the fact takes two logins, and here is one
INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision)
    VALUES ('E-1', 1, 'maintenance', '2026-01-05 10:00Z', '2026-01-05 11:00Z', 'accepted');
ALTER TABLE exclusion ENABLE TRIGGER USER;
INSERT INTO score VALUES ('A-1', '2026-01-05Z', '2026-01-31 23:00Z', 'tenant-a', 'casa', false,
    '{"credits": {"fee": "1000.00", "payable": "50.00"}}', '', '1', '2026f', '2026-01-08Z', '2026-01-08Z'),
    ('A-2', '2026-01-05Z', '2026-01-31 23:00Z', 'tenant-a', 'casa', false,
     '{"period": {"time_zone": "Africa/Casablanca"}, "credits": {"fee": "1000.00", "payable": "20.00"}}',
     '', '1', '2026f', '2026-01-08Z', '2026-01-08Z');
INSERT INTO verdict (agreement, objective, circuit, indicator, period_starts_at, period_ends_at, verdict, detail)
    VALUES ('A-1', 'O-1', 'C-1', 'availability', '2026-01-05Z', '2026-01-31 23:00Z', 'open',
    '{"value_percent": "99.8", "outages": [{"starts_at": "2026-01-06T00:00:00Z", "ends_at": "2026-01-06T00:05:00Z",
      "seconds": 300}]}');
UPDATE retention SET changed_at = '2026-01-01Z';
INSERT INTO transition (subject, agreement, objective, circuit, is_demo, from_state, to_state, changed_at, noticed_at,
    reason) VALUES ('circuit', 'A-1', 'O-1', 'C-1', false, 'up', 'down', '2026-01-06Z', '2026-01-06 00:01Z', 'lost');
INSERT INTO quarantine (received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256)
    VALUES ('2026-01-06Z', 'mqtt', 'p2i/x', 'malformed', 'not JSON', 'x', 1, '\\x00');
INSERT INTO sensor VALUES ('router', 'casa', NULL, 'f', 'router', false);
INSERT INTO sensor_series (sensor, channel, quantity, modulus) VALUES ('router', 'eth0', 'octets_in_total', 4294967296);
INSERT INTO sensor_reading (series_id, measured_at, counted, received_at)
    SELECT series_id, '2026-01-05Z'::timestamptz + number * INTERVAL '30 s',
        number * 900000000::bigint % 4294967296, '2026-01-05 00:06Z'
    FROM sensor_series, generate_series(0, 9) AS number;
"""


def fill(connection: Connection) -> None:
    """Three days of readings at a hundred seconds, with a gap, lost probes and an unknown interval here and there."""
    at = np.arange(3 * 864, dtype=np.int64)
    at = at[(at < 1_000) | (at >= 1_100)]
    instants = microseconds(STARTS_AT) + at * 100_000_000
    with connection.transaction():
        connection.execute(KNOWN.encode())
        for series in (1, 2):
            key = [np.full_like(at, series), instants]
            sent = np.where(at % 17 == 0, 0, 10)
            write_readings(connection, INTERVAL, [*key, sent, np.minimum(sent, at % 11)], ENDS_AT)
            write_readings(connection, PROBE, [*key, np.where(at % 13 == 0, -1, at * 7_919 % 400_000_000)], ENDS_AT)
        write_readings(connection, OCCUPANCY, [np.ones_like(at), instants, at % 53], ENDS_AT)
        write_readings(connection, STATE, [column[:1] for column in (*key, np.ones_like(at))], ENDS_AT)


def sum_up(plain: Connection, timescale: Connection) -> None:
    """Everything but the last hours is summed up ahead on both sides; those are computed when asked for."""
    edge = ENDS_AT - timedelta(hours=5)
    bring_up_to_date(plain, edge)  # with P2I_TEST_DSN both may be TimescaleDB
    plain.commit()
    plain.autocommit = True
    for rollup in ROLLUPS:
        timescale.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, %s)", (rollup.name, edge))


def columns_and_rows(connection: Connection, text: str, **values: object) -> tuple[list[str], list[tuple[object, ...]]]:
    cursor = connection.execute(text.encode(), PARAMETERS | values)
    names = [column.name for column in cursor.description or ()]
    return names, [tuple(map(shown, row)) for row in cursor]


def shown(value: object) -> object:
    """A float is for display only, and its last digits depend on the order in which a server adds."""
    return f"{value:.12g}" if isinstance(value, float) else value


@pytest.mark.parametrize("is_summed_up", [False, True], ids=["computed when asked", "summed up ahead"])
def test_both_databases_answer_alike(connection: Connection, timescale: Connection, is_summed_up: bool) -> None:
    connection.autocommit = True
    fill(connection)
    fill(timescale)
    if is_summed_up:
        sum_up(connection, timescale)
    views = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting' ORDER BY 1").fetchall()
    questions = {
        f"reporting.{view}": f"SELECT * FROM reporting.{view}" for (view,) in views if view not in OF_THE_SERVER
    }
    questions |= {rollup.name: f"SELECT * FROM {rollup.name}" for rollup in ROLLUPS}
    answers = {name: columns_and_rows(connection, text) for name, text in questions.items()}
    for name, text in questions.items():
        columns, rows = columns_and_rows(timescale, text)
        assert (columns, sorted(rows, key=str)) == (answers[name][0], sorted(answers[name][1], key=str)), name
    for name in query_names():
        answer = columns_and_rows(connection, query(name))
        assert columns_and_rows(timescale, query(name)) == answer, name
        assert answer[1], f"{name} has no row here, so it compares nothing"
    for circuit, (start, end) in product(("C-1", "C-2"), ((20.25, 20.75), (9.5, 10.51), (27.1, 31.9), (66.3, 80))):
        span: dict[str, object] = {
            "from": STARTS_AT + start * timedelta(hours=1),
            "to": STARTS_AT + end * timedelta(hours=1),
        }
        for name in ("coverage", "timeline", "loss_curve", "delay_curve"):
            answer = columns_and_rows(connection, query(name), circuit=circuit, **span)
            assert columns_and_rows(timescale, query(name), circuit=circuit, **span) == answer, (name, circuit, start)
    for database in (connection, timescale):
        for name in (name for name in query_names() if "%(bucket)s" in query(name)):
            with pytest.raises(psycopg.errors.FeatureNotSupported, match="months or years"):
                columns_and_rows(database, query(name), bucket="1 month")
