-- Who was told, and who did what: for those who see everything. People are codes of the on-call folder; no address is in
-- the database. What a message or a step says in detail stays in the tables.
CREATE VIEW reporting.notice WITH (security_barrier) AS
    SELECT notice_id, audience, severity, is_demo, facility, tenant, rule, opened_at, closed_at, state, reason, level, climb,
           held_by, next_step_at, route, policy,
           (SELECT count(*) FROM notice_alert WHERE notice_alert.notice_id = notice.notice_id) AS alerts,
           (SELECT count(*) FROM notice_alert WHERE notice_alert.notice_id = notice.notice_id AND ends_at IS NULL) AS alerts_lasting,
           (SELECT min(sent_at) FROM message WHERE message.notice_id = notice.notice_id) AS told_at
    FROM notice WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;

CREATE VIEW reporting.notice_step WITH (security_barrier) AS
    SELECT step_id, notice_id, stepped_at, step, actor, via
    FROM notice_step WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;

CREATE VIEW reporting.heartbeat WITH (security_barrier) AS
    SELECT process, beat_at, detail
    FROM heartbeat WHERE EXISTS (SELECT FROM reader WHERE role_name = session_user AND sees_everything) OFFSET 0;
