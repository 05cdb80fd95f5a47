"""The expander the query tests rely on, against the forms of Grafana 12.4 (its documentation and tests)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.dashboards.grafana.macro_expansion import Shown, expanded

FROM = datetime(2018, 4, 12, 18, 0, tzinfo=UTC)
SHOWN = Shown(FROM, FROM + timedelta(minutes=5), {"one": "casa", "many": ["a", "b'c"], "none": []}, 300)
BY_SWITCH = {False: "floor(extract(epoch from at)/300)*300", True: "time_bucket('300.000s',at)"}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("$__interval $__interval_ms '$__interval'", "5m 300000 '5m'"),
        ("$__timeFilter(at)", "at BETWEEN '2018-04-12T18:00:00Z' AND '2018-04-12T18:05:00Z'"),
        ("$__timeFrom() $__timeTo()", "'2018-04-12T18:00:00Z' '2018-04-12T18:05:00Z'"),
        ("$__time(at)", 'at AS "time"'),
        ("$__timeEpoch(at)", 'extract(epoch from at) as "time"'),
        ("$__unixEpochFrom()", "1523556000"),
        ("$__unixEpochFilter(at)", "at >= 1523556000 AND at <= 1523556300"),
        ("$__unixEpochGroup(at,'5m')", "floor((at)/300)*300"),
        ("IN (${one:sqlstring})", "IN ('casa')"),
        ("IN (${many:sqlstring})", "IN ('a','b''c')"),
        ("ARRAY[${none:sqlstring}]", "ARRAY[]"),
    ],
)
def test_expansion(text: str, becomes: str) -> None:
    assert expanded(text, SHOWN) == becomes


@pytest.mark.parametrize("switch", [False, True])
def test_groups_follow_the_switch(switch: bool) -> None:
    shown = Shown(FROM, FROM + timedelta(hours=1), {}, 300, timescaledb=switch)
    assert expanded("$__timeGroup(at, '5m') x", shown) == f"{BY_SWITCH[switch]} x"
    assert expanded("$__timeGroup(at,$__interval),", shown) == f'{BY_SWITCH[switch]} AS "time",'
    assert expanded("$__timeGroupAlias(at, $__interval, NULL)", shown) == f'{BY_SWITCH[switch]} AS "time"'


def test_a_parenthesis_in_an_argument_breaks_the_query_as_in_grafana() -> None:
    assert expanded("$__timeFilter(date_trunc('day', at))", SHOWN).startswith("date_trunc('day' BETWEEN")


@pytest.mark.parametrize(
    "text", ["$__timeFilters(at)", "$x(1)", "${one}", "${one:raw}", "${other:sqlstring}", "$__timeGroup(at)"]
)
def test_what_grafana_refuses_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown macro|cannot interpolate|needs time column"):
        expanded(text, SHOWN)


def test_fractions_of_a_second_are_kept() -> None:
    shown = Shown(FROM + timedelta(milliseconds=120), FROM + timedelta(minutes=1))
    assert expanded("$__timeFrom()", shown) == "'2018-04-12T18:00:00.12Z'"


@pytest.mark.parametrize(
    ("hours", "least", "seconds"),
    [(1, None, 60), (24, "5m", 300), (720, "5m", 1_800), (9_504, "1h", 43_200), (1, "1h", 3_600)],
)
def test_the_width_of_a_point_follows_the_range(hours: int, least: str | None, seconds: int) -> None:
    assert Shown(FROM, FROM + timedelta(hours=hours)).with_least_interval(least).interval_seconds == seconds
