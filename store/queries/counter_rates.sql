-- What the totals of one part of a sensor grew by from reading to reading, exactly and per second (R-18).
-- Where a difference cannot be believed, growth is NULL and `gap` says why: unknown, neither 0 nor a spike.
-- `largest_per_second` is what the counter can grow by at most (octets: bits per second of the interface / 8); without
-- it (NULL or 0: unknown) no decrease is known as a wrap. Parameters: sensor, channel, from, to, largest_per_second.
WITH measured AS (
    SELECT quantity, modulus, measured_at AS ends_at, lag(measured_at) OVER in_order AS starts_at,
           counted, lag(counted) OVER in_order AS counted_before
    FROM (
        SELECT series_id, measured_at, counted FROM reporting.sensor_reading
        WHERE series_id = ANY (ARRAY(
            SELECT series_id FROM reporting.sensor_series
            WHERE sensor = %(sensor)s AND channel = %(channel)s AND quantity LIKE '%%\_total'))
        AND measured_at >= %(from)s AND measured_at < %(to)s AND value IS NULL) AS read
    JOIN reporting.sensor_series USING (series_id)
    WINDOW in_order AS (PARTITION BY series_id ORDER BY measured_at)
), grown AS (
    SELECT quantity, starts_at, ends_at, extract(epoch FROM ends_at - starts_at) AS seconds,
           nullif(%(largest_per_second)s::numeric, 0) AS largest_per_second,
           counted - counted_before + CASE WHEN counted < counted_before THEN modulus ELSE 0 END AS growth,
           CASE
               WHEN counted IS NULL OR counted_before IS NULL THEN 'no_value'
               WHEN counted >= counted_before THEN NULL
               -- A counter of 64 bits does not come round in years: it began again.
               WHEN modulus IS NULL OR modulus >= 18446744073709551616 OR counted_before >= modulus THEN 'decreased'
               WHEN coalesce(
                   nullif(%(largest_per_second)s::numeric, 0) * extract(epoch FROM ends_at - starts_at) >= modulus, true)
                   THEN 'ambiguous_wrap'
           END AS gap
    FROM measured WHERE starts_at IS NOT NULL
), judged AS (
    SELECT quantity, starts_at, ends_at, seconds, growth,
           coalesce(gap, CASE WHEN growth > largest_per_second * seconds * 1.05 THEN 'implausible' END) AS gap
    FROM grown
)
SELECT quantity, starts_at, ends_at, CASE WHEN gap IS NULL THEN growth END AS growth,
       CASE WHEN gap IS NULL THEN (growth / seconds)::double precision END AS per_second, gap
FROM judged ORDER BY quantity, starts_at
