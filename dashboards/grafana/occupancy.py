"""Occupancy: people in the zones of a park, now and over time, and how far the counts can be trusted. Pure."""

from __future__ import annotations

from dashboards.grafana import occupancy_sql as sql
from dashboards.grafana.columns import duration, instant
from dashboards.grafana.dashboard import Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, WARNING, WELL, Column, Meaning, thresholds
from dashboards.grafana.figures import Bands, figure, figure_patterns, percent_unit, whole_share
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import bar_gauge, stat, table
from dashboards.grafana.speech import Speech
from dashboards.grafana.time_panels import state_timeline, time_series
from dashboards.grafana.variable import query_variable
from dashboards.grafana.zone_columns import COVERAGE_STEPS, SHARE_STEPS, countings, people_columns, zone_columns
from dashboards.grafana.zone_sql import PARKS, ZONES

_WEEK_STEPS = thresholds(
    "transparent", (0, "super-light-blue"), (25, "light-blue"), (50, "blue"), (75, "dark-blue"), (100, BAD)
)
_COVERAGE_BANDS: Bands = ((r"9\d|100", WELL), (r"[5-8]\d", WARNING), (r"\d+", BAD))
"""Of counts, as the steps of the bars."""


def occupancy(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "occupancy",
        panels=(
            *_now(say),
            Row(10, say("occupancy.history.row"), 12), *_history(say),
            Row(20, say("occupancy.doubts.row"), 51), *_doubts(say),
        ),
        variables=(
            query_variable("facility", say("shared.variable.park"), PARKS, is_many=False),
            query_variable("zone", say("occupancy.zone"), ZONES, is_many=True, all_label=say("shared.all")),
        ),
        shown_from="now-7d",
    )  # fmt: skip


def _now(say: Speech) -> tuple[Panel, ...]:
    return (
        stat(
            1, say("occupancy.now"), Place(0, 0, 10, 4), Target(sql.SUMMED), text="value_and_name",
            columns=[
                Column("people", say("occupancy.people")), Column("capacity_people", say("occupancy.capacity")),
                Column("zones_counted", say("occupancy.zones_counted")), Column("zones", say("occupancy.zones_of")),
            ],
            description=say("occupancy.now.description"),
        ),
        stat(
            2, say("occupancy.share"), Place(10, 0, 5, 4), Target(sql.SHARE), unit=percent_unit(say), decimals=0,
            steps=SHARE_STEPS, no_value=say("occupancy.share.none"),
        ),
        stat(
            3, say("occupancy.coverage"), Place(15, 0, 5, 4), Target(sql.COVERAGE),
            patterns=figure_patterns(say, _COVERAGE_BANDS), no_value=say("shared.none_known"),
            description=say("occupancy.coverage.description"),
        ),
        demo_tile(say, 4, Place(20, 0, 4, 4)),
        table(
            5, say("occupancy.list"), Place(0, 4, 24, 8), Target(sql.LISTED), zone_columns(say),
            no_value=say("occupancy.list.none"), description=say("occupancy.list.description"),
        ),
    )  # fmt: skip


def _history(say: Speech) -> tuple[Panel, ...]:
    none = say("occupancy.history.none")
    days = {str(day): Meaning(say(f"occupancy.weekday.{day}"), PLAIN) for day in range(1, 8)}
    hours = [
        Column(f"h{hour:02d}", f"{hour:02d}", unit="none", decimals=0, cell="color-background",
               thresholds=_WEEK_STEPS, width=57)
        for hour in range(24)
    ]  # fmt: skip
    peaks = (
        Column("starts_at", say("occupancy.day"), unit="time:YYYY-MM-DD", width=125),
        Column("zone", say("occupancy.zone")), Column("people_most", say("occupancy.people_most")),
        whole_share(say, "peak_percent", say("occupancy.peak_ratio")),
        Column("peak_at", say("occupancy.peak_at"), unit="time:HH:mm", width=90),
        Column("person_hours", say("occupancy.person_hours"), decimals=0),
        whole_share(say, "counted_percent", say("occupancy.counted_ratio")),
    )  # fmt: skip
    return (
        time_series(
            11, say("occupancy.history"), Place(0, 13, 12, 9), [Target(sql.PEOPLE, "time_series")],
            people_columns(say), unit="short", decimals=0, least_interval="15m", no_value=none,
            description=say("occupancy.history.description"),
        ),
        time_series(
            12, say("occupancy.shares"), Place(12, 13, 12, 9), [Target(sql.SHARES, "time_series")], [],
            unit="percentunit", decimals=0, least_interval="15m", no_value=none,
            name_of_series="${__field.labels.zone}",
        ),
        state_timeline(
            13, say("occupancy.states"), Place(0, 22, 24, 9), [Target(sql.STATES)], countings(say),
            one_bar_per=("zone", "counting"),
            description=say("occupancy.coverage.description"),
        ),
        table(
            14, say("occupancy.week"), Place(0, 31, 24, 10), Target(sql.WEEK),
            (Column("weekday", say("occupancy.weekday"), meanings=days, width=125), *hours),
            no_value=say("occupancy.days.none"),
            description=say("occupancy.week.description"),
        ),
        table(
            15, say("occupancy.days"), Place(0, 41, 24, 10), Target(sql.DAYS), peaks,
            no_value=say("occupancy.days.none"),
            description=say("occupancy.days.description"),
        ),
    )  # fmt: skip


def _doubts(say: Speech) -> tuple[Panel, ...]:
    zones = (
        Column("zone", say("occupancy.zone"), least_width=190), figure(say, "coverage", say("occupancy.coverage")),
        instant("last_at", say("occupancy.doubts.last_at")),
        duration("suppressed_seconds", say("occupancy.doubts.suppressed")),
        duration("implausible_seconds", say("occupancy.doubts.implausible")),
        Column("people_most", say("occupancy.people_most")),
    )  # fmt: skip
    sensors = (
        Column("sensor", say("occupancy.sensor")), Column("zone", say("occupancy.zone")),
        instant("newest_at", say("shared.newest_at")), Column("people_in", say("occupancy.people_in")),
        Column("people_out", say("occupancy.people_out")),
        Column("drift", say("occupancy.drift"), cell="color-text"), Column("breaks", say("occupancy.breaks")),
        Column("absences", say("occupancy.absences")), Column("reasons", say("occupancy.reasons")),
    )  # fmt: skip
    return (
        bar_gauge(
            21, say("occupancy.coverage.by_zone"), Place(0, 52, 8, 9), Target(sql.COVERAGE_BY_ZONE),
            unit=percent_unit(say), most=100, steps=COVERAGE_STEPS, no_value=say("occupancy.list.none"),
            description=say("occupancy.coverage.description"),
        ),
        table(
            22, say("occupancy.doubts"), Place(8, 52, 16, 9), Target(sql.DOUBTS), zones,
            no_value=say("occupancy.list.none"),
        ),
        table(
            23, say("occupancy.sensors"), Place(0, 61, 24, 8), Target(sql.SENSORS), sensors,
            no_value=say("occupancy.sensors.none"), description=say("occupancy.sensors.description"),
        ),
    )  # fmt: skip
