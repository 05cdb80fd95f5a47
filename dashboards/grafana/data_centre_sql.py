"""SQL of the dashboard of data centres: air against the recommended envelope, and energy by its meters. Pure."""

from __future__ import annotations

from dashboards.grafana.figures import percent, whole_percent
from dashboards.grafana.sql import FROM, NOW, TO, bucket, canonical, is_chosen, or_nothing, with_gaps
from dashboards.grafana.zone_sql import OF_PARK

COLDEST_CELSIUS, HOTTEST_CELSIUS = 18, 27
DRIEST_DEW_CELSIUS, DAMPEST_DEW_CELSIUS = -9, 15
DAMPEST_RATIO = 0.7
"""ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th edition (2021), table 2.1: recommended for
classes A1 to A4, at the air inlet of the equipment. Where the air is corrosive it is 50 % instead of 70 %."""

SITES = """SELECT name AS __text, facility AS __value FROM reporting.park
ORDER BY facility_type <> 'data_embassy', status <> 'operational', name, facility"""
"""Data centres first; then the parks, whose equipment rooms have sensors, too."""

_KEY = "sensor || CASE WHEN channel = '' THEN '' ELSE ' · ' || channel END"

METERS = f"""SELECT code AS __text, code AS __value FROM (
    SELECT 0 AS place, '—' AS code
    UNION
    SELECT 1, {_KEY} FROM reporting.sensor_series WHERE {OF_PARK} AND quantity = 'energy_joules_total'
) AS meters ORDER BY place, code"""
"""Which meter measures what the inventory does not say, so the reader does: none at first."""

HOLDS = "INTERVAL '30 minutes'"
"""A reading says nothing of what is later: radio sensors send every ten to twenty minutes."""
_RECENT = f"greatest({FROM}, {TO} - INTERVAL '31 days')"
"""Readings of sensors have no sums yet: a month of them at most is read."""

_AIR = f"""readings AS MATERIALIZED (
    SELECT {_KEY} AS point, measured_at, quantity, value FROM reporting.sensor_reading
    WHERE series_id = ANY (ARRAY(
            SELECT series_id FROM reporting.sensor_series
            WHERE {OF_PARK} AND quantity IN ('temperature_celsius', 'humidity_ratio')))
        AND measured_at >= {_RECENT} AND measured_at < {TO} AND measured_at <= {NOW} AND value IS NOT NULL
), cells AS (
    SELECT point, date_bin(INTERVAL '5 minutes', measured_at, '2000-01-03Z') AS cell_at,
           max(measured_at) AS measured_at,
           avg(value) FILTER (WHERE quantity = 'temperature_celsius') AS celsius,
           avg(value) FILTER (WHERE quantity = 'humidity_ratio') AS humidity_ratio
    FROM readings GROUP BY 1, 2
), damp AS (
    SELECT *, CASE WHEN humidity_ratio > 0 AND celsius > -100
                   THEN ln(humidity_ratio) + 17.62 * celsius / (243.12 + celsius) END AS gamma
    FROM cells WHERE celsius IS NOT NULL
), air AS MATERIALIZED (
    SELECT point, cell_at, measured_at, celsius, humidity_ratio, 243.12 * gamma / (17.62 - gamma) AS dew_celsius
    FROM damp
)"""
"""Air at each point in cells of five minutes. Dew point by the Magnus formula (Sonntag 1990; WMO-No. 8), from
temperature and humidity of one point and one cell."""

_JUDGED = f"""{_AIR}, judged AS MATERIALIZED (
    SELECT *, CASE WHEN celsius > {HOTTEST_CELSIUS} THEN 'too_hot' WHEN celsius < {COLDEST_CELSIUS} THEN 'too_cold'
                   WHEN dew_celsius > {DAMPEST_DEW_CELSIUS} OR humidity_ratio > {DAMPEST_RATIO} THEN 'too_damp'
                   WHEN dew_celsius < {DRIEST_DEW_CELSIUS} THEN 'too_dry'
                   WHEN dew_celsius IS NULL THEN 'temperature_only' ELSE 'within' END AS envelope,
           tstzrange(cell_at, greatest(cell_at, least(
               lead(cell_at) OVER (PARTITION BY point ORDER BY cell_at), cell_at + {HOLDS}, {NOW}))) AS span
    FROM air
), points AS (
    SELECT point FROM (
        SELECT DISTINCT {_KEY} AS point FROM reporting.sensor_series
        WHERE {OF_PARK} AND quantity = 'temperature_celsius') AS named
), asked AS (
    SELECT tstzrange({_RECENT}, greatest({_RECENT}, {NOW})) AS span
), known AS (
    SELECT point, envelope, range_agg(judged.span) * tstzmultirange(asked.span) AS spans
    FROM judged CROSS JOIN asked GROUP BY point, envelope, asked.span
), shares AS (
    SELECT point, sum(seconds) AS known_seconds,
           sum(seconds) FILTER (WHERE envelope IN ('within', 'temperature_only')) AS within_seconds
    FROM known CROSS JOIN LATERAL (
        SELECT sum(extract(epoch FROM upper(each) - lower(each))) AS seconds FROM unnest(spans) AS each
    ) AS lasting GROUP BY point
)"""

_POINTS = f"""WITH {_JUDGED}, newest AS (
    SELECT DISTINCT ON (point) * FROM judged ORDER BY point, cell_at DESC
)
SELECT CASE WHEN newest.cell_at + {HOLDS} > {NOW} THEN newest.envelope
            WHEN newest.point IS NULL THEN 'never' ELSE 'silent' END AS envelope,
       points.point, newest.celsius, newest.humidity_ratio, newest.dew_celsius, newest.measured_at,
       coalesce(within_seconds, 0)::double precision / nullif(known_seconds, 0)::double precision AS within_ratio,
       (coalesce(known_seconds, 0) / nullif(extract(epoch FROM upper(asked.span) - lower(asked.span)), 0)
       )::double precision AS known_ratio
FROM points CROSS JOIN asked LEFT JOIN newest USING (point) LEFT JOIN shares USING (point)
ORDER BY array_position(
             ARRAY['too_hot', 'too_cold', 'too_damp', 'too_dry', 'silent', 'never', 'temperature_only', 'within'],
             CASE WHEN newest.cell_at + {HOLDS} > {NOW} THEN newest.envelope
                  WHEN newest.point IS NULL THEN 'never' ELSE 'silent' END),
         within_ratio NULLS FIRST, celsius DESC NULLS LAST, point"""

SITUATION = f"""WITH listed AS (
{_POINTS}
), counted AS (
    SELECT count(*) AS points,
           count(*) FILTER (WHERE envelope IN ('too_hot', 'too_cold', 'too_damp', 'too_dry')) AS outside,
           count(*) FILTER (WHERE envelope IN ('silent', 'never')) AS silent,
           count(*) FILTER (WHERE envelope = 'temperature_only') AS temperature_only
    FROM listed
)
SELECT CASE WHEN park.status IN ('announced', 'project') THEN park.status WHEN points = 0 THEN 'no_sensors'
            WHEN outside > 0 THEN 'outside' WHEN silent = points THEN 'no_reading' WHEN silent > 0 THEN 'partly_silent'
            WHEN temperature_only > 0 THEN 'temperature_only' ELSE 'within' END AS situation
FROM reporting.park CROSS JOIN counted WHERE {OF_PARK}"""

LISTED = f"""SELECT envelope, point, round(celsius::numeric, 1) || ' °C' AS temperature,
       {whole_percent("humidity_ratio")} AS humidity_percent, round(dew_celsius::numeric, 1) || ' °C' AS dew_point,
       measured_at, {percent("within_ratio", 1)} AS within, {percent("known_ratio", 1)} AS known
FROM (
{_POINTS}
) AS points"""

HOTTEST = f"""SELECT point || ' · ' || round(celsius::numeric, 1) || ' °C' AS hottest FROM (
{_POINTS}
) AS listed WHERE envelope NOT IN ('silent', 'never') ORDER BY celsius DESC LIMIT 1"""

LEAST_WITHIN = f"""SELECT point || ' · ' || {percent("within_ratio", 1)} AS least_within FROM (
{_POINTS}
) AS listed WHERE within_ratio IS NOT NULL ORDER BY within_ratio, point LIMIT 1"""

ENVELOPE = or_nothing(f"""WITH {_JUDGED}, apart AS (
    SELECT point, envelope, unnest(spans) AS span FROM known
    UNION ALL
    SELECT point, 'unknown', unnest(tstzmultirange(asked.span) - coalesce((
               SELECT range_agg(each) FROM known CROSS JOIN LATERAL unnest(known.spans) AS each
               WHERE known.point = points.point
           ), '{{}}'))
    FROM points CROSS JOIN asked
)
SELECT lower(span) AS "time", upper(span) AS timeend, point, envelope FROM apart WHERE NOT isempty(span)""")

_WIDTH = bucket(300)


def _extremes(column: str, most: float, least: float | None) -> str:
    limits = [f"{most}::double precision AS limit_most"] + (
        [] if least is None else [f"{least}::double precision AS limit_least"]
    )
    rows = f"""WITH {_AIR}
SELECT date_bin({_WIDTH}, cell_at, '2000-01-03Z') AS starts_at, max({column}) AS most, min({column}) AS least
FROM air WHERE {column} IS NOT NULL GROUP BY 1"""
    return with_gaps(rows, ["most", "least", *limits], _WIDTH)


TEMPERATURE = _extremes("celsius", HOTTEST_CELSIUS, COLDEST_CELSIUS)
DEW_POINT = _extremes("dew_celsius", DAMPEST_DEW_CELSIUS, DRIEST_DEW_CELSIUS)
HUMIDITY = _extremes("humidity_ratio", DAMPEST_RATIO, None)

_GROWTH = canonical(
    "counter_rates", sensor="meters.sensor", channel="meters.channel", largest_per_second="NULL", **{"from": _RECENT}
)


def _hours(width: str, chosen: str) -> str:
    """Energy of each meter per bucket: known only where its readings cover the bucket and the count never broke."""
    return f"""meters AS MATERIALIZED (
    SELECT DISTINCT sensor, channel, {_KEY} AS meter FROM reporting.sensor_series
    WHERE {OF_PARK} AND quantity = 'energy_joules_total' AND {chosen}
), grown AS (
    SELECT meter, rate.starts_at, rate.ends_at, rate.growth, rate.gap FROM meters CROSS JOIN LATERAL (
{_GROWTH}
    ) AS rate WHERE rate.quantity = 'energy_joules_total'
), hours AS (
    SELECT meter, date_bin({width}, ends_at - INTERVAL '1 microsecond', '2000-01-03Z') AS starts_at,
           CASE WHEN count(*) = count(growth)
                    AND sum(ends_at - starts_at) BETWEEN 0.9 * {width} AND 1.1 * {width} THEN sum(growth) END AS joules
    FROM grown GROUP BY 1, 2
)"""


_IS_TOTAL, _IS_IT = is_chosen(f"({_KEY})", "total_meter"), is_chosen(f"({_KEY})", "it_meter")
_BY_METER = {"total": is_chosen("meter", "total_meter"), "it": is_chosen("meter", "it_meter")}


def _both(width: str) -> str:
    """Energy of all chosen meters per bucket; a bucket in which one of them is not known is not known."""
    return f"""WITH {_hours(width, f"({_IS_TOTAL} OR {_IS_IT})")}, chosen AS (
    SELECT count(*) AS meters, count(*) FILTER (WHERE {_BY_METER["total"]}) AS total_meters,
           count(*) FILTER (WHERE {_BY_METER["it"]}) AS it_meters,
           count(*) FILTER (WHERE {_BY_METER["total"]} AND {_BY_METER["it"]}) AS both_meters
    FROM meters
), summed AS (
    SELECT hours.starts_at, sum(joules) FILTER (WHERE {_BY_METER["total"]}) AS total_joules,
           sum(joules) FILTER (WHERE {_BY_METER["it"]}) AS it_joules
    FROM hours CROSS JOIN chosen WHERE total_meters > 0 AND it_meters > 0 AND both_meters = 0
    GROUP BY hours.starts_at, chosen.meters HAVING count(joules) = chosen.meters
)"""


_HOUR = "INTERVAL '1 hour'"
PUE = f"""{_both(_HOUR)}
SELECT round(sum(total_joules)::numeric / nullif(sum(it_joules), 0)::numeric, 2)::text AS pue FROM summed"""
"""All energy over the energy of the IT equipment, added up over the hours in which both are known, and divided once."""

PUE_KNOWN = f"""{_both(_HOUR)}
SELECT trunc(100 * count(summed.starts_at) / nullif(floor(extract(epoch FROM {NOW} - {_RECENT}) / 3600), 0))::integer
    AS known_percent
FROM chosen LEFT JOIN summed ON true WHERE total_meters > 0 AND it_meters > 0 AND both_meters = 0
HAVING count(*) > 0"""

_WIDE = bucket(3600)
PUE_CURVE = with_gaps(
    f"""{_both(_WIDE)}
SELECT starts_at, (total_joules / nullif(it_joules, 0))::double precision AS pue FROM summed""",
    ["pue"],
    _WIDE,
)

ENERGY = f"""WITH {_hours(_WIDE, "true")}
SELECT bucket_at AS "time", meters.meter, (joules / 3600000.0)::double precision AS kilowatt_hours
FROM generate_series(date_bin({_WIDE}, {FROM}, '2000-01-03Z'), {NOW}, {_WIDE}) AS bucket_at CROSS JOIN meters
LEFT JOIN hours ON hours.meter = meters.meter AND hours.starts_at = bucket_at
WHERE meters.meter IN (SELECT meter FROM hours)
ORDER BY bucket_at, meters.meter"""
