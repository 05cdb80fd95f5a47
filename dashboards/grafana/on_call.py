"""On call: what lasts and what explains it, who has taken what, works and silences, and what happened. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana import on_call_sql as sql
from dashboards.grafana.alert_list import alert_list
from dashboards.grafana.columns import circuit, coded, duration, instant, plain
from dashboards.grafana.dashboard import Dashboard, Row, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, PLANNED, UNKNOWN, WARNING, WELL, Column, Meaning, Meanings, thresholds
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table, text
from dashboards.grafana.speech import Speech
from dashboards.grafana.texts_on_call import ON_CALL
from dashboards.grafana.variable import query_variable

RULES = tuple(key.removeprefix("rule.") for key in ON_CALL if key.startswith("rule."))
_STANDS = {"told": BAD, "explained": PLAIN, "muted": PLANNED}
_STATES = {"open": BAD, "sent": PLAIN, "acknowledged": WELL, "snoozed": WARNING, "resolved": PLAIN}
_SEVERITIES = {"page": BAD, "ticket": WARNING}


def on_call(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "on_call",
        panels=(
            *_header(say),
            Row(10, say("on_call.row.now"), 4), *_now(say),
            Row(20, say("on_call.row.plan"), 27), *_plan(say),
            Row(30, say("on_call.row.past"), 36), *_past(say),
        ),
        variables=(
            query_variable(
                "park", say("shared.variable.park"), sql.PARKS, is_many=True, all_label=say("shared.all")
            ),
        ),
        name="on-call",
        refresh="30s",
    )  # fmt: skip


def _words(say: Speech, what: str, colors: Mapping[str, str]) -> Meanings:
    return {code: Meaning(say(f"on_call.{what}.{code}"), color) for code, color in colors.items()}


def _counted(say: Speech, what: str, colors: Mapping[str, str]) -> list[Column]:
    return [
        Column(name, say(f"on_call.{what}.{name}"), thresholds=thresholds(PLAIN, (1, color)))
        for name, color in colors.items()
    ]


def _column(say: Speech, name: str, width: int | None = None) -> Column:
    return Column(name, say(f"on_call.{name}"), width=width)


def _coded(say: Speech, name: str, colors: Mapping[str, str], width: int | None = None, what: str = "") -> Column:
    words = _words(say, what or name, colors)
    return Column(name, say(f"on_call.{what or name}"), meanings=words, cell="color-text", width=width)


def _rule(say: Speech, name: str = "rule", width: int | None = 266) -> Column:
    words = {rule: Meaning(say(f"on_call.rule.{rule}"), PLAIN) for rule in RULES}
    return Column(name, say(f"on_call.{name}"), meanings=words, width=width)


def _header(say: Speech) -> tuple[Panel, ...]:
    beats = [
        Column(name, say(f"on_call.heartbeats.{name}"), unit="dthms",
               thresholds=thresholds(UNKNOWN, (0, WELL), (180, BAD)))
        for name in ("alerting", "escalator", "alertmanager")
    ]  # fmt: skip
    return (
        stat(
            1, say("on_call.counted"), Place(0, 0, 7, 4), Target(sql.COUNTED), text="value_and_name",
            columns=_counted(say, "counted", {"pages": BAD, "tickets": WARNING, "explained": PLAIN, "muted": PLANNED}),
        ),
        stat(
            2, say("on_call.notices_counted"), Place(7, 0, 4, 4), Target(sql.NOTICES_COUNTED), text="value_and_name",
            columns=_counted(say, "notices_counted", {"open": BAD, "acknowledged": WELL, "snoozed": WARNING}),
        ),
        stat(
            3, say("on_call.time_to_take"), Place(11, 0, 4, 4), Target(sql.TIME_TO_TAKE), unit="dthms",
            steps=thresholds(PLAIN), no_value=say("on_call.time_to_take.none"),
            description=say("on_call.time_to_take.description"),
        ),
        stat(
            4, say("on_call.heartbeats"), Place(15, 0, 6, 4), Target(sql.HEARTBEATS), text="value_and_name",
            columns=beats, no_value=say("on_call.heartbeats.none"),
        ),
        demo_tile(say, 5, Place(21, 0, 3, 4)),
    )  # fmt: skip


def _now(say: Speech) -> tuple[Panel, ...]:
    alerts = (
        _coded(say, "severity", _SEVERITIES, 105), Column("thing", say("on_call.thing"), least_width=110), _rule(say),
        *plain(say, "park"), _coded(say, "stands", _STANDS, 130), _rule(say, "cause"),
        _column(say, "muted_by"), instant("since_at", say("shared.since")), _column(say, "alert_id", 70),
    )  # fmt: skip
    notices = (
        _coded(say, "state", _STATES, 112, "notice_state"), _coded(say, "severity", _SEVERITIES, 105),
        _rule(say), *plain(say, "park"),
        _coded(say, "audience", dict.fromkeys(("on_call", "tenant", "owner"), PLAIN), 100), _column(say, "held_by"),
        instant("opened_at", say("on_call.opened_at")), instant("next_step_at", say("on_call.next_step_at")),
        _column(say, "level", 75), _column(say, "people", 90), instant("told_at", say("on_call.told_at")),
        _column(say, "notice_id", 70),
    )  # fmt: skip
    return (
        table(
            11, say("on_call.alerts"), Place(0, 5, 24, 13), Target(sql.ALERTS), alerts,
            no_value=say("on_call.alerts.none"), description=say("on_call.alerts.description"),
        ),
        table(
            12, say("on_call.notices"), Place(0, 18, 24, 9), Target(sql.NOTICES), notices,
            no_value=say("on_call.notices.none"),
        ),
    )  # fmt: skip


def _plan(say: Speech) -> tuple[Panel, ...]:
    works = (
        _coded(say, "when", {"now": PLANNED, "next": PLAIN}, 90), replace(circuit(say), width=80),
        *plain(say, "park"), instant("starts_at", say("shared.starts_at")), instant("ends_at", say("shared.ends_at")),
        coded(say, "decision", meanings.decisions(say), width=100), *plain(say, "exclusion"),
    )  # fmt: skip
    return (
        table(
            21, say("on_call.maintenance"), Place(0, 28, 14, 8), Target(sql.MAINTENANCE), works,
            no_value=say("on_call.maintenance.none"),
        ),
        alert_list(
            22, say("on_call.rules"), Place(14, 28, 5, 8), description=say("on_call.rules.description"),
        ),
        text(23, Place(19, 28, 5, 8), say("on_call.silences.text"), say("on_call.silences")),
    )  # fmt: skip


def _past(say: Speech) -> tuple[Panel, ...]:
    taken = (
        _rule(say), *plain(say, "park"), _coded(say, "severity", _SEVERITIES, 105),
        instant("opened_at", say("on_call.opened_at")), instant("taken_at", say("on_call.taken_at")),
        duration("seconds", say("on_call.seconds")), _column(say, "actor"), _column(say, "via", 120),
        _column(say, "notice_id", 70),
    )  # fmt: skip
    kinds = {
        "opened": BAD, "raised": BAD, "lowered": WARNING, "explained": PLAIN, "unexplained": BAD, "muted": PLANNED,
        "unmuted": PLANNED, "closed": WELL,
    }  # fmt: skip
    changes = (
        instant("changed_at", say("shared.changed_at")), _coded(say, "change", kinds, 145),
        Column("reason", say("on_call.reason"), least_width=150),
        _column(say, "thing"), _rule(say), *plain(say, "park"), _column(say, "alert_id", 70),
    )  # fmt: skip
    ways = {
        "opened": BAD, "joined": WARNING, "left": PLAIN, "told": PLAIN, "escalated": BAD, "exhausted": BAD,
        "undelivered": BAD, "acknowledged": WELL, "snoozed": WARNING, "woken": WARNING, "handed_over": PLAIN,
        "resolved": WELL, "reopened": BAD, "refused": WARNING, "digested": PLAIN, "unrouted": BAD,
    }  # fmt: skip
    steps = (
        instant("stepped_at", say("shared.changed_at")), _coded(say, "step", ways, 165), _column(say, "actor"),
        _column(say, "via", 120), _rule(say), *plain(say, "park"), _column(say, "notice_id", 70),
    )  # fmt: skip
    return (
        table(
            31, say("on_call.taken"), Place(0, 37, 24, 8), Target(sql.TAKEN), taken, no_value=say("on_call.taken.none")
        ),
        table(
            32, say("on_call.changes"), Place(0, 45, 24, 8), Target(sql.CHANGES), changes,
            no_value=say("on_call.changes.none"),
        ),
        table(
            33, say("on_call.steps"), Place(0, 53, 24, 8), Target(sql.STEPS), steps,
            no_value=say("on_call.steps.none"),
        ),
    )  # fmt: skip
