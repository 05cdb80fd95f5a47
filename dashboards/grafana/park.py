"""One park: circuits, zones, sensors, and what happened there; one that is only announced says so. Pure."""

from __future__ import annotations

from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana import park_sql as sql
from dashboards.grafana.columns import budget, circuit, coded, duration, indicator, instant, plain
from dashboards.grafana.dashboard import Dashboard, Row, spoken, uid
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import (
    BAD,
    NOTHING,
    PLAIN,
    PLANNED,
    UNKNOWN,
    WARNING,
    WELL,
    Column,
    Meaning,
    Meanings,
    data_link,
    thresholds,
)
from dashboards.grafana.figures import figure
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table
from dashboards.grafana.speech import Speech
from dashboards.grafana.time_panels import state_timeline, time_series
from dashboards.grafana.variable import query_variable
from dashboards.grafana.zone_columns import people_columns, zone_columns
from dashboards.grafana.zone_sql import PARKS

_HEARING = {"heard": WELL, "silent": WARNING, "never": UNKNOWN}


def park(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "park",
        panels=(
            *_header(say),
            Row(10, say("park.telecom"), 9), *_telecom(say),
            Row(20, say("park.space"), 24), *_space(say),
            Row(30, say("park.events"), 41), *_events(say),
        ),
        variables=(
            query_variable("facility", say("shared.variable.park"), PARKS, is_many=False),
        ),
    )  # fmt: skip


def statuses(say: Speech) -> Meanings:
    """Whether a park is there yet."""
    colors = {"operational": WELL, "announced": PLANNED, "project": PLANNED}
    return {code: Meaning(say(f"park.status.{code}"), color) for code, color in colors.items()}


def _header(say: Speech) -> tuple[Panel, ...]:
    counts = (("down", BAD), ("works", PLANNED), ("silent", WARNING), ("no_data", UNKNOWN), ("up", WELL))
    types = {code: Meaning(say(f"park.type.{code}"), PLAIN) for code in ("offshoring_park", "data_embassy")}
    identity = (
        Column("name", say("park.name"), least_width=150),
        Column("facility_type", say("park.type"), meanings=types, width=240),
        Column("status", say("park.status"), meanings=statuses(say), cell="color-text", width=150),
        replace(*plain(say, "city"), least_width=110), Column("region", say("park.region"), least_width=165),
        Column("manager", say("park.manager"), least_width=170),
        Column("time_zone", say("park.time_zone"), least_width=145),
    )  # fmt: skip
    return (
        stat(
            1, say("park.situation"), Place(0, 0, 3, 5), Target(sql.SITUATION_NOW), meanings=meanings.situations(say),
            is_filled=True, no_value=say("park.situation.none"),
        ),
        stat(
            2, say("park.circuits"), Place(3, 0, 10, 5), Target(sql.COUNTS_NOW), text="value_and_name",
            columns=[
                Column(name, say(f"noc.count.{name}"), thresholds=thresholds(PLAIN, (1, color)))
                for name, color in counts
            ],
        ),
        stat(
            3, say("park.people"), Place(13, 0, 5, 5), Target(sql.PEOPLE_NOW), text="value_and_name",
            columns=[
                Column("people", say("occupancy.people")), Column("capacity_people", say("occupancy.capacity")),
                Column("zones_counted", say("occupancy.zones_counted")), Column("zones", say("occupancy.zones_of")),
            ],
            description=say("occupancy.now.description"),
        ),
        stat(
            4, say("park.sensors"), Place(18, 0, 3, 5), Target(sql.SENSORS_NOW), text="value_and_name",
            columns=[
                Column(name, say(f"park.sensors.{name}"), thresholds=thresholds(PLAIN, (1, color)))
                for name, color in _HEARING.items()
            ],
        ),
        demo_tile(say, 5, Place(21, 0, 3, 5)),
        table(
            6, say("park.identity"), Place(0, 5, 24, 4), Target(sql.IDENTITY), identity,
            no_value=say("park.situation.none"),
        ),
    )  # fmt: skip


def _telecom(say: Speech) -> tuple[Panel, ...]:
    listed = (
        coded(say, "standing", meanings.states(say), "state", 125), replace(circuit(say), width=85),
        *plain(say, "tenant", "carrier", "works"),
        instant("since_at", say("shared.since")), duration("age_seconds", say("shared.age")),
        figure(say, "availability", say("shared.availability"), 112), figure(say, "target", say("shared.target"), 95),
        replace(budget(say), width=75), *plain(say, "agreement"),
    )  # fmt: skip
    nothing = {"none": say("noc.outages.none"), "no_circuits": say("park.circuits.none")}
    outages = {**meanings.states(say), **{code: Meaning(text, NOTHING) for code, text in nothing.items()}}
    return (
        table(
            11, say("park.circuits"), Place(0, 10, 24, 8), Target(sql.CIRCUITS), listed,
            no_value=say("circuits.list.none"), description=say("circuits.list.description"),
        ),
        state_timeline(
            12, say("noc.outages"), Place(0, 18, 24, 6), [Target(sql.OUTAGES)], outages,
            one_bar_per=("circuit", "state"), has_legend=False,
        ),
    )  # fmt: skip


def _space(say: Speech) -> tuple[Panel, ...]:
    words = {code: Meaning(say(f"park.hearing.{code}"), color) for code, color in _HEARING.items()}
    sensors = (
        Column("hearing", say("park.hearing"), meanings=words, cell="color-text", width=115),
        Column("sensor", say("occupancy.sensor"), least_width=125), Column("zone", say("occupancy.zone"), width=80),
        instant("newest_at", say("shared.newest_at")), duration("age_seconds", say("shared.age")),
        Column("quantities", say("park.quantities"), least_width=95),
    )  # fmt: skip
    return (
        table(
            21, say("occupancy.list"), Place(0, 25, 24, 7), Target(sql.ZONES), _linked(say),
            no_value=say("occupancy.list.none"), description=say("occupancy.list.description"),
        ),
        time_series(
            22, say("occupancy.history"), Place(0, 32, 10, 9), [Target(sql.PEOPLE, "time_series")],
            people_columns(say), unit="short", decimals=0, least_interval="15m",
            no_value=say("occupancy.history.none"), description=say("occupancy.history.description"),
        ),
        table(
            23, say("park.sensors"), Place(10, 32, 14, 9), Target(sql.SENSORS), sensors,
            no_value=say("park.sensors.none"), description=say("park.sensors.description"),
        ),
    )  # fmt: skip


def _linked(say: Speech) -> tuple[Column, ...]:
    """The columns of zones, of which the code opens the zone's occupancy."""
    target = (
        f"/d/{uid('occupancy', say.language)}?var-facility=${{facility}}&var-zone=${{__data.fields.zone:percentencode}}"
    )
    link = data_link(say("park.zones.open"), f"{target}&${{__url_time_range}}")
    return tuple(replace(column, link=link) if column.name == "zone" else column for column in zone_columns(say))


def _events(say: Speech) -> tuple[Panel, ...]:
    changes = (
        instant("changed_at", say("shared.changed_at")), circuit(say), indicator(say, 150),
        coded(say, "from_state", meanings.states_and_standings(say)),
        coded(say, "to_state", meanings.states_and_standings(say)),
    )  # fmt: skip
    tickets = (
        instant("opened_at", say("circuit.opened_at")), instant("restored_at", say("circuit.restored_at")),
        circuit(say), Column("ticket", say("circuit.ticket")),
    )  # fmt: skip
    exclusions = (
        instant("starts_at", say("shared.starts_at")), instant("ends_at", say("shared.ends_at")), circuit(say),
        coded(say, "kind", meanings.kinds(say)), coded(say, "decision", meanings.decisions(say)),
        *plain(say, "exclusion"),
    )  # fmt: skip
    return (
        table(
            31, say("park.tickets"), Place(0, 42, 10, 8), Target(sql.TICKETS), tickets,
            no_value=say("park.tickets.none"),
        ),
        table(
            32, say("park.changes"), Place(10, 42, 14, 8), Target(sql.CHANGES), changes,
            no_value=say("noc.changes.none"),
        ),
        table(
            33, say("park.exclusions"), Place(0, 50, 24, 8), Target(sql.EXCLUSIONS), exclusions,
            no_value=say("park.exclusions.none"),
        ),
    )  # fmt: skip
