-- One agreement's objectives over its past months, newest first; two rows where an amendment cuts a month.
-- Parameters: agreement, from, to.
SELECT month, objective, circuit, indicator, verdict, value_ratio, value_seconds, target_ratio, credit, currency,
       period_starts_at, period_ends_at
FROM reporting.verdict
WHERE agreement = %(agreement)s AND period_starts_at >= %(from)s AND period_starts_at < %(to)s
ORDER BY period_starts_at DESC, objective
