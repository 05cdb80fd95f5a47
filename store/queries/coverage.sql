-- How much of a span is known, per circuit with an agreed interval: known intervals of those that fit into it.
-- Parameters: from, to.
SELECT circuit, facility, tenant, interval_seconds,
       extract(epoch FROM %(to)s - %(from)s)::bigint / interval_seconds AS intervals_expected,
       coalesce(intervals_known, 0) AS intervals_known,
       coalesce(intervals_known, 0) * interval_seconds / extract(epoch FROM %(to)s - %(from)s)::double precision
           AS coverage_ratio
FROM (SELECT DISTINCT circuit, facility, tenant, interval_seconds FROM reporting.objective
      WHERE is_listed AND interval_seconds IS NOT NULL) AS agreed
LEFT JOIN (
    SELECT circuit, sum(intervals_known)::bigint AS intervals_known FROM reporting.circuit_1h
    WHERE bucket_at >= %(from)s AND bucket_at < %(to)s GROUP BY circuit) AS measured USING (circuit)
ORDER BY coverage_ratio, circuit
