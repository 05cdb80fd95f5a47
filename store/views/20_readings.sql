-- Readings and their sums, with the codes people know. A filter on time or on the number of the series reaches the
-- chunks (both are leakproof, so the barrier lets them through); one on a code does not, for it is a join away. Our own
-- condition is on the same scan, not in the join after it: a scan counts its rows for whoever asks. And what was measured
-- stands in CASE WHEN clock_timestamp() IS NOT NULL: on a volatile column the planner lets nothing through, so that no
-- condition of the asker on a value is tried on rows of others. So:
--   WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit IN (…))) AND bucket_at >= …
CREATE VIEW reporting.circuit_interval WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, starts_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN sent END AS sent,
           CASE WHEN clock_timestamp() IS NOT NULL THEN lost END AS lost,
           CASE WHEN clock_timestamp() IS NOT NULL THEN received_at END AS received_at
    FROM reporting.circuit JOIN circuit_interval AS measured USING (circuit_id)
    WHERE measured.circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit));

CREATE VIEW reporting.probe WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, sent_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN round_trip_nanoseconds / 1e9::numeric END
               AS round_trip_seconds,
           CASE WHEN clock_timestamp() IS NOT NULL THEN received_at END AS received_at
    FROM reporting.circuit JOIN probe AS measured USING (circuit_id)
    WHERE measured.circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit));

CREATE VIEW reporting.circuit_state WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, changed_at,
           CASE state WHEN 1 THEN 'up' WHEN 2 THEN 'down' WHEN 3 THEN 'unknown' END AS state, received_at
    FROM reporting.circuit JOIN circuit_state AS measured USING (circuit_id) OFFSET 0;

-- From the log of arrivals, whose newest row of each series always stays: no reading is looked at.
CREATE VIEW reporting.circuit_kinds WITH (security_barrier) AS
    SELECT circuit_id, circuit, facility, tenant,
           EXISTS (SELECT FROM ingest WHERE kind = 'interval' AND series_id = circuit_id) AS has_intervals,
           EXISTS (SELECT FROM ingest WHERE kind = 'probe' AND series_id = circuit_id) AS has_probes,
           EXISTS (SELECT FROM ingest WHERE kind = 'state' AND series_id = circuit_id) AS has_states
    FROM reporting.circuit OFFSET 0;

CREATE VIEW reporting.circuit_5m WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN intervals END AS intervals,
           CASE WHEN clock_timestamp() IS NOT NULL THEN intervals_known END AS intervals_known,
           CASE WHEN clock_timestamp() IS NOT NULL THEN sent END AS sent,
           CASE WHEN clock_timestamp() IS NOT NULL THEN lost END AS lost
    FROM reporting.circuit JOIN circuit_5m AS measured USING (circuit_id)
    WHERE measured.circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit));

CREATE VIEW reporting.circuit_1h WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN intervals END AS intervals,
           CASE WHEN clock_timestamp() IS NOT NULL THEN intervals_known END AS intervals_known,
           CASE WHEN clock_timestamp() IS NOT NULL THEN sent END AS sent,
           CASE WHEN clock_timestamp() IS NOT NULL THEN lost END AS lost
    FROM reporting.circuit JOIN circuit_1h AS measured USING (circuit_id)
    WHERE measured.circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit));

CREATE VIEW reporting.delay_class WITH (security_barrier) AS
    SELECT delay_class, from_seconds, below_seconds FROM delay_class;

CREATE VIEW reporting.delay_5m WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN delay_class END AS delay_class,
           CASE WHEN clock_timestamp() IS NOT NULL THEN probes END AS probes,
           CASE WHEN clock_timestamp() IS NOT NULL THEN nanoseconds / 1e9::double precision END AS seconds,
           CASE WHEN clock_timestamp() IS NOT NULL THEN least_nanoseconds / 1e9::double precision END AS least_seconds,
           CASE WHEN clock_timestamp() IS NOT NULL THEN most_nanoseconds / 1e9::double precision END AS most_seconds
    FROM reporting.circuit JOIN probe_5m AS measured USING (circuit_id)
    WHERE measured.circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit));

CREATE VIEW reporting.delay_1h WITH (security_barrier) AS
    SELECT measured.circuit_id, circuit, facility, tenant, bucket_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN delay_class END AS delay_class,
           CASE WHEN clock_timestamp() IS NOT NULL THEN probes END AS probes,
           CASE WHEN clock_timestamp() IS NOT NULL THEN nanoseconds / 1e9::double precision END AS seconds,
           CASE WHEN clock_timestamp() IS NOT NULL THEN least_nanoseconds / 1e9::double precision END AS least_seconds,
           CASE WHEN clock_timestamp() IS NOT NULL THEN most_nanoseconds / 1e9::double precision END AS most_seconds
    FROM reporting.circuit JOIN probe_1h AS measured USING (circuit_id)
    WHERE measured.circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit));

-- People counted one by one are seen by the tenant whose zone it is, and by those who see everything. Those who see a park
-- see what was counted where nobody is the tenant, over a quarter of an hour at least, and only if every single count in it
-- could be shown: each is nobody, or each is at least `disclosure.least_people`. So no difference of what is shown gives
-- what is not (decision 0008).
CREATE VIEW reporting.occupancy WITH (security_barrier) AS
    SELECT measured.zone_id, zone, facility, tenant, capacity_people, measured_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN people END AS people,
           CASE WHEN clock_timestamp() IS NOT NULL THEN received_at END AS received_at
    FROM reporting.zone JOIN occupancy AS measured USING (zone_id)
    WHERE measured.zone_id = ANY (ARRAY(SELECT zone_id FROM reporting.zone WHERE sees_counts));

CREATE VIEW reporting.occupancy_15m WITH (security_barrier) AS
    SELECT measured.zone_id, zone, facility, tenant, capacity_people, bucket_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN NOT is_shown END AS is_suppressed,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN counts END AS counts,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN people_sum END AS people_sum,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN people_least END AS people_least,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN people_most END AS people_most
    FROM reporting.zone JOIN occupancy_15m AS measured USING (zone_id)
    CROSS JOIN LATERAL (
        SELECT sees_counts OR people_most = 0
            OR people_least >= (SELECT least_people FROM disclosure) AS is_shown
    ) AS rule
    WHERE measured.zone_id = ANY (ARRAY(SELECT zone_id FROM reporting.zone WHERE sees_counts OR tenant IS NULL));

CREATE VIEW reporting.occupancy_1h WITH (security_barrier) AS
    SELECT measured.zone_id, zone, facility, tenant, capacity_people, bucket_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN NOT is_shown END AS is_suppressed,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN counts END AS counts,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN people_sum END AS people_sum,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN people_least END AS people_least,
           CASE WHEN is_shown AND clock_timestamp() IS NOT NULL THEN people_most END AS people_most
    FROM reporting.zone JOIN occupancy_1h AS measured USING (zone_id)
    CROSS JOIN LATERAL (
        SELECT sees_counts OR people_most = 0
            OR people_least >= (SELECT least_people FROM disclosure) AS is_shown
    ) AS rule
    WHERE measured.zone_id = ANY (ARRAY(SELECT zone_id FROM reporting.zone WHERE sees_counts OR tenant IS NULL));
