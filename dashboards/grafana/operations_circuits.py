"""Operations: every circuit chosen by park, carrier, state or name. Pure."""

from __future__ import annotations

from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana.columns import (
    COVERAGE_STEPS,
    budget,
    circuit,
    coded,
    duration,
    indicator,
    instant,
    plain,
)
from dashboards.grafana.coverage_sql import covered
from dashboards.grafana.dashboard import Dashboard, spoken
from dashboards.grafana.demo_tile import demo_tile
from dashboards.grafana.field import BAD, PLAIN, WARNING, WELL, Column, thresholds
from dashboards.grafana.figures import LOSS_BANDS, figure, percent, percent_unit, whole_percent
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import annotation_list, bar_gauge, stat, table
from dashboards.grafana.speech import Speech
from dashboards.grafana.sql import FROM, NOW, bucket, canonical, is_chosen, variable
from dashboards.grafana.standing_sql import AGE, IN_MONTH_SO_FAR, WORST_CIRCUIT_FIRST, changes, circuits_now
from dashboards.grafana.time_panels import status_history
from dashboards.grafana.variable import (
    Variable,
    custom_variable,
    query_variable,
    text_variable,
)

_STATES = ("down", "silent", "no_data", "up", "no_agreement", "unknown")

_NOW = f"""SELECT * FROM (
{circuits_now()}
) AS every WHERE {is_chosen("facility", "park")} AND {is_chosen("coalesce(carrier, '—')", "carrier")}
    AND {is_chosen("standing", "state")} AND strpos(lower(circuit), lower({variable("search")})) > 0"""

_LIST = f"""SELECT standing, circuit, park, tenant_name AS tenant, carrier_name AS carrier, since_at,
       {AGE} AS age_seconds, {percent("loss_ratio", 2)} AS loss, {IN_MONTH_SO_FAR}, works, agreement
FROM (
{_NOW}
) AS listed
{WORST_CIRCUIT_FIRST}"""

_COUNTED_STATES = ",\n       ".join(
    f"count(DISTINCT circuit) FILTER (WHERE standing = '{code}') AS {code}" for code in _STATES
)
_STATES_COUNTED = f"SELECT {_COUNTED_STATES}\nFROM (\n{_NOW}\n) AS counted"

_CHOSEN = f"""SELECT circuit FROM reporting.circuit WHERE is_listed AND {is_chosen("facility", "park")}
        AND {is_chosen("coalesce(carrier, '—')", "carrier")}
        AND strpos(lower(circuit), lower({variable("search")})) > 0"""
_IS_CHOSEN = f"circuit IN (\n    {_CHOSEN}\n)"
"""By park, carrier and name: every panel. A state is one of now, and chosen among what is so now."""

_HOURS = bucket(3600)
_LOSS = f"""WITH measured AS MATERIALIZED (
{canonical("loss_heatmap", facility="ANY (ARRAY[" + variable("park") + "]::text[])", bucket=_HOURS)}
), chosen AS (
    {_CHOSEN}
)
SELECT bucket_at AS "time", chosen.circuit, trunc(100 * loss_ratio::numeric, 2)::double precision AS loss_percent
FROM generate_series(date_bin({_HOURS}, {FROM}, '2000-01-03Z'), {NOW}, {_HOURS}) AS bucket_at CROSS JOIN (
    SELECT circuit FROM chosen WHERE circuit IN (SELECT circuit FROM measured)
    UNION ALL
    SELECT '—' WHERE NOT EXISTS (SELECT FROM chosen JOIN measured USING (circuit))
) AS chosen
LEFT JOIN measured ON measured.circuit = chosen.circuit AND measured.starts_at = bucket_at
ORDER BY bucket_at, chosen.circuit"""
"""Every hour of the range, without a value where nothing was measured; with no circuit at all, a row of nothing."""

_COVERAGE = f"""SELECT circuit, {whole_percent("coverage_ratio")} AS coverage_percent FROM (
{covered()}
) AS covered
WHERE {_IS_CHOSEN} AND coverage_ratio IS NOT NULL
ORDER BY coverage_ratio, circuit LIMIT 15"""

_FRESHNESS = f"""SELECT code AS circuit, newest_at, {AGE} AS age_seconds, late_by_seconds FROM (
{canonical("freshness")}
) AS newest
WHERE subject = 'circuit' AND code IN (
    {_CHOSEN}
)
ORDER BY newest_at NULLS FIRST, code LIMIT 50"""

_EXCLUSIONS = f"""SELECT starts_at, ends_at, circuit, kind, decision, announced_at, exclusion FROM (
{canonical("exclusions")}
) AS touched
WHERE {_IS_CHOSEN}
ORDER BY starts_at DESC, exclusion, circuit"""

_CHANGES = changes(_IS_CHOSEN, "noticed_at, ")


def operations_circuits(say: Speech) -> Dashboard:
    """The dashboard in one language."""
    return spoken(
        say,
        "circuits",
        panels=(*_now(say), *_measured(say), *_events(say)),
        variables=_variables(say),
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
        coded(say, "standing", meanings.states(say), "state", 125), replace(circuit(say), width=75),
        *plain(say, "park", "tenant", "carrier"),
        instant("since_at", say("shared.since")),
        duration("age_seconds", say("shared.age")),
        figure(say, "loss", say("shared.loss_15m"), 70, LOSS_BANDS),
        figure(say, "availability", say("shared.availability"), 112), figure(say, "target", say("shared.target"), 83),
        replace(budget(say), width=75), Column("works", say("shared.works"), width=95),
        *plain(say, "agreement"),
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
        replace(circuit(say), width=112), instant("newest_at", say("shared.newest_at")),
        duration("age_seconds", say("shared.age")), duration("late_by_seconds", say("shared.late_by")),
    )  # fmt: skip
    return (
        status_history(
            3, say("circuits.loss"), Place(0, 16, 9, 12), Target(_LOSS, "time_series"), unit=percent_unit(say),
            decimals=2, steps=thresholds(WELL, (0.1, WARNING), (1, BAD)),
            name_of_series="${__field.labels.circuit}", description=say("circuits.loss.description"),
        ),
        bar_gauge(
            4, say("circuits.coverage"), Place(9, 16, 5, 12), Target(_COVERAGE),
            unit=percent_unit(say), most=100, steps=COVERAGE_STEPS,
            no_value=say("circuits.coverage.none"), description=say("circuits.coverage.description"),
        ),
        table(
            5, say("circuits.freshness"), Place(14, 16, 10, 12), Target(_FRESHNESS), fresh,
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
        Column("changed_at", say("shared.changed_at"), unit="time:MM-DD HH:mm:ss", width=125),
        Column("noticed_at", say("shared.noticed_at"), unit="time:MM-DD HH:mm:ss", width=125),
        replace(circuit(say), width=80), indicator(say),
        coded(say, "from_state", meanings.states_and_standings(say), width=120),
        coded(say, "to_state", meanings.states_and_standings(say), width=120),
    )  # fmt: skip
    return (
        table(
            6, say("circuits.exclusions"), Place(0, 28, 24, 7), Target(_EXCLUSIONS), exclusions,
            no_value=say("circuits.exclusions.none"),
        ),
        table(
            7, say("circuits.changes"), Place(0, 35, 24, 8), Target(_CHANGES), changes,
            no_value=say("circuits.changes.none"),
        ),
        annotation_list(8, say("circuits.notes"), Place(0, 43, 24, 4), ["p2i"]),
    )  # fmt: skip
