-- What one circuit did between %(from)s and %(to)s as spans: outages by its agreements, exclusions (planned and
-- decided), and time without any known interval, clipped to what was asked. Parameters: circuit, from, to.
WITH known AS (
    SELECT bucket_at AS starts_at, bucket_at + INTERVAL '5 minutes' AS ends_at FROM reporting.circuit_5m
    WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
        AND bucket_at >= %(from)s::timestamptz - INTERVAL '5 minutes' AND bucket_at < %(to)s AND intervals_known > 0
), newest AS (
    SELECT newest_at FROM reporting.freshness WHERE subject = 'circuit' AND code = %(circuit)s
), gaps AS (
    SELECT ends_at AS starts_at, lead(starts_at) OVER (ORDER BY starts_at) AS ends_at FROM known
    UNION ALL
    SELECT %(from)s, (SELECT min(starts_at) FROM known)
), shown AS (
    SELECT 'down' AS state, starts_at, ends_at, agreement AS said_by FROM reporting.outage
    WHERE circuit = %(circuit)s AND starts_at < %(to)s AND ends_at > %(from)s
        AND period_starts_at < %(to)s AND period_ends_at > %(from)s
    UNION ALL
    SELECT CASE WHEN decision = 'accepted' THEN 'excluded' ELSE decision END, starts_at, ends_at, exclusion
    FROM reporting.exclusion
    WHERE circuit = %(circuit)s AND starts_at < %(to)s AND ends_at > %(from)s
    UNION ALL
    SELECT 'unknown', starts_at, coalesce(ends_at, %(to)s), NULL FROM gaps
    WHERE starts_at < coalesce(ends_at, %(to)s) AND (ends_at IS NOT NULL OR starts_at <= (SELECT newest_at FROM newest))
)
SELECT state, greatest(starts_at, %(from)s) AS starts_at, least(ends_at, %(to)s) AS ends_at, said_by
FROM shown WHERE greatest(starts_at, %(from)s) < least(ends_at, %(to)s) ORDER BY starts_at, state
