-- What the engine said, in columns. Figures are those of the document, as numbers: nothing is computed a second time.
-- A month is named in the time zone of the document that was scored, whatever the agreement says today. OFFSET 0 keeps
-- the planner from reading a document once per month it is compared with; a filter on period_starts_at spares the rest,
-- and is therefore let into these views, up to the rows one may see: OFFSET 0 again, and volatile columns as for readings.
CREATE VIEW reporting.score WITH (security_barrier) AS
    SELECT score.agreement, CASE WHEN clock_timestamp() IS NOT NULL THEN score.tenant END AS tenant,
           CASE WHEN clock_timestamp() IS NOT NULL THEN score.facility END AS facility, period.month, period_starts_at,
           period_ends_at,
           (document::jsonb #>> '{credits,fee}')::numeric AS fee,
           (document::jsonb #>> '{credits,payable}')::numeric AS credit_payable,
           agreement.currency, score.is_demo, document, agreement_sha256, software_version, tzdb_version, scored_to_at,
           scored_at, agreement.is_listed, calendar, calendar_version
    FROM (
        SELECT * FROM score WHERE agreement = ANY (ARRAY(SELECT agreement FROM reporting.agreement)) OFFSET 0
    ) AS score JOIN reporting.agreement USING (agreement)
    CROSS JOIN LATERAL (
        SELECT coalesce(document::jsonb #>> '{period,time_zone}', agreement.time_zone) AS time_zone OFFSET 0
    ) AS scored_in
    LEFT JOIN period ON period.time_zone = scored_in.time_zone
        AND period.starts_at <= period_starts_at AND period_starts_at < period.ends_at;

CREATE VIEW reporting.verdict WITH (security_barrier) AS
    SELECT verdict.agreement, CASE WHEN clock_timestamp() IS NOT NULL THEN verdict.objective END AS objective,
           CASE WHEN clock_timestamp() IS NOT NULL THEN verdict.circuit END AS circuit, agreement.tenant, agreement.facility,
           CASE WHEN clock_timestamp() IS NOT NULL THEN verdict.indicator END AS indicator, period.month, period_starts_at, period_ends_at,
           CASE WHEN clock_timestamp() IS NOT NULL THEN verdict END AS verdict,
           (detail ->> 'value_percent')::numeric / 100 AS value_ratio,
           (detail ->> 'value_ms')::numeric / 1000 AS value_seconds,
           CASE WHEN kept THEN verdict.target_ratio ELSE objective.target_ratio END AS target_ratio,
           CASE WHEN kept THEN verdict.at_most_ratio ELSE objective.at_most_ratio END AS at_most_ratio,
           CASE WHEN kept THEN verdict.at_most_seconds ELSE objective.at_most_seconds END AS at_most_seconds,
           (detail #>> '{seconds,up}')::bigint AS up_seconds,
           (detail #>> '{seconds,down}')::bigint AS down_seconds,
           (detail #>> '{seconds,unknown}')::bigint AS unknown_seconds,
           (detail #>> '{seconds,excluded}')::bigint AS excluded_seconds,
           (detail ->> 'provisional_seconds')::bigint AS provisional_seconds,
           (detail ->> 'coverage_percent')::numeric / 100 AS coverage_ratio,
           (detail ->> 'lowest_percent')::numeric / 100 AS lowest_ratio,
           (detail ->> 'highest_percent')::numeric / 100 AS highest_ratio,
           CASE WHEN clock_timestamp() IS NOT NULL THEN budget_seconds END AS budget_seconds,
           CASE WHEN clock_timestamp() IS NOT NULL THEN budget_left_seconds END AS budget_left_seconds,
           (detail ->> 'credit')::numeric AS credit, agreement.currency, detail, agreement.is_demo,
           agreement.is_listed, objective.min_coverage_ratio,
           CASE WHEN clock_timestamp() IS NOT NULL THEN reporting.standing(
               verdict, verdict.indicator, detail,
               CASE WHEN kept THEN verdict.target_ratio ELSE objective.target_ratio END, budget_seconds,
               budget_left_seconds, objective.min_coverage_ratio, score.scored_to_at, period_ends_at
           ) END AS standing
    FROM (
        SELECT * FROM verdict WHERE agreement = ANY (ARRAY(SELECT agreement FROM reporting.agreement)) OFFSET 0
    ) AS verdict CROSS JOIN LATERAL ( -- by its key: the planner takes the verdicts for one row, and in a plain join reads
        -- every document again for each of them
        SELECT document::jsonb #>> '{period,time_zone}' AS time_zone, scored_to_at FROM score
        WHERE score.agreement = verdict.agreement AND score.period_starts_at = verdict.period_starts_at
            AND score.period_ends_at = verdict.period_ends_at OFFSET 0
    ) AS score
    JOIN reporting.agreement USING (agreement)
    LEFT JOIN reporting.objective ON objective.agreement = verdict.agreement AND objective.objective = verdict.objective
    CROSS JOIN LATERAL ( -- a score of a release that did not keep the targets shows those of the inventory
        SELECT num_nonnulls(verdict.target_ratio, verdict.at_most_ratio, verdict.at_most_seconds) > 0 AS kept
    ) AS judged
    LEFT JOIN LATERAL (
        SELECT month FROM period WHERE period.time_zone = coalesce(score.time_zone, agreement.time_zone)
            AND period.starts_at <= period_starts_at AND period_starts_at < period.ends_at OFFSET 0
    ) AS period ON true;

CREATE VIEW reporting.outage WITH (security_barrier) AS
    SELECT agreement, objective, circuit, tenant, facility, month, period_starts_at, period_ends_at,
           (outage ->> 'starts_at')::timestamptz AS starts_at, (outage ->> 'ends_at')::timestamptz AS ends_at,
           (outage ->> 'seconds')::bigint AS seconds
    FROM reporting.verdict CROSS JOIN LATERAL jsonb_array_elements(detail -> 'outages') AS outage
    WHERE indicator = 'availability';

-- When and why, and not who: the logins of staff are no business of tenants.
CREATE VIEW reporting.exclusion WITH (security_barrier) AS
    SELECT exclusion, circuit, facility, tenant, kind, starts_at, ends_at, announced_at, decision, proposed_at,
           decided_at, reason
    FROM exclusion JOIN reporting.circuit USING (circuit_id) OFFSET 0;

CREATE VIEW reporting.ticket WITH (security_barrier) AS
    SELECT ticket, circuit, facility, tenant, opened_at, restored_at
    FROM ticket JOIN reporting.circuit USING (circuit_id) WHERE withdrawn_at IS NULL OFFSET 0;

CREATE VIEW reporting.change WITH (security_barrier) AS
    SELECT transition_id, subject, transition.agreement, objective, transition.circuit, agreement.tenant,
           agreement.facility, from_state, to_state, changed_at, noticed_at, reason, transition.is_demo
    FROM transition JOIN reporting.agreement USING (agreement) OFFSET 0;

CREATE VIEW reporting.unscored WITH (security_barrier) AS
    SELECT unscored.agreement, agreement.tenant, agreement.facility, month_starts_at, failed_at, reason
    FROM unscored JOIN reporting.agreement USING (agreement) OFFSET 0;
