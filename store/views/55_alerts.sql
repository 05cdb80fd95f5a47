-- What is wrong, or was, and every step of it. A tenant sees what is of its own; whoever manages or owns a park, what is of
-- that park: also what failed for several tenants at once, which is of none of them. What is of no one park (a carrier in
-- three, the engine) only those who see everything. As with readings (decision 0008), how many people were in a let zone,
-- and what sensors say there, is its tenant's alone. Of a shared one the row without the count; and no row where the row
-- itself is a small count (more people than a capacity that is small) or is of a quantity that tells of people.
CREATE VIEW reporting.alert WITH (security_barrier) AS
    SELECT alert_id, rule, subject, severity, reason, facility, tenant, carrier, circuit, zone, agreement, objective,
           period_starts_at, is_demo, since_at, opened_at, seen_at, quiet_since_at, closed_at, cause_id, muted_by,
           CASE WHEN is_own THEN facts ELSE facts - 'people' END AS facts
    FROM (
        SELECT *, (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
               OR coalesce(tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope)), false) AS is_own
        FROM alert
    ) AS known
    WHERE is_own OR (
        facility = ANY (ARRAY(SELECT facility FROM reporting.scope))
        AND CASE rule
            WHEN 'occupancy_over' THEN tenant IS NULL
                AND (facts ->> 'capacity_people')::numeric >= (SELECT least_people FROM disclosure)
            WHEN 'environment' THEN tenant IS NULL AND reporting.says_nothing_of_people(facts ->> 'quantity')
            ELSE true END
    ) OFFSET 0;

CREATE VIEW reporting.alert_change WITH (security_barrier) AS
    SELECT change_id, alert_id, tenant, facility, changed_at, change, alert_change.reason, detail
    FROM alert_change JOIN reporting.alert USING (alert_id) OFFSET 0;
