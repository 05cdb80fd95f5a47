"""All parks for their owners and the steering committee: outcomes, money, worst circuits, carriers, people. Pure."""

from __future__ import annotations

from dashboards.grafana import meanings
from dashboards.grafana import portfolio_sql as sql
from dashboards.grafana.columns import coded, instant, plain, ratio, sized
from dashboards.grafana.dashboard import Dashboard, Row, links_to_others
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, UNKNOWN, WARNING, WELL, Column, thresholds
from dashboards.grafana.figures import exact_duration, figure, money, money_patterns
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table, text
from dashboards.grafana.park_map import park_map
from dashboards.grafana.speech import Speech
from dashboards.grafana.variable import query_variable, source_variable

_WIDTHS = {
    "agreements": 95, "breached": 110, "budget_left_minutes": 110, "capacity_people": 85, "carrier": 175,
    "circuits": 90, "coverage": 115, "credit": 150, "down_seconds": 180, "facility_type": 130, "hidden_hours": 110,
    "hours": 125, "insufficient": 95, "interval_seconds": 130, "label": 285, "measured": 100, "met": 90, "name": 175,
    "no_data": 105, "on_track": 105, "open": 110, "outages": 110, "park": 130, "peak_ratio": 130, "people": 75,
    "promised": 85, "situation": 190, "standing": 115, "tenant": 150, "zones": 110,
}  # fmt: skip
"""Pixels of columns, in every table."""


def portfolio(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return Dashboard(
        name="portfolio",
        language=say.language,
        title=say("portfolio.title"),
        description=say("portfolio.description"),
        panels=(
            *_header(say), *_parks(say),
            Row(20, say("portfolio.compared"), 24), *_compared(say),
            Row(30, say("portfolio.people"), 43), *_people(say),
        ),
        variables=(
            source_variable(),
            query_variable("month", say("shared.variable.month"), sql.MONTHS, is_many=False),
        ),
        links=(links_to_others(say("shared.others"), say.language),),
        shown_from="now-7d",
        refresh="15m",
    )  # fmt: skip


def _outcomes(say: Speech) -> tuple[Column, ...]:
    colors = {
        "breached": BAD, "met": WELL, "on_track": WELL, "open": WARNING, "insufficient": UNKNOWN, "no_data": UNKNOWN,
    }  # fmt: skip
    return tuple(
        Column(name, say(f"portfolio.{name}"), cell="color-text", thresholds=thresholds(PLAIN, (1, color)))
        for name, color in colors.items()
    )


def _header(say: Speech) -> tuple[Panel, ...]:
    scope = [Column(name, say(f"portfolio.scope.{name}")) for name in ("operational", "announced", "scored")]
    return (
        stat(
            1, say("portfolio.scope"), Place(0, 0, 8, 4), Target(sql.SCOPE),
            columns=[*scope, Column("agreements", say("portfolio.agreements"))], text="value_and_name",
            description=say("portfolio.scope.description"),
        ),
        stat(
            2, say("portfolio.outcomes"), Place(8, 0, 9, 4), Target(sql.OUTCOMES), columns=_outcomes(say),
            text="value_and_name", description=say("portfolio.outcomes.description"),
        ),
        stat(
            3, say("portfolio.credit"), Place(17, 0, 4, 4), Target(sql.CREDIT), patterns=money_patterns(say),
            no_value=say("portfolio.none"), description=say("portfolio.credit.description"),
        ),
        demo_tile(say, 4, Place(21, 0, 3, 4), is_of_parks=True),
    )  # fmt: skip


def _parks(say: Speech) -> tuple[Panel, ...]:
    situations = meanings.park_months(say)
    parks = (
        Column("name", say("shared.park")),
        Column("facility_type", say("portfolio.type"), meanings=meanings.facility_types(say)),
        coded(say, "situation", situations), Column("agreements", say("portfolio.agreements")), *_outcomes(say),
        money(say, "credit", say("portfolio.credit")),
    )  # fmt: skip
    monthly = (
        *plain(say, "month"), Column("name", say("shared.park")), Column("agreements", say("portfolio.agreements")),
        *_outcomes(say),
    )  # fmt: skip
    return (
        park_map(
            10, say("portfolio.map"), Place(0, 4, 6, 12), Target(sql.MAP), situations, color_by="situation",
            description=say("portfolio.map.description"),
        ),
        table(
            11, say("portfolio.parks"), Place(6, 4, 18, 12), Target(sql.PARKS), sized(parks, **_WIDTHS),
            description=say("portfolio.parks.description"),
        ),
        table(
            12, say("portfolio.monthly"), Place(0, 16, 24, 8), Target(sql.MONTHLY), monthly,
            no_value=say("portfolio.none"), description=say("portfolio.outcomes.description"),
        ),
    )  # fmt: skip


def _compared(say: Speech) -> tuple[Panel, ...]:
    worst = (
        coded(say, "standing", meanings.standings(say), "verdict"), Column("label", say("shared.circuit")),
        *plain(say, "park", "carrier", "tenant"), figure(say, "measured", say("shared.measured_ratio")),
        figure(say, "promised", say("portfolio.promised")),
        Column("budget_left_minutes", say("shared.budget_left"), unit="suffix: min", decimals=0),
        exact_duration("down_seconds", say("portfolio.down")), figure(say, "coverage", say("portfolio.coverage")),
        money(say, "credit", say("portfolio.credit")),
    )  # fmt: skip
    carriers = (
        Column("interval_seconds", say("portfolio.step"), unit="suffix: s", decimals=0), *plain(say, "carrier"),
        Column("circuits", say("shared.circuits")), figure(say, "available", say("shared.availability")),
        exact_duration("down_seconds", say("portfolio.down_each")), Column("outages", say("portfolio.outages")),
        figure(say, "loss", say("shared.loss_ratio")), figure(say, "coverage", say("portfolio.coverage")),
        Column("met", say("portfolio.met")), Column("breached", say("portfolio.breached")),
        Column("undecided", say("portfolio.undecided")),
    )  # fmt: skip
    return (
        table(
            21, say("portfolio.worst"), Place(0, 25, 24, 9), Target(sql.WORST), sized(worst, **_WIDTHS),
            no_value=say("portfolio.rows"),
        ),
        table(
            22, say("portfolio.carriers"), Place(0, 34, 24, 9), Target(sql.CARRIERS), sized(carriers, **_WIDTHS),
            no_value=say("portfolio.rows"), description=say("portfolio.carriers.description"),
        ),
    )  # fmt: skip


def _people(say: Speech) -> tuple[Panel, ...]:
    occupancy = (
        Column("name", say("shared.park")), Column("zones", say("portfolio.zones")),
        Column("capacity_people", say("portfolio.capacity")), Column("people", say("portfolio.peak")),
        ratio("peak_ratio", say("portfolio.peak_ratio"), 0), instant("peak_at", say("portfolio.peak_at")),
        Column("hours", say("portfolio.hours")), Column("hidden_hours", say("portfolio.hidden_hours")),
    )  # fmt: skip
    return (
        table(
            31, say("portfolio.occupancy"), Place(0, 44, 14, 9), Target(sql.OCCUPANCY), sized(occupancy, **_WIDTHS),
            no_value=say("portfolio.none"), description=say("portfolio.occupancy.description"),
        ),
        text(32, Place(14, 44, 10, 9), say("portfolio.definitions"), say("portfolio.definitions.title")),
    )  # fmt: skip
