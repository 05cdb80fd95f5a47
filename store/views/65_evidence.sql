-- What each exclusion gave in a scored, ended period: how many of its seconds the contract lets count. Its instants and
-- decision are those that were scored, so that a reader sees when an exclusion has changed since. Not who asked or decided.
CREATE VIEW reporting.score_exclusion WITH (security_barrier) AS
    SELECT agreement, agreement.tenant, agreement.facility, period_starts_at, period_ends_at, told.exclusion, told.circuit,
           told.starts_at, told.ends_at, told.decision, told.counted_seconds
    FROM (
        SELECT * FROM score_evidence WHERE agreement = ANY (ARRAY(SELECT agreement FROM reporting.agreement)) OFFSET 0
    ) AS kept JOIN reporting.agreement USING (agreement)
    CROSS JOIN LATERAL jsonb_to_recordset(kept.evidence::jsonb -> 'exclusions') AS told (
        exclusion text, circuit text, starts_at timestamptz, ends_at timestamptz, decision text, counted_seconds bigint
    ) OFFSET 0;
