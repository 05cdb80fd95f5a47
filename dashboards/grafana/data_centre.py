"""Data centres: air against the recommended envelope, energy and PUE; what is not measured is said. Pure."""

from __future__ import annotations

from dashboards.grafana import data_centre_sql as sql
from dashboards.grafana.columns import instant
from dashboards.grafana.dashboard import Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import (
    BAD,
    NOTHING,
    PLANNED,
    UNKNOWN,
    WARNING,
    WELL,
    Column,
    Meaning,
    Meanings,
    thresholds,
)
from dashboards.grafana.figures import figure, figure_patterns, percent_unit, whole_share
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table, text
from dashboards.grafana.speech import Speech
from dashboards.grafana.time_panels import DASHED, state_timeline, time_series
from dashboards.grafana.variable import query_variable

_SITUATIONS = {
    "announced": PLANNED, "project": PLANNED, "no_sensors": UNKNOWN, "no_reading": WARNING, "outside": BAD,
    "partly_silent": WARNING, "temperature_only": WELL, "within": WELL,
}  # fmt: skip
_ENVELOPES = {
    "within": WELL, "temperature_only": "semi-dark-blue", "too_hot": BAD, "too_cold": "super-light-blue",
    "too_damp": PLANNED, "too_dry": WARNING, "silent": UNKNOWN, "never": UNKNOWN, "unknown": UNKNOWN,
    "none": NOTHING,
}  # fmt: skip
_KNOWN_STEPS = thresholds(UNKNOWN, (0, BAD), (90, WARNING), (99, WELL))
NO_METER = "—"


def data_centre(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "centre",
        name="data-centre",
        panels=(
            *_header(say),
            Row(10, say("centre.air"), 5), *_air(say),
            Row(20, say("centre.energy"), 32), *_energy(say),
        ),
        variables=(
            query_variable("facility", say("centre.site"), sql.SITES, is_many=False),
            query_variable("total_meter", say("centre.total_meter"), sql.METERS, is_many=True, first=NO_METER),
            query_variable("it_meter", say("centre.it_meter"), sql.METERS, is_many=True, first=NO_METER),
        ),
    )  # fmt: skip


def _envelopes(say: Speech) -> Meanings:
    return {code: Meaning(say(f"centre.envelope.{code}"), color) for code, color in _ENVELOPES.items()}


def _header(say: Speech) -> tuple[Panel, ...]:
    words = {code: Meaning(say(f"centre.situation.{code}"), color) for code, color in _SITUATIONS.items()}
    return (
        stat(
            1, say("centre.situation"), Place(0, 0, 6, 5), Target(sql.SITUATION), meanings=words, is_filled=True,
            no_value=say("centre.situation.none"),
        ),
        stat(
            2, say("centre.hottest"), Place(6, 0, 4, 5), Target(sql.HOTTEST),
            patterns=figure_patterns(say), no_value=say("centre.hottest.none"),
        ),
        stat(
            3, say("centre.least_within"), Place(10, 0, 4, 5), Target(sql.LEAST_WITHIN),
            patterns=figure_patterns(say), no_value=say("shared.none_known"),
            description=say("centre.least_within.description"),
        ),
        stat(
            4, say("centre.pue"), Place(14, 0, 4, 5), Target(sql.PUE), patterns=figure_patterns(say),
            no_value=say("centre.pue.none"), description=say("centre.pue.description"),
        ),
        stat(
            5, say("centre.pue_known"), Place(18, 0, 3, 5), Target(sql.PUE_KNOWN), unit=percent_unit(say), decimals=0,
            steps=_KNOWN_STEPS, no_value=say("centre.pue.none"), description=say("centre.pue.description"),
        ),
        demo_tile(say, 6, Place(21, 0, 3, 5)),
    )  # fmt: skip


def _air(say: Speech) -> tuple[Panel, ...]:
    listed = (
        Column("envelope", say("centre.envelope"), meanings=_envelopes(say), cell="color-text", width=270),
        Column("point", say("centre.point")), figure(say, "temperature", say("centre.celsius")),
        whole_share(say, "humidity_percent", say("centre.humidity")), figure(say, "dew_point", say("centre.dew")),
        instant("measured_at", say("centre.measured_at")), figure(say, "within", say("centre.within_ratio")),
        figure(say, "known", say("centre.known_ratio")),
    )  # fmt: skip
    return (
        table(
            11, say("centre.list"), Place(0, 6, 24, 8), Target(sql.LISTED), listed, no_value=say("centre.list.none"),
            description=say("centre.list.description"),
        ),
        state_timeline(
            12, say("centre.timeline"), Place(0, 14, 24, 9), [Target(sql.ENVELOPE)], _envelopes(say),
            one_bar_per=("point", "envelope"),
            description=say("centre.list.description"),
        ),
        _curve(say, 13, 0, "celsius", sql.TEMPERATURE, "celsius"),
        _curve(say, 14, 8, "dew", sql.DEW_POINT, "celsius", description=say("centre.dew.description")),
        _curve(say, 15, 16, "humidity", sql.HUMIDITY, "percentunit", has_least=False),
    )  # fmt: skip


def _curve(
    say: Speech, id: int, x: int, name: str, query: str, unit: str, *, has_least: bool = True, description: str = ""
) -> Panel:
    limits = ("limit_most", "limit_least") if has_least else ("limit_most",)
    return time_series(
        id, say(f"centre.{name}"), Place(x, 23, 8, 9), [Target(query, "time_series")],
        [
            Column("most", say("centre.most"), custom={"fillOpacity": 0}),
            Column("least", say("centre.least"), custom={"fillOpacity": 0}),
            *(Column(limit, say(f"centre.{limit}"), custom=DASHED) for limit in limits),
        ],
        unit=unit, decimals=1 if unit == "celsius" else 0, least=None if has_least else 0,
        no_value=say("centre.curve.none"), description=description,
    )  # fmt: skip


def _energy(say: Speech) -> tuple[Panel, ...]:
    return (
        time_series(
            21, say("centre.pue_curve"), Place(0, 33, 10, 9), [Target(sql.PUE_CURVE, "time_series")],
            [Column("pue", say("centre.pue"))], unit="none", decimals=2, least=1, least_interval="1h",
            no_value=say("centre.pue.none"), description=say("centre.pue.description"),
        ),
        time_series(
            22, say("centre.meters"), Place(10, 33, 8, 9), [Target(sql.ENERGY, "time_series")], [], unit="kwatth",
            decimals=2, style="bars", least_interval="1h", name_of_series="${__field.labels.meter}",
            no_value=say("centre.meters.none"), description=say("centre.meters.description"),
        ),
        text(23, Place(18, 33, 6, 9), say("centre.not_there.text"), say("centre.not_there")),
    )  # fmt: skip
