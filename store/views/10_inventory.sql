-- Who is asking: each LOGIN role sees everything, its tenant, its parks, or sums only. session_user and nothing else: a
-- query can set any variable and take any role it is a member of, but not become another login.
-- Whoever may ask may also EXPLAIN ANALYZE, which counts the rows of every step, and EXPLAIN, which estimates them from
-- statistics of everybody's rows. So a view ends in OFFSET 0, below which no condition of the asker goes: what it reads is
-- the same whatever is asked of it. For readings and scores, too many for that: 20_readings.sql, 30_verdicts.sql, and
-- docs/decisions/0008-tenant-isolation.md.
CREATE VIEW reporting.scope WITH (security_barrier) AS
    SELECT tenant, facility, sees_everything, sees_aggregates
    FROM reader WHERE role_name = session_user OFFSET 0;

CREATE VIEW reporting.park WITH (security_barrier) AS
    SELECT facility, name, facility_type, status, city, region, time_zone, manager, latitude, longitude, is_demo
    FROM park WHERE is_listed;

CREATE VIEW reporting.circuit WITH (security_barrier) AS
    SELECT circuit_id, circuit, coalesce(label, circuit) AS label, facility, tenant, carrier, a_end, z_end, cir_bps, leg,
           is_demo, is_listed, carrier_name
    FROM circuit
    WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
       OR tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope))
       OR facility = ANY (ARRAY(SELECT facility FROM reporting.scope)) OFFSET 0;

CREATE VIEW reporting.zone WITH (security_barrier) AS
    SELECT zone_id, zone, coalesce(label, zone) AS label, facility, tenant, capacity_people, is_demo, is_listed,
           (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
           OR coalesce(tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope)), false) AS sees_counts
    FROM zone
    WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
       OR tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope))
       OR facility = ANY (ARRAY(SELECT facility FROM reporting.scope)) OFFSET 0;

CREATE VIEW reporting.agreement WITH (security_barrier) AS
    SELECT agreement, tenant, facility, time_zone, starts_on, ends_on, monthly_fee, currency, is_demo, is_listed
    FROM agreement
    WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
       OR tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope))
       OR facility = ANY (ARRAY(SELECT facility FROM reporting.scope)) OFFSET 0;

CREATE VIEW reporting.tenant WITH (security_barrier) AS
    SELECT tenant, name, is_demo, is_listed
    FROM tenant
    WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
       OR tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope UNION SELECT tenant FROM reporting.agreement)) OFFSET 0;

CREATE VIEW reporting.objective WITH (security_barrier) AS
    SELECT agreement, objective, circuit, indicator, agreement.tenant, agreement.facility, target_ratio, at_most_ratio,
           at_most_seconds, percentile_ratio, interval_seconds, objective.is_listed, min_coverage_ratio
    FROM objective JOIN reporting.agreement USING (agreement) OFFSET 0;

CREATE VIEW reporting.period WITH (security_barrier) AS
    SELECT time_zone, month, starts_at, ends_at FROM period;
