"""Trust in the data: how old, how complete, what was refused or never came, and by which rules it was scored. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.grafana import meanings
from dashboards.grafana import trust_sql as sql
from dashboards.grafana.columns import COVERAGE_STEPS, circuit, coded, duration, instant, plain
from dashboards.grafana.dashboard import Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, PLANNED, UNKNOWN, WARNING, WELL, Column, Meaning, Meanings, thresholds
from dashboards.grafana.figures import percent_unit
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import bar_gauge, stat, table, text
from dashboards.grafana.speech import Speech
from dashboards.grafana.statements import unsent_statements
from dashboards.grafana.time_panels import time_series
from dashboards.grafana.variable import query_variable

KEPT = (
    "circuit_interval", "probe", "circuit_state", "occupancy", "sensor_reading", "circuit_5m", "circuit_1h", "probe_5m",
    "probe_1h", "occupancy_15m", "occupancy_1h", "ingest", "quarantine", "gap", "collector_delivery",
)  # fmt: skip
"""Everything that `p2i retention` keeps for a time of its own."""

_TRUST = {"fresh": WELL, "old": WARNING, "never": UNKNOWN, "ahead": BAD}


def data_trust(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "trust",
        panels=(
            *_header(say),
            Row(10, say("trust.row.readings"), 5), *_readings(say),
            Row(20, say("trust.row.refused"), 26), *_refused(say),
            Row(30, say("trust.row.scores"), 49), *_scores(say),
        ),
        variables=(
            query_variable("park", say("shared.variable.park"), sql.PARKS, is_many=True, all_label=say("shared.all")),
        ),
    )  # fmt: skip


def _words(say: Speech, what: str, colors: Mapping[str, str]) -> Meanings:
    return {code: Meaning(say(f"trust.{what}.{code}"), color) for code, color in colors.items()}


def _header(say: Speech) -> tuple[Panel, ...]:
    rollup = _words(say, "rollup", {"policies": WELL, "never": WARNING, "fresh": WELL, "stale": WARNING})
    rules = _words(say, "rules", {"none": UNKNOWN, "current": WELL, "stale": WARNING})
    return (
        stat(
            1, say("trust.engine"), Place(0, 0, 4, 5), Target(sql.ENGINE), unit="dthms",
            steps=thresholds(UNKNOWN, (0, WELL), (300, WARNING), (3600, BAD)), no_value=say("trust.engine.none"),
        ),
        stat(
            2, say("trust.rollup"), Place(4, 0, 4, 5), Target(sql.ROLLUP), meanings=rollup,
            no_value=say("trust.rollup.none"), description=say("trust.rollup.description"),
        ),
        stat(
            3, say("trust.rules"), Place(8, 0, 4, 5), Target(sql.ZONE_RULES), meanings=rules,
            description=say("trust.rules.description"),
        ),
        stat(
            4, say("trust.counts"), Place(12, 0, 4, 5), Target(sql.COUNTS), text="value_and_name",
            columns=[
                Column(name, say(f"trust.counts.{name}"), thresholds=thresholds(WELL, (1, WARNING)))
                for name in ("quarantined", "gaps", "unscored")
            ],
        ),
        stat(
            5, say("trust.ages_counted"), Place(16, 0, 5, 5), Target(sql.AGES_COUNTED), text="value_and_name",
            columns=[
                Column(name, say(f"trust.trust.{name}"), thresholds=thresholds(PLAIN, (1, color)))
                for name, color in _TRUST.items()
            ],
            no_value=say("trust.ages.none"), description=say("trust.ages.description"),
        ),
        demo_tile(say, 6, Place(21, 0, 3, 5)),
    )  # fmt: skip


def _what(say: Speech) -> tuple[Column, ...]:
    subjects = _words(say, "subject", dict.fromkeys(("circuit", "zone", "sensor"), PLAIN))
    return (
        Column("subject", say("trust.subject"), meanings=subjects), Column("code", say("trust.code")),
        *plain(say, "park"),
    )  # fmt: skip


def _readings(say: Speech) -> tuple[Panel, ...]:
    ages = (
        Column("trust", say("trust.trust"), meanings=_words(say, "trust", _TRUST), cell="color-text", width=146),
        *_what(say), instant("newest_at", say("shared.newest_at")), duration("age_seconds", say("shared.age")),
    )  # fmt: skip
    unknown = (
        coded(say, "standing", meanings.states(say), "state"), circuit(say), *plain(say, "park", "tenant", "agreement"),
    )  # fmt: skip
    return (
        table(
            11, say("trust.ages"), Place(0, 6, 15, 11), Target(sql.AGES), ages, no_value=say("trust.ages.none"),
            description=say("trust.ages.description"),
        ),
        bar_gauge(
            12, say("trust.coverage"), Place(15, 6, 9, 11), Target(sql.COVERAGE),
            unit=percent_unit(say), most=100, steps=COVERAGE_STEPS, no_value=say("circuits.coverage.none"),
            description=say("trust.coverage.description"),
        ),
        table(
            13, say("trust.not_covered"), Place(0, 17, 12, 9), Target(sql.NOT_COVERED), unknown,
            no_value=say("trust.not_covered.none"),
        ),
        time_series(
            14, say("trust.arrivals"), Place(12, 17, 12, 9), [Target(sql.ARRIVALS, "time_series")],
            [Column(kind, say(f"trust.kind.{kind}")) for kind in sql.KINDS], unit="short", style="bars",
            least_interval="1h", no_value=say("trust.arrivals.none"), description=say("trust.arrivals.description"),
        ),
    )  # fmt: skip


def _refused(say: Speech) -> tuple[Panel, ...]:
    reason = (Column("reason", say("trust.reason")), Column("source", say("trust.source"), width=80))
    arrivals = Column("arrivals", say("trust.arrivals_counted"))
    quarantine = (
        *reason, arrivals, Column("different", say("trust.different")),
        instant("last_received_at", say("trust.last_received_at")),
    )  # fmt: skip
    resolved = (
        *reason, Column("rows", say("trust.rows")), arrivals, instant("resolved_at", say("trust.resolved_at")),
    )  # fmt: skip
    kinds = _words(say, "gap", {"session_lost": BAD, "sequence": WARNING, "restart": PLAIN})
    gaps = (
        instant("noticed_at", say("shared.noticed_at")), reason[1], Column("series", say("trust.series"), width=190),
        Column("reason", say("trust.reason"), meanings=kinds, cell="color-text", width=160),
        instant("starts_at", say("shared.starts_at")), instant("ends_at", say("shared.ends_at")),
        Column("messages", say("trust.messages"), width=85), Column("came_late", say("trust.came_late"), width=110),
    )  # fmt: skip
    clocks = (
        *_what(say),
        Column(
            "late_by_seconds", say("shared.late_by"), unit="dthms", cell="color-text", width=120,
            thresholds=thresholds(BAD, (0, PLAIN), (300, WARNING)),
        ),
        instant("newest_at", say("shared.newest_at")),
    )  # fmt: skip
    return (
        table(
            21, say("trust.quarantine"), Place(0, 27, 14, 7), Target(sql.QUARANTINE), quarantine,
            no_value=say("trust.quarantine.none"), description=say("trust.quarantine.description"),
        ),
        table(
            24, say("trust.resolved"), Place(14, 27, 10, 7), Target(sql.RESOLVED), resolved,
            no_value=say("trust.resolved.none"),
        ),
        table(
            22, say("trust.gaps"), Place(0, 34, 24, 7), Target(sql.GAPS), gaps, no_value=say("trust.gaps.none"),
            description=say("trust.gaps.description"),
        ),
        table(
            23, say("trust.clocks"), Place(0, 41, 14, 8), Target(sql.CLOCKS), clocks, no_value=say("trust.clocks.none"),
            description=say("trust.clocks.description"),
        ),
        text(25, Place(14, 41, 10, 8), say("trust.ignored.text"), say("trust.ignored")),
    )  # fmt: skip


def _scores(say: Speech) -> tuple[Panel, ...]:
    unscored = (
        *plain(say, "agreement", "park"), instant("month_starts_at", say("trust.month_starts_at")),
        instant("failed_at", say("trust.failed_at")), Column("reason", say("trust.reason")),
    )  # fmt: skip
    states = _words(say, "state", {"issued": PLAIN, "contested": WARNING, "final": WELL, "superseded": PLANNED})
    restatements = (
        *plain(say, "agreement", "park", "month"), Column("version", say("trust.version")),
        Column("state", say("shared.state"), meanings=states, cell="color-text"),
        instant("published_at", say("trust.published_at")),
    )  # fmt: skip
    retention = (
        Column("relation", say("trust.relation"), meanings=_words(say, "kept", dict.fromkeys(KEPT, PLAIN)), width=218),
        Column("kept_days", say("trust.kept_days"), unit=f"suffix: {say('trust.days')}"),
        instant("changed_at", say("trust.changed_at")), instant("dropped_before", say("trust.dropped_before")),
    )  # fmt: skip
    software = (
        Column("software_version", say("trust.software_version")), Column("tzdb_version", say("trust.tzdb_version")),
        Column("scores", say("trust.scores")), instant("scored_at", say("trust.scored_at")),
    )  # fmt: skip
    zones = (
        Column("time_zone", say("trust.time_zone")), Column("months", say("trust.months")),
        Column("months_apart", say("trust.months_apart"), cell="color-text", thresholds=thresholds(WELL, (1, WARNING))),
    )  # fmt: skip
    return (
        table(
            31, say("trust.unscored"), Place(0, 50, 24, 4), Target(sql.UNSCORED), unscored,
            no_value=say("trust.unscored.none"),
        ),
        table(
            32, say("trust.restatements"), Place(0, 54, 24, 4), Target(sql.RESTATEMENTS), restatements,
            no_value=say("trust.restatements.none"),
        ),
        unsent_statements(say, 36, Place(0, 58, 24, 5)),
        table(
            33, say("trust.retention"), Place(0, 63, 13, 9), Target(sql.RETENTION), retention,
            no_value=say("trust.retention.none"), description=say("trust.retention.description"),
        ),
        table(
            34, say("trust.software"), Place(13, 63, 11, 5), Target(sql.RULES), software,
            no_value=say("trust.software.none"),
        ),
        table(
            35, say("trust.zones"), Place(13, 68, 11, 4), Target(sql.ZONES), zones, no_value=say("trust.rules.none"),
            description=say("trust.rules.description"),
        ),
    )  # fmt: skip
