"""The NOC wall: no choices to make, refreshed by itself, worst first. Pure."""

from __future__ import annotations

from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana.columns import COVERAGE_STEPS, budget, circuit, coded, duration, plain
from dashboards.grafana.coverage_sql import covered
from dashboards.grafana.dashboard import Dashboard, links_to_others
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
    thresholds,
)
from dashboards.grafana.figures import figure, money
from dashboards.grafana.judged_sql import judged
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table
from dashboards.grafana.park_map import park_map
from dashboards.grafana.park_places import PLACES
from dashboards.grafana.speech import Speech
from dashboards.grafana.sql import FROM, NOW, canonical
from dashboards.grafana.standing_sql import AGE, COUNTS, RUNNING, SITUATION, STANDING, circuits_now, merged_outages
from dashboards.grafana.time_panels import state_timeline
from dashboards.grafana.variable import source_variable

_WALL = f"""SELECT CASE WHEN circuits = 0 THEN 'nothing_watched' WHEN down > 0 THEN 'outage'
            WHEN silent > 0 THEN 'blind'
            WHEN EXISTS (
                SELECT FROM (SELECT {STANDING} AS stands FROM reporting.verdict WHERE is_listed AND {RUNNING}) AS one
                WHERE stands = 'breached'
            ) THEN 'breached'
            WHEN no_data > 0 THEN 'blind' WHEN up = 0 THEN 'nothing_watched' ELSE 'quiet' END AS wall
FROM (
    SELECT {COUNTS}, count(DISTINCT circuit) AS circuits
    FROM (
{circuits_now()}
    ) AS standing
) AS counted"""
"""What can be done something about comes first: an objective that is lost stays lost to the end of its month."""

_COUNTED = f"SELECT {COUNTS} FROM (\n{circuits_now()}\n) AS standing"

_CREDIT = f"""SELECT currency, sum(credit_payable)::double precision AS credit
FROM reporting.score
WHERE is_listed AND {RUNNING} AND credit_payable > 0
GROUP BY currency ORDER BY currency"""

_COVERAGE = f"""SELECT sum(least(known_seconds, watched_seconds)) / sum(watched_seconds) AS coverage_ratio
FROM (
{covered()}
) AS covered WHERE known_seconds IS NOT NULL AND watched_seconds IS NOT NULL"""

_WORST = f"""SELECT standing, worst.circuit, park.name AS park,
       coalesce(circuit.carrier_name, circuit.carrier) AS carrier, indicator, measured, promised,
       floor(budget_left_seconds / 60)::bigint AS budget_left_minutes,
       CASE WHEN credit NOT LIKE '0.00 %' THEN credit END AS credit
FROM (
{judged(f"is_listed AND {RUNNING}")}
) AS worst
LEFT JOIN reporting.park ON park.facility = worst.facility
LEFT JOIN reporting.circuit ON circuit.circuit = worst.circuit
WHERE standing NOT IN ('met', 'not_measurable') AND (standing <> 'on_track' OR budget_left_seconds IS NOT NULL)
ORDER BY CASE standing WHEN 'breached' THEN 0 WHEN 'open' THEN 1 ELSE 2 END,
         budget_left_seconds / nullif(budget_seconds, 0) NULLS LAST, worst.agreement, objective
LIMIT 20"""

_PARKS = f"""FROM reporting.park LEFT JOIN (
    SELECT facility, {COUNTS}, count(DISTINCT circuit) AS circuits,
           min({AGE}) AS age_seconds
    FROM (
{circuits_now()}
    ) AS standing GROUP BY facility
) AS counted ON counted.facility = park.facility"""

_URGENCY = (
    f"array_position(ARRAY['down', 'silent', 'no_data', 'up', 'no_circuits', 'announced', 'project'], {SITUATION})"
)

_MAP = f"""SELECT park.name AS park,
       CASE WHEN park.status <> 'operational' AND EXISTS (
           SELECT FROM reporting.park AS beside
           WHERE beside.status = 'operational' AND starts_with(park.city, beside.city)
       ) THEN '' ELSE park.name END AS name, {SITUATION} AS situation, circuits, down, place.latitude, place.longitude
{_PARKS}
JOIN {PLACES} ON place.facility = park.facility
ORDER BY {_URGENCY} DESC, park.name DESC"""
"""The worst last: it lies on top of what is in the same place. There, an announced park leaves the label to it."""

_PARKS_LISTED = f"""SELECT park.name, {SITUATION} AS situation, down, silent, no_data, age_seconds
{_PARKS}
ORDER BY {_URGENCY}, park.name"""

_OUTAGES = f"""WITH outages AS MATERIALIZED (
{merged_outages("true")}
)
SELECT "time", timeend, circuit, state FROM outages
UNION ALL
SELECT {FROM}, {NOW}, '—', 'none' WHERE {FROM} < {NOW} AND NOT EXISTS (SELECT FROM outages)
ORDER BY 1, circuit"""

_CHANGES = f"""SELECT changed_at, circuit, objective, to_state FROM (
{canonical("changes", rows="15")}
) AS change ORDER BY noticed_at DESC, changed_at DESC, circuit, objective"""


def noc_wall(say: Speech) -> Dashboard:
    """The wall in one language."""
    return Dashboard(
        name="noc",
        language=say.language,
        title=say("noc.title"),
        description=say("noc.description"),
        panels=(*_header(say), *_middle(say), *_bottom(say)),
        variables=(source_variable(),),
        links=(links_to_others(say("shared.others"), say.language),),
        refresh="30s",
    )


def _header(say: Speech) -> tuple[Panel, ...]:
    colors = {"quiet": WELL, "outage": BAD, "blind": WARNING, "breached": BAD, "nothing_watched": UNKNOWN}
    word = {code: Meaning(say(f"noc.wall.{code}"), color) for code, color in colors.items()}
    return (
        stat(1, say("noc.wall"), Place(0, 0, 4, 4), Target(_WALL), meanings=word, is_filled=True),
        stat(
            2, say("noc.counts"), Place(4, 0, 8, 4), Target(_COUNTED),
            columns=[
                Column(name, say(f"noc.count.{name}"), thresholds=thresholds(PLAIN, (1, color)))
                for name, color in (
                    ("down", BAD), ("works", PLANNED), ("silent", WARNING), ("no_data", UNKNOWN), ("up", WELL),
                )
            ],
            text="value_and_name",
        ),
        stat(
            3, say("noc.credit"), Place(12, 0, 4, 4), Target(_CREDIT), unit="locale", decimals=2, per_row=True,
            text="value_and_name",
            steps=thresholds(PLAIN, (0.01, BAD)), no_value=say("noc.credit.none"),
            description=say("noc.credit.description"),
        ),
        stat(
            4, say("noc.coverage"), Place(16, 0, 4, 4), Target(_COVERAGE), unit="percentunit", decimals=1,
            steps=COVERAGE_STEPS, no_value=say("shared.none_known"), description=say("noc.coverage.description"),
        ),
        demo_tile(say, 11, Place(20, 0, 4, 4)),
    )  # fmt: skip


def _middle(say: Speech) -> tuple[Panel, ...]:
    worst = (
        coded(say, "standing", meanings.standings(say), "verdict", 105),
        replace(circuit(say), width=85), Column("park", say("shared.park"), width=115), *plain(say, "carrier"),
        Column("indicator", say("shared.indicator"), meanings=meanings.indicators(say), width=145),
        replace(figure(say, "measured", say("shared.measured_ratio")), width=120),
        replace(figure(say, "promised", say("shared.target")), width=90),
        budget(say)[0], replace(money(say, "credit", say("shared.credit")), width=115),
    )  # fmt: skip
    return (
        table(
            5, say("noc.worst"), Place(0, 4, 17, 11), Target(_WORST), worst, no_value=say("noc.worst.none"),
            description=say("noc.worst.description"),
        ),
        park_map(
            6, say("noc.map"), Place(17, 4, 7, 11), Target(_MAP), meanings.situations(say), color_by="situation",
            description=say("noc.map.description"),
        ),
    )  # fmt: skip


def _bottom(say: Speech) -> tuple[Panel, ...]:
    parks = (
        Column("name", say("shared.park")), coded(say, "situation", meanings.situations(say), width=150),
        Column("down", say("noc.count.down"), width=100), Column("silent", say("noc.count.silent"), width=70),
        Column("no_data", say("noc.count.no_data"), width=95), duration("age_seconds", say("shared.age")),
    )  # fmt: skip
    changes = (
        Column("changed_at", say("noc.changes.at"), unit="time:MM-DD HH:mm:ss", width=120),
        replace(circuit(say), width=80), *plain(say, "objective"),
        coded(say, "to_state", meanings.states_and_standings(say), "state", 115),
    )  # fmt: skip
    outages = {**meanings.states(say), "none": Meaning(say("noc.outages.none"), NOTHING)}
    return (
        table(7, say("noc.parks"), Place(0, 15, 11, 11), Target(_PARKS_LISTED), parks),
        state_timeline(
            8, say("noc.outages"), Place(11, 15, 6, 11), [Target(_OUTAGES)], outages, one_bar_per=("circuit", "state"),
            has_legend=False, no_value=say("noc.outages.none"),
        ),
        table(
            9, say("noc.changes"), Place(17, 15, 7, 11), Target(_CHANGES), changes, no_value=say("noc.changes.none")
        ),
    )  # fmt: skip
