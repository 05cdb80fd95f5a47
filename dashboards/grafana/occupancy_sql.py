"""SQL of the dashboard of occupancy: now, over time, by hour of the week, and what speaks against the counts. Pure."""

from __future__ import annotations

from dashboards.grafana.figures import percent, whole_percent
from dashboards.grafana.sql import FROM, NOW, TO, canonical, is_chosen, or_nothing
from dashboards.grafana.zone_sql import (
    NOW_SUMMED,
    OF_PARK,
    SLOT_SECONDS,
    SLOTS,
    WIDTH,
    is_whole,
    listed,
    people_over_time,
    summed,
    zones_now,
)

_NOW = f"""SELECT * FROM (
{zones_now()}
) AS every WHERE {is_chosen("zone", "zone")}"""

SUMMED = f"""SELECT {NOW_SUMMED}
FROM (
{_NOW}
) AS listed HAVING count(*) > 0"""

SHARE = f"""SELECT {whole_percent("sum(people) / nullif(sum(capacity_people) FILTER (WHERE people IS NOT NULL), 0)")}
    AS share_percent
FROM (
{_NOW}
) AS listed HAVING bool_and(capacity_people IS NOT NULL OR people IS NULL)"""

LISTED = listed(_NOW)

_ZONES = f"""SELECT zone_id, zone, capacity_people, sees_counts OR tenant IS NULL AS is_shown
    FROM reporting.zone WHERE is_listed AND {OF_PARK} AND {is_chosen("zone", "zone")}"""
"""Chosen zones; of those that a tenant lets, nobody else is shown a count: these are not said to be without any."""

_COUNTED = f"""WITH sums AS MATERIALIZED (
{summed()}
), zones AS (
    {_ZONES}
), counted AS (
    SELECT zones.zone, count(sums.zone) FILTER (WHERE {is_whole("bucket_at")}) AS slots,
           count(*) FILTER (WHERE is_suppressed) AS suppressed,
           count(*) FILTER (WHERE 10 * people_most > 11 * sums.capacity_people) AS implausible,
           max(people_most) AS people_most, max(bucket_at) AS last_at
    FROM zones LEFT JOIN sums USING (zone_id) WHERE is_shown GROUP BY zones.zone
), expected AS (
    SELECT nullif(greatest(0, {SLOTS}), 0)::double precision AS slots
)"""

COVERAGE = f"""{_COUNTED}
SELECT {percent("least(1, sum(counted.slots) / (count(*) * max(expected.slots)))", 1)} AS coverage
FROM counted CROSS JOIN expected HAVING count(*) > 0"""

COVERAGE_BY_ZONE = f"""{_COUNTED}
SELECT zone, {whole_percent("least(1, counted.slots / expected.slots)")} AS coverage_percent
FROM counted CROSS JOIN expected WHERE expected.slots IS NOT NULL
ORDER BY counted.slots / expected.slots, zone LIMIT 25"""

DOUBTS = f"""{_COUNTED}
SELECT zone, {percent("least(1, counted.slots / expected.slots)", 1)} AS coverage, last_at,
       suppressed * ({SLOT_SECONDS}) AS suppressed_seconds, implausible * ({SLOT_SECONDS}) AS implausible_seconds,
       people_most
FROM counted CROSS JOIN expected ORDER BY counted.slots / expected.slots NULLS FIRST, zone"""

PEOPLE = people_over_time()

SHARES = f"""WITH sums AS (
{summed()}
), zones AS (
    {_ZONES}
), points AS (
    SELECT zone, date_bin({WIDTH}, bucket_at, '2000-01-03Z') AS starts_at,
           CASE WHEN NOT bool_or(is_suppressed) THEN sum(people_sum)::double precision / sum(counts)
           END / nullif(max(capacity_people), 0) AS share_ratio
    FROM sums GROUP BY 1, 2
)
SELECT bucket_at AS "time", zones.zone, share_ratio::double precision AS share_ratio
FROM generate_series(date_bin({WIDTH}, {FROM}, '2000-01-03Z'), {NOW}, {WIDTH}) AS bucket_at
CROSS JOIN zones LEFT JOIN points ON points.zone = zones.zone AND points.starts_at = bucket_at
WHERE zones.zone IN (SELECT zone FROM points) ORDER BY bucket_at, zones.zone"""

STATES = or_nothing(f"""WITH sums AS (
{summed()}
), spans AS (
    SELECT zone_id, CASE WHEN is_suppressed THEN 'suppressed'
                         WHEN 10 * people_most > 11 * capacity_people THEN 'implausible' ELSE 'counted' END AS counting,
           range_agg(tstzrange(greatest(bucket_at, {FROM}),
                               least(bucket_at + make_interval(secs => {SLOT_SECONDS}), {NOW}))) AS spans
    FROM sums GROUP BY 1, 2
), zones AS (
    {_ZONES}
), apart AS (
    SELECT zone, counting, unnest(spans) AS span FROM spans JOIN zones USING (zone_id)
    UNION ALL
    SELECT zone, CASE WHEN is_shown THEN 'absent' ELSE 'hidden' END,
           unnest(tstzmultirange(tstzrange({FROM}, greatest({FROM}, {NOW}))) - coalesce((
               SELECT range_agg(each) FROM spans CROSS JOIN LATERAL unnest(spans.spans) AS each
               WHERE spans.zone_id = zones.zone_id
           ), '{{}}'))
    FROM zones
)
SELECT lower(span) AS "time", upper(span) AS timeend, zone, counting FROM apart WHERE NOT isempty(span)""")

_HOURS = ",\n       ".join(
    whole_percent(f"sum(people) FILTER (WHERE hour = {hour}) / sum(capacity_people) FILTER (WHERE hour = {hour})")
    + f" AS h{hour:02d}"
    for hour in range(24)
)
WEEK = f"""WITH sums AS (
{summed()}
), hours AS (
    SELECT (floor(extract(epoch FROM bucket_at) / 86400)::bigint + 3) % 7 + 1 AS weekday,
           floor(extract(epoch FROM bucket_at) / 3600)::bigint % 24 AS hour, people_mean AS people, capacity_people
    FROM sums WHERE NOT is_suppressed AND capacity_people > 0
)
SELECT weekday::text AS weekday,
       {_HOURS}
FROM generate_series(1, 7) AS weekday LEFT JOIN hours USING (weekday) GROUP BY weekday ORDER BY weekday"""
"""Means over the counted time of each hour of the week, of people and of capacity, divided once."""

DAYS = f"""WITH sums AS (
{summed()}
)
SELECT date_bin(INTERVAL '1 day', bucket_at, '2000-01-03Z') AS starts_at, zone, max(people_most) AS people_most,
       {whole_percent("max(people_most)::double precision / nullif(max(capacity_people), 0)")} AS peak_percent,
       (array_agg(bucket_at ORDER BY people_most DESC NULLS LAST, bucket_at)
           FILTER (WHERE NOT is_suppressed))[1] AS peak_at,
       (sum(people_mean) * ({SLOT_SECONDS}) / 3600)::double precision AS person_hours,
       {whole_percent(f"count(people_mean) * ({SLOT_SECONDS}) / 86400.0")} AS counted_percent
FROM sums GROUP BY 1, zone ORDER BY 1 DESC, zone LIMIT 200"""

_RECENT = f"greatest({FROM}, {TO} - INTERVAL '31 days')"
_COUNTS_PEOPLE = (
    "('people', 'people_in', 'people_out', 'people_in_total', 'people_out_total', 'people_peak', 'occupied')"
)
_GROWTH = canonical(
    "counter_rates", sensor="doors.sensor", channel="doors.channel", largest_per_second="NULL", **{"from": _RECENT}
)
SENSORS = f"""WITH counting AS MATERIALIZED (
    SELECT series_id, sensor, channel, quantity FROM reporting.sensor_series
    WHERE {OF_PARK} AND quantity IN {_COUNTS_PEOPLE}
), doors AS (
    SELECT DISTINCT sensor, channel FROM counting WHERE quantity IN ('people_in_total', 'people_out_total')
), grown AS (
    SELECT doors.sensor, sum(rate.growth) FILTER (WHERE rate.quantity = 'people_in_total') AS people_in,
           sum(rate.growth) FILTER (WHERE rate.quantity = 'people_out_total') AS people_out,
           count(*) FILTER (WHERE rate.gap IS NOT NULL) AS breaks
    FROM doors CROSS JOIN LATERAL (
{_GROWTH}
    ) AS rate WHERE rate.quantity IN ('people_in_total', 'people_out_total') GROUP BY doors.sensor
), absences AS (
    SELECT sensor, count(*) AS absences, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reasons
    FROM reporting.sensor_reading
    WHERE series_id = ANY (ARRAY(SELECT series_id FROM counting))
        AND measured_at >= {_RECENT} AND measured_at < {TO} AND reason IS NOT NULL
    GROUP BY sensor
)
SELECT sensor.sensor, sensor.zone, newest.newest_at, grown.people_in::bigint AS people_in,
       grown.people_out::bigint AS people_out, (grown.people_in - grown.people_out)::bigint AS drift, grown.breaks,
       absences.absences, absences.reasons
FROM reporting.sensor JOIN (SELECT DISTINCT sensor FROM counting) AS listed USING (sensor)
LEFT JOIN grown USING (sensor) LEFT JOIN absences USING (sensor)
LEFT JOIN reporting.freshness AS newest ON newest.subject = 'sensor' AND newest.code = sensor.sensor
ORDER BY absences DESC NULLS LAST, sensor"""
"""Who came in less who went out is nobody on a day that begins and ends empty: what is left is drift."""
