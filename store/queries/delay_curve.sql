-- Round trips of one circuit in buckets of %(bucket)s: exact mean and extremes, and the upper bound of the class that
-- the 95th percentile lies in (the exact percentile is the verdict's). Parameters: circuit, from, to, bucket.
WITH measured AS (
    SELECT bucket_at, delay_class, probes, seconds, least_seconds, most_seconds FROM reporting.delay_5m
    WHERE %(bucket)s::interval < INTERVAL '1 hour' AND bucket_at >= %(from)s AND bucket_at < %(to)s
    AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
    UNION ALL
    SELECT bucket_at, delay_class, probes, seconds, least_seconds, most_seconds FROM reporting.delay_1h
    WHERE %(bucket)s::interval >= INTERVAL '1 hour' AND bucket_at >= %(from)s AND bucket_at < %(to)s
    AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
), classes AS (
    SELECT date_bin(%(bucket)s, bucket_at, '2000-01-03Z') AS starts_at, delay_class, sum(probes) AS probes,
           sum(seconds) AS seconds, min(least_seconds) AS least_seconds, max(most_seconds) AS most_seconds
    FROM measured WHERE delay_class >= 0 GROUP BY 1, 2
), ranked AS (
    SELECT *, sum(probes) OVER (PARTITION BY starts_at ORDER BY delay_class) AS up_to_here,
           sum(probes) OVER (PARTITION BY starts_at) AS all_probes FROM classes
)
SELECT starts_at, max(all_probes)::bigint AS answered, sum(seconds) / sum(probes)::double precision AS mean_seconds,
       min(least_seconds) AS least_seconds, max(most_seconds) AS most_seconds,
       min(least(below_seconds, most_seconds)) FILTER (WHERE up_to_here * 20 >= all_probes * 19) AS p95_below_seconds
FROM ranked JOIN reporting.delay_class USING (delay_class)
GROUP BY starts_at ORDER BY starts_at
