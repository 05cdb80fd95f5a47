-- Statements as they were issued, and how far their mail is. A statement is of a tenant and of no park: its tenant reads
-- it, and whoever manages or owns parks only where it states agreements of those alone; one that states another's would
-- tell of that one (that it was corrected, by its version). Whom it was sent to is shown to nobody here: one word stands
-- for all recipients together, and only those who see everything read what happened, without the address and without
-- what the mail server said in words, which repeats it.
CREATE VIEW reporting.statement WITH (security_barrier) AS
    WITH issued AS MATERIALIZED (
        SELECT number, tenant, month, version, language, is_demo, issued_at, sha256 FROM statement
        WHERE (SELECT coalesce(bool_or(sees_everything), false) FROM reporting.scope)
           OR tenant = ANY (ARRAY(SELECT tenant FROM reporting.scope))
           OR (SELECT bool_and(stated ->> 0 = ANY (ARRAY(SELECT agreement FROM reporting.agreement)))
               FROM jsonb_array_elements(states::jsonb) AS stated)
    ), handed AS (
        SELECT number, min(happened_at) AS handed_over_at
        FROM issued JOIN dispatch USING (number) JOIN dispatch_event USING (dispatch_id)
        WHERE kind = 'statement' AND event = 'handed_over' GROUP BY number
    ), mail AS (
        SELECT number, kind = 'statement' AS is_statement,
               CASE WHEN bool_or(state IN ('refused', 'given_up', 'bounced')) THEN 'failed'
                    WHEN bool_or(state = 'waiting') THEN 'waiting'
                    WHEN bool_and(state = 'delivered') THEN 'delivered' ELSE 'handed_over' END AS state
        FROM issued JOIN dispatch USING (number) JOIN dispatch_recipient USING (dispatch_id)
        WHERE state <> 'replaced' GROUP BY 1, 2
    )
    SELECT issued.number, tenant, month, version, language, is_demo, issued_at, sha256, files.manifest_sha256,
           files.made_at AS files_at,
           CASE WHEN files.number IS NOT NULL THEN files.missing_evidence IS NOT NULL END AS lacks_evidence,
           handed.handed_over_at, coalesce(own_mail.state, 'none') AS mail_state,
           coalesce(contest_mail.state, 'none') AS contest_mail_state
    FROM issued LEFT JOIN statement_files AS files USING (number) LEFT JOIN handed USING (number)
    LEFT JOIN mail AS own_mail ON own_mail.number = issued.number AND own_mail.is_statement
    LEFT JOIN mail AS contest_mail ON contest_mail.number = issued.number AND NOT contest_mail.is_statement
    OFFSET 0;

CREATE VIEW reporting.statement_dispatch WITH (security_barrier) AS
    SELECT event_id, number, kind, happened_at, event, detail ->> 'server' AS server, (detail ->> 'code')::integer AS code
    FROM dispatch_event JOIN dispatch USING (dispatch_id)
    WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;
