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
            WHERE ingest.kind = 'sensor' AND ingest.series_id = sensor_series.series_id AND NOT is_historical
            ORDER BY last_at DESC LIMIT 1) AS last
        WHERE sensor_series.sensor = reporting.sensor.sensor
        ORDER BY last.last_at DESC LIMIT 1) AS newest ON true
    WHERE is_listed;

CREATE VIEW reporting.quarantine WITH (security_barrier) AS
    SELECT quarantine_id, received_at, last_received_at, source, origin, reason, detail, arrivals, payload_bytes,
        resolved_at, resolution
    FROM quarantine WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;

CREATE VIEW reporting.arrival WITH (security_barrier) AS
    SELECT kind, series_id, first_at, last_at, rows, received_at
    FROM ingest WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;

CREATE VIEW reporting.gap WITH (security_barrier) AS
    SELECT gap_id, source, series, starts_at, ends_at, messages, came_late, reason, noticed_at
    FROM gap WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;

-- What follows says nothing of anybody, so whoever may read anything here may know how old and how long kept it is.
CREATE VIEW reporting.engine_pass WITH (security_barrier) AS
    SELECT passed_at FROM engine_watermark WHERE isfinite(passed_at);

-- With TimescaleDB its own policies keep the sums up, and what they have not come to is added as it is asked.
CREATE VIEW reporting.rollup WITH (security_barrier) AS
    SELECT CASE WHEN by_policies THEN 'policies' ELSE 'upkeep' END AS kept_up_by,
           CASE WHEN NOT by_policies AND isfinite(rolled_to_at) THEN rolled_to_at END AS rolled_to_at,
           CASE WHEN NOT by_policies AND isfinite(refreshed_at) THEN refreshed_at END AS refreshed_at
    FROM rollup_progress CROSS JOIN (
        SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'timescaledb') AS by_policies
    ) AS server;

CREATE VIEW reporting.retention WITH (security_barrier) AS
    SELECT relation::text AS relation, kept_days, changed_at, dropped_before FROM retention;

-- The months as the calendar cut them, against the zone rules of this server: a month that begins elsewhere by them
-- means that a query in local time by hand is wrong there. Nothing is cut by what this says.
CREATE VIEW reporting.zone_rules WITH (security_barrier) AS
    SELECT time_zone, count(*) AS months,
           count(*) FILTER (
               WHERE to_char(starts_at AT TIME ZONE time_zone, 'YYYY-MM-DD HH24:MI') <> month || '-01 00:00'
           ) AS months_apart
    FROM period GROUP BY time_zone;
