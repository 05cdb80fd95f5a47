"""Grafana's rules, run as the role that runs them, held against what its converter makes of a table."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from alerting.words.rule_texts import RULES
from dashboards.grafana.alert_rule import AlertRule
from dashboards.grafana.breach_rules import BREACHES
from dashboards.grafana.watchdog_rules import WATCHDOGS
from facilities.inventory import DEMO_INVENTORY, read_inventory
from facilities.registration import register_inventory
from store.alert_rows import LookedBack, OutlookRow
from store.connection import Connection, connect
from store.outlook import write_outlooks
from tests.dashboards.grafana.column_contract import NUMBERS, TEXTS, Result, run
from tests.dashboards.grafana.macro_expansion import Shown, expanded

ROOT = Path(__file__).parents[3]
EVERY = {rule.uid: rule for rule in (*WATCHDOGS, *BREACHES)}
each_rule = pytest.mark.parametrize("uid", EVERY)
HOUR = timedelta(hours=1)
ON_THE_BAD_DAY = ("engine_late", "no_data", "process_unreachable", "escalator_stalled", "outage")


@pytest.fixture
def operator(dsn: str) -> Iterator[Connection]:
    """A viewer who sees everything, of a database without anything."""
    role, password = f"t_{uuid4().hex[:12]}", uuid4().hex
    name = sql.Identifier(role)
    with connect(dsn, "tests") as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password)))
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(name))
        owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}").format(name))
        owner.execute("INSERT INTO reader (role_name, sees_everything) VALUES (%s, true)", (role,))
    try:
        with psycopg.connect(conninfo.make_conninfo(dsn, user=role, password=password)) as connection:
            yield connection
    finally:
        with connect(dsn, "tests") as owner:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(name))
            owner.execute(sql.SQL("DROP ROLE {}").format(name))


def answer(connection: Connection, rule: AlertRule) -> Result:
    now = datetime.now(UTC)
    return run(connection, expanded(rule.sql, Shown(now - HOUR, now)))


def instances(result: Result) -> dict[tuple[str, ...], float]:
    """What Grafana makes of the table: a value by its labels. An AssertionError where it would make an error."""
    numbers = result.of_type(NUMBERS)
    assert len(numbers) == 1, f"exactly one numeric column, not {numbers}"
    assert set(result.types) - set(numbers) == set(result.of_type(TEXTS)), "all others are text"
    values = result.values(numbers[0])
    labels = [tuple(row) for row in zip(*(result.values(name) for name in result.of_type(TEXTS)), strict=True)]
    assert None not in values, "NULL becomes NaN, which is not above anything and not below"
    assert all(None not in row for row in labels), "NULL becomes a label that is empty"
    assert len(set(labels)) == len(labels), "has duplicate results with labels"
    return dict(zip(labels, map(float, values), strict=True))


def fires(rule: AlertRule, connection: Connection) -> set[tuple[str, ...]]:
    return {labels for labels, value in instances(answer(connection, rule)).items() if value > rule.limit}


@each_rule
def test_every_rule_answers_as_the_converter_wants_it(uid: str, viewers: dict[str, Connection]) -> None:
    found = instances(answer(viewers["operator"], EVERY[uid]))
    assert bool(found) == (EVERY[uid].name in ON_THE_BAD_DAY), "what the bad day has"


@each_rule
def test_and_so_on_a_database_without_anything(uid: str, operator: Connection) -> None:
    rule = EVERY[uid]
    found = instances(answer(operator, rule))
    assert bool(found) == (rule.on_nothing == "Alerting"), "nothing at all is told as the rule says"


def test_a_table_that_grafana_refuses_is_refused_here() -> None:
    for types, rows in (
        ({"a": "text", "n": "int8", "m": "int8"}, [("x", 1, 2)]),
        ({"a": "timestamptz", "n": "int8"}, [("x", 1)]),
        ({"a": "text", "n": "int8"}, [("x", 1), ("x", 2)]),
        ({"a": "text", "n": "int8"}, [("x", None)]),
        ({"a": "text", "n": "int8"}, [(None, 1)]),
    ):
        with pytest.raises(AssertionError):
            instances(Result(types, rows))


def test_a_heartbeat_that_stops_fires_and_one_that_never_was_does_not(dsn: str, operator: Connection) -> None:
    rules = {rule.name: rule for rule in WATCHDOGS}
    names = ("process_unreachable", "escalator_stalled", "alertmanager_refuses")
    assert [fires(rules[name], operator) for name in names] == [set(), set(), set()]
    assert fires(rules["engine_late"], operator) == {("sla_engine",)}
    with connect(dsn, "tests") as owner:
        for process, age in (("alerting", 10), ("escalator", 400), ("alertmanager", 301)):
            owner.execute(
                "INSERT INTO heartbeat (process, beat_at, detail) VALUES (%s, now() - make_interval(secs => %s), '')",
                (process, age),
            )
        owner.execute("INSERT INTO engine_watermark (input_xid, passed_at) VALUES ('0', now())")
    assert fires(rules["process_unreachable"], operator) == set()
    assert fires(rules["escalator_stalled"], operator) == {("escalator",)}
    assert fires(rules["alertmanager_refuses"], operator) == {("alertmanager",)}
    assert fires(rules["engine_late"], operator) == set()


def outlook(bad: dict[int, int], left: Decimal, interval_seconds: int = 10) -> OutlookRow:
    """A running month of casa-a1 with so many bad seconds in each window, all of them measured."""
    now = datetime.now(UTC)
    windows = tuple(
        LookedBack(seconds, bad.get(seconds, 0), seconds) for seconds in (300, 1800, 3600, 7200, 21600, 86400, 259200)
    )
    return OutlookRow(
        "DEMO-CASA-A", "availability", now - 240 * HOUR, now + 480 * HOUR, "casa-a1", True, now, Decimal("0.0005"),
        Decimal(1296), left, 2592000, 1728000, 0, 0, windows, 604800, 0, None, Decimal(0), Decimal(100), "MAD", 86400,
        interval_seconds,
    )  # fmt: skip


def test_one_bad_interval_alone_is_no_burn(dsn: str, operator: Connection) -> None:
    with connect(dsn, "tests") as owner:
        register_inventory(owner, read_inventory(DEMO_INVENTORY), datetime.now(UTC))
        row = outlook({3600: 60, 300: 60}, Decimal(1236), interval_seconds=60)
        write_outlooks(owner, row.agreement, row.period_starts_at, [row], [])
    assert fires(next(rule for rule in BREACHES if rule.name == "burn_fast"), operator) == set()


@pytest.mark.parametrize(
    ("bad", "left", "expected"),
    [
        ({}, Decimal(1296), set()),
        # 2 % of 1296 s in an hour is 25.92 s, in its five minutes 2.16 s: both are needed.
        ({3600: 26, 300: 3}, Decimal(1270), {"burn_fast"}),
        ({3600: 25, 300: 3}, Decimal(1271), set()),
        ({3600: 26, 300: 2}, Decimal(1270), set()),
        # 5 % of it in six hours, 5.4 s in half an hour.
        ({21600: 65, 1800: 6}, Decimal(1231), {"burn_fast"}),
        # 10 % in a day, or in three.
        ({86400: 130, 7200: 11}, Decimal(1166), {"burn_slow"}),
        ({259200: 130, 21600: 11}, Decimal(1166), {"burn_slow"}),
        ({}, Decimal(129), {"budget"}),
        ({}, Decimal(-1), {"budget"}),
    ],
)
def test_the_burn_rules_hold_where_those_of_the_engine_do(
    dsn: str, operator: Connection, bad: dict[int, int], left: Decimal, expected: set[str]
) -> None:
    with connect(dsn, "tests") as owner:
        register_inventory(owner, read_inventory(DEMO_INVENTORY), datetime.now(UTC))
        row = outlook(bad, left)
        write_outlooks(owner, row.agreement, row.period_starts_at, [row], [])
    labels = ("casanearshore", "casa-a1", "DEMO-CASA-A", "availability", "true")
    rules = [rule for rule in BREACHES if rule.name in ("burn_fast", "burn_slow", "budget")]
    found = {rule.name: fires(rule, operator) for rule in rules}
    assert {name for name, fired in found.items() if fired} == expected
    assert set().union(*found.values()) <= {labels}


@each_rule
def test_every_rule_is_said_in_both_languages_from_labels_it_has(uid: str, viewers: dict[str, Connection]) -> None:
    rule = EVERY[uid]
    named = set(answer(viewers["operator"], rule).of_type(TEXTS))
    for said in (rule.summary, rule.description):
        assert said.fr != said.en
        for text in said:
            assert set(re.findall(r"\$labels\.(\w+)", text)) <= named
    assert len(uid) <= 40
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", uid)
    assert (ROOT / f"docs/runbooks/{rule.name}.md").is_file()


def test_rules_for_grafana_alone_are_those_of_the_engine() -> None:
    assert {rule.name for rule in BREACHES} <= RULES.keys()
    assert len({rule.name for rule in EVERY.values()}) == len(EVERY)
