-- Every objective of one tenant in one month, as on its statement: twice where an amendment cuts the month.
-- Parameters: tenant, month ('2026-09').
SELECT agreement, objective, circuit, indicator, verdict, value_ratio, value_seconds, target_ratio, at_most_ratio,
       at_most_seconds, up_seconds, down_seconds, unknown_seconds, excluded_seconds, provisional_seconds,
       coverage_ratio, budget_left_seconds, credit, currency, period_starts_at, period_ends_at
FROM reporting.verdict WHERE tenant = %(tenant)s AND month = %(month)s
    AND period_starts_at >= (SELECT min(starts_at) FROM reporting.period WHERE month = %(month)s)
    AND period_starts_at < (SELECT max(ends_at) FROM reporting.period WHERE month = %(month)s)
ORDER BY agreement, period_starts_at, objective
