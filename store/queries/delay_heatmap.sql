-- Probes of one circuit by class of round trip, in buckets of %(bucket)s (an hour or more).
-- Parameters: circuit, from, to, bucket.
SELECT date_bin(%(bucket)s, bucket_at, '2000-01-03Z') AS starts_at, delay_class, below_seconds,
       sum(probes)::bigint AS probes
FROM reporting.delay_1h JOIN reporting.delay_class USING (delay_class)
WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
    AND bucket_at >= %(from)s AND bucket_at < %(to)s
GROUP BY 1, 2, 3 ORDER BY 1, 2
