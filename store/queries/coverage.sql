-- How much of a span up to %(now)s is known, per circuit with an agreed interval: seconds of known intervals / seconds,
-- 0..1; NULL for an empty span, and for a circuit that is measured by probes alone. An interval lasts as long as the
-- shortest one agreed for the circuit, or less where more of them lie in an hour than that leaves room for. Whole hours
-- are exact; of the hours at both ends the known share of each five minutes (or of what five minutes and the interval
-- both divide) is taken, in proportion where the span cuts it.
-- Parameters: from, to, now.
WITH span AS (
    SELECT least(%(to)s, %(now)s) AS ends_at,
           nullif(greatest(0, extract(epoch FROM least(%(to)s, %(now)s) - %(from)s)), 0)::double precision AS seconds
), hours AS (
    SELECT circuit_id, max(intervals) AS most, coalesce(sum(intervals_known) FILTER (
               WHERE bucket_at >= %(from)s AND bucket_at <= least(%(to)s, %(now)s) - INTERVAL '1 hour'), 0) AS known
    FROM reporting.circuit_1h
    WHERE bucket_at >= date_bin('1 hour', %(from)s, '2000-01-03Z') - INTERVAL '1 hour'
        AND bucket_at < least(%(to)s, %(now)s)
    GROUP BY circuit_id
), divisors AS MATERIALIZED (
    SELECT seconds FROM generate_series(1, 3600) AS seconds WHERE 3600 %% seconds = 0
), agreed AS (
    SELECT circuit, min(interval_seconds) AS interval_seconds FROM reporting.objective
    WHERE is_listed AND interval_seconds IS NOT NULL GROUP BY circuit
), series AS (
    SELECT circuit_id, circuit, facility, tenant, hours.known, has_probes AND NOT has_intervals AS by_probes,
           least(interval_seconds, (SELECT max(seconds) FROM divisors WHERE seconds * most <= 3600)) AS interval_seconds
    FROM reporting.circuit_kinds JOIN agreed USING (circuit) LEFT JOIN hours USING (circuit_id)
), edges AS (
    SELECT circuit_id, bucket_at, intervals_known FROM reporting.circuit_5m
    WHERE date_bin('1 hour', %(from)s, '2000-01-03Z') < %(from)s
        AND bucket_at >= date_bin('1 hour', %(from)s, '2000-01-03Z')
        AND bucket_at < date_bin('1 hour', %(from)s, '2000-01-03Z') + INTERVAL '1 hour'
    UNION
    SELECT circuit_id, bucket_at, intervals_known FROM reporting.circuit_5m
    WHERE date_bin('1 hour', least(%(to)s, %(now)s), '2000-01-03Z') < least(%(to)s, %(now)s)
        AND bucket_at >= date_bin('1 hour', least(%(to)s, %(now)s), '2000-01-03Z')
        AND bucket_at < date_bin('1 hour', least(%(to)s, %(now)s), '2000-01-03Z') + INTERVAL '1 hour'
), cells AS (
    SELECT circuit_id, cell_at, least(cell_at + cell, %(now)s) AS ends_at,
           sum(intervals_known)::double precision * interval_seconds AS known_seconds
    FROM (SELECT circuit_id, interval_seconds, make_interval(secs => lcm(300, interval_seconds)) AS cell
          FROM series) AS own
    JOIN edges USING (circuit_id) CROSS JOIN LATERAL date_bin(cell, bucket_at, '2000-01-03Z') AS cell_at
    WHERE cell_at < %(now)s GROUP BY circuit_id, cell_at, cell, interval_seconds
), shares AS (
    SELECT circuit_id, sum(least(1, known_seconds / extract(epoch FROM cells.ends_at - cell_at)::double precision)
               * greatest(0, extract(epoch FROM least(cells.ends_at, span.ends_at) - greatest(cell_at, %(from)s)))
           ) AS known_seconds
    FROM cells CROSS JOIN span GROUP BY circuit_id
), counted AS (
    SELECT series.*, CASE WHEN by_probes THEN NULL
               ELSE coalesce(known * interval_seconds, 0) + coalesce(known_seconds, 0) END AS known_seconds
    FROM series LEFT JOIN shares USING (circuit_id)
)
SELECT circuit, facility, tenant, interval_seconds, span.seconds AS span_seconds, known_seconds::double precision,
       (known_seconds / span.seconds)::double precision AS coverage_ratio
FROM counted CROSS JOIN span ORDER BY coverage_ratio, circuit
