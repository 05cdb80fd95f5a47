"""SQL of a company's own premises: people over time, and people and air in each zone now. Pure."""

from __future__ import annotations

from dashboards.grafana.figures import whole_percent
from dashboards.grafana.sql import FROM, NOW, TO, bucket, variable

_WIDTH = bucket(900)
_OWN = f"SELECT * FROM reporting.zone WHERE tenant = {variable('tenant')} AND is_listed"

PEOPLE = f"""WITH own AS (
    SELECT zone_id, zone || ' · ' || label AS zone FROM ({_OWN}) AS zone
), measured AS (
    SELECT date_bin({_WIDTH}, bucket_at, '2000-01-03Z') AS starts_at, zone_id,
           sum(people_sum)::double precision / nullif(sum(counts), 0) AS people
    FROM reporting.occupancy_15m
    WHERE zone_id = ANY (ARRAY(SELECT zone_id FROM own)) AND bucket_at >= {FROM} AND bucket_at < {TO}
    GROUP BY 1, 2
)
SELECT bucket_at AS "time", own.zone, people
FROM own CROSS JOIN generate_series(date_bin({_WIDTH}, {FROM}, '2000-01-03Z'), {NOW}, {_WIDTH}) AS bucket_at
LEFT JOIN measured ON measured.zone_id = own.zone_id AND measured.starts_at = bucket_at
ORDER BY bucket_at, own.zone"""
"""The mean of the counts in each point; a point without a count breaks the line, as everywhere."""

ZONES = f"""WITH own AS (
{_OWN}
), air AS (
    SELECT zone, avg(newest.value) FILTER (WHERE quantity = 'temperature_celsius') AS temperature_celsius,
           avg(newest.value) FILTER (WHERE quantity = 'humidity_ratio') AS humidity_ratio,
           avg(newest.value) FILTER (WHERE quantity = 'co2_ratio') * 1e6 AS co2_ppm
    FROM reporting.sensor_series LEFT JOIN LATERAL (
        SELECT value FROM reporting.sensor_reading
        WHERE sensor_reading.series_id = sensor_series.series_id AND value IS NOT NULL
            AND measured_at <= {NOW} AND measured_at > {NOW} - INTERVAL '3 hours'
        ORDER BY measured_at DESC LIMIT 1
    ) AS newest ON true
    WHERE quantity IN ('temperature_celsius', 'humidity_ratio', 'co2_ratio') GROUP BY zone
)
SELECT own.label AS zone, park.name AS park, newest.people, own.capacity_people,
       {whole_percent("newest.people::double precision / nullif(own.capacity_people, 0)")} AS occupancy_percent,
       round(air.temperature_celsius::numeric, 1) || ' °C' AS temperature,
       {whole_percent("air.humidity_ratio")} AS humidity_percent, air.co2_ppm, newest.measured_at
FROM own LEFT JOIN reporting.park ON park.facility = own.facility
LEFT JOIN air ON air.zone = own.zone
LEFT JOIN LATERAL (
    SELECT people, measured_at FROM reporting.occupancy
    WHERE occupancy.zone_id = own.zone_id AND measured_at <= {NOW} AND measured_at > {NOW} - INTERVAL '1 day'
    ORDER BY measured_at DESC LIMIT 1
) AS newest ON true
ORDER BY park.name, own.label"""
