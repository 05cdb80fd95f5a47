-- What was published, as the ledger has it. Every entry of an agreement may be read by whoever may see the agreement, with
-- the body and the document its hashes are of: a tenant recomputes the chain without asking anybody (docs/verdicts.md).
CREATE VIEW reporting.verdict_entry WITH (security_barrier) AS
    SELECT entry.agreement, agreement.tenant, agreement.facility, entry, kind, period_starts_at, period_ends_at, version,
           author, recorded_at, previous_sha256, sha256, document_sha256, body, document, agreement.is_demo,
           agreement.is_listed
    FROM verdict_entry AS entry JOIN reporting.agreement USING (agreement) OFFSET 0;

-- One row per published version. A draft that says something else than the version in force, made after it, means that a
-- correction is due; the release of the zone data is named in a document and is no figure of it.
CREATE VIEW reporting.verdict_version WITH (security_barrier) AS
    SELECT published.agreement, published.tenant, published.facility, period.month, published.period_starts_at,
           published.period_ends_at, published.version, published.kind,
           CASE WHEN NOT is_last THEN 'superseded'
                WHEN standing.kind = 'final' THEN 'final'
                WHEN standing.kind = 'contested' THEN 'contested'
                ELSE 'issued' END AS state,
           is_last, (said ->> 'occurred_at')::timestamptz AS published_at, published.recorded_at, published.author,
           said ->> 'reason' AS reason,
           (said #>> '{credit,payable}')::numeric AS credit_payable,
           (said #>> '{credit,adjustment}')::numeric AS credit_adjustment,
           said #>> '{credit,currency}' AS currency, said -> 'difference' AS difference, published.document,
           published.document_sha256, said ->> 'agreement_sha256' AS agreement_sha256,
           said ->> 'software_version' AS software_version, said ->> 'tzdb' AS tzdb_version,
           said #>> '{input,facts_sha256}' AS facts_sha256, published.sha256,
           is_last AND standing.kind IS DISTINCT FROM 'final' AND coalesce(
               draft.scored_at >= (said ->> 'occurred_at')::timestamptz
               AND draft.document::jsonb #- '{period,tzdb}' <> published.document::jsonb #- '{period,tzdb}', false
           ) AS is_restatement_due, published.is_demo, published.is_listed
    FROM (
        SELECT *, body::jsonb AS said,
               version = max(version) OVER (PARTITION BY agreement, period_starts_at) AS is_last
        FROM reporting.verdict_entry WHERE kind IN ('issued', 'restated')
    ) AS published
    LEFT JOIN LATERAL (
        SELECT kind FROM reporting.verdict_entry AS later
        WHERE later.agreement = published.agreement AND later.period_starts_at = published.period_starts_at
            AND later.kind NOT IN ('issued', 'restated')
        ORDER BY entry DESC LIMIT 1
    ) AS standing ON true
    LEFT JOIN (
        SELECT * FROM score WHERE agreement = ANY (ARRAY(SELECT agreement FROM reporting.agreement)) OFFSET 0
    ) AS draft ON draft.agreement = published.agreement AND draft.period_starts_at = published.period_starts_at
        AND draft.period_ends_at = published.period_ends_at
    LEFT JOIN period ON period.time_zone = published.document::jsonb #>> '{period,time_zone}'
        AND period.starts_at <= published.period_starts_at AND published.period_starts_at < period.ends_at
    OFFSET 0;
