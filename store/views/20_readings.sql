-- Readings and their sums, with the codes people know. A filter on time or on the number of the series reaches the
-- chunks (both are leakproof, so the barrier lets them through); one on a code does not, for it is a join away. So:
--   WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit IN (…))) AND bucket_at >= …
CREATE VIEW reporting.circuit_interval WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, starts_at, sent, lost, received_at
    FROM reporting.circuit JOIN circuit_interval AS measured USING (circuit_id);

CREATE VIEW reporting.probe WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, sent_at, round_trip_nanoseconds / 1e9::numeric AS round_trip_seconds, received_at
    FROM reporting.circuit JOIN probe AS measured USING (circuit_id);

CREATE VIEW reporting.circuit_state WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, changed_at,
           CASE state WHEN 1 THEN 'up' WHEN 2 THEN 'down' WHEN 3 THEN 'unknown' END AS state, received_at
    FROM reporting.circuit JOIN circuit_state AS measured USING (circuit_id);

-- From the log of arrivals, whose newest row of each series always stays: no reading is looked at.
CREATE VIEW reporting.circuit_kinds WITH (security_barrier) AS
    SELECT circuit_id, circuit, facility, tenant,
           EXISTS (SELECT FROM ingest WHERE kind = 'interval' AND series_id = circuit_id) AS has_intervals,
           EXISTS (SELECT FROM ingest WHERE kind = 'probe' AND series_id = circuit_id) AS has_probes,
           EXISTS (SELECT FROM ingest WHERE kind = 'state' AND series_id = circuit_id) AS has_states
    FROM reporting.circuit;

CREATE VIEW reporting.circuit_5m WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at, intervals, intervals_known, sent, lost
    FROM reporting.circuit JOIN circuit_5m AS measured USING (circuit_id);

CREATE VIEW reporting.circuit_1h WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at, intervals, intervals_known, sent, lost
    FROM reporting.circuit JOIN circuit_1h AS measured USING (circuit_id);

CREATE VIEW reporting.delay_class WITH (security_barrier) AS
    SELECT delay_class, from_seconds, below_seconds FROM delay_class;

CREATE VIEW reporting.delay_5m WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at, delay_class, probes, nanoseconds / 1e9::double precision AS seconds,
           least_nanoseconds / 1e9::double precision AS least_seconds,
           most_nanoseconds / 1e9::double precision AS most_seconds
    FROM reporting.circuit JOIN probe_5m AS measured USING (circuit_id);

CREATE VIEW reporting.delay_1h WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at, delay_class, probes, nanoseconds / 1e9::double precision AS seconds,
           least_nanoseconds / 1e9::double precision AS least_seconds,
           most_nanoseconds / 1e9::double precision AS most_seconds
    FROM reporting.circuit JOIN probe_1h AS measured USING (circuit_id);

CREATE VIEW reporting.occupancy WITH (security_barrier) AS
    SELECT measured.zone_id, zone, facility, tenant, capacity_people, measured_at, people, received_at
    FROM reporting.zone JOIN occupancy AS measured USING (zone_id);

CREATE VIEW reporting.occupancy_15m WITH (security_barrier) AS
    SELECT measured.zone_id, zone, facility, tenant, capacity_people, bucket_at, counts, people_sum, people_least, people_most
    FROM reporting.zone JOIN occupancy_15m AS measured USING (zone_id);

CREATE VIEW reporting.occupancy_1h WITH (security_barrier) AS
    SELECT measured.zone_id, zone, facility, tenant, capacity_people, bucket_at, counts, people_sum, people_least, people_most
    FROM reporting.zone JOIN occupancy_1h AS measured USING (zone_id);
