-- Exclusions that touch a span, with the seconds of it they cover. Parameters: from, to.
SELECT exclusion, circuit, facility, tenant, kind, decision, announced_at, starts_at, ends_at,
       extract(epoch FROM least(ends_at, %(to)s) - greatest(starts_at, %(from)s))::bigint AS seconds
FROM reporting.exclusion WHERE starts_at < %(to)s AND ends_at > %(from)s
ORDER BY starts_at, exclusion, circuit
