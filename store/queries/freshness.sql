-- What is silent, longest first; a series that never sent anything has no age. Parameters: now.
SELECT subject, code, facility, tenant, newest_at,
       extract(epoch FROM %(now)s - newest_at)::double precision AS age_seconds,
       extract(epoch FROM received_at - newest_at)::double precision AS late_by_seconds
FROM reporting.freshness ORDER BY newest_at NULLS FIRST, subject, code
