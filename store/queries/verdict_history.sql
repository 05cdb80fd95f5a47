-- One agreement's objectives over its past months, newest first. Parameters: agreement, from, to.
SELECT month, objective, circuit, indicator, verdict, value_ratio, value_seconds, target_ratio, credit, currency
FROM reporting.verdict
WHERE agreement = %(agreement)s AND period_starts_at >= %(from)s AND period_starts_at < %(to)s
ORDER BY period_starts_at DESC, objective
