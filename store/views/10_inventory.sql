-- Who is asking: each LOGIN role sees everything, its tenant, or its park. session_user and nothing else: a query can
-- set any variable and take any role it is a member of, but not become another login.
CREATE VIEW reporting.park WITH (security_barrier) AS
    SELECT facility, name, facility_type, status, city, region, time_zone, manager, latitude, longitude, is_demo
    FROM park WHERE is_listed;

CREATE VIEW reporting.circuit WITH (security_barrier) AS
    SELECT circuit_id, circuit, coalesce(label, circuit) AS label, facility, tenant, carrier, a_end, z_end, cir_bps, leg,
           is_demo, is_listed
    FROM circuit WHERE EXISTS (
        SELECT FROM reader WHERE role_name = session_user
        AND (sees_everything OR reader.tenant = circuit.tenant OR reader.facility = circuit.facility));

CREATE VIEW reporting.zone WITH (security_barrier) AS
    SELECT zone_id, zone, coalesce(label, zone) AS label, facility, tenant, capacity_people, is_demo, is_listed
    FROM zone WHERE EXISTS (
        SELECT FROM reader WHERE role_name = session_user
        AND (sees_everything OR reader.tenant = zone.tenant OR reader.facility = zone.facility));

CREATE VIEW reporting.agreement WITH (security_barrier) AS
    SELECT agreement, tenant, facility, time_zone, starts_on, ends_on, monthly_fee, currency, is_demo, is_listed
    FROM agreement WHERE EXISTS (
        SELECT FROM reader WHERE role_name = session_user
        AND (sees_everything OR reader.tenant = agreement.tenant OR reader.facility = agreement.facility));

CREATE VIEW reporting.tenant WITH (security_barrier) AS
    SELECT tenant, name, is_demo, is_listed
    FROM tenant WHERE EXISTS (
        SELECT FROM reader WHERE role_name = session_user
        AND (sees_everything OR reader.tenant = tenant.tenant
             OR EXISTS (SELECT FROM agreement WHERE agreement.tenant = tenant.tenant
                        AND agreement.facility = reader.facility)));

CREATE VIEW reporting.objective WITH (security_barrier) AS
    SELECT agreement, objective, circuit, indicator, agreement.tenant, agreement.facility, target_ratio, at_most_ratio,
           at_most_seconds, percentile_ratio, interval_seconds, objective.is_listed
    FROM objective JOIN reporting.agreement USING (agreement);

CREATE VIEW reporting.period WITH (security_barrier) AS
    SELECT time_zone, month, starts_at, ends_at FROM period;
