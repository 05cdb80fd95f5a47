-- The objectives of the running periods of listed agreements: those that can no longer be met, open faults, then by
-- how little of the budget is left. What is measured too little to judge has a budget all the same, and ranks by it.
-- Parameters: now, rows (how many).
SELECT agreement, objective, circuit, facility, tenant, indicator, verdict, value_ratio, value_seconds, target_ratio,
       budget_left_seconds, budget_left_seconds / nullif(budget_seconds, 0) AS budget_left_ratio, credit, currency
FROM reporting.verdict
WHERE is_listed AND period_starts_at <= %(now)s AND %(now)s < period_ends_at
ORDER BY CASE WHEN budget_left_seconds < 0 OR (budget_left_seconds IS NULL AND verdict = 'breached') THEN 0
              WHEN verdict = 'open' THEN 1 ELSE 2 END,
         budget_left_seconds / nullif(budget_seconds, 0) NULLS LAST, agreement, objective
LIMIT %(rows)s
