"""SQL of one company's dashboard: its month, what counted and what did not, money, what was published. Pure."""

from __future__ import annotations

from dashboards.grafana.judged_sql import IN_MONTH, IN_YEAR, WORST, judged, scored
from dashboards.grafana.sql import variable

TENANT = variable("tenant")
_MINE, _MY_YEAR = f"tenant = {TENANT} AND {IN_MONTH}", f"tenant = {TENANT} AND {IN_YEAR}"
_JUDGED = judged(_MINE)
_NO_COVERAGE = "indicator = 'availability'"

TENANTS = "SELECT coalesce(name, tenant) AS __text, tenant AS __value FROM reporting.tenant ORDER BY 1, 2"
MONTHS = f"""SELECT DISTINCT month AS __text, month AS __value FROM reporting.score
WHERE tenant = {TENANT} AND month IS NOT NULL ORDER BY 1 DESC"""

STANDING = f"""SELECT standing FROM (
{_JUDGED}
) AS judged ORDER BY array_position({WORST}, standing) LIMIT 1"""

MINUTES_LEFT = f"""SELECT floor(min(budget_left_seconds) / 60)::bigint AS minutes_left FROM reporting.verdict
WHERE {_MINE} AND {_NO_COVERAGE}"""

COVERAGE = f"""SELECT min((detail ->> 'coverage_percent')::numeric) || ' %' AS coverage FROM reporting.verdict
WHERE {_MINE} AND {_NO_COVERAGE}"""

CREDIT = f"""SELECT string_agg(credit, ' + ' ORDER BY credit) AS credit FROM (
    SELECT sum(credit_payable) || ' ' || currency AS credit FROM reporting.score WHERE {_MINE} GROUP BY currency
) AS by_currency"""

OBJECTIVES = f"""SELECT standing, label, indicator, measured, promised,
       floor(budget_left_seconds / 60)::bigint AS budget_left_minutes, coverage, lowest, highest, excluded_seconds,
       credit, part, objective, agreement
FROM (
{_JUDGED}
) AS judged
ORDER BY array_position({WORST}, standing), label, agreement, period_starts_at, objective"""

_STATE = """coalesce(version.state, CASE WHEN scored_to_at < period_ends_at THEN 'running' ELSE 'unpublished' END)"""

AGREEMENTS = f"""SELECT agreement, {_STATE} AS state, version.version, period_starts_at AS starts_at,
       period_ends_at AS ends_at, scored_to_at, park.name AS park, period_zone.time_zone AS time_zone
FROM (SELECT * FROM reporting.score WHERE {_MINE}) AS score
LEFT JOIN reporting.park USING (facility)
LEFT JOIN (SELECT agreement, time_zone FROM reporting.agreement) AS period_zone USING (agreement)
LEFT JOIN (
    SELECT agreement, period_starts_at, period_ends_at, state, version FROM reporting.verdict_version
    WHERE {_MINE} AND is_last
) AS version USING (agreement, period_starts_at, period_ends_at)
ORDER BY agreement, period_starts_at"""

CREDITS = f"""WITH judged AS MATERIALIZED (
{_JUDGED}
), scored AS MATERIALIZED (
    SELECT agreement, period_starts_at, currency, document::jsonb -> 'credits' AS credits
    FROM reporting.score WHERE {_MINE}
), lines AS (
    SELECT agreement, period_starts_at, 1 AS place, 'fee' AS line, NULL AS objective, NULL AS label,
           NULL AS credit_percent, (credits ->> 'fee') || ' ' || currency AS amount
    FROM scored
    UNION ALL
    SELECT agreement, period_starts_at, 2, 'objective', objective, label, credit_percent, credit
    FROM judged WHERE (detail ->> 'credit')::numeric <> 0
    UNION ALL
    SELECT agreement, period_starts_at, 3, 'capped', NULL, NULL, NULL, '-' || (credits ->> 'capped') || ' ' || currency
    FROM scored WHERE (credits ->> 'capped')::numeric <> 0
    UNION ALL
    SELECT agreement, period_starts_at, 4, 'payable', NULL, NULL, NULL, (credits ->> 'payable') || ' ' || currency
    FROM scored
)
SELECT line, label, objective, credit_percent, amount, agreement FROM lines
ORDER BY agreement, period_starts_at, place, label, objective"""
"""Line by line as in the document; the cap's line where it took something."""

OUTAGES = f"""SELECT starts_at, ends_at, seconds, coalesce(circuit.label, outage.circuit) AS label, objective, agreement
FROM (SELECT * FROM reporting.outage WHERE {_MINE}) AS outage
LEFT JOIN (SELECT circuit, label FROM reporting.circuit) AS circuit USING (circuit)
ORDER BY starts_at DESC, label, objective"""

EXCLUSIONS = f"""WITH judged AS MATERIALIZED (
    SELECT DISTINCT agreement, circuit, label, period_starts_at, period_ends_at FROM (
{_JUDGED}
    ) AS every
), kept AS MATERIALIZED (
    SELECT * FROM reporting.score_exclusion WHERE period_starts_at IN (SELECT period_starts_at FROM judged)
)
SELECT asked.starts_at, asked.ends_at, judged.label, asked.kind, asked.decision,
       extract(epoch FROM least(asked.ends_at, judged.period_ends_at)
               - greatest(asked.starts_at, judged.period_starts_at))::bigint AS seconds,
       kept.counted_seconds, asked.reason, asked.announced_at, asked.exclusion, judged.agreement
FROM judged JOIN (SELECT * FROM reporting.exclusion) AS asked USING (circuit)
LEFT JOIN kept ON kept.agreement = judged.agreement AND kept.period_starts_at = judged.period_starts_at
    AND kept.period_ends_at = judged.period_ends_at AND kept.circuit = judged.circuit
    AND kept.exclusion = asked.exclusion AND kept.decision = asked.decision
    AND kept.starts_at = date_trunc('second', asked.starts_at) AND kept.ends_at = date_trunc('second', asked.ends_at)
WHERE asked.starts_at < judged.period_ends_at AND asked.ends_at > judged.period_starts_at
ORDER BY judged.label, judged.circuit, asked.starts_at DESC, asked.exclusion, judged.agreement,
         judged.period_starts_at"""
"""By circuit, newest first, a row per agreement and period as in the statement. What counts is what the engine kept
beside the score; nothing for a running period, or of an exclusion that is another now than it was then."""

TICKETS = f"""SELECT told ->> 'ticket' AS ticket, told ->> 'verdict' AS verdict,
       (told ->> 'elapsed_seconds')::bigint AS elapsed_seconds, promised, opened_at, restored_at,
       (told ->> 'frozen_seconds')::bigint AS frozen_seconds, judged.label
FROM (
{_JUDGED}
) AS judged CROSS JOIN LATERAL jsonb_array_elements(detail -> 'tickets') AS told
LEFT JOIN (SELECT ticket, circuit, opened_at, restored_at FROM reporting.ticket) AS ticket
    ON ticket.ticket = told ->> 'ticket' AND ticket.circuit = judged.circuit
WHERE indicator = 'time_to_restore'
ORDER BY opened_at DESC, 1"""

HISTORY = f"""SELECT month, label, indicator, standing, measured, promised, coverage, excluded_seconds, credit, part,
       objective, agreement
FROM (
{judged(_MY_YEAR)}
) AS judged
ORDER BY month DESC, label, agreement, period_starts_at, objective"""

VERSIONS = f"""SELECT month, agreement, part, version, state, published_at, reason,
       credit_payable || ' ' || currency AS payable, credit_adjustment || ' ' || currency AS adjustment,
       CASE WHEN is_restatement_due THEN 'due' END AS correction, sha256
FROM (SELECT * FROM reporting.verdict_version WHERE {_MY_YEAR}) AS version
LEFT JOIN (
{scored(_MY_YEAR)}
) AS score USING (agreement, period_starts_at, period_ends_at)
ORDER BY month DESC, agreement, period_starts_at, version DESC"""
