-- Telling people: a notice is one group of alerts that one audience is told of, from its first alert to its last. What it
-- went through is append-only; what is to be sent is an outbox whose rows are claimed by a lease and confirmed once sent.

CREATE TABLE notice (
    notice_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audience         text NOT NULL CHECK (audience IN ('on_call', 'tenant', 'owner')),
    group_key        text NOT NULL,
    severity         text NOT NULL CHECK (severity IN ('page', 'ticket')),
    is_demo          boolean NOT NULL,
    facility         text,
    tenant           text,
    rule             text NOT NULL,
    opened_at        timestamptz NOT NULL,
    closed_at        timestamptz,
    state            text NOT NULL CHECK (state IN ('open', 'acknowledged', 'snoozed', 'resolved')),
    reason           text NOT NULL,
    level            integer NOT NULL DEFAULT 0 CHECK (level >= 0),
    climb            integer NOT NULL DEFAULT 1 CHECK (climb >= 1),
    held_by          text,
    next_step_at     timestamptz,
    route            text,
    policy           text,
    CHECK ((state = 'resolved') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX notice_open ON notice (audience, group_key) WHERE closed_at IS NULL;
CREATE INDEX notice_closed ON notice (audience, group_key, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX notice_due ON notice (severity, next_step_at, notice_id) WHERE next_step_at IS NOT NULL;
COMMENT ON TABLE notice IS 'One group of alerts one audience is told of; closed_at NULL = one of them lasts.';
COMMENT ON COLUMN notice.reason IS 'Why it is in its state, a fixed word: alerts, person, explained, muted, over, new_alert …';
COMMENT ON COLUMN notice.held_by IS 'Who has taken it (the code of a person, or a login); NULL = nobody.';
COMMENT ON COLUMN notice.level IS 'How many steps of its policy are done in this climb; 0 = the first is still to come.';
COMMENT ON COLUMN notice.climb IS 'How often its policy was begun: again after a snooze, or when a new alert joins.';
COMMENT ON COLUMN notice.next_step_at IS 'When it goes on by itself; NULL = not until somebody acts, or everything is said.';
COMMENT ON COLUMN notice.policy IS 'Of the on-call folder; NULL = the escalator has not looked at it yet.';

CREATE TABLE notice_alert (
    notice_id    bigint NOT NULL REFERENCES notice,
    fingerprint  text NOT NULL,
    alert_id     bigint,
    labels       jsonb NOT NULL,
    annotations  jsonb NOT NULL,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz,
    PRIMARY KEY (notice_id, fingerprint)
);
CREATE INDEX notice_alert_of ON notice_alert (alert_id) WHERE alert_id IS NOT NULL AND ends_at IS NULL;
COMMENT ON COLUMN notice_alert.alert_id IS 'The row of alert it is of; NULL = not ours (a watchdog of Grafana or Prometheus).';
COMMENT ON COLUMN notice_alert.ends_at IS 'NULL = it lasts; else when it ended, or was explained or muted: nobody is told of it any more.';

CREATE TABLE notice_step (
    step_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id  bigint NOT NULL REFERENCES notice,
    stepped_at timestamptz NOT NULL,
    step       text NOT NULL CHECK (step IN ('opened', 'joined', 'left', 'told', 'escalated', 'exhausted', 'undelivered',
        'acknowledged', 'snoozed', 'woken', 'handed_over', 'resolved', 'reopened', 'refused', 'digested', 'unrouted')),
    actor      text NOT NULL,
    via        text NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX notice_step_of ON notice_step (notice_id, step_id);
COMMENT ON TABLE notice_step IS 'Everything that happened to a notice, by whom and by what way; append-only.';
CREATE TRIGGER notice_step_stays BEFORE UPDATE OR DELETE ON notice_step FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER notice_step_whole BEFORE TRUNCATE ON notice_step FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();

CREATE TABLE message (
    message_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id     bigint REFERENCES notice,
    kind          text NOT NULL CHECK (kind IN ('firing', 'updated', 'resolved', 'escalated', 'handed_over', 'digest')),
    reason        text NOT NULL DEFAULT '',
    person        text NOT NULL,
    channel       text NOT NULL,
    lane          text NOT NULL CHECK (lane IN ('email', 'apprise', 'webhook')),
    once_key      text NOT NULL UNIQUE,
    priority      integer NOT NULL,
    is_gathered   boolean NOT NULL DEFAULT false,
    written_at    timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    claimed_at    timestamptz,
    claimed_by    text,
    attempts      integer NOT NULL DEFAULT 0,
    sent_at       timestamptz,
    given_up_at   timestamptz,
    withdrawn_at  timestamptz,
    digest_id     bigint REFERENCES message,
    last_error    text,
    CHECK (num_nonnulls(sent_at, given_up_at, withdrawn_at) <= 1)
);
CREATE INDEX message_waiting ON message (lane, person, channel, priority, due_at)
    WHERE sent_at IS NULL AND given_up_at IS NULL AND withdrawn_at IS NULL AND digest_id IS NULL;
CREATE INDEX message_of ON message (notice_id);
CREATE INDEX message_sent ON message (lane, person, channel, sent_at) WHERE sent_at IS NOT NULL AND digest_id IS NULL;
CREATE INDEX message_digest ON message (digest_id) WHERE digest_id IS NOT NULL;
COMMENT ON TABLE message IS 'The outbox: who is to be told what over which channel. Addresses stay in the on-call folder, never here.';
COMMENT ON COLUMN message.lane IS 'Which sender takes it; each has its own, so that one that hangs holds up no other.';
COMMENT ON COLUMN message.once_key IS 'What makes it one message: written twice it is one row, and the receiver sees it as its Message-ID.';
COMMENT ON COLUMN message.is_gathered IS 'Whether its route gathers: with others that are due it becomes one digest, however few they are.';
COMMENT ON COLUMN message.withdrawn_at IS 'When it was no longer needed: over, taken or explained before it was sent.';
COMMENT ON COLUMN message.digest_id IS 'The digest that says it instead; it is not sent by itself.';

CREATE TABLE link (
    token_sha256  text PRIMARY KEY,
    notice_id     bigint NOT NULL REFERENCES notice,
    person        text NOT NULL,
    made_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    used_for      text
);
CREATE INDEX link_expires ON link (expires_at);
COMMENT ON TABLE link IS 'Links in messages, by the hash of their token: each is for one notice and one person, and acts once.';

CREATE TABLE heartbeat (
    process  text PRIMARY KEY,
    beat_at  timestamptz NOT NULL,
    detail   text NOT NULL DEFAULT ''
);
COMMENT ON TABLE heartbeat IS 'When each part of alerting last gave a sign of life: escalator, alerting, alertmanager, and every watchdog that reports here (watchdog:NAME).';
