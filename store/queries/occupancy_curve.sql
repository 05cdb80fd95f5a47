-- People in one zone in buckets of %(bucket)s (a quarter of an hour or more), beside its capacity. A bucket without a
-- count is absent: nobody counted is not nobody there. Parameters: zone, from, to, bucket.
SELECT date_bin(%(bucket)s, bucket_at, '2000-01-03Z') AS starts_at,
       sum(people_sum)::double precision / sum(counts) AS people_mean,
       max(people_most) AS people_most, min(people_least) AS people_least, sum(counts)::bigint AS counts,
       max(capacity_people) AS capacity_people
FROM reporting.occupancy_15m
WHERE zone_id = ANY (ARRAY(SELECT zone_id FROM reporting.zone WHERE zone = %(zone)s))
    AND bucket_at >= %(from)s AND bucket_at < %(to)s
GROUP BY 1 ORDER BY 1
