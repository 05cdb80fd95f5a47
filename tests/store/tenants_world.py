"""A store in which every text says whose it is, logins for each kind of reader, and what each of them may not meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import psycopg
from psycopg import conninfo, sql

from store.canonical import text_sha256
from store.connection import Connection, connect
from store.instants import microseconds, utc_text
from store.ledger import one_moment, write_entry
from store.login_plan import Key, Scope, WantedLogin
from store.logins import Applied, apply_logins
from store.public_rights import close_rights
from store.readings import INTERVAL, OCCUPANCY, PROBE, STATE, write_readings
from tests.store.rollup_truth import bring_up_to_date

MONTH_AT = datetime(2025, 12, 31, 23, tzinfo=UTC)
MONTH_ENDS_AT = datetime(2026, 1, 31, 23, tzinfo=UTC)
STARTS_AT = datetime(2026, 1, 5, tzinfo=UTC)
NOW = STARTS_AT + timedelta(hours=6)

MARKS = {"aa": "casa", "zz": "casa", "yy": "tetouan"}
"""Each tenant's mark, which is in every text about it, and its park."""

WANTED = (
    *(WantedLogin("tenant", f"{mark}mark", mark, (Scope(tenant=f"{mark}mark"),)) for mark in MARKS),
    WantedLogin("organisation", "ewane", "Ewane", (Scope(facility="casa"), Scope(facility="tech-valley"))),
    WantedLogin("organisation", "tanger-med-zones", "Tanger Med Zones", (Scope(facility="tetouan"),)),
    WantedLogin("authority", "ministry", "Ministry", (Scope(sees_aggregates=True),)),
    WantedLogin("auditor", None, "auditor", (Scope(sees_everything=True),)),
    WantedLogin("operator", None, "operator", (Scope(sees_everything=True),)),
)
FORBIDDEN: dict[Key, tuple[str, ...]] = {
    ("tenant", "aamark"): ("zzmark", "yymark", "sharedmark"),
    ("tenant", "zzmark"): ("aamark", "yymark", "sharedmark"),
    ("tenant", "yymark"): ("aamark", "zzmark", "sharedmark"),
    ("organisation", "ewane"): ("yymark",),
    ("organisation", "tanger-med-zones"): ("aamark", "zzmark", "sharedmark"),
    ("authority", "ministry"): ("aamark", "zzmark", "yymark", "sharedmark"),
}
"""What must never reach each login, in a row, an error or a plan."""

PARKS = """
INSERT INTO park (facility, name, facility_type, status, time_zone, is_demo) VALUES
    ('casa', 'Casanearshore', 'offshoring_park', 'operational', 'Africa/Casablanca', false),
    ('tetouan', 'Tétouan Shore', 'offshoring_park', 'operational', 'Africa/Casablanca', false);
INSERT INTO period VALUES ('Africa/Casablanca', '2026-01', '2025-12-31 23:00Z', '2026-01-31 23:00Z');
INSERT INTO zone (zone, facility, capacity_people, label) VALUES ('sharedmark-z', 'casa', 120, 'sharedmark lobby');
INSERT INTO quarantine (received_at, source, origin, reason, detail, payload, payload_bytes, payload_sha256)
    VALUES ('2026-01-06Z', 'mqtt', 'p2i/zzmark/yymark/aamark', 'malformed', 'not JSON', 'x', 1, '\\x00');
INSERT INTO gap (source, series, ends_at, reason, noticed_at)
    VALUES ('mqtt', 'aamark-zzmark-yymark', '2026-01-06Z', 'lost', '2026-01-06Z');
INSERT INTO alert (rule, subject, severity, reason, facility, zone, is_demo, since_at, opened_at, seen_at, facts) VALUES
    ('site_cut', 'park:casa', 'page', 'park_lost', 'casa', NULL, false, '2026-01-06Z', '2026-01-06Z', '2026-01-06Z',
     '{"circuits": ["aamark-c", "zzmark-c"], "also": "sharedmark"}'),
    ('occupancy_over', 'zone:sharedmark-z', 'ticket', 'occupancy_100', 'casa', 'sharedmark-z', false, '2026-01-06Z',
     '2026-01-06Z', '2026-01-06Z', '{"people": 123, "capacity_people": 120}');
INSERT INTO alert_change (alert_id, changed_at, change, reason)
    SELECT alert_id, opened_at, 'opened', reason FROM alert;
"""
OF_ALL = """
WITH opened AS (
    INSERT INTO alert (rule, subject, severity, reason, is_demo, since_at, opened_at, seen_at, facts)
    VALUES ('carrier_down', 'carrier:x', 'page', 'carrier_lost', false, '2026-01-06Z', '2026-01-06Z', '2026-01-06Z',
        '{"circuits": ["aamark-c", "yymark-c", "zzmark-c"]}') RETURNING alert_id, facts
)
INSERT INTO alert_change (alert_id, changed_at, change, reason, detail)
    SELECT alert_id, '2026-01-06Z', 'opened', 'carrier_lost', facts FROM opened;
"""
"""After each one's own, so that a number that is nobody's own is above those that are."""
OF_ONE = """
INSERT INTO tenant (tenant, name, is_demo) VALUES ('{mark}', '{mark} SA', false);
INSERT INTO circuit (circuit, facility, tenant, label, carrier, a_end, z_end, cir_bps)
    VALUES ('{mark}-c', '{park}', '{mark}', '{mark} circuit', '{mark} carrier', '{mark} a', '{mark} z', {number}000000);
INSERT INTO zone (zone, facility, tenant, capacity_people, label)
    VALUES ('{mark}-z', '{park}', '{mark}', {number}, '{mark}');
INSERT INTO agreement (agreement, tenant, facility, time_zone, starts_on, monthly_fee, currency, is_demo)
    VALUES ('{mark}-g', '{mark}', '{park}', 'Africa/Casablanca', '2026-01-01', {number}, '{currency}', false);
INSERT INTO objective (agreement, objective, circuit, indicator, target_ratio, at_most_ratio, at_most_seconds,
    percentile_ratio, interval_seconds)
    VALUES ('{mark}-g', '{mark}-o', '{mark}-c', '{indicator}', 0.9{number}, 0.{number}, {number}, 0.{number}, {number});
INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision, announced_at, reason)
    SELECT '{mark}-e', circuit_id, '{kind}', '2026-01-05 10:{number}Z', '2026-01-05 11:{number}Z', '{decision}',
    '2026-01-01 00:{number}Z', '{mark} works' FROM circuit WHERE circuit = '{mark}-c';
INSERT INTO ticket (ticket, circuit_id, opened_at, restored_at)
    SELECT '{mark}-t', circuit_id, '2026-01-05 10:{number}Z', '2026-01-05 11:{number}Z'
    FROM circuit WHERE circuit = '{mark}-c';
INSERT INTO transition (subject, agreement, objective, circuit, is_demo, from_state, to_state, changed_at, noticed_at,
    reason) VALUES ('{subject}', '{mark}-g', '{mark}-o', '{mark}-c', false, '{from_state}', '{to_state}',
    '2026-01-06 00:{number}Z', '2026-01-06 01:{number}Z', '{mark} lost');
INSERT INTO unscored VALUES ('{mark}-g', '2025-11-30 23:{number}Z', '2026-01-06 02:{number}Z', '{mark} reason');
INSERT INTO outlook VALUES ('{mark}-g', '{mark}-o', '2025-12-31 23:00Z', '2026-01-31 23:00Z', '{mark}-c', false,
    '2026-01-06 03:{number}Z', 0.0099{number}, {number}.5, {number}.25, {number}, {number}, {number}, {number},
    '[{{"seconds": {number}, "bad_seconds": {number}, "counted_seconds": 3100}},
      {{"seconds": 3600, "bad_seconds": {number}, "counted_seconds": 3600}},
      {{"seconds": 21600, "bad_seconds": {number}, "counted_seconds": 21600}}]', 9{number}, {number},
    '2026-01-07 00:{number}Z', {number}.10, {number}.20, '{currency}', {number}, {number});
INSERT INTO restore_outlook VALUES ('{mark}-g', '{mark}-o', '{mark}-t', '{mark}-c', false, '2026-01-05 10:{number}Z',
    '2026-01-06 03:{number}Z', {number}, {number}, {number}, '2026-01-07 01:{number}Z');
INSERT INTO notice (audience, group_key, severity, is_demo, facility, tenant, rule, opened_at, state, reason, level,
    held_by, next_step_at, route, policy) VALUES ('tenant', '{mark}-n', 'page', false, '{park}', '{mark}',
    '{mark} rule', '2026-01-06 03:{number}Z', 'open', '{mark} reason', {number}, '{mark} person',
    '2026-01-06 04:{number}Z', '{mark} route', '{mark} policy');
INSERT INTO notice_step (notice_id, stepped_at, step, actor, via)
    SELECT notice_id, '2026-01-06 03:{number}Z', 'opened', '{mark} actor', '{mark} via' FROM notice
    WHERE group_key = '{mark}-n';
INSERT INTO heartbeat VALUES ('watchdog:{mark}', '2026-01-06 03:{number}Z', '{mark}');
INSERT INTO sensor (sensor, facility, zone, feed, device, is_demo)
    VALUES ('{mark}-s', '{park}', '{mark}-z', 'feed', '{mark} device', false);
WITH opened AS (
    INSERT INTO alert (rule, subject, severity, reason, facility, tenant, carrier, circuit, agreement, objective,
        is_demo, since_at, opened_at, seen_at, cause_id, muted_by, facts)
    SELECT 'outage', 'circuit:{mark}-c', '{severity}', '{mark} down', '{park}', '{mark}', '{mark} carrier', '{mark}-c',
        '{mark}-g', '{mark}-o', false, '2026-01-06 03:{number}Z', '2026-01-06 04:{number}Z', '2026-01-06 05:{number}Z',
        min(alert_id), 'exclusion {mark}-e', '{{"note": "{mark}", "flaps": {number}}}' FROM alert
    RETURNING alert_id
)
INSERT INTO alert_change (alert_id, changed_at, change, reason, detail)
    SELECT alert_id, '2026-01-06 04:{number}Z', '{change}', '{mark} down', '{{"note": "{mark}"}}' FROM opened;
INSERT INTO statement VALUES ('{mark}-v1', '{mark}', '{stated}', {number}, false, '{language}',
    '[["{mark}-g","2025-12-31T23:00:00Z",1]]', '{mark} sha256', '{mark} document', '2026-02-09 07:{number}Z');
INSERT INTO statement_files VALUES ('{mark}-v1', '{mark} manifest', '{mark} manifest sha256', NULL,
    '2026-02-09 08:{number}Z');
INSERT INTO dispatch (number, kind, agreement, entry, file, message_id, message_sha256, message_bytes, written_at)
    VALUES ('{mark}-v1', 'statement', NULL, NULL, '{mark}.eml', '<{mark}@p2i>', '{mark}', {number},
        '2026-02-09 08:{number}Z');
INSERT INTO dispatch_recipient
    SELECT dispatch_id, '{mark}@example.com', '{mail}', written_at, CASE '{mail}' WHEN 'waiting' THEN written_at END, 1
    FROM dispatch WHERE number = '{mark}-v1';
INSERT INTO dispatch_event (dispatch_id, address, happened_at, event, detail)
    SELECT dispatch_id, '{mark}@example.com', '2026-02-09 09:{number}Z', 'handed_over',
        '{{"server": "{mark}.example:25", "code": 2{number}, "reply": "{mark}@example.com taken"}}'
    FROM dispatch WHERE number = '{mark}-v1';
"""
SCORED = """
INSERT INTO score (agreement, period_starts_at, period_ends_at, tenant, facility, is_demo, document, agreement_sha256,
    software_version, tzdb_version, scored_to_at, scored_at)
    VALUES (%(agreement)s, %(from)s, %(to)s, %(mark)s, %(park)s, false, %(document)s, %(mark)s,
        %(mark)s, %(mark)s, %(scored)s, %(scored)s)
"""
VERDICT = """
INSERT INTO verdict (agreement, objective, circuit, indicator, period_starts_at, period_ends_at, verdict, detail,
    budget_seconds, budget_left_seconds)
    VALUES (%(agreement)s, %(mark)s || '-o', %(mark)s || '-c', 'availability', %(from)s, %(to)s, %(verdict)s,
        %(detail)s, %(number)s, %(number)s)
"""
EVIDENCE = """
INSERT INTO score_evidence (agreement, period_starts_at, period_ends_at, evidence)
    VALUES (%(agreement)s, %(from)s, %(to)s, json_build_object('note', %(mark)s::text, 'exclusions', json_build_array(
        json_build_object('exclusion', %(mark)s || '-e', 'circuit', %(mark)s || '-c', 'decision', %(decision)s::text,
            'starts_at', format('2026-01-05T10:%%s:00Z', %(number)s::int),
            'ends_at', format('2026-01-05T11:%%s:00Z', %(number)s::int), 'proposed_by', %(mark)s || ' person',
            'counted_seconds', %(number)s::int)))::text)
"""


WORDS = {
    "indicator": ("availability", "loss", "round_trip"),
    "kind": ("maintenance", "customer", "force_majeure"),
    "decision": ("proposed", "rejected", "proposed"),
    "subject": ("circuit", "objective", "circuit"),
    "from_state": ("up", "met", "down"),
    "to_state": ("down", "breached", "up"),
    "currency": ("MAD", "EUR", "USD"),
    "verdict": ("met", "breached", "open"),
    "quantity": ("people", "people_in", "occupied"),
    "severity": ("page", "ticket", "page"),
    "change": ("opened", "muted", "explained"),
    "stated": ("2026-01", "2026-02", "2026-03"),
    "language": ("fr", "en", "ar"),
    "mail": ("handed_over", "waiting", "bounced"),
}
"""By tenant: what one knows of its own rows must not be mistaken for what it finds out about others'."""


class World(NamedTuple):
    """The store's owner connection, and the roles of the logins with how to be them."""

    owner: Connection
    dsn: str
    applied: Applied

    def role(self, key: Key) -> str:
        """The role of a login."""
        return next(one.role for one in self.applied.handed if one.key == key)

    @contextmanager
    def login(self, key: Key, dsn: str | None = None) -> Iterator[Connection]:
        """A session of a login as an attacker has it, each statement in a transaction of its own."""
        one = next(handed for handed in self.applied.handed if handed.key == key)
        named = conninfo.make_conninfo(dsn or self.dsn, user=one.role, password=one.password)
        with psycopg.connect(named, autocommit=True) as connection:
            yield connection


@contextmanager
def world(connection: Connection, dsn: str) -> Iterator[World]:
    """The store filled, its logins made, rights of PUBLIC taken away; the roles are gone afterwards."""
    fill(connection)
    applied = apply_logins(connection, WANTED, {})
    close_rights(connection)
    connection.commit()
    try:
        yield World(connection, dsn, applied)
    finally:
        connection.rollback()
        apply_logins(connection, [], {})
        connection.commit()


@contextmanager
def new_world(server_dsn: str, template_database: str) -> Iterator[World]:
    """A world in a database of its own, for all tests of a module: none of them changes it."""
    name = f"p2i_test_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template_database)))
        )
        try:
            dsn = conninfo.make_conninfo(server_dsn, dbname=name)
            with connect(dsn, "tests") as connection, world(connection, dsn) as made:
                yield made
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def fill(connection: Connection) -> None:
    """Something of every tenant, distinct to the digit, in everything that `reporting` shows."""
    connection.execute(PARKS.encode())
    for at, (short, park) in enumerate(MARKS.items()):
        words = {name: choice[at] for name, choice in WORDS.items()}
        _fill_one(connection, f"{short}mark", park, 31 + 10 * at, words)
    connection.execute(OF_ALL.encode())
    _count(connection, "sharedmark-z", [12, 15, 18, 21])
    connection.commit()
    bring_up_to_date(connection, NOW)
    connection.commit()


def _fill_one(connection: Connection, mark: str, park: str, number: int, words: dict[str, str]) -> None:
    connection.execute(OF_ONE.format(mark=mark, park=park, number=number, **words).encode())
    document = (
        f'{{"note": "{mark}", "period": {{"time_zone": "Africa/Casablanca", "tzdb": "2026f"}},'
        f' "credits": {{"fee": "{number}.00", "payable": "{number}.10"}}}}'
    )
    detail = (
        f'{{"note": "{mark}", "value_percent": "9{number % 10}.{number}", "value_ms": "{number}", "credit": "{number}",'
        f' "provisional_seconds": {number}, "coverage_percent": "{number}", "lowest_percent": "{number}",'
        f' "highest_percent": "{number}", "seconds": {{"up": {number}, "down": {number}, "unknown": {number},'
        f' "excluded": {number}}}, "outages": [{{"starts_at": "2026-01-06T00:00:{number}Z",'
        f' "ends_at": "2026-01-06T00:05:{number}Z", "seconds": {number}}}]}}'
    )
    values = {
        "agreement": f"{mark}-g", "mark": mark, "park": park, "from": MONTH_AT, "to": MONTH_ENDS_AT,
        "document": document, "detail": detail, "number": number, "verdict": words["verdict"],
        "decision": words["decision"],
        "scored": MONTH_ENDS_AT + timedelta(minutes=number),
    }  # fmt: skip
    connection.execute(SCORED, values)
    connection.execute(VERDICT, values)
    connection.execute(EVIDENCE, values)
    connection.commit()
    with one_moment(connection):
        write_entry(connection, f"{mark}-g", _issued(mark, number, document), document)
    row = connection.execute("SELECT circuit_id FROM circuit WHERE circuit = %s", (f"{mark}-c",)).fetchone()
    assert row is not None
    at = microseconds(STARTS_AT) + np.arange(36, dtype=np.int64) * 300_000_000
    key = [np.full_like(at, row[0]), at]
    write_readings(connection, INTERVAL, [*key, np.full_like(at, 100 * number), np.full_like(at, number)], NOW)
    write_readings(connection, PROBE, [*key, np.full_like(at, number * 1_000_003)], NOW)
    write_readings(connection, STATE, [column[:2] for column in (*key, np.array([1, 2] * 18))], NOW)
    _count(connection, f"{mark}-z", [number])
    row = connection.execute(
        "INSERT INTO sensor_series (sensor, channel, quantity) VALUES (%s, %s, %s) RETURNING series_id",
        (f"{mark}-s", mark, words["quantity"]),
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO sensor_reading (series_id, measured_at, counted, received_at) VALUES (%s, %s, %s, %s)",
        (row[0], STARTS_AT, number, NOW),
    )


def _count(connection: Connection, zone: str, people: list[int]) -> None:
    row = connection.execute("SELECT zone_id FROM zone WHERE zone = %s", (zone,)).fetchone()
    assert row is not None
    at = microseconds(STARTS_AT) + np.arange(36, dtype=np.int64) * 300_000_000
    counts = np.resize(np.array(people, dtype=np.int64), at.size)
    write_readings(connection, OCCUPANCY, [np.full_like(at, row[0]), at, counts], NOW)


def _issued(mark: str, number: int, document: str) -> dict[str, object]:
    return {
        "kind": "issued",
        "version": 1,
        "period": {"starts_at": utc_text(MONTH_AT), "ends_at": utc_text(MONTH_ENDS_AT)},
        "occurred_at": utc_text(MONTH_ENDS_AT),
        "document_sha256": text_sha256(document),
        "reason": f"{mark} reason",
        "agreement_sha256": mark,
        "software_version": mark,
        "tzdb": "2026f",
        "difference": {"note": mark},
        "credit": {"payable": f"{number}.10", "adjustment": f"{number}.20", "currency": "MAD"},
        "input": {"facts_sha256": mark},
    }


def quoted(name: str) -> str:
    """A name as an identifier."""
    return sql.Identifier(name).as_string(None)
