-- What each exclusion gave in a scored, ended period: how many of its seconds the contract lets count. Its instants and
-- decision are those that were scored, so that a reader sees when an exclusion has changed since. Not who asked or decided.
CREATE VIEW reporting.score_exclusion WITH (security_barrier) AS
    SELECT kept.agreement, CASE WHEN clock_timestamp() IS NOT NULL THEN agreement.tenant END AS tenant,
           CASE WHEN clock_timestamp() IS NOT NULL THEN agreement.facility END AS facility, period_starts_at, period_ends_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN told.exclusion END AS exclusion,
           CASE WHEN clock_timestamp() IS NOT NULL THEN told.circuit END AS circuit,
           CASE WHEN clock_timestamp() IS NOT NULL THEN told.starts_at END AS starts_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN told.ends_at END AS ends_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN told.decision END AS decision,
           CASE WHEN clock_timestamp() IS NOT NULL THEN told.counted_seconds END AS counted_seconds
    FROM (
        SELECT * FROM score_evidence WHERE agreement = ANY (ARRAY(SELECT agreement FROM reporting.agreement)) OFFSET 0
    ) AS kept JOIN reporting.agreement USING (agreement)
    CROSS JOIN LATERAL jsonb_to_recordset(kept.evidence::jsonb -> 'exclusions') AS told (
        exclusion text, circuit text, starts_at timestamptz, ends_at timestamptz, decision text, counted_seconds bigint
    );
