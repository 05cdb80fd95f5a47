-- What one circuit did between %(from)s and %(to)s as spans: outages by its agreements, exclusions (planned and
-- decided), and time without any known interval, clipped to what was asked. Parameters: circuit, from, to.
WITH shown AS (
    SELECT 'down' AS state, starts_at, ends_at, agreement AS said_by FROM reporting.outage
    WHERE circuit = %(circuit)s AND starts_at < %(to)s AND ends_at > %(from)s
    UNION ALL
    SELECT CASE WHEN decision = 'accepted' THEN 'excluded' ELSE decision END, starts_at, ends_at, exclusion
    FROM reporting.exclusion
    WHERE circuit = %(circuit)s AND starts_at < %(to)s AND ends_at > %(from)s
    UNION ALL
    SELECT 'unknown', lower(span), upper(span), NULL
    FROM (
        SELECT unnest(
            multirange(tstzrange(%(from)s, least(%(to)s, max(bucket_at) + INTERVAL '5 minutes')))
            - range_agg(tstzrange(bucket_at, bucket_at + INTERVAL '5 minutes')) FILTER (WHERE intervals_known > 0)
        ) AS span
        FROM reporting.circuit_5m
        WHERE circuit = %(circuit)s AND bucket_at >= %(from)s AND bucket_at < %(to)s
    ) AS gaps
)
SELECT state, greatest(starts_at, %(from)s) AS starts_at, least(ends_at, %(to)s) AS ends_at, said_by
FROM shown ORDER BY starts_at, state
