-- Every circuit at %(now)s, once for each of its agreements in force (to the end of the last day in UTC): how old its
-- newest reading is, what was lost in the last quarter of an hour, what that agreement says it is (NULL: no change yet)
-- and since when, and where its availability stands this month (at its very end: still in that one). Parameters: now.
SELECT circuit.circuit, circuit.facility, circuit.tenant, circuit.carrier, freshness.newest_at,
       extract(epoch FROM %(now)s - freshness.newest_at)::double precision AS age_seconds,
       recent.sent, recent.lost, recent.lost::double precision / nullif(recent.sent, 0) AS loss_ratio,
       agreed.agreement, change.to_state AS state, change.changed_at AS since_at,
       standing.verdict, standing.value_ratio, standing.target_ratio, standing.budget_left_seconds
FROM reporting.circuit
JOIN reporting.freshness ON freshness.subject = 'circuit' AND freshness.code = circuit.circuit
LEFT JOIN (
    SELECT circuit, sum(sent)::bigint AS sent, sum(lost)::bigint AS lost FROM reporting.circuit_5m
    WHERE bucket_at >= %(now)s - INTERVAL '15 minutes' AND bucket_at <= %(now)s GROUP BY circuit
) AS recent ON recent.circuit = circuit.circuit
LEFT JOIN (
    SELECT DISTINCT objective.circuit, agreement FROM reporting.objective JOIN reporting.agreement USING (agreement)
    WHERE objective.is_listed AND agreement.is_listed
        AND (ends_on IS NULL OR extract(epoch FROM %(now)s) < (ends_on - DATE '1970-01-01') * 86400)
) AS agreed ON agreed.circuit = circuit.circuit
LEFT JOIN LATERAL (
    SELECT to_state, changed_at FROM reporting.change
    WHERE subject = 'circuit' AND change.circuit = circuit.circuit AND change.agreement = agreed.agreement
        AND changed_at <= %(now)s
    ORDER BY changed_at DESC, transition_id DESC LIMIT 1
) AS change ON true
LEFT JOIN reporting.verdict AS standing ON standing.circuit = circuit.circuit AND standing.agreement = agreed.agreement
    AND standing.indicator = 'availability'
    AND standing.period_starts_at < %(now)s AND %(now)s <= standing.period_ends_at
WHERE circuit.is_listed
ORDER BY circuit.facility, circuit.circuit, agreed.agreement
