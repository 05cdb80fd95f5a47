-- Sums over tenants, for those who may see no row of any: an authority, and whoever manages or owns a park. A sum is shown
-- only over enough tenants, no sum over parks is offered, and what a sum adds up (let zones) is never shown beside it
-- (shared zones), so nothing can be subtracted from anything (decision 0008).
-- The zones of an hour are those of the park that were ever let, whatever the inventory lists by now: an hour that was shown
-- stays as it was. A zone that left and is silent is missing from the hours after its last count, which show no sum for five
-- weeks; then it is no longer waited for. An hour sooner would be the sum of before less those of that zone.
CREATE VIEW reporting.park_occupancy_1h WITH (security_barrier) AS
    WITH ever_let AS MATERIALIZED (
        SELECT facility, tenant, capacity_people, is_listed, (
            SELECT max(last_at) FROM ingest WHERE kind = 'occupancy' AND series_id = zone_id
        ) + interval '35 days' AS waited_for_until
        FROM zone WHERE tenant IS NOT NULL
    )
    SELECT facility, bucket_at, zones, zones_counted, capacity_people, NOT is_shown AS is_suppressed,
           CASE WHEN is_shown AND zones_counted = zones THEN round(people / least_people) * least_people END AS people
    FROM (
        SELECT facility, bucket_at, count(*) AS zones_counted, sum(people_sum::numeric / counts) AS people
        FROM occupancy_1h AS measured
        JOIN (SELECT zone_id, facility FROM zone WHERE tenant IS NOT NULL OFFSET 0) AS zone USING (zone_id)
        WHERE measured.zone_id = ANY (ARRAY(
            SELECT zone_id FROM zone
            WHERE tenant IS NOT NULL
              AND ((SELECT coalesce(bool_or(sees_everything OR sees_aggregates), false) FROM reporting.scope)
                   OR facility = ANY (ARRAY(SELECT facility FROM reporting.scope)))))
        GROUP BY facility, bucket_at
    ) AS summed CROSS JOIN LATERAL (
        SELECT count(*) AS zones, count(DISTINCT tenant) AS tenants, sum(capacity_people) AS capacity_people
        FROM ever_let WHERE ever_let.facility = summed.facility AND (is_listed OR waited_for_until >= bucket_at)
    ) AS let CROSS JOIN disclosure AS rule CROSS JOIN LATERAL (
        SELECT tenants >= least_tenants AND people >= least_people AS is_shown
    ) AS judged;

-- Objectives by how they stand, over enough tenants. What a tenant is owed is its own business: the sum of credits is shown
-- only once every agreement of the park that is in force in the month is scored to the end of the month or its own (or two
-- looks, before and after one of them is, would differ by that tenant's credit), over enough tenants that are owed something,
-- none of them 85 % of it or more; else none of the month's sums, whatever the currency. That nobody is owed anything may be said.
CREATE VIEW reporting.park_verdicts WITH (security_barrier) AS
    SELECT facility, month, agreements, CASE WHEN is_shown THEN met END AS met,
           CASE WHEN is_shown THEN on_track END AS on_track, CASE WHEN is_shown THEN breached END AS breached,
           CASE WHEN is_shown THEN undecided END AS undecided, NOT is_shown AS is_suppressed,
           CASE WHEN is_shown THEN open END AS open, CASE WHEN is_shown THEN unmeasured END AS unmeasured,
           CASE WHEN is_shown THEN not_measurable END AS not_measurable,
           CASE WHEN is_shown AND may_be_summed THEN credits END AS credits
    FROM (
        SELECT judged.facility, judged.month, count(DISTINCT agreement) AS agreements,
               count(DISTINCT tenant) >= (SELECT least_tenants FROM disclosure) AS is_shown,
               count(*) FILTER (WHERE standing = 'met') AS met, count(*) FILTER (WHERE standing = 'on_track') AS on_track,
               count(*) FILTER (WHERE standing = 'breached') AS breached,
               count(*) FILTER (WHERE standing = 'open') AS open,
               count(*) FILTER (WHERE standing = 'insufficient_data') AS undecided,
               count(*) FILTER (WHERE standing = 'insufficient_data' AND coverage = 0) AS unmeasured,
               count(*) FILTER (WHERE standing = 'not_measurable') AS not_measurable
        FROM (
            SELECT scored.facility, scored.month, verdict.agreement, scored.tenant,
                   coalesce((detail ->> 'coverage_percent')::numeric, 0) AS coverage,
                   reporting.standing(
                       verdict, verdict.indicator, detail, coalesce(verdict.target_ratio, objective.target_ratio),
                       budget_seconds, budget_left_seconds, min_coverage_ratio, scored_to_at, period_ends_at
                   ) AS standing
            FROM verdict JOIN (
                SELECT agreement, period_starts_at, period_ends_at, score.facility, tenant, period.month, scored_to_at
                FROM score JOIN park ON park.facility = score.facility
                JOIN period ON period.time_zone = park.time_zone
                    AND period.starts_at <= period_starts_at AND period_starts_at < period.ends_at
                WHERE (SELECT coalesce(bool_or(sees_everything OR sees_aggregates), false) FROM reporting.scope)
                   OR score.facility = ANY (ARRAY(SELECT facility FROM reporting.scope)) OFFSET 0
            ) AS scored USING (agreement, period_starts_at, period_ends_at)
            LEFT JOIN objective
                ON objective.agreement = verdict.agreement AND objective.objective = verdict.objective
        ) AS judged
        GROUP BY judged.facility, judged.month OFFSET 0
    ) AS counted LEFT JOIN (
        SELECT facility, month, jsonb_object_agg(currency, owed::text) AS credits,
               bool_and(owed = 0 OR tenants >= (SELECT least_tenants FROM disclosure) AND most < 0.85 * owed)
               AND NOT EXISTS (
                   SELECT FROM agreement
                   JOIN period AS own ON own.time_zone = agreement.time_zone AND own.month = by_currency.month
                   CROSS JOIN LATERAL (
                       SELECT count(*) AS scores, bool_and(scored_to_at >= period_ends_at) AS are_over,
                              max(period_ends_at) AS scored_until_at
                       FROM score WHERE score.agreement = agreement.agreement
                           AND period_starts_at >= own.starts_at AND period_starts_at < own.ends_at
                   ) AS scored
                   WHERE agreement.facility = by_currency.facility
                     AND (scores > 0 OR is_listed AND to_char(starts_on::timestamp, 'YYYY-MM') <= own.month AND coalesce(
                              starts_on < ends_on AND to_char(ends_on - interval '1 day', 'YYYY-MM') >= own.month, true))
                     -- Its last day is before ends_on; an instant of that day will do, whatever the zone.
                     AND (NOT coalesce(
                              are_over AND scored_until_at > least(own.ends_at - interval '1 second',
                                                           (ends_on - interval '1 day') AT TIME ZONE 'UTC'), false)
                          OR EXISTS (
                              SELECT FROM unscored WHERE unscored.agreement = agreement.agreement
                                  AND month_starts_at >= own.starts_at AND month_starts_at < own.ends_at))
               ) AS may_be_summed
        FROM (
            SELECT facility, month, currency, sum(owed) AS owed, count(*) FILTER (WHERE owed > 0) AS tenants,
                   max(owed) AS most
            FROM (
                SELECT score.facility, period.month, agreement.currency, score.tenant,
                       sum((document::jsonb #>> '{credits,payable}')::numeric) AS owed
                FROM score JOIN agreement USING (agreement) JOIN park ON park.facility = score.facility
                JOIN period ON period.time_zone = park.time_zone
                    AND period.starts_at <= period_starts_at AND period_starts_at < period.ends_at
                WHERE (SELECT coalesce(bool_or(sees_everything OR sees_aggregates), false) FROM reporting.scope)
                   OR score.facility = ANY (ARRAY(SELECT facility FROM reporting.scope))
                GROUP BY score.facility, period.month, agreement.currency, score.tenant
            ) AS by_tenant GROUP BY facility, month, currency
        ) AS by_currency GROUP BY facility, month OFFSET 0
    ) AS owed USING (facility, month)
    OFFSET 0;
