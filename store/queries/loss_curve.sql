-- Sent and lost of one circuit in buckets of %(bucket)s (five minutes or more), from hourly sums where whole hours are
-- asked for. Parameters: circuit, from, to, bucket.
WITH measured AS (
    SELECT bucket_at, intervals, intervals_known, sent, lost FROM reporting.circuit_5m
    WHERE %(bucket)s::interval < INTERVAL '1 hour' AND bucket_at >= %(from)s AND bucket_at < %(to)s
    AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
    UNION ALL
    SELECT bucket_at, intervals, intervals_known, sent, lost FROM reporting.circuit_1h
    WHERE %(bucket)s::interval >= INTERVAL '1 hour' AND bucket_at >= %(from)s AND bucket_at < %(to)s
    AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
)
SELECT date_bin(%(bucket)s, bucket_at, '2000-01-03Z') AS starts_at, sum(sent)::bigint AS sent,
       sum(lost)::bigint AS lost, sum(lost)::double precision / nullif(sum(sent), 0) AS loss_ratio,
       sum(intervals_known)::double precision / nullif(sum(intervals), 0) AS known_ratio
FROM measured GROUP BY 1 ORDER BY 1
