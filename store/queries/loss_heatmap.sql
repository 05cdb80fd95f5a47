-- Loss of every circuit of a park in buckets of %(bucket)s (an hour or more); a bucket without a known interval has no
-- ratio. Parameters: facility, from, to, bucket.
SELECT circuit, date_bin(%(bucket)s, bucket_at, '2000-01-03Z') AS starts_at, sum(sent)::bigint AS sent,
       sum(lost)::bigint AS lost, sum(lost)::double precision / nullif(sum(sent), 0) AS loss_ratio,
       sum(intervals_known)::bigint AS intervals_known
FROM reporting.circuit_1h
WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE facility = %(facility)s))
    AND bucket_at >= %(from)s AND bucket_at < %(to)s
GROUP BY 1, 2 ORDER BY 1, 2
