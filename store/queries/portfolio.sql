-- Every park in one month: verdicts by outcome, and the credit owed as a JSON object of amounts by currency, in text as
-- in the score. An agreement that has left the inventory counts where its period was scored to the end. Parks without
-- agreements are shown with none. Parameters: month.
WITH bounds AS (
    SELECT min(starts_at) AS starts_at, max(ends_at) AS ends_at FROM reporting.period WHERE month = %(month)s
), scored AS (
    SELECT agreement, facility, period_starts_at, period_ends_at, currency, credit_payable FROM reporting.score
    WHERE month = %(month)s AND (is_listed OR scored_to_at >= period_ends_at)
        AND period_starts_at >= (SELECT starts_at FROM bounds) AND period_starts_at < (SELECT ends_at FROM bounds)
), judged AS (
    SELECT agreement, period_starts_at, period_ends_at, verdict FROM reporting.verdict
    WHERE period_starts_at >= (SELECT starts_at FROM bounds) AND period_starts_at < (SELECT ends_at FROM bounds)
), counted AS (
    SELECT facility, count(DISTINCT agreement) AS agreements, count(*) FILTER (WHERE verdict = 'met') AS met,
           count(*) FILTER (WHERE verdict = 'breached') AS breached, count(*) FILTER (WHERE verdict = 'open') AS open,
           count(*) FILTER (WHERE verdict IN ('insufficient_data', 'not_measurable')) AS undecided
    FROM scored LEFT JOIN judged USING (agreement, period_starts_at, period_ends_at) GROUP BY facility
), owed AS (
    SELECT facility, jsonb_object_agg(currency, credit_payable::text) AS credit_payable
    FROM (SELECT facility, currency, sum(credit_payable) AS credit_payable
          FROM scored GROUP BY facility, currency) AS sums
    GROUP BY facility
)
SELECT facility, name, status, coalesce(agreements, 0) AS agreements, coalesce(met, 0) AS met,
       coalesce(breached, 0) AS breached, coalesce(open, 0) AS open, coalesce(undecided, 0) AS undecided, credit_payable
FROM reporting.park LEFT JOIN counted USING (facility) LEFT JOIN owed USING (facility)
ORDER BY name, facility
