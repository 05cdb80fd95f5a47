"""Operations: every circuit chosen by park, carrier, state or name. Pure."""

from __future__ import annotations

from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana.columns import COVERAGE_STEPS, budget, circuit, coded, duration, instant, plain, ratio
from dashboards.grafana.coverage_sql import covered
from dashboards.grafana.dashboard import Dashboard, links_to_others
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, WARNING, WELL, Column, thresholds
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import annotation_list, bar_gauge, stat, table
from dashboards.grafana.speech import Speech
from dashboards.grafana.sql import bucket, canonical, is_chosen, variable
from dashboards.grafana.standing_sql import AGE, circuits_now
from dashboards.grafana.time_panels import status_history
from dashboards.grafana.variable import (
    Variable,
    custom_variable,
    query_variable,
    source_variable,
    text_variable,
)

_STATES = ("down", "silent", "no_data", "up", "no_agreement", "unknown")

_NOW = f"""SELECT * FROM (
{circuits_now()}
) AS every WHERE {is_chosen("facility", "park")} AND {is_chosen("coalesce(carrier, '—')", "carrier")}
    AND {is_chosen("standing", "state")} AND strpos(lower(circuit), lower({variable("search")})) > 0"""

_LIST = f"""SELECT standing, circuit, park, tenant_name AS tenant, carrier_name AS carrier, works, since_at,
       {AGE} AS age_seconds,
       loss_ratio, value_ratio::double precision AS value_ratio, target_ratio::double precision AS target_ratio,
       floor(budget_left_seconds / 60)::bigint AS budget_left_minutes, agreement
FROM (
{_NOW}
) AS listed
ORDER BY CASE standing WHEN 'down' THEN 0 WHEN 'silent' THEN 1 WHEN 'no_data' THEN 2 WHEN 'up' THEN 3 ELSE 4 END,
         budget_left_seconds NULLS LAST, circuit, agreement"""

_COUNTED_STATES = ",\n       ".join(
    f"count(DISTINCT circuit) FILTER (WHERE standing = '{code}') AS {code}" for code in _STATES
)
_STATES_COUNTED = f"SELECT {_COUNTED_STATES}\nFROM (\n{_NOW}\n) AS counted"

_LOSS = f"""SELECT starts_at AS "time", circuit, loss_ratio FROM (
{canonical("loss_heatmap", facility="ANY (ARRAY[" + variable("park") + "]::text[])", bucket=bucket(3600))}
) AS measured
WHERE strpos(lower(circuit), lower({variable("search")})) > 0
ORDER BY starts_at, circuit"""

_COVERAGE = f"""SELECT circuit, coverage_ratio FROM (
{covered()}
) AS covered
WHERE {is_chosen("facility", "park")} AND coverage_ratio IS NOT NULL
ORDER BY coverage_ratio, circuit LIMIT 15"""

_FRESHNESS = f"""SELECT code AS circuit, newest_at, {AGE} AS age_seconds, late_by_seconds FROM (
{canonical("freshness")}
) AS newest
WHERE subject = 'circuit' AND {is_chosen("facility", "park")}
ORDER BY newest_at NULLS FIRST, code LIMIT 50"""

_EXCLUSIONS = f"""SELECT starts_at, ends_at, circuit, kind, decision, announced_at, exclusion FROM (
{canonical("exclusions")}
) AS touched
WHERE {is_chosen("facility", "park")}
ORDER BY starts_at DESC, exclusion, circuit"""

_CHANGES = f"""SELECT changed_at, noticed_at, circuit, objective, from_state, to_state FROM (
{canonical("changes", rows="1000")}
) AS change
WHERE {is_chosen("facility", "park")}
ORDER BY changed_at DESC, circuit, objective LIMIT 50"""


def operations_circuits(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return Dashboard(
        name="circuits",
        language=say.language,
        title=say("circuits.title"),
        description=say("circuits.description"),
        panels=(*_now(say), *_measured(say), *_events(say)),
        variables=_variables(say),
        links=(links_to_others(say("shared.others"), say.language),),
    )


def _variables(say: Speech) -> tuple[Variable, ...]:
    words = meanings.states(say)
    everything = say("shared.all")
    parks = "SELECT name AS __text, facility AS __value FROM reporting.park ORDER BY name"
    carriers = (
        "SELECT coalesce(max(carrier_name), carrier, '—') AS __text, coalesce(carrier, '—') AS __value"
        " FROM reporting.circuit WHERE is_listed GROUP BY carrier ORDER BY 1"
    )
    return (
        source_variable(),
        query_variable("park", say("shared.variable.park"), parks, is_many=True, all_label=everything),
        query_variable("carrier", say("shared.variable.carrier"), carriers, is_many=True, all_label=everything),
        custom_variable(
            "state", say("shared.variable.state"), {code: words[code].text for code in _STATES}, all_label=everything
        ),
        text_variable("search", say("shared.variable.search")),
    )


def _now(say: Speech) -> tuple[Panel, ...]:
    words = meanings.states(say)
    listed = (
        coded(say, "standing", meanings.states(say), "state", 120), replace(circuit(say), width=85),
        Column("park", say("shared.park"), width=120), *plain(say, "tenant", "carrier"),
        Column("works", say("shared.works"), width=130), instant("since_at", say("shared.since")),
        duration("age_seconds", say("shared.age")),
        Column(
            "loss_ratio", say("shared.loss_15m"), unit="percentunit", decimals=2, cell="color-text",
            thresholds=thresholds(PLAIN, (0.01, WARNING), (0.1, BAD)), width=115,
        ),
        ratio("value_ratio", say("shared.availability"), 4, 110), ratio("target_ratio", say("shared.target"), 3, 85),
        budget(say)[0], Column("agreement", say("shared.agreement"), width=120),
    )  # fmt: skip
    return (
        stat(
            1, say("circuits.states"), Place(0, 0, 20, 4), Target(_STATES_COUNTED), text="value_and_name",
            columns=[
                Column(code, words[code].text, thresholds=thresholds(PLAIN, (1, words[code].color))) for code in _STATES
            ],
        ),
        demo_tile(say, 9, Place(20, 0, 4, 4)),
        table(
            2, say("circuits.list"), Place(0, 4, 24, 12), Target(_LIST), listed, no_value=say("circuits.list.none"),
            description=say("circuits.list.description"),
        ),
    )  # fmt: skip


def _measured(say: Speech) -> tuple[Panel, ...]:
    fresh = (
        circuit(say), instant("newest_at", say("shared.newest_at")), duration("age_seconds", say("shared.age")),
        duration("late_by_seconds", say("shared.late_by")),
    )  # fmt: skip
    return (
        status_history(
            3, say("circuits.loss"), Place(0, 16, 11, 12), Target(_LOSS, "time_series"), unit="percentunit",
            decimals=2, steps=thresholds(WELL, (0.001, WARNING), (0.01, BAD)),
            name_of_series="${__field.labels.circuit}",
            no_value=say("circuits.loss.none"), description=say("circuits.loss.description"),
        ),
        bar_gauge(
            4, say("circuits.coverage"), Place(11, 16, 5, 12), Target(_COVERAGE), most=1, steps=COVERAGE_STEPS,
            no_value=say("circuits.coverage.none"), description=say("circuits.coverage.description"),
        ),
        table(
            5, say("circuits.freshness"), Place(16, 16, 8, 12), Target(_FRESHNESS), fresh,
            no_value=say("shared.none_known"),
        ),
    )  # fmt: skip


def _events(say: Speech) -> tuple[Panel, ...]:
    exclusions = (
        instant("starts_at", say("shared.starts_at")), instant("ends_at", say("shared.ends_at")), circuit(say),
        coded(say, "kind", meanings.kinds(say), width=150),
        coded(say, "decision", meanings.decisions(say), width=90),
        instant("announced_at", say("shared.announced_at")), *plain(say, "exclusion"),
    )  # fmt: skip
    changes = (
        Column("changed_at", say("shared.changed_at"), unit="time:MM-DD HH:mm:ss", width=145),
        Column("noticed_at", say("shared.noticed_at"), unit="time:MM-DD HH:mm:ss", width=125),
        replace(circuit(say), width=85), *plain(say, "objective"),
        coded(say, "from_state", meanings.states_and_standings(say), width=105),
        coded(say, "to_state", meanings.states_and_standings(say), width=105),
    )  # fmt: skip
    return (
        table(
            6, say("circuits.exclusions"), Place(0, 28, 14, 8), Target(_EXCLUSIONS), exclusions,
            no_value=say("circuits.exclusions.none"),
        ),
        table(
            7, say("circuits.changes"), Place(14, 28, 10, 8), Target(_CHANGES), changes,
            no_value=say("circuits.changes.none"),
        ),
        annotation_list(8, say("circuits.notes"), Place(0, 36, 24, 4), ["p2i"]),
    )  # fmt: skip
