-- The newest changes of circuits and objectives. Parameters: now, rows.
SELECT changed_at, noticed_at, subject, agreement, objective, circuit, facility, tenant, from_state, to_state, reason
FROM reporting.change WHERE noticed_at <= %(now)s
ORDER BY transition_id DESC LIMIT %(rows)s
