-- What the engine foresees of running periods. Seconds, ratios and money are exact, as verdicts compare them; beside them
-- the same as floats for boards: what is left of the budget, and burn rates, the bad share of a long window over the
-- share that the objective allows (1 = just what a whole period bears; NULL = nothing measured, or nothing allowed).
CREATE VIEW reporting.outlook WITH (security_barrier) AS
    SELECT outlook.agreement, objective, circuit, agreement.tenant, agreement.facility, period_starts_at, period_ends_at,
           seen_at, allowed_ratio, budget_seconds, budget_left_seconds,
           (budget_left_seconds / nullif(budget_seconds, 0))::double precision AS budget_left_ratio,
           service_seconds, ahead_seconds, service_day_seconds, interval_seconds, bad_run_seconds, unknown_run_seconds, windows,
           burn.hour_1 AS burn_1h, burn.hour_6 AS burn_6h, burn.day_1 AS burn_24h, burn.day_3 AS burn_72h,
           trend_seconds, trend_down_seconds,
           trend_down_seconds::double precision / nullif(trend_seconds, 0) AS trend_down_ratio,
           breach_at, payable, payable_if_breached, outlook.currency, outlook.is_demo, agreement.is_listed
    FROM outlook JOIN reporting.agreement USING (agreement)
    CROSS JOIN LATERAL (
        SELECT max(rate) FILTER (WHERE seconds = 3600) AS hour_1, max(rate) FILTER (WHERE seconds = 21600) AS hour_6,
               max(rate) FILTER (WHERE seconds = service_day_seconds) AS day_1,
               max(rate) FILTER (WHERE seconds = 3 * service_day_seconds) AS day_3
        FROM (
            SELECT (looked ->> 'seconds')::bigint AS seconds,
                   ((looked ->> 'bad_seconds')::numeric / nullif((looked ->> 'counted_seconds')::numeric, 0)
                    / nullif(allowed_ratio, 0))::double precision AS rate
            FROM jsonb_array_elements(windows) AS looked
        ) AS rates
    ) AS burn OFFSET 0;

CREATE VIEW reporting.restore_outlook WITH (security_barrier) AS
    SELECT restore_outlook.agreement, objective, ticket, circuit, agreement.tenant, agreement.facility, opened_at, seen_at,
           at_most_seconds, elapsed_seconds, frozen_seconds, due_at, restore_outlook.is_demo
    FROM restore_outlook JOIN reporting.agreement USING (agreement) OFFSET 0;
