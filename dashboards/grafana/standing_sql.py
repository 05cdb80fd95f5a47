"""SQL that several dashboards share: every circuit now, what is to be said of a park, merged spans of outages. Pure."""

from __future__ import annotations

from dashboards.grafana.figures import percent
from dashboards.grafana.judged_sql import INDICATORS
from dashboards.grafana.sql import FROM, NOW, TO, canonical

RUNNING = f"period_starts_at < {NOW} AND {NOW} <= period_ends_at"
"""The period in which the range shown ends; at its very end it is still the same, so a whole month can be shown."""

AGE = "CASE WHEN age_seconds > -300 THEN greatest(0, age_seconds) END"
"""The age of the newest reading; none at an instant before it, but for the little that a browser's clock is behind."""


def circuits_now() -> str:
    """Every circuit, once for each agreement in force on it: its state in a word, and whether works go on now.

    A state is what the engine last noticed; `up` before it noticed any; `silent` where readings by intervals are older
    than three of them and five minutes, as on the terminal board; at an instant before the newest reading, where none
    is of the quarter of an hour before it. All are computed before any choice among them, which the planner would take
    for one row and compute all for each of it (200 circuits: a second instead of a fifth).
    """
    return f"""WITH latest AS MATERIALIZED (
{canonical("now")}
)
SELECT latest.*, park.name AS park, coalesce(tenant.name, latest.tenant) AS tenant_name,
       coalesce(named.carrier_name, latest.carrier) AS carrier_name,
       works.exclusion AS works, works.exclusion IS NOT NULL AS is_under_works,
       CASE WHEN latest.newest_at IS NULL THEN 'no_data'
            WHEN promised.circuit IS NULL THEN 'no_agreement'
            WHEN latest.state = 'down' THEN 'down'
            WHEN latest.age_seconds > greatest(300, 3 * promised.interval_seconds)
                AND promised.interval_seconds IS NOT NULL THEN 'silent'
            WHEN latest.age_seconds < -300 AND latest.sent IS NULL AND promised.interval_seconds <= 300 THEN
                CASE WHEN EXISTS (
                    SELECT FROM reporting.circuit_1h AS measured
                    WHERE measured.circuit_id = named.circuit_id AND measured.bucket_at <= {NOW}
                ) THEN 'silent' ELSE 'no_data' END
            ELSE coalesce(latest.state, 'up') END AS standing
FROM latest
LEFT JOIN reporting.circuit AS named ON named.circuit = latest.circuit
LEFT JOIN reporting.park ON park.facility = latest.facility
LEFT JOIN reporting.tenant ON tenant.tenant = latest.tenant
LEFT JOIN (
    SELECT agreement, circuit, min(interval_seconds) AS interval_seconds FROM reporting.objective
    WHERE indicator = 'availability' AND is_listed GROUP BY agreement, circuit
) AS promised ON promised.agreement = latest.agreement AND promised.circuit = latest.circuit
LEFT JOIN (
    SELECT circuit, min(exclusion) AS exclusion FROM reporting.exclusion
    WHERE decision = 'accepted' AND starts_at <= {NOW} AND ends_at > {NOW} GROUP BY circuit
) AS works ON works.circuit = latest.circuit"""


IN_MONTH_SO_FAR = f"""{percent("value_ratio", 4)} AS availability,
       '≥ ' || trim_scale(target_ratio * 100) || ' %' AS target,
       floor(budget_left_seconds / 60)::bigint AS budget_left_minutes"""
"""Of `circuits_now`: its availability this month as texts, and the whole minutes that are left."""

WORST_CIRCUIT_FIRST = """ORDER BY CASE standing
             WHEN 'down' THEN 0 WHEN 'silent' THEN 1 WHEN 'no_data' THEN 2 WHEN 'up' THEN 3 ELSE 4 END,
         budget_left_seconds NULLS LAST, circuit, agreement"""


def changes(where: str, more_columns: str = "") -> str:
    """The newest fifty changes of circuits and objectives, of the newest thousand, with what the objective promises."""
    return f"""SELECT changed_at, {more_columns}circuit, indicator, from_state, to_state FROM (
{canonical("changes", rows="1000")}
) AS change LEFT JOIN {INDICATORS} USING (agreement, objective)
WHERE {where}
ORDER BY changed_at DESC, circuit, objective LIMIT 50"""


COUNTS = """count(DISTINCT circuit) FILTER (WHERE standing = 'down' AND NOT is_under_works) AS down,
       count(DISTINCT circuit) FILTER (WHERE is_under_works) AS works,
       count(DISTINCT circuit) FILTER (WHERE standing IN ('silent', 'unknown')) AS silent,
       count(DISTINCT circuit) FILTER (WHERE standing = 'no_data') AS no_data,
       count(DISTINCT circuit) FILTER (WHERE standing = 'up') AS up"""
"""Circuits by state, from `circuits_now`; one with two agreements is counted once in each state it has.

`silent` is every circuit that was measured and of which nothing is known now; one that nobody agreed on is in none.
"""


SITUATION = """CASE WHEN park.status IN ('announced', 'project') THEN park.status
            WHEN coalesce(circuits, 0) = 0 THEN 'no_circuits'
            WHEN down > 0 THEN 'down'
            WHEN no_data = circuits THEN 'no_data'
            WHEN silent + no_data > 0 THEN 'silent'
            ELSE 'up' END"""
"""What is to be said of a park in a word: of `reporting.park`, `COUNTS` and `circuits`, which are NULL for none."""


def merged_outages(where: str) -> str:
    """Outages in the range shown, clipped to it, those of several agreements merged: a row each, per circuit."""
    return f"""SELECT lower(span) AS "time", upper(span) AS timeend, circuit, 'down' AS state
FROM (
    SELECT circuit, unnest(range_agg(tstzrange(greatest(starts_at, {FROM}), least(ends_at, {TO})))) AS span
    FROM reporting.outage
    WHERE {where} AND starts_at < {TO} AND ends_at > {FROM} AND period_starts_at < {TO} AND period_ends_at > {FROM}
    GROUP BY circuit
) AS merged
ORDER BY 1, circuit"""
