"""One company: its month against the promise, what was taken out and why, money, its own premises. Pure."""

from __future__ import annotations

from dashboards.grafana import meanings, premises_sql
from dashboards.grafana import tenant_sql as sql
from dashboards.grafana.columns import budget, coded, fingerprint, indicator, instant, plain, sized
from dashboards.grafana.dashboard import Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, LEAST, PLAIN, UNKNOWN, WARNING, WELL, Column, thresholds
from dashboards.grafana.figures import (
    COVERAGE_BANDS,
    exact_duration,
    figure,
    figure_patterns,
    money,
    money_patterns,
    whole_share,
)
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table, text
from dashboards.grafana.speech import Speech
from dashboards.grafana.statements import issued_statements
from dashboards.grafana.time_panels import time_series
from dashboards.grafana.variable import query_variable

_WIDTHS = {
    "agreement": 125, "adjustment": 115, "amount": 125, "budget_left_minutes": 75, "capacity_people": 80,
    "co2_ppm": 85, "correction": 190, "counted_seconds": 85, "coverage": 92, "credit": 110, "credit_percent": 75,
    "decision": 90, "elapsed_seconds": 120, "excluded_seconds": 80, "exclusion": 170, "frozen_seconds": 90,
    "highest": 92, "humidity_percent": 80, "indicator": 150, "kind": 155, "line": 225, "lowest": 92, "measured": 98,
    "month": 118, "objective": 100, "occupancy_percent": 85, "park": 120, "part": 60, "payable": 120, "people": 90,
    "promised": 85, "seconds": 85, "standing": 118, "state": 155, "temperature": 105, "ticket": 150,
    "time_zone": 150, "verdict": 110, "version": 75, "zone": 110,
}  # fmt: skip
"""Pixels of columns, in every table."""


def tenant(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "tenant",
        panels=(
            *_header(say), *_month(say),
            Row(20, say("tenant.events"), 26), *_events(say),
            Row(30, say("tenant.past"), 47), *_past(say),
            Row(40, say("tenant.premises"), 70), *_premises(say),
        ),
        variables=(
            query_variable("tenant", say("tenant.variable.tenant"), sql.TENANTS, is_many=False),
            query_variable("month", say("shared.variable.month"), sql.MONTHS, is_many=False),
        ),
        shown_from="now-7d",
        refresh="5m",
    )  # fmt: skip


def _header(say: Speech) -> tuple[Panel, ...]:
    none = say("tenant.none")
    return (
        stat(
            1, say("tenant.standing"), Place(0, 0, 6, 4), Target(sql.STANDING), meanings=meanings.standings(say),
            is_filled=True, no_value=none,
        ),
        stat(
            2, say("tenant.minutes"), Place(6, 0, 5, 4), Target(sql.MINUTES_LEFT), unit="suffix:min", decimals=0,
            steps=thresholds(UNKNOWN, (LEAST, BAD), (0, WARNING), (10, WELL)), no_value=say("tenant.minutes.none"),
            description=say("tenant.minutes.description"),
        ),
        stat(
            3, say("tenant.credit"), Place(11, 0, 5, 4), Target(sql.CREDIT), patterns=money_patterns(say),
            no_value=none, description=say("tenant.credits.description"),
        ),
        stat(
            4, say("tenant.coverage"), Place(16, 0, 5, 4), Target(sql.COVERAGE),
            patterns=figure_patterns(say, COVERAGE_BANDS), no_value=none,
            description=say("tenant.coverage.description"),
        ),
        demo_tile(say, 5, Place(21, 0, 3, 4)),
    )  # fmt: skip


def _figures(say: Speech) -> tuple[Column, Column]:
    return figure(say, "measured", say("shared.measured_ratio")), figure(say, "promised", say("tenant.promised"))


def _month(say: Speech) -> tuple[Panel, ...]:
    objectives = (
        coded(say, "standing", meanings.standings(say), "verdict"), Column("label", say("shared.circuit"), wraps=True),
        indicator(say), *_figures(say),
        budget(say),
        figure(say, "coverage", say("tenant.coverage")), figure(say, "lowest", say("tenant.lowest")),
        figure(say, "highest", say("tenant.highest")), exact_duration("excluded_seconds", say("tenant.excluded")),
        money(say, "credit", say("tenant.credit.column")), Column("part", say("tenant.part")),
        *plain(say, "objective", "agreement"),
    )  # fmt: skip
    credits = (
        Column("line", say("tenant.line"), meanings=meanings.credit_lines(say)),
        Column("label", say("shared.circuit"), wraps=True), *plain(say, "objective"),
        figure(say, "credit_percent", say("tenant.credit_percent")), money(say, "amount", say("tenant.amount")),
        *plain(say, "agreement"),
    )  # fmt: skip
    agreements = (
        *plain(say, "agreement"), coded(say, "state", meanings.publication(say), "publication"),
        Column("version", say("tenant.version")), instant("starts_at", say("shared.starts_at")),
        instant("ends_at", say("shared.ends_at")), instant("scored_to_at", say("tenant.scored_to")),
        *plain(say, "park"), Column("time_zone", say("tenant.time_zone")),
    )  # fmt: skip
    return (
        table(
            10, say("tenant.objectives"), Place(0, 4, 24, 10), Target(sql.OBJECTIVES), sized(objectives, **_WIDTHS),
            no_value=say("tenant.nothing"), description=say("tenant.objectives.description"),
        ),
        table(
            11, say("tenant.credits"), Place(0, 14, 24, 7), Target(sql.CREDITS),
            sized(credits, **_WIDTHS), no_value=say("tenant.nothing"),
            description=say("tenant.credits.description"),
        ),
        table(
            12, say("tenant.agreements"), Place(0, 21, 24, 5), Target(sql.AGREEMENTS), sized(agreements, **_WIDTHS),
            no_value=say("tenant.nothing"), description=say("tenant.agreements.description"),
        ),
    )  # fmt: skip


def _events(say: Speech) -> tuple[Panel, ...]:
    span = (instant("starts_at", say("shared.starts_at")), instant("ends_at", say("shared.ends_at")))
    label = Column("label", say("shared.circuit"), wraps=True)
    outages = (*span, exact_duration("seconds", say("shared.seconds")), label, *plain(say, "objective", "agreement"))
    exclusions = (
        *span, label, coded(say, "kind", meanings.kinds(say)), coded(say, "decision", meanings.decisions(say)),
        exact_duration("seconds", say("tenant.asked")), exact_duration("counted_seconds", say("tenant.counted")),
        Column("reason", say("tenant.reason"), wraps=True), instant("announced_at", say("shared.announced_at")),
        *plain(say, "exclusion", "agreement"),
    )  # fmt: skip
    tickets = (
        Column("ticket", say("tenant.ticket")), coded(say, "verdict", meanings.standings(say)),
        exact_duration("elapsed_seconds", say("tenant.elapsed")), figure(say, "promised", say("tenant.promised")),
        instant("opened_at", say("tenant.opened_at")), instant("restored_at", say("tenant.restored_at")),
        exact_duration("frozen_seconds", say("tenant.frozen")), label,
    )  # fmt: skip
    return (
        table(
            21, say("tenant.outages"), Place(0, 27, 24, 6), Target(sql.OUTAGES), sized(outages, **_WIDTHS),
            no_value=say("tenant.outages.none"), description=say("tenant.outages.description"),
        ),
        table(
            22, say("tenant.tickets"), Place(0, 33, 24, 6), Target(sql.TICKETS), sized(tickets, **_WIDTHS),
            no_value=say("tenant.tickets.none"), description=say("tenant.tickets.description"),
        ),
        table(
            23, say("tenant.exclusions"), Place(0, 39, 24, 8), Target(sql.EXCLUSIONS), sized(exclusions, **_WIDTHS),
            no_value=say("tenant.exclusions.none"), description=say("tenant.exclusions.description"),
        ),
    )  # fmt: skip


def _past(say: Speech) -> tuple[Panel, ...]:
    history = (
        *plain(say, "month"), Column("label", say("shared.circuit"), wraps=True), indicator(say),
        coded(say, "standing", meanings.standings(say), "verdict"), *_figures(say),
        figure(say, "coverage", say("tenant.coverage")), exact_duration("excluded_seconds", say("tenant.excluded")),
        money(say, "credit", say("tenant.credit.column")), Column("part", say("tenant.part")),
        *plain(say, "objective", "agreement"),
    )  # fmt: skip
    versions = (
        *plain(say, "month", "agreement"), Column("part", say("tenant.part")), Column("version", say("tenant.version")),
        coded(say, "state", meanings.publication(say), "publication"),
        instant("published_at", say("tenant.published_at")), Column("reason", say("tenant.reason")),
        money(say, "payable", say("tenant.payable")), money(say, "adjustment", say("tenant.adjustment")),
        coded(say, "correction", meanings.corrections(say)), fingerprint(say("tenant.sha256")),
    )  # fmt: skip
    return (
        table(
            31, say("tenant.history"), Place(0, 48, 24, 9), Target(sql.HISTORY), sized(history, **_WIDTHS),
            no_value=say("tenant.nothing"),
        ),
        table(
            32, say("tenant.versions"), Place(0, 57, 24, 7), Target(sql.VERSIONS), sized(versions, **_WIDTHS),
            no_value=say("tenant.versions.none"), description=say("tenant.versions.description"),
        ),
        issued_statements(say, 33, Place(0, 64, 24, 6)),
    )  # fmt: skip


def _premises(say: Speech) -> tuple[Panel, ...]:
    zones = (
        Column("zone", say("tenant.zone")), *plain(say, "park"), Column("people", say("tenant.people")),
        Column("capacity_people", say("tenant.capacity")),
        whole_share(say, "occupancy_percent", say("tenant.occupancy")),
        figure(say, "temperature", say("tenant.temperature")),
        whole_share(say, "humidity_percent", say("tenant.humidity")),
        Column(
            "co2_ppm", say("tenant.co2"), unit="suffix:ppm", decimals=0, cell="color-text",
            thresholds=thresholds(PLAIN, (1000, WARNING), (1500, BAD)),
        ),
        instant("measured_at", say("shared.newest_at")),
    )  # fmt: skip
    return (
        time_series(
            41, say("tenant.people.curve"), Place(0, 71, 24, 8), [Target(premises_sql.PEOPLE, "time_series")], [],
            unit="short", least_interval="15m", name_of_series="${__field.labels.zone}",
            no_value=say("tenant.people.none"), description=say("tenant.people.description"),
        ),
        table(
            42, say("tenant.zones"), Place(0, 79, 24, 8), Target(premises_sql.ZONES), sized(zones, **_WIDTHS),
            no_value=say("tenant.zones.none"), description=say("tenant.zones.description"),
        ),
        text(43, Place(0, 87, 24, 7), say("tenant.notes"), say("tenant.notes.title")),
    )  # fmt: skip
