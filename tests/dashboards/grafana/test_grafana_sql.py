"""What a dashboard's SQL may say, and how places of canonical queries are filled."""

import re

import pytest

from dashboards.grafana.panel import Target
from dashboards.grafana.sql import bucket, canonical, is_chosen, refuse_unsafe, variable, with_gaps
from store.reporting import query, query_names

ALLOWED = [
    "SELECT 1 AS x FROM reporting.park WHERE facility IN (${park:sqlstring})",
    "SELECT $__timeGroup(bucket_at, $__interval) AS x FROM reporting.circuit_5m WHERE $__timeFilter(bucket_at)",
    "SELECT extract(epoch FROM starts_at) FROM reporting.outage WHERE starts_at < $__timeTo()::timestamptz",
    "WITH a AS (SELECT 1), b AS MATERIALIZED (SELECT 2) SELECT * FROM a, LATERAL (SELECT 1) AS c JOIN b ON true",
    "SELECT unnest FROM unnest(ARRAY[${x:sqlstring}]::text[]) WHERE 'a' IS DISTINCT FROM unnest",
]
REFUSED = {
    "SELECT * FROM reporting.park WHERE facility = '$park'": r"not a variable or macro",
    "SELECT * FROM reporting.park WHERE facility = ${park}": r"write \$\{name:sqlstring\}",
    "SELECT * FROM reporting.park WHERE facility = ${park:raw}": r"write \$\{name:sqlstring\}",
    "SELECT * FROM reporting.park WHERE facility = ${park:singlequote}": r"write \$\{name:sqlstring\}",
    "SELECT * FROM reporting.park WHERE facility = '[[park]]'": r"not allowed",
    "SELECT 1 WHERE $__timeFilter(date_trunc('day', at))": r"first '\)'",
    "SELECT $__timeGroup((at), '5m')": r"first '\)'",
    "SELECT $__unixEpochFilter(at)": r"not a variable or macro",
    "SELECT $__timeFrom(at)": r"not a variable or macro",
    "SELECT $__timeFilter()": r"not a variable or macro",
    "SELECT $__interval(1)": r"not a variable or macro",
    "SELECT '$__searchFilter'": r"not a variable or macro",
    "SELECT $$a$$": r"not a variable or macro",
    "SELECT * FROM circuit": r"not in the schema reporting: circuit",
    "SELECT * FROM p2i.circuit": r"p2i\.",
    'SELECT * FROM "reporting"."circuit"': r"not in the schema reporting",
    "SELECT * FROM reporting.park JOIN reader ON true": r"not in the schema reporting: reader",
    "SELECT * FROM pg_roles": r"pg_roles",
    "SELECT * FROM information_schema.tables": r"not in the schema reporting",
    "SELECT pg_sleep(9)": r"pg_sleep",
    "SELECT 1; SELECT 2": r"';'",
    "SELECT 1 -- comment": r"'--'",
    "SELECT 1 /* comment */": r"not allowed",
    "SELECT current_setting('p2i.tenant')": r"current_setting",
    "SELECT set_config('a', 'b', false)": r"set_config",
    "SELECT current_user": r"current_user",
}


@pytest.mark.parametrize("text", ALLOWED)
def test_what_a_query_may_say(text: str) -> None:
    refuse_unsafe(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_query_may_not_say(text: str) -> None:
    with pytest.raises(ValueError, match=REFUSED[text]):
        Target(text)


def test_only_variables_of_the_dashboard() -> None:
    refuse_unsafe(f"SELECT {variable('park')}", frozenset({"park"}))
    with pytest.raises(ValueError, match="no such variable"):
        refuse_unsafe(f"SELECT {variable('parc')}", frozenset({"park"}))


def test_a_choice_of_none_is_an_empty_array_not_a_mistake() -> None:
    assert is_chosen("facility", "park") == "facility = ANY (ARRAY[${park:sqlstring}]::text[])"


def test_places_are_filled() -> None:
    text = canonical("loss_curve", circuit=variable("circuit"), bucket=bucket())
    assert "%" not in text
    assert "--" not in text
    assert "circuit = ${circuit:sqlstring}" in text
    assert "bucket_at >= $__timeFrom()::timestamptz" in text
    assert " % seconds = 0" in canonical("coverage"), "a doubled sign is one"


def test_a_place_is_neither_forgotten_nor_invented() -> None:
    with pytest.raises(ValueError, match=r"not filled in: \['bucket', 'circuit'\]"):
        canonical("loss_curve")
    with pytest.raises(ValueError, match=r"no place \['facility'\]"):
        canonical("freshness", facility="'x'")


@pytest.mark.parametrize("name", query_names())
def test_every_canonical_query_may_stand_on_a_dashboard(name: str) -> None:
    places = set(re.findall(r"%\((\w+)\)s", query(name))) - {"from", "to", "now"}
    refuse_unsafe(canonical(name, **dict.fromkeys(places, "NULL")))


def test_gaps_are_rows() -> None:
    text = with_gaps("SELECT 1 AS starts_at, 2 AS x FROM reporting.park", ["x"], bucket(3600))
    assert 'SELECT bucket_at AS "time", x\n' in text
    refuse_unsafe(text)
