"""SQL of judged objectives: each figure as the text of its document, how it stands, whose month it is. Pure."""

from __future__ import annotations

from dashboards.grafana.sql import variable

MONTH = variable("month")

IN_MONTH = f"""month = {MONTH}
    AND period_starts_at >= (SELECT min(starts_at) FROM reporting.period WHERE month = {MONTH})
    AND period_starts_at < (SELECT max(ends_at) FROM reporting.period WHERE month = {MONTH})"""
"""The chosen month, by its name in the agreement's zone; the instants only spare reading the others."""

IN_YEAR = f"""month <= {MONTH}
    AND period_starts_at >= (SELECT min(starts_at) FROM reporting.period WHERE month IN (
        SELECT DISTINCT month FROM reporting.period WHERE month <= {MONTH} ORDER BY month DESC LIMIT 12))
    AND period_starts_at < (SELECT max(ends_at) FROM reporting.period WHERE month = {MONTH})"""
"""The chosen month and the eleven before it."""

MEASURED = """CASE WHEN indicator = 'time_to_restore' THEN (
                SELECT count(*) FILTER (WHERE told ->> 'verdict' = 'met') || ' / ' || nullif(count(*), 0)
                FROM jsonb_array_elements(detail -> 'tickets') AS told)
            ELSE coalesce((detail ->> 'value_percent') || ' %', (detail ->> 'value_ms') || ' ms') END"""
"""The figure, digit for digit as `p2i score` prints it; of tickets, how many of how many were restored in time."""

PROMISED = """CASE indicator
            WHEN 'availability' THEN '≥ ' || trim_scale(target_ratio * 100) || ' %'
            WHEN 'loss' THEN '≤ ' || trim_scale(at_most_ratio * 100) || ' %'
            WHEN 'round_trip' THEN '≤ ' || trim_scale(at_most_seconds * 1000) || ' ms'
            ELSE '≤ ' || CASE WHEN at_most_seconds % 3600 = 0 THEN trim_scale(at_most_seconds / 3600) || ' h'
                             WHEN at_most_seconds % 60 = 0 THEN trim_scale(at_most_seconds / 60) || ' min'
                             ELSE trim_scale(at_most_seconds) || ' s' END END"""
"""What the objective was judged against."""

INDICATORS = "(SELECT agreement, objective, indicator FROM reporting.objective) AS promised"
"""What an objective promises, which says more to a reader than its code."""

WORST = "ARRAY['breached', 'open', 'insufficient_data', 'on_track', 'met', 'not_measurable']"
"""Standings, worst first."""


def scored(where: str) -> str:
    """Scored periods, and `1 / 2` for the first of a month's two."""
    return f"""SELECT agreement, period_starts_at, period_ends_at,
       CASE WHEN count(*) OVER whole > 1 THEN rank() OVER in_order || ' / ' || count(*) OVER whole END AS part
FROM reporting.score WHERE {where}
WINDOW whole AS (PARTITION BY agreement, month),
       in_order AS (PARTITION BY agreement, month ORDER BY period_starts_at)"""


def judged(where: str) -> str:
    """Objectives with their figures as texts, a row per period: two where an amendment cuts a month.

    `standing` is the view's: the verdict of a period scored to its end, else how the objective stands so far. `where`
    speaks of `month`, `period_starts_at` and `tenant`. Each part is computed once and kept: the planner takes it for
    one row, and would compute the others anew for each of its real ones (200 circuits: half a minute, not a blink).
    """
    return f"""WITH shown AS MATERIALIZED (
    SELECT * FROM reporting.verdict WHERE {where}
), spans AS MATERIALIZED (
{scored(where)}
), named AS MATERIALIZED (
    SELECT circuit, label, carrier, carrier_name FROM reporting.circuit
)
SELECT agreement, objective, circuit, coalesce(label, circuit) AS label, facility, tenant, carrier, carrier_name,
       indicator, month, period_starts_at, period_ends_at, verdict, detail, currency, value_ratio, up_seconds,
       down_seconds, unknown_seconds, excluded_seconds, budget_seconds, budget_left_seconds, coverage_ratio,
       standing, {MEASURED} AS measured, {PROMISED} AS promised,
       (detail ->> 'coverage_percent') || ' %' AS coverage, (detail ->> 'lowest_percent') || ' %' AS lowest,
       (detail ->> 'highest_percent') || ' %' AS highest, (detail ->> 'credit_percent') || ' %' AS credit_percent,
       (detail ->> 'credit') || ' ' || currency AS credit,
       part
FROM shown JOIN spans USING (agreement, period_starts_at, period_ends_at) LEFT JOIN named USING (circuit)"""
