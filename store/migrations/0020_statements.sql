-- Statements as they were issued, the manifest of their files, and the proof of their dispatch. What was issued and what
-- happened is append-only; only where each recipient stands changes.

CREATE TABLE statement (
    number       text PRIMARY KEY,
    tenant       text NOT NULL,
    month        text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    version      integer NOT NULL CHECK (version >= 1),
    is_demo      boolean NOT NULL,
    language     text NOT NULL,
    states       text NOT NULL CHECK (states::jsonb IS NOT NULL),
    sha256       text NOT NULL,
    document     text NOT NULL,
    issued_at    timestamptz NOT NULL,
    recorded_by  text NOT NULL DEFAULT session_user,
    UNIQUE (tenant, month, version)
);
COMMENT ON TABLE statement IS 'Every statement that the closing job issued, byte for byte; append-only.';
COMMENT ON COLUMN statement.month IS 'civil month (YYYY-MM) of the agreements'' zones';
COMMENT ON COLUMN statement.states IS 'canonical JSON: which published versions it states, [agreement, start of the period, version] each';
COMMENT ON COLUMN statement.document IS 'the text of its JSON file, signed where a key was in force: every form is made of it';
COMMENT ON COLUMN statement.sha256 IS 'of its content, as the document itself says';
CREATE TRIGGER statement_stays BEFORE UPDATE OR DELETE ON statement FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER statement_whole BEFORE TRUNCATE ON statement FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();

CREATE TABLE statement_files (
    number            text PRIMARY KEY REFERENCES statement,
    manifest          text NOT NULL,
    manifest_sha256   text NOT NULL,
    missing_evidence  text,
    made_at           timestamptz NOT NULL
);
COMMENT ON TABLE statement_files IS 'The manifest of a statement''s files: where there is a row, all of them were whole in the folder; append-only.';
COMMENT ON COLUMN statement_files.manifest_sha256 IS 'of the manifest''s content, as the manifest itself says';
COMMENT ON COLUMN statement_files.missing_evidence IS 'Why there is no evidence bundle; NULL = there is one.';
CREATE TRIGGER statement_files_stays BEFORE UPDATE OR DELETE ON statement_files FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER statement_files_whole BEFORE TRUNCATE ON statement_files FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();

CREATE TABLE dispatch (
    dispatch_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number          text NOT NULL REFERENCES statement,
    kind            text NOT NULL CHECK (kind IN ('statement', 'contested', 'answered')),
    agreement       text,
    entry           integer,
    file            text NOT NULL,
    message_id      text NOT NULL UNIQUE,
    message_sha256  text NOT NULL,
    message_bytes   bigint NOT NULL CHECK (message_bytes > 0),
    written_at      timestamptz NOT NULL,
    CHECK ((kind = 'statement') = (entry IS NULL) AND (agreement IS NULL) = (entry IS NULL))
);
-- No foreign key to the ledger: it is append-only itself, and its own refusal of TRUNCATE must be the one that is heard.
CREATE UNIQUE INDEX dispatch_statement ON dispatch (number) WHERE kind = 'statement';
CREATE UNIQUE INDEX dispatch_entry ON dispatch (agreement, entry) WHERE entry IS NOT NULL;
COMMENT ON TABLE dispatch IS 'Every message to a tenant: one per statement, and one per contest and answer; append-only.';
COMMENT ON COLUMN dispatch.entry IS 'The entry of the agreement''s ledger that it tells of; NULL = it is the statement itself.';
COMMENT ON COLUMN dispatch.file IS 'Name of the message''s file in TENANT/dispatch of the statements'' folder.';
COMMENT ON COLUMN dispatch.message_sha256 IS 'Of the bytes of that file: the message as it is handed over, however often.';
CREATE TRIGGER dispatch_stays BEFORE UPDATE OR DELETE ON dispatch FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER dispatch_whole BEFORE TRUNCATE ON dispatch FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();

CREATE TABLE dispatch_recipient (
    dispatch_id  bigint NOT NULL REFERENCES dispatch,
    address      text NOT NULL,
    state        text NOT NULL CHECK (state IN
        ('waiting', 'handed_over', 'delivered', 'refused', 'given_up', 'bounced', 'replaced')),
    tried_from   timestamptz NOT NULL,
    next_try_at  timestamptz,
    attempts     integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    PRIMARY KEY (dispatch_id, address),
    CHECK ((state = 'waiting') = (next_try_at IS NOT NULL))
);
CREATE INDEX dispatch_recipient_due ON dispatch_recipient (next_try_at) WHERE state = 'waiting';
CREATE INDEX dispatch_recipient_failed ON dispatch_recipient (state) WHERE state IN ('refused', 'given_up', 'bounced');
CREATE TRIGGER dispatch_recipient_stays BEFORE DELETE ON dispatch_recipient FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER dispatch_recipient_whole BEFORE TRUNCATE ON dispatch_recipient FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
COMMENT ON TABLE dispatch_recipient IS 'Where a message stands with each of its recipients.';
COMMENT ON COLUMN dispatch_recipient.state IS 'waiting: to be handed over from next_try_at on; handed_over: our mail server has it; delivered: a server said so; refused, given_up, bounced: a person is needed; replaced: another address has its place.';
COMMENT ON COLUMN dispatch_recipient.tried_from IS 'Since when it is tried, or tried again.';
COMMENT ON COLUMN dispatch_recipient.attempts IS 'Since tried_from.';

CREATE TABLE dispatch_event (
    event_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dispatch_id  bigint NOT NULL REFERENCES dispatch,
    address      text,
    happened_at  timestamptz NOT NULL,
    event        text NOT NULL CHECK (event IN ('attempted', 'handed_over', 'deferred', 'refused', 'given_up', 'delayed',
        'relayed', 'delivered', 'bounced', 'requested', 'replaced')),
    detail       jsonb NOT NULL DEFAULT '{}',
    actor        text NOT NULL DEFAULT session_user
);
CREATE INDEX dispatch_event_of ON dispatch_event (dispatch_id, event_id);
COMMENT ON TABLE dispatch_event IS 'The proof of dispatch: every attempt before it was made, and what became of it; append-only.';
COMMENT ON COLUMN dispatch_event.address IS 'The recipient; NULL = a bounce that names none of them.';
COMMENT ON COLUMN dispatch_event.detail IS 'What the mail server said (server, code, reply), or who asked for what (reason).';
CREATE TRIGGER dispatch_event_stays BEFORE UPDATE OR DELETE ON dispatch_event FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER dispatch_event_whole BEFORE TRUNCATE ON dispatch_event FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();

-- For the replication role, too, as the ledger.
ALTER TABLE statement ENABLE ALWAYS TRIGGER statement_stays;
ALTER TABLE statement ENABLE ALWAYS TRIGGER statement_whole;
ALTER TABLE statement_files ENABLE ALWAYS TRIGGER statement_files_stays;
ALTER TABLE statement_files ENABLE ALWAYS TRIGGER statement_files_whole;
ALTER TABLE dispatch ENABLE ALWAYS TRIGGER dispatch_stays;
ALTER TABLE dispatch ENABLE ALWAYS TRIGGER dispatch_whole;
ALTER TABLE dispatch_recipient ENABLE ALWAYS TRIGGER dispatch_recipient_stays;
ALTER TABLE dispatch_recipient ENABLE ALWAYS TRIGGER dispatch_recipient_whole;
ALTER TABLE dispatch_event ENABLE ALWAYS TRIGGER dispatch_event_stays;
ALTER TABLE dispatch_event ENABLE ALWAYS TRIGGER dispatch_event_whole;
