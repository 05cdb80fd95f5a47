-- How far what is shown can be trusted: the newest reading of each series, what was refused, what the log of
-- arrivals says, what never came. Refused input is nobody's yet, so only those who see everything see it.
CREATE VIEW reporting.freshness WITH (security_barrier) AS
    SELECT 'circuit' AS subject, circuit AS code, facility, tenant, newest.at AS newest_at, newest.received_at
    FROM reporting.circuit LEFT JOIN LATERAL (
        SELECT last.last_at AS at, last.received_at
        FROM (VALUES ('interval'), ('probe'), ('state')) AS kinds (kind)
        CROSS JOIN LATERAL (
            SELECT last_at, received_at FROM ingest
            WHERE ingest.kind = kinds.kind AND series_id = circuit_id ORDER BY last_at DESC LIMIT 1) AS last
        ORDER BY last.last_at DESC LIMIT 1) AS newest ON true
    WHERE is_listed
    UNION ALL
    SELECT 'zone', zone, facility, tenant, newest.last_at, newest.received_at
    FROM reporting.zone LEFT JOIN LATERAL (
        SELECT last_at, received_at FROM ingest
        WHERE ingest.kind = 'occupancy' AND series_id = zone_id ORDER BY last_at DESC LIMIT 1) AS newest ON true
    WHERE is_listed
    UNION ALL
    SELECT 'sensor', sensor, facility, tenant, newest.last_at, newest.received_at
    FROM reporting.sensor LEFT JOIN LATERAL (
        SELECT last.last_at, last.received_at
        FROM sensor_series CROSS JOIN LATERAL (
            SELECT last_at, received_at FROM ingest
            WHERE ingest.kind = 'sensor' AND ingest.series_id = sensor_series.series_id
            ORDER BY last_at DESC LIMIT 1) AS last
        WHERE sensor_series.sensor = reporting.sensor.sensor
        ORDER BY last.last_at DESC LIMIT 1) AS newest ON true
    WHERE is_listed;

CREATE VIEW reporting.quarantine WITH (security_barrier) AS
    SELECT quarantine_id, received_at, last_received_at, source, origin, reason, detail, arrivals, payload_bytes,
        resolved_at, resolution
    FROM quarantine WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything);

CREATE VIEW reporting.arrival WITH (security_barrier) AS
    SELECT kind, series_id, first_at, last_at, rows, received_at
    FROM ingest WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything);

CREATE VIEW reporting.gap WITH (security_barrier) AS
    SELECT gap_id, source, series, starts_at, ends_at, messages, reason, noticed_at
    FROM gap WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything);
