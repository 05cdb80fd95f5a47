-- What others than its tenant may know of a room: quantities that say nothing exact of people. A new one is not among these.
-- Arithmetic on what it is given, so everybody may call it.
CREATE OR REPLACE FUNCTION reporting.says_nothing_of_people(quantity text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN quantity IN (
    'temperature_celsius', 'humidity_ratio', 'co2_ratio', 'tvoc_ratio', 'pressure_pascals', 'illuminance_lux',
    'sound_decibels', 'battery_ratio', 'battery_volts', 'link_ratio', 'is_online', 'power_watts',
    'energy_joules_total', 'round_trip_seconds', 'probes_sent', 'probes_lost', 'octets_in_total', 'octets_out_total', 'oper_up');

-- Devices of other makers and what they say. A sensor belongs to the tenant of the zone it counts for. As with circuits,
-- filter readings by the number of the series:
--   WHERE series_id = ANY (ARRAY(SELECT series_id FROM reporting.sensor_series WHERE sensor IN (…))) AND measured_at >= …
CREATE VIEW reporting.sensor WITH (security_barrier) AS
    SELECT sensor, sensor.facility, sensor.zone, zone.tenant, feed, device, sensor.is_demo, sensor.is_listed
    FROM sensor LEFT JOIN zone ON zone.zone = sensor.zone
    WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
       OR zone.tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope))
       OR sensor.facility = ANY (ARRAY(SELECT facility FROM reporting.scope)) OFFSET 0;

CREATE VIEW reporting.sensor_series WITH (security_barrier) AS
    SELECT series_id, sensor, facility, zone, tenant, channel, quantity, modulus, span_seconds
    FROM reporting.sensor JOIN sensor_series USING (sensor) OFFSET 0;

CREATE VIEW reporting.sensor_reading WITH (security_barrier) AS
    SELECT measured.series_id, sensor, facility, zone, tenant, channel, quantity, span_seconds, measured_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN counted END AS counted,
           CASE WHEN clock_timestamp() IS NOT NULL THEN value END AS value,
           CASE WHEN clock_timestamp() IS NOT NULL THEN reason END AS reason,
           CASE WHEN clock_timestamp() IS NOT NULL THEN received_at END AS received_at
    FROM reporting.sensor_series JOIN sensor_reading AS measured USING (series_id) LEFT JOIN absence USING (absence_id)
    WHERE measured.series_id = ANY (ARRAY(
        SELECT series_id FROM reporting.sensor_series
        WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
           OR tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope))
           OR tenant IS NULL AND reporting.says_nothing_of_people(quantity)));
