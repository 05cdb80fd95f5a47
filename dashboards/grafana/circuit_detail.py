"""One circuit: timeline, loss and delay, budget, and the evidence. Pure."""

from __future__ import annotations

from dataclasses import replace

from dashboards.grafana import circuit_sql as sql
from dashboards.grafana import meanings
from dashboards.grafana.alert_annotations import over_one_circuit
from dashboards.grafana.columns import BUDGET_STEPS, budget, coded, indicator, instant, plain
from dashboards.grafana.dashboard import Annotation, Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import (
    BAD,
    LEAST,
    NOTHING,
    PLAIN,
    PLANNED,
    UNKNOWN,
    WARNING,
    WELL,
    Column,
    Meaning,
    thresholds,
)
from dashboards.grafana.figures import COVERAGE_BANDS, figure, figure_patterns, money, percent_unit
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table
from dashboards.grafana.speech import Speech
from dashboards.grafana.time_panels import DASHED, heatmap, state_timeline, time_series
from dashboards.grafana.variable import query_variable


def circuit_detail(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "circuit",
        panels=(
            *_header(say),
            Row(10, say("circuit.measurements"), 15), *_measurements(say),
            Row(20, say("circuit.promises"), 37), *_promises(say),
            Row(30, say("circuit.evidence"), 54), *_evidence(say),
        ),
        variables=(
            query_variable("circuit", say("shared.variable.circuit"), sql.CIRCUITS, is_many=False),
        ),
        annotations=(
            Annotation(say("circuit.annotation"), sql.ANNOTATION, PLANNED), *over_one_circuit(say, sql.CIRCUIT),
        ),
    )  # fmt: skip


def _header(say: Speech) -> tuple[Panel, ...]:
    identity = (
        Column("label", say("shared.label"), wraps=True), Column("park", say("shared.park"), width=120),
        Column("tenant", say("shared.tenant"), width=150), Column("carrier", say("shared.carrier"), width=150),
        Column("a_end", say("circuit.a_end"), wraps=True), Column("z_end", say("circuit.z_end"), wraps=True),
        Column("cir_bps", say("circuit.cir"), unit="bps", width=110),
    )  # fmt: skip
    none = {"none": Meaning(say("circuit.identity.none"), NOTHING)}
    both = {**meanings.states(say), **meanings.decisions(say), **none}
    return (
        stat(
            1, say("circuit.state"), Place(0, 0, 3, 4), Target(sql.STATE), meanings=meanings.states(say),
            is_filled=True, no_value=say("circuit.identity.none"),
        ),
        stat(
            2, say("circuit.availability"), Place(3, 0, 5, 4), Target(sql.AVAILABILITY), patterns=figure_patterns(say),
            columns=[Column("measured", say("shared.measured_ratio")), Column("target", say("shared.target"))],
            text="value_and_name", no_value=say("circuit.availability.none"),
            description=say("circuit.period"),
        ),
        stat(
            9, say("circuit.budget"), Place(8, 0, 4, 4), Target(sql.BUDGET), text="value_and_name",
            columns=[
                Column(
                    "budget_left_minutes", say("circuit.budget.minutes"), unit="suffix:min", decimals=0,
                    thresholds=thresholds(PLAIN, (LEAST, BAD), (0, PLAIN)),
                ),
                Column(
                    "budget_left_percent", say("shared.budget_share"), unit=percent_unit(say), decimals=0,
                    thresholds=BUDGET_STEPS,
                ),
            ],
            no_value=say("circuit.budget.none"),
        ),
        stat(
            4, say("circuit.age"), Place(12, 0, 4, 4), Target(sql.NEWEST_AGE), unit="dthms",
            steps=thresholds(UNKNOWN, (0, WELL), (300, WARNING)), description=say("circuit.age.description"),
        ),
        stat(
            5, say("circuit.coverage"), Place(16, 0, 4, 4), Target(sql.COVERAGE),
            patterns=figure_patterns(say, COVERAGE_BANDS), no_value=say("shared.none_known"),
            description=say("circuit.coverage.description"),
        ),
        demo_tile(say, 8, Place(20, 0, 4, 4)),
        table(
            6, say("circuit.identity"), Place(0, 4, 24, 4), Target(sql.IDENTITY), identity,
            no_value=say("circuit.identity.none"),
        ),
        state_timeline(
            7, say("circuit.timeline"), Place(0, 8, 24, 7), [Target(sql.OBSERVED), Target(sql.EXCLUDED, ref="B")], both,
            columns=[
                Column("observed", say("circuit.timeline.observed")),
                Column("exclusions", say("circuit.timeline.exclusions")),
            ], description=say("circuit.timeline.description"),
        ),
    )  # fmt: skip


def _measurements(say: Speech) -> tuple[Panel, ...]:
    return (
        time_series(
            11, say("circuit.loss"), Place(0, 16, 12, 9), [Target(sql.LOSS, "time_series")],
            [
                Column("loss_ratio", say("shared.loss_ratio"), color=BAD),
                Column(
                    "known_ratio", say("shared.known_ratio"), most=1, color=UNKNOWN,
                    custom=DASHED | {"axisPlacement": "right"},
                ),
            ],
            unit="percentunit", no_value=say("shared.none_known"), description=say("circuit.loss.description"),
        ),
        time_series(
            12, say("circuit.delay"), Place(12, 16, 12, 9), [Target(sql.DELAY, "time_series")],
            [
                Column("mean_seconds", say("circuit.delay.mean"), color=PLAIN, custom={"fillOpacity": 0}),
                Column("p95_below_seconds", say("circuit.delay.p95"), color="light-blue", custom={"fillOpacity": 0}),
                Column("most_seconds", say("circuit.delay.most"), color=UNKNOWN, custom=DASHED),
            ],
            unit="s", no_value=say("circuit.heatmap.none"),
        ),
        heatmap(
            13, say("circuit.heatmap"), Place(0, 25, 24, 12), Target(sql.HEATMAP, "time_series"), bound_unit="s",
            description=say("circuit.heatmap.description"),
        ),
    )  # fmt: skip


def _promises(say: Speech) -> tuple[Panel, ...]:
    named = (
        indicator(say, 150), figure(say, "measured", say("shared.measured_ratio"), 98),
        figure(say, "promised", say("shared.target"), 83),
    )  # fmt: skip
    credit = money(say, "credit", say("shared.credit"), 110)
    objectives = (
        coded(say, "standing", meanings.standings(say), "verdict", 112), *named, replace(budget(say), width=75), credit,
        *plain(say, "objective", "agreement"),
    )  # fmt: skip
    history = (
        Column("month", say("shared.month"), width=90), Column("part", say("circuit.part"), width=70),
        coded(say, "standing", meanings.standings(say), "verdict", 112), *named, credit,
        *plain(say, "objective", "agreement"),
    )  # fmt: skip
    return (
        time_series(
            21, say("circuit.burn"), Place(0, 38, 7, 9), [Target(sql.BURN, "time_series")],
            [
                Column("used_seconds", say("circuit.burn.used"), color=BAD),
                Column("budget_seconds", say("circuit.burn.budget"), color=PLAIN, custom=DASHED),
            ],
            unit="dthms", no_value=say("circuit.burn.none"), description=say("circuit.burn.description"),
        ),
        table(
            22, say("circuit.objectives"), Place(7, 38, 17, 9), Target(sql.OBJECTIVES), objectives,
            no_value=say("circuit.objectives.none"), description=say("circuit.period"),
        ),
        table(
            23, say("circuit.history"), Place(0, 47, 24, 7), Target(sql.HISTORY), history,
            no_value=say("circuit.history.none"),
        ),
    )  # fmt: skip


def _evidence(say: Speech) -> tuple[Panel, ...]:
    span = (instant("starts_at", say("shared.starts_at")), instant("ends_at", say("shared.ends_at")))
    outages = (
        *span,
        Column("seconds", say("shared.seconds"), unit="dthms", width=85),
        indicator(say, 150),
        *plain(say, "agreement"),
    )
    exclusions = (
        *span, coded(say, "kind", meanings.kinds(say), width=150),
        coded(say, "decision", meanings.decisions(say), width=90),
        instant("announced_at", say("shared.announced_at")), *plain(say, "exclusion"),
    )  # fmt: skip
    tickets = (
        instant("opened_at", say("circuit.opened_at")), instant("restored_at", say("circuit.restored_at")),
        Column("ticket", say("circuit.ticket"), least_width=130),
    )  # fmt: skip
    found = {
        "lossy": Meaning(say("circuit.found.lossy"), BAD), "unsent": Meaning(say("circuit.found.unsent"), UNKNOWN),
    }  # fmt: skip
    readings = (
        instant("starts_at", say("circuit.first_at")), instant("last_at", say("circuit.last_at")),
        Column("found", say("circuit.found"), meanings=found, cell="color-text", width=95),
        Column("intervals", say("circuit.intervals"), least_width=98), *plain(say, "sent", "lost"),
        instant("received_at", say("shared.received_at")),
    )  # fmt: skip
    return (
        table(
            31, say("circuit.outages"), Place(0, 55, 24, 6), Target(sql.OUTAGES), outages,
            no_value=say("circuit.outages.none"),
        ),
        table(
            32, say("circuit.exclusions"), Place(0, 61, 24, 6), Target(sql.EXCLUSIONS), exclusions,
            no_value=say("circuit.exclusions.none"),
        ),
        table(
            33, say("circuit.tickets"), Place(0, 67, 10, 8), Target(sql.TICKETS), tickets,
            no_value=say("circuit.tickets.none"),
        ),
        table(
            34, say("circuit.readings"), Place(10, 67, 14, 8), Target(sql.READINGS), readings,
            no_value=say("circuit.readings.none"),
        ),
    )  # fmt: skip
