-- Refused input by source and reason, most first. Parameters: from, to.
SELECT source, reason, sum(arrivals)::bigint AS arrivals, count(*) AS different,
       max(coalesce(last_received_at, received_at)) AS last_received_at
FROM reporting.quarantine
WHERE coalesce(last_received_at, received_at) >= %(from)s AND received_at < %(to)s AND resolved_at IS NULL
GROUP BY source, reason ORDER BY arrivals DESC, source, reason
