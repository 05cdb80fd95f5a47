"""SQL of one park's dashboard: what it is, its circuits, zones, sensors, and what happened. Pure."""

from __future__ import annotations

from dashboards.grafana.sql import FROM, NOW, TO, canonical, or_nothing
from dashboards.grafana.standing_sql import (
    AGE,
    COUNTS,
    IN_MONTH_SO_FAR,
    SITUATION,
    WORST_CIRCUIT_FIRST,
    changes,
    circuits_now,
    merged_outages,
)
from dashboards.grafana.zone_sql import NOW_SUMMED, OF_PARK, listed, people_over_time, zones_now

_CIRCUITS = f"""SELECT * FROM (
{circuits_now()}
) AS every WHERE {OF_PARK}"""

_COUNTED = f"""SELECT {COUNTS}, count(DISTINCT circuit) AS circuits
    FROM (
{_CIRCUITS}
    ) AS standing"""

SITUATION_NOW = f"""SELECT {SITUATION} AS situation
FROM reporting.park CROSS JOIN (
    {_COUNTED}
) AS counted WHERE {OF_PARK}"""

COUNTS_NOW = f"""SELECT down, works, silent, no_data, up FROM (
    {_COUNTED}
) AS counted WHERE circuits > 0"""

PEOPLE_NOW = f"""SELECT {NOW_SUMMED}
FROM (
{zones_now()}
) AS listed HAVING count(*) > 0"""

_SENSORS = f"""SELECT sensor.sensor, sensor.zone, series.quantities, newest.newest_at,
           CASE WHEN newest.newest_at IS NOT NULL
                THEN greatest(0, extract(epoch FROM {NOW} - newest.newest_at))::double precision END AS age_seconds,
           CASE WHEN newest.newest_at IS NULL THEN 'never'
                WHEN newest.newest_at <= {NOW} - INTERVAL '1 day' THEN 'silent' ELSE 'heard' END AS hearing
    FROM reporting.sensor LEFT JOIN (
        SELECT sensor, string_agg(DISTINCT quantity, ', ' ORDER BY quantity) AS quantities
        FROM reporting.sensor_series WHERE {OF_PARK} GROUP BY sensor
    ) AS series USING (sensor)
    LEFT JOIN reporting.freshness AS newest ON newest.subject = 'sensor' AND newest.code = sensor.sensor
    WHERE sensor.{OF_PARK} AND sensor.is_listed"""

SENSORS_NOW = f"""SELECT count(*) FILTER (WHERE hearing = 'heard') AS heard,
       count(*) FILTER (WHERE hearing = 'silent') AS silent, count(*) FILTER (WHERE hearing = 'never') AS never
FROM (
    {_SENSORS}
) AS listed HAVING count(*) > 0"""

SENSORS = f"""SELECT hearing, sensor, zone, newest_at, age_seconds, quantities
FROM (
    {_SENSORS}
) AS listed ORDER BY array_position(ARRAY['silent', 'never', 'heard'], hearing), sensor"""

IDENTITY = (
    f"""SELECT name, facility_type, status, city, region, manager, time_zone FROM reporting.park WHERE {OF_PARK}"""
)

CIRCUITS = f"""SELECT standing, circuit, tenant_name AS tenant, carrier_name AS carrier, works, since_at,
       {AGE} AS age_seconds, {IN_MONTH_SO_FAR}, agreement
FROM (
{_CIRCUITS}
) AS listed
{WORST_CIRCUIT_FIRST}"""

ZONES = listed(zones_now())

PEOPLE = people_over_time(is_every=True)

OUTAGES = or_nothing(
    merged_outages(OF_PARK),
    f"CASE WHEN EXISTS (SELECT FROM reporting.circuit WHERE {OF_PARK} AND is_listed) THEN 'none'"
    " ELSE 'no_circuits' END",
)

CHANGES = changes(OF_PARK)

TICKETS = f"""SELECT opened_at, restored_at, circuit, ticket FROM reporting.ticket
WHERE {OF_PARK} AND opened_at < {TO} AND coalesce(restored_at, 'infinity') > {FROM}
ORDER BY restored_at IS NOT NULL, opened_at DESC, ticket"""

EXCLUSIONS = f"""SELECT starts_at, ends_at, circuit, kind, decision, exclusion FROM (
{canonical("exclusions")}
) AS touched WHERE {OF_PARK} ORDER BY starts_at DESC, exclusion, circuit"""
