"""All parks for their owners and the steering committee: outcomes, money, worst circuits, carriers, people. Pure."""

from __future__ import annotations

from dashboards.grafana import meanings
from dashboards.grafana import portfolio_sql as sql
from dashboards.grafana.columns import budget, coded, instant, plain, sized
from dashboards.grafana.dashboard import Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, UNKNOWN, WARNING, WELL, Column, Meaning, thresholds
from dashboards.grafana.figures import exact_duration, figure, money, money_patterns, whole_share
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table, text
from dashboards.grafana.park_map import park_map
from dashboards.grafana.speech import Speech
from dashboards.grafana.variable import query_variable

_WIDTHS = {
    "agreements": 100, "available": 112, "breached": 83, "budget_left_minutes": 68, "capacity_people": 78,
    "carrier": 136, "circuits": 78, "coverage": 92, "credit": 105, "down_seconds": 105, "hidden_hours": 80,
    "hours": 82, "insufficient": 78, "interval_seconds": 82, "loss": 75, "measured": 88, "met": 90, "month": 124,
    "name": 124, "not_measurable": 92, "on_track": 70, "open": 70, "outages": 112, "park": 118, "peak_percent": 78,
    "people": 68, "promised": 83, "situation": 200, "standing": 102, "tenant": 133, "undecided": 82, "unmeasured": 92,
    "zones": 78,
}  # fmt: skip
"""Pixels of columns, in every table."""


def portfolio(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "portfolio",
        panels=(
            *_header(say), *_parks(say),
            Row(20, say("portfolio.compared"), 24), *_compared(say),
            Row(30, say("portfolio.people"), 43), *_people(say),
        ),
        variables=(
            query_variable("month", say("shared.variable.month"), sql.MONTHS, is_many=False),
        ),
        shown_from="now-7d",
        refresh="15m",
    )  # fmt: skip


def _outcomes(say: Speech) -> tuple[Column, ...]:
    colors = {"breached": BAD, "met": WELL, "on_track": WELL, "open": WARNING}
    return tuple(
        Column(
            name, say(f"portfolio.{name}"), cell="color-text",
            thresholds=thresholds(PLAIN, (1, colors.get(name, UNKNOWN))),
        )
        for name in sql.OUTCOMES
    )  # fmt: skip


def _header(say: Speech) -> tuple[Panel, ...]:
    scope = [Column(name, say(f"portfolio.scope.{name}")) for name in ("operational", "announced", "scored")]
    return (
        stat(
            1, say("portfolio.scope"), Place(0, 0, 7, 4), Target(sql.SCOPE),
            columns=[*scope, Column("agreements", say("portfolio.agreements"))], text="value_and_name",
            description=say("portfolio.scope.description"),
        ),
        stat(
            2, say("portfolio.outcomes"), Place(7, 0, 11, 4), Target(sql.ALL_OUTCOMES), columns=_outcomes(say),
            text="value_and_name", description=say("portfolio.outcomes.description"),
        ),
        stat(
            3, say("portfolio.credit"), Place(18, 0, 3, 4), Target(sql.CREDIT), patterns=money_patterns(say),
            meanings={"hidden": Meaning(say("portfolio.credit.hidden"), UNKNOWN)}, no_value=say("portfolio.none"),
            description=say("portfolio.credit.description"),
        ),
        demo_tile(say, 4, Place(21, 0, 3, 4), is_of_parks=True),
    )  # fmt: skip


def _parks(say: Speech) -> tuple[Panel, ...]:
    situations = meanings.park_months(say)
    parks = (
        Column("name", say("shared.park"), wraps=True), coded(say, "situation", situations),
        Column("agreements", say("portfolio.agreements")), *_outcomes(say),
        money(say, "credit", say("portfolio.credit")),
    )  # fmt: skip
    monthly = (
        *plain(say, "month"), Column("name", say("shared.park"), wraps=True),
        Column("agreements", say("portfolio.agreements")),
        *_outcomes(say),
    )  # fmt: skip
    return (
        table(
            11, say("portfolio.parks"), Place(0, 4, 24, 9), Target(sql.PARKS), sized(parks, **_WIDTHS),
            description=say("portfolio.parks.description"),
        ),
        park_map(
            10, say("portfolio.map"), Place(0, 13, 6, 11), Target(sql.MAP), situations, color_by="situation",
            description=say("portfolio.map.description"),
        ),
        table(
            12, say("portfolio.monthly"), Place(6, 13, 18, 11), Target(sql.MONTHLY), sized(monthly, **_WIDTHS),
            no_value=say("portfolio.none"), description=say("portfolio.outcomes.description"),
        ),
    )  # fmt: skip


def _compared(say: Speech) -> tuple[Panel, ...]:
    worst = (
        coded(say, "standing", meanings.standings(say), "verdict"), Column("label", say("shared.circuit"), wraps=True),
        *plain(say, "park", "carrier", "tenant"), figure(say, "measured", say("shared.measured_ratio")),
        figure(say, "promised", say("portfolio.promised")),
        budget(say),
        exact_duration("down_seconds", say("portfolio.down")), figure(say, "coverage", say("portfolio.coverage")),
        money(say, "credit", say("portfolio.credit")),
    )  # fmt: skip
    carriers = (
        *plain(say, "carrier"), Column("interval_seconds", say("portfolio.step"), unit="suffix:s", decimals=0),
        Column("circuits", say("shared.circuits")), figure(say, "available", say("shared.availability")),
        exact_duration("down_seconds", say("portfolio.down_each")), Column("outages", say("portfolio.outages")),
        figure(say, "loss", say("shared.loss_ratio")), figure(say, "coverage", say("portfolio.coverage")),
        *(
            Column(name, say(f"portfolio.{name}"))
            for name in ("met", "on_track", "breached", "undecided", "not_measurable")
        ),
    )  # fmt: skip
    return (
        table(
            21, say("portfolio.worst"), Place(0, 25, 24, 9), Target(sql.WORST), sized(worst, **_WIDTHS),
            no_value=say("portfolio.rows"), description=say("portfolio.worst.description"),
        ),
        table(
            22, say("portfolio.carriers"), Place(0, 34, 24, 9), Target(sql.CARRIERS), sized(carriers, **_WIDTHS),
            no_value=say("portfolio.rows"), description=say("portfolio.carriers.description"),
        ),
    )  # fmt: skip


def _people(say: Speech) -> tuple[Panel, ...]:
    occupancy = (
        Column("name", say("shared.park"), wraps=True), Column("zones", say("portfolio.zones")),
        Column("capacity_people", say("portfolio.capacity")), Column("people", say("portfolio.peak")),
        whole_share(say, "peak_percent", say("portfolio.peak_ratio")), instant("peak_at", say("portfolio.peak_at")),
        Column("hours", say("portfolio.hours")), Column("hidden_hours", say("portfolio.hidden_hours")),
    )  # fmt: skip
    return (
        table(
            31, say("portfolio.occupancy"), Place(0, 44, 15, 9), Target(sql.OCCUPANCY), sized(occupancy, **_WIDTHS),
            no_value=say("portfolio.none"), description=say("portfolio.occupancy.description"),
        ),
        text(32, Place(15, 44, 9, 9), say("portfolio.definitions"), say("portfolio.definitions.title")),
    )  # fmt: skip
