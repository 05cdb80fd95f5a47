-- Loss of every circuit of a park, hour by hour; hours without a known interval have no ratio.
-- Parameters: facility, from, to.
SELECT circuit, bucket_at, sent, lost, lost::double precision / nullif(sent, 0) AS loss_ratio, intervals_known
FROM reporting.circuit_1h
WHERE facility = %(facility)s AND bucket_at >= %(from)s AND bucket_at < %(to)s
ORDER BY circuit, bucket_at
