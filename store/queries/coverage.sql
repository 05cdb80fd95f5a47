-- How much of a span up to %(now)s is known, per circuit with an agreed interval: seconds of known intervals / seconds,
-- 0..1; NULL for an empty span. An interval lasts as long as the shortest one agreed for the circuit, or less where more
-- of them lie in an hour than that leaves room for. Whole hours are exact; of the hours at both ends the known share of
-- each five minutes (or of what five minutes and the interval both divide) is taken, in proportion where the span cuts it.
-- Parameters: from, to, now.
WITH hours AS (
    SELECT circuit_id, bucket_at, intervals, intervals_known FROM reporting.circuit_1h
    WHERE bucket_at >= time_bucket(INTERVAL '1 hour', %(from)s::timestamptz) - INTERVAL '1 hour'
        AND bucket_at < least(%(to)s::timestamptz, %(now)s::timestamptz)
), fives AS (
    SELECT circuit_id, bucket_at, intervals_known FROM reporting.circuit_5m
    WHERE bucket_at >= time_bucket(INTERVAL '1 hour', %(from)s::timestamptz)
        AND bucket_at < time_bucket(INTERVAL '1 hour', %(from)s::timestamptz) + INTERVAL '1 hour'
    UNION
    SELECT circuit_id, bucket_at, intervals_known FROM reporting.circuit_5m
    WHERE bucket_at >= time_bucket(INTERVAL '1 hour', least(%(to)s::timestamptz, %(now)s::timestamptz))
        AND bucket_at < time_bucket(INTERVAL '1 hour', least(%(to)s::timestamptz, %(now)s::timestamptz))
            + INTERVAL '1 hour'
), divisors AS (
    SELECT seconds FROM generate_series(1, 3600) AS seconds WHERE 3600 %% seconds = 0
), agreed AS (
    SELECT circuit, min(interval_seconds) AS interval_seconds FROM reporting.objective
    WHERE is_listed AND interval_seconds IS NOT NULL GROUP BY circuit
), series AS (
    SELECT circuit_id, circuit, facility, tenant,
           least(interval_seconds, (SELECT max(seconds) FROM divisors WHERE seconds * most <= 3600)) AS interval_seconds
    FROM reporting.circuit JOIN agreed USING (circuit)
    LEFT JOIN (SELECT circuit_id, max(intervals) AS most FROM hours GROUP BY circuit_id) AS fullest USING (circuit_id)
), cells AS (
    SELECT circuit_id, date_bin(make_interval(secs => lcm(300, interval_seconds)), bucket_at, '2000-01-03Z') AS starts_at,
           sum(intervals_known) * interval_seconds AS known_seconds, lcm(300, interval_seconds) AS seconds
    FROM fives JOIN series USING (circuit_id) GROUP BY circuit_id, 2, interval_seconds
), pieces AS (
    SELECT circuit_id, bucket_at AS starts_at, bucket_at + INTERVAL '1 hour' AS ends_at,
           intervals_known * interval_seconds AS known_seconds
    FROM hours JOIN series USING (circuit_id)
    WHERE bucket_at >= %(from)s AND bucket_at + INTERVAL '1 hour' <= least(%(to)s::timestamptz, %(now)s::timestamptz)
    UNION ALL
    SELECT circuit_id, starts_at, least(starts_at + make_interval(secs => seconds), %(now)s), known_seconds
    FROM cells WHERE starts_at < %(now)s
        AND NOT (time_bucket(INTERVAL '1 hour', starts_at) >= %(from)s
                 AND time_bucket(INTERVAL '1 hour', starts_at) + INTERVAL '1 hour'
                     <= least(%(to)s::timestamptz, %(now)s::timestamptz))
), known AS (
    SELECT circuit_id, sum(least(1, known_seconds / extract(epoch FROM ends_at - starts_at)::double precision)
               * greatest(0, extract(epoch FROM least(ends_at, %(to)s) - greatest(starts_at, %(from)s)))) AS known_seconds
    FROM pieces GROUP BY circuit_id
), span AS (
    SELECT nullif(greatest(0, extract(epoch FROM least(%(to)s::timestamptz, %(now)s::timestamptz) - %(from)s)), 0)
               ::double precision AS seconds
)
SELECT circuit, facility, tenant, interval_seconds, span.seconds AS span_seconds,
       coalesce(known_seconds, 0) AS known_seconds, coalesce(known_seconds, 0) / span.seconds AS coverage_ratio
FROM series CROSS JOIN span LEFT JOIN known USING (circuit_id)
ORDER BY coverage_ratio, circuit
