-- How an objective stands, in one word, wherever that is asked: here and nowhere else in SQL (dashboards/standing.py says
-- the same to the terminal). Of a period scored to its end it is the verdict. Of a running one nothing is met yet: what
-- would be is on track, and availability, of which the rest of the period is unknown time, is
--   breached where more was out than the whole period allows, if it can still be measured as much as its agreement demands;
--   on track where the time gone by was measured as much as its agreement demands;
--   without a verdict else.
-- What lies ahead is what the budget was computed over and was not counted yet (facilities/budget.py); a target of 100 % has
-- no budget to tell it by, so there it is the rest of the period. Where unknown time is filled in, the measured seconds are
-- taken back from the percentage of the document, which is cut at its fourth decimal.
-- Arithmetic on what it is given, so everybody may call it. Two functions: the planner puts the second into a query, which
-- has no subquery, so that of a year's closed months the first is never called.
CREATE OR REPLACE FUNCTION reporting.availability_standing(
    detail jsonb, target_ratio numeric, budget_seconds numeric, budget_left_seconds numeric, min_coverage_ratio numeric,
    ahead_seconds numeric
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT CASE
        WHEN budget_left_seconds < 0 AND measured + counted - gone_by >= min_coverage_ratio * counted THEN 'breached'
        WHEN budget_left_seconds >= 0 AND gone_by > 0 AND measured >= min_coverage_ratio * gone_by THEN 'on_track'
        ELSE 'insufficient_data' END
    FROM (
        SELECT counted, least(up + down, floor((coverage + 0.000001) * counted)) AS measured,
               counted - coalesce(budget_seconds / nullif(1 - target_ratio, 0) - up - down,
                                  least(unknown, ahead_seconds)) AS gone_by
        FROM (
            SELECT up, down, unknown, up + down + unknown AS counted, coverage
            FROM (
                SELECT (detail #>> '{seconds,up}')::bigint AS up, (detail #>> '{seconds,down}')::bigint AS down,
                       (detail #>> '{seconds,unknown}')::bigint AS unknown,
                       (detail ->> 'coverage_percent')::numeric / 100 AS coverage
            ) AS said
        ) AS added
    ) AS told
);

CREATE OR REPLACE FUNCTION reporting.standing(
    verdict text, indicator text, detail jsonb, target_ratio numeric, budget_seconds numeric, budget_left_seconds numeric,
    min_coverage_ratio numeric, scored_to_at timestamptz, period_ends_at timestamptz
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN scored_to_at >= period_ends_at THEN verdict
    WHEN indicator <> 'availability' THEN CASE verdict WHEN 'met' THEN 'on_track' ELSE verdict END
    ELSE reporting.availability_standing(
        detail, target_ratio, budget_seconds, budget_left_seconds, min_coverage_ratio,
        extract(epoch FROM period_ends_at - scored_to_at)
    ) END;
