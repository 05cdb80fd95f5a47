-- Devices of other makers and what they say. A sensor belongs to the tenant of the zone it counts for. As with circuits,
-- filter readings by the number of the series:
--   WHERE series_id = ANY (ARRAY(SELECT series_id FROM reporting.sensor_series WHERE sensor IN (…))) AND measured_at >= …
CREATE VIEW reporting.sensor WITH (security_barrier) AS
    SELECT sensor, sensor.facility, sensor.zone, zone.tenant, feed, device, sensor.is_demo, sensor.is_listed
    FROM sensor LEFT JOIN zone ON zone.zone = sensor.zone
    WHERE EXISTS (
        SELECT FROM reader WHERE role_name = session_user
        AND (sees_everything OR reader.tenant = zone.tenant OR reader.facility = sensor.facility));

CREATE VIEW reporting.sensor_series WITH (security_barrier) AS
    SELECT series_id, sensor, facility, zone, tenant, channel, quantity, modulus
    FROM reporting.sensor JOIN sensor_series USING (sensor);

CREATE VIEW reporting.sensor_reading WITH (security_barrier) AS
    SELECT measured.series_id, sensor, facility, zone, tenant, channel, quantity, measured_at, counted, value, reason,
           received_at
    FROM reporting.sensor_series JOIN sensor_reading AS measured USING (series_id) LEFT JOIN absence USING (absence_id);
