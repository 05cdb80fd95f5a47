-- What somebody should know or do: one row per trouble from its opening to its end, and every step of it as a row that is
-- never changed. Nobody being told (maintenance, a cause that explains it) leaves the record as it is.

CREATE TABLE alert (
    alert_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule              text NOT NULL,
    subject           text NOT NULL,
    severity          text NOT NULL CHECK (severity IN ('page', 'ticket')),
    facility          text,
    tenant            text,
    carrier           text,
    circuit           text,
    zone              text,
    agreement         text,
    objective         text,
    period_starts_at  timestamptz,
    is_demo           boolean NOT NULL,
    reason            text NOT NULL,
    since_at          timestamptz NOT NULL,
    opened_at         timestamptz NOT NULL,
    seen_at           timestamptz NOT NULL,
    quiet_since_at    timestamptz,
    closed_at         timestamptz,
    cause_id          bigint REFERENCES alert,
    muted_by          text,
    facts             jsonb NOT NULL,
    CHECK (closed_at >= opened_at),
    CHECK (cause_id <> alert_id)
);
CREATE UNIQUE INDEX alert_open ON alert (rule, subject) WHERE closed_at IS NULL;
CREATE INDEX alert_opened ON alert (opened_at);
CREATE INDEX alert_closed ON alert (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX alert_cause ON alert (cause_id) WHERE cause_id IS NOT NULL;
COMMENT ON TABLE alert IS 'One row per trouble; closed_at NULL = it lasts.';
COMMENT ON COLUMN alert.subject IS 'What it is of, as KIND:CODE (circuit:casa-a1, objective:AGR-1/availability/2026-09, carrier:operateur-a).';
COMMENT ON COLUMN alert.since_at IS 'When the trouble began; opened_at is when it was noticed.';
COMMENT ON COLUMN alert.seen_at IS 'When it was last found to last, to the minute.';
COMMENT ON COLUMN alert.reason IS 'The fixed word for why its rule holds (burn_1h, budget_75, breach_by_trend).';
COMMENT ON COLUMN alert.quiet_since_at IS 'Since when it is found no more, or only at a lower severity; it closes, or is lowered, once that has lasted. NULL = it lasts.';
COMMENT ON COLUMN alert.cause_id IS 'The alert that explains this one: nobody on call is told of this one while that one lasts.';
COMMENT ON COLUMN alert.muted_by IS 'Why nobody on call is told while it lasts: the accepted maintenance ("exclusion M-7"); NULL = told.';
COMMENT ON COLUMN alert.facts IS 'The figures its messages say, as text and integers.';

CREATE TABLE alert_change (
    change_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id    bigint NOT NULL REFERENCES alert,
    changed_at  timestamptz NOT NULL,
    change      text NOT NULL CHECK (change IN
        ('opened', 'raised', 'lowered', 'explained', 'unexplained', 'muted', 'unmuted', 'closed')),
    reason      text NOT NULL,
    detail      jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX alert_change_of ON alert_change (alert_id, change_id);
COMMENT ON TABLE alert_change IS 'Every step of every alert with its named reason; append-only.';

CREATE FUNCTION stays_as_written() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER alert_change_stays BEFORE UPDATE OR DELETE ON alert_change FOR EACH ROW EXECUTE FUNCTION stays_as_written();
CREATE TRIGGER alert_change_whole BEFORE TRUNCATE ON alert_change FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written();
