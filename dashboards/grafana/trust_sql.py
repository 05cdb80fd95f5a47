"""SQL of the dashboard that says how far data can be trusted: age, coverage, refusals, gaps, clocks, rules. Pure."""

from __future__ import annotations

from dashboards.grafana.figures import whole_percent
from dashboards.grafana.sql import FROM, NOW, TO, canonical, is_chosen, with_gaps
from dashboards.grafana.standing_sql import circuits_now

PARKS = "SELECT name AS __text, facility AS __value FROM reporting.park ORDER BY name, facility"
_OF_PARKS = is_chosen("facility", "park")

ENGINE = f"""SELECT greatest(0, extract(epoch FROM {NOW} - max(passed_at)))::double precision AS age_seconds
FROM reporting.engine_pass HAVING count(*) > 0"""

ROLLUP = f"""SELECT CASE WHEN kept_up_by = 'policies' THEN 'policies' WHEN refreshed_at IS NULL THEN 'never'
            WHEN refreshed_at > {NOW} - INTERVAL '3 hours' THEN 'fresh' ELSE 'stale' END AS rollup
FROM reporting.rollup"""

ZONE_RULES = """SELECT CASE WHEN count(*) = 0 THEN 'none' WHEN sum(months_apart) = 0 THEN 'current'
            ELSE 'stale' END AS rules
FROM reporting.zone_rules"""

COUNTS = f"""SELECT
    (SELECT count(*) FROM reporting.quarantine WHERE resolved_at IS NULL AND received_at < {TO}) AS quarantined,
    (SELECT count(*) FROM reporting.gap
     WHERE noticed_at >= {FROM} AND noticed_at < {TO} AND messages IS DISTINCT FROM 0) AS gaps,
    (SELECT count(*) FROM reporting.unscored WHERE failed_at <= {TO}) AS unscored"""

# The newest reading is that of the present, whatever range is shown: one after the end of a range is no clock that is
# ahead, and neither is one that came while the page was drawn.
_AGES = f"""SELECT subject, code, facility, newest_at, late_by_seconds,
           CASE WHEN age_seconds IS NOT NULL THEN greatest(0, age_seconds) END AS age_seconds,
           CASE WHEN newest_at IS NULL THEN 'never'
                WHEN late_by_seconds < -2 OR newest_at > now() + INTERVAL '2 seconds' THEN 'ahead'
                WHEN age_seconds <= CASE subject WHEN 'circuit' THEN 300 WHEN 'zone' THEN 3600 ELSE 86400 END
                    THEN 'fresh'
                ELSE 'old' END AS trust
    FROM (
{canonical("freshness")}
    ) AS newest WHERE {_OF_PARKS}"""

AGES_COUNTED = f"""SELECT count(*) FILTER (WHERE trust = 'fresh') AS fresh,
       count(*) FILTER (WHERE trust = 'old') AS old,
       count(*) FILTER (WHERE trust = 'never') AS never, count(*) FILTER (WHERE trust = 'ahead') AS ahead
FROM (
    {_AGES}
) AS listed HAVING count(*) > 0"""

AGES = f"""SELECT trust, subject, code, park.name AS park, newest_at, age_seconds
FROM (
    {_AGES}
) AS listed LEFT JOIN reporting.park USING (facility)
ORDER BY array_position(ARRAY['ahead', 'old', 'never', 'fresh'], trust), age_seconds DESC NULLS LAST, subject, code
LIMIT 500"""

CLOCKS = f"""SELECT subject, code, park.name AS park, late_by_seconds, newest_at
FROM (
    {_AGES}
) AS listed LEFT JOIN reporting.park USING (facility)
WHERE late_by_seconds < 0 OR late_by_seconds > 60 ORDER BY late_by_seconds, subject, code LIMIT 100"""
"""A source's clock ahead of ours shows as negative; behind ours, and a slow way, look alike."""

COVERAGE = f"""SELECT circuit, {whole_percent("coverage_ratio")} AS coverage_percent FROM (
{canonical("coverage")}
) AS covered WHERE {_OF_PARKS} AND coverage_ratio IS NOT NULL ORDER BY coverage_ratio, circuit LIMIT 25"""

NOT_COVERED = f"""SELECT standing, circuit, park, tenant_name AS tenant, agreement FROM (
{circuits_now()}
) AS every WHERE {_OF_PARKS} AND standing IN ('silent', 'no_data', 'no_agreement')
ORDER BY array_position(ARRAY['silent', 'no_data', 'no_agreement'], standing), circuit, agreement"""

QUARANTINE = f"""SELECT reason, source, arrivals, "different", last_received_at FROM (
{canonical("quarantine")}
) AS refused"""

RESOLVED = f"""SELECT reason, source, count(*) AS rows, sum(arrivals)::bigint AS arrivals,
       max(resolved_at) AS resolved_at
FROM reporting.quarantine WHERE resolved_at >= {FROM} AND resolved_at < {TO}
GROUP BY reason, source ORDER BY reason, source"""

GAPS = f"""SELECT noticed_at, source, series, reason, starts_at, ends_at, messages, came_late FROM reporting.gap
WHERE noticed_at >= {FROM} AND noticed_at < {TO} ORDER BY noticed_at DESC, gap_id DESC LIMIT 200"""

KINDS = ("interval", "probe", "state", "occupancy", "sensor")
"""What can arrive, as the log of arrivals has it."""

_HOUR = "INTERVAL '1 hour'"
_COUNTED_KINDS = ",\n       ".join(
    f"coalesce(sum(rows) FILTER (WHERE kind = '{kind}'), 0)::bigint AS {kind}" for kind in KINDS
)
ARRIVALS = with_gaps(
    f"""SELECT date_bin({_HOUR}, received_at, '2000-01-03Z') AS starts_at,
       {_COUNTED_KINDS}
FROM reporting.arrival WHERE received_at >= {FROM} AND received_at < {NOW} GROUP BY 1""",
    KINDS,
    _HOUR,
)
"""What arrived per hour, none in an hour without: Grafana makes a lone bar as broad as the panel. The log of it is kept
for days only, and then keeps the newest row of each series."""

UNSCORED = f"""SELECT agreement, park.name AS park, month_starts_at, failed_at, reason
FROM reporting.unscored LEFT JOIN reporting.park USING (facility)
WHERE {_OF_PARKS} AND failed_at <= {TO} ORDER BY failed_at, agreement, month_starts_at"""

RESTATEMENTS = f"""SELECT agreement, park.name AS park, month, version, state, published_at
FROM reporting.verdict_version LEFT JOIN reporting.park USING (facility)
WHERE is_restatement_due AND {_OF_PARKS} ORDER BY agreement, period_starts_at"""

RETENTION = """SELECT relation, kept_days, changed_at, dropped_before FROM reporting.retention
ORDER BY kept_days NULLS LAST, relation"""

RULES = """SELECT software_version, tzdb_version, count(*) AS scores, max(scored_at) AS scored_at
FROM reporting.score GROUP BY software_version, tzdb_version ORDER BY scored_at DESC, 1, 2"""

ZONES = "SELECT time_zone, months, months_apart FROM reporting.zone_rules ORDER BY time_zone"
