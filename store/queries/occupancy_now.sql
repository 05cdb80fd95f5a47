-- The newest count of every zone of a park and how old it is. Parameters: facility, now.
SELECT zone.zone, zone.label, zone.tenant, newest.people, zone.capacity_people,
       newest.people::double precision / nullif(zone.capacity_people, 0) AS occupancy_ratio, newest.measured_at,
       extract(epoch FROM %(now)s - newest.measured_at)::double precision AS age_seconds
FROM reporting.zone LEFT JOIN LATERAL (
    SELECT people, measured_at FROM reporting.occupancy
    WHERE occupancy.zone_id = zone.zone_id AND measured_at <= %(now)s AND measured_at > %(now)s - INTERVAL '1 day'
    ORDER BY measured_at DESC LIMIT 1) AS newest ON true
WHERE zone.facility = %(facility)s AND zone.is_listed
ORDER BY zone.zone
