-- Sent and lost of one circuit in buckets of %(bucket)s (five minutes or more). Parameters: circuit, from, to, bucket.
SELECT time_bucket(%(bucket)s, bucket_at) AS starts_at, sum(sent)::bigint AS sent, sum(lost)::bigint AS lost,
       sum(lost)::double precision / nullif(sum(sent), 0) AS loss_ratio,
       sum(intervals_known)::double precision / nullif(sum(intervals), 0) AS known_ratio
FROM reporting.circuit_5m
WHERE circuit = %(circuit)s AND bucket_at >= %(from)s AND bucket_at < %(to)s
GROUP BY 1 ORDER BY 1
