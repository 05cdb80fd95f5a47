-- The objectives of the running periods, those in breach first, then by how little of their budget is left.
-- Parameters: now, rows (how many).
SELECT agreement, objective, circuit, facility, tenant, indicator, verdict, value_ratio, value_seconds, target_ratio,
       budget_left_seconds, budget_left_seconds / nullif(budget_seconds, 0) AS budget_left_ratio, credit, currency
FROM reporting.verdict
WHERE period_starts_at <= %(now)s AND %(now)s < period_ends_at
ORDER BY CASE verdict WHEN 'breached' THEN 0 WHEN 'open' THEN 1 WHEN 'insufficient_data' THEN 2 ELSE 3 END,
         budget_left_seconds / nullif(budget_seconds, 0) NULLS LAST, agreement, objective
LIMIT %(rows)s
