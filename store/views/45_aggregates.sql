-- Sums over tenants, for those who may see no row of any: an authority, and whoever manages or owns a park. A sum is shown
-- only over enough tenants, no sum over parks is offered, and what a sum adds up (let zones) is never shown beside it
-- (shared zones), so nothing can be subtracted from anything (decision 0008).
CREATE VIEW reporting.park_occupancy_1h WITH (security_barrier) AS
    SELECT facility, bucket_at, zones, zones_counted, capacity_people, NOT is_shown AS is_suppressed,
           CASE WHEN is_shown AND zones_counted = zones THEN round(people / least_people) * least_people END AS people
    FROM (
        SELECT facility, bucket_at, let.zones, count(*) AS zones_counted, let.capacity_people,
               sum(people_sum::numeric / counts) AS people, rule.least_people,
               let.tenants >= rule.least_tenants AND sum(people_sum::numeric / counts) >= rule.least_people AS is_shown
        FROM occupancy_1h AS measured
        JOIN (SELECT zone_id, facility FROM zone WHERE tenant IS NOT NULL AND is_listed OFFSET 0) AS zone USING (zone_id)
        JOIN (
            SELECT facility, count(*) AS zones, count(DISTINCT tenant) AS tenants, sum(capacity_people) AS capacity_people
            FROM zone WHERE tenant IS NOT NULL AND is_listed GROUP BY facility) AS let USING (facility)
        CROSS JOIN disclosure AS rule
        WHERE measured.zone_id = ANY (ARRAY(
            SELECT zone_id FROM zone
            WHERE tenant IS NOT NULL AND is_listed
              AND ((SELECT coalesce(bool_or(sees_everything OR sees_aggregates), false) FROM reporting.scope)
                   OR facility = ANY (ARRAY(SELECT facility FROM reporting.scope)))))
        GROUP BY facility, bucket_at, let.zones, let.tenants, let.capacity_people, rule.least_people, rule.least_tenants
    ) AS summed;

-- Of a month that still runs nothing is met yet: what would be is on track, what has no verdict yet is undecided.
CREATE VIEW reporting.park_verdicts WITH (security_barrier) AS
    SELECT facility, month, agreements, CASE WHEN is_shown THEN met END AS met,
           CASE WHEN is_shown THEN on_track END AS on_track, CASE WHEN is_shown THEN breached END AS breached,
           CASE WHEN is_shown THEN judged - met - on_track - breached END AS undecided, NOT is_shown AS is_suppressed
    FROM (
        SELECT score.facility, period.month, count(DISTINCT score.agreement) AS agreements, count(*) AS judged,
               count(*) FILTER (WHERE is_over AND verdict = 'met') AS met,
               count(*) FILTER (WHERE NOT is_over AND verdict = 'met') AS on_track,
               count(*) FILTER (WHERE verdict = 'breached') AS breached,
               count(DISTINCT score.tenant) >= (SELECT least_tenants FROM disclosure) AS is_shown
        FROM verdict JOIN score USING (agreement, period_starts_at, period_ends_at)
        CROSS JOIN LATERAL (SELECT scored_to_at >= period_ends_at AS is_over) AS scored
        JOIN park ON park.facility = score.facility
        JOIN period ON period.time_zone = park.time_zone
            AND period.starts_at <= period_starts_at AND period_starts_at < period.ends_at
        WHERE (SELECT coalesce(bool_or(sees_everything OR sees_aggregates), false) FROM reporting.scope)
           OR score.facility = ANY (ARRAY(SELECT facility FROM reporting.scope))
        GROUP BY score.facility, period.month OFFSET 0
    ) AS counted;
