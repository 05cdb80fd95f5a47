"""The NOC wall: no choices to make, refreshed by itself, worst first. Pure."""

from __future__ import annotations

from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana.alert_annotations import over_all_circuits
from dashboards.grafana.columns import budget, circuit, coded, duration, indicator, park_link, plain
from dashboards.grafana.coverage_sql import covered
from dashboards.grafana.dashboard import Dashboard, spoken
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
from dashboards.grafana.figures import COVERAGE_BANDS, figure, figure_patterns, money, money_patterns, percent
from dashboards.grafana.judged_sql import INDICATORS, judged
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat, table
from dashboards.grafana.park_map import park_map
from dashboards.grafana.park_places import LABELS, PLACES
from dashboards.grafana.speech import Speech
from dashboards.grafana.sql import canonical, or_nothing
from dashboards.grafana.standing_sql import AGE, COUNTS, RUNNING, SITUATION, circuits_now, merged_outages
from dashboards.grafana.time_panels import state_timeline

_WALL = f"""SELECT CASE WHEN circuits = 0 THEN 'nothing_watched' WHEN down > 0 THEN 'outage'
            WHEN silent > 0 THEN 'blind'
            WHEN EXISTS (
                SELECT FROM reporting.verdict WHERE is_listed AND {RUNNING} AND standing = 'breached'
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

_CREDIT = f"""SELECT string_agg(credit, ' + ' ORDER BY credit) AS credit FROM (
    SELECT sum(credit_payable) || ' ' || currency AS credit FROM reporting.score
    WHERE is_listed AND {RUNNING} AND credit_payable > 0 GROUP BY currency
) AS by_currency"""

_COVERAGE = f"""SELECT {percent("sum(least(known_seconds, watched_seconds)) / sum(watched_seconds)", 1)} AS coverage
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

_MAP = f"""SELECT park.name AS park, {LABELS}, {SITUATION} AS situation, circuits, down, place.latitude, place.longitude
{_PARKS}
JOIN {PLACES} ON place.facility = park.facility
ORDER BY {_URGENCY} DESC, park.name DESC"""
"""The worst last: it lies on top of what is in the same place."""

_PARKS_LISTED = f"""SELECT park.name, {SITUATION} AS situation, down, silent, no_data, age_seconds, park.facility
{_PARKS}
ORDER BY {_URGENCY}, park.name"""

_OUTAGES = or_nothing(
    merged_outages("true"),
    "CASE WHEN EXISTS (SELECT FROM reporting.circuit WHERE is_listed) THEN 'none' ELSE 'no_circuits' END",
)

_CHANGES = f"""SELECT changed_at, change.circuit, to_state, indicator FROM (
{canonical("changes", rows="15")}
) AS change LEFT JOIN {INDICATORS} USING (agreement, objective)
ORDER BY noticed_at DESC, changed_at DESC, change.circuit, objective"""


def noc_wall(say: Speech) -> Dashboard:
    """The wall in one language."""
    return spoken(
        say,
        "noc",
        panels=(*_header(say), *_middle(say), *_bottom(say)),
        annotations=over_all_circuits(say),
        refresh="30s",
    )


def _header(say: Speech) -> tuple[Panel, ...]:
    colors = {"quiet": WELL, "outage": BAD, "blind": WARNING, "breached": BAD, "nothing_watched": UNKNOWN}
    word = {code: Meaning(say(f"noc.wall.{code}"), color) for code, color in colors.items()}
    return (
        stat(1, say("noc.wall"), Place(0, 0, 4, 4), Target(_WALL), meanings=word, is_filled=True),
        stat(
            2, say("noc.counts"), Place(4, 0, 9, 4), Target(_COUNTED),
            columns=[
                Column(name, say(f"noc.count.{name}"), thresholds=thresholds(PLAIN, (1, color)))
                for name, color in (
                    ("down", BAD), ("works", PLANNED), ("silent", WARNING), ("no_data", UNKNOWN), ("up", WELL),
                )
            ],
            text="value_and_name",
        ),
        stat(
            3, say("noc.credit"), Place(13, 0, 4, 4), Target(_CREDIT), patterns=money_patterns(say, BAD),
            no_value=say("noc.credit.none"),
            description=say("noc.credit.description"),
        ),
        stat(
            4, say("noc.coverage"), Place(17, 0, 4, 4), Target(_COVERAGE),
            patterns=figure_patterns(say, COVERAGE_BANDS), no_value=say("shared.none_known"),
            description=say("noc.coverage.description"),
        ),
        demo_tile(say, 11, Place(21, 0, 3, 4)),
    )  # fmt: skip


def _middle(say: Speech) -> tuple[Panel, ...]:
    worst = (
        coded(say, "standing", meanings.standings(say), "verdict", 104),
        replace(circuit(say), width=68), *plain(say, "park"), Column("carrier", say("shared.carrier"), least_width=126),
        indicator(say, 149), figure(say, "measured", say("shared.measured_ratio"), 95),
        figure(say, "promised", say("shared.target"), 83), replace(budget(say), width=68),
        money(say, "credit", say("shared.credit"), 105),
    )  # fmt: skip
    return (
        table(
            5, say("noc.worst"), Place(0, 4, 18, 11), Target(_WORST), worst, no_value=say("noc.worst.none"),
            description=say("noc.worst.description"),
        ),
        park_map(
            6, say("noc.map"), Place(18, 4, 6, 11), Target(_MAP), meanings.situations(say), color_by="situation",
            description=say("noc.map.description"),
        ),
    )  # fmt: skip


def _bottom(say: Speech) -> tuple[Panel, ...]:
    parks = (
        Column("name", say("shared.park"), link=park_link(say), least_width=118, wraps=True),
        coded(say, "situation", meanings.situations(say), width=154),
        Column("down", say("noc.count.down"), width=105), Column("silent", say("noc.count.silent"), width=70),
        Column("no_data", say("noc.count.no_data"), width=66),
        replace(duration("age_seconds", say("shared.age")), width=88),
        Column("facility", say("shared.code"), is_hidden=True),
    )  # fmt: skip
    changes = (
        Column("changed_at", say("noc.changes.at"), unit="time:MM-DD HH:mm:ss", width=112),
        replace(circuit(say), width=72), coded(say, "to_state", meanings.states_and_standings(say), "state", 130),
        indicator(say, 149),
    )  # fmt: skip
    nothing = {"none": say("noc.outages.none"), "no_circuits": say("park.circuits.none")}
    outages = {**meanings.states(say), **{code: Meaning(text, NOTHING) for code, text in nothing.items()}}
    return (
        table(7, say("noc.parks"), Place(0, 15, 12, 11), Target(_PARKS_LISTED), parks, no_value=say("noc.parks.none")),
        state_timeline(
            8, say("noc.outages"), Place(12, 15, 5, 11), [Target(_OUTAGES)], outages, one_bar_per=("circuit", "state"),
            has_legend=False,
        ),
        table(
            9, say("noc.changes"), Place(17, 15, 7, 11), Target(_CHANGES), changes, no_value=say("noc.changes.none")
        ),
    )  # fmt: skip
