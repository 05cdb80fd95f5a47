-- What a score was made by stays readable for good: the text of the agreement, the text of its calendar, the targets of
-- its verdicts, and how far it had looked. A contract that is amended later does not re-judge what was scored before.

CREATE FUNCTION text_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%.% keeps every text that a score was made by: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP;
END
$$;

CREATE TABLE agreement_text (
    sha256            text PRIMARY KEY CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    agreement         text NOT NULL,
    amendment_number  integer NOT NULL CHECK (amendment_number >= 0),
    effective_on      date NOT NULL,
    text              text NOT NULL,
    recorded_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE agreement_text IS 'Every text of an agreement that a score was made by, as p2i score --agreement takes it; never changed.';
COMMENT ON COLUMN agreement_text.amendment_number IS '0 = the original';
COMMENT ON COLUMN agreement_text.effective_on IS 'its first civil day in force, in the zone of the agreement';
CREATE TRIGGER text_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON agreement_text
    FOR EACH STATEMENT EXECUTE FUNCTION text_stays();

CREATE TABLE calendar_text (
    calendar     text NOT NULL,
    version      integer NOT NULL,
    sha256       text NOT NULL CHECK (text IS NULL OR sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    text         text,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (calendar, version)
);
COMMENT ON TABLE calendar_text IS 'The one text of every calendar version that a score was made by; never changed.';
COMMENT ON COLUMN calendar_text.text IS 'NULL = known by its hash only: the agreement had the days written out';
CREATE TRIGGER text_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_text
    FOR EACH STATEMENT EXECUTE FUNCTION text_stays();

ALTER TABLE score
    ADD COLUMN calendar text,
    ADD COLUMN calendar_version integer,
    ADD COLUMN calendar_sha256 text,
    ADD COLUMN input_xid xid8,
    ADD CHECK ((calendar IS NULL) = (calendar_version IS NULL) AND (calendar IS NULL) = (calendar_sha256 IS NULL));
COMMENT ON COLUMN score.calendar IS 'the calendar its service hours came from; NULL = none, or scored before this was kept';
COMMENT ON COLUMN score.input_xid IS 'everything written by transactions before it was seen; NULL = scored before this was kept';

-- The promise as the text said that the score was made by. The table objective says what the inventory says today.
ALTER TABLE verdict
    ADD COLUMN target_ratio numeric,
    ADD COLUMN at_most_ratio numeric,
    ADD COLUMN at_most_seconds numeric;
COMMENT ON COLUMN verdict.target_ratio IS 'the target it was judged by; NULL = none, or scored before this was kept';

CREATE TABLE kept_difference (
    agreement         text NOT NULL,
    period_starts_at  timestamptz NOT NULL,
    period_ends_at    timestamptz NOT NULL,
    difference        text NOT NULL,
    noticed_at        timestamptz NOT NULL,
    PRIMARY KEY (agreement, period_starts_at, period_ends_at)
);
COMMENT ON TABLE kept_difference IS 'Closed periods that keep the text they were scored by, where the inventory says otherwise today.';

CREATE TABLE text_adoption (
    agreement         text NOT NULL,
    month_starts_at   timestamptz NOT NULL,
    adopted_at        timestamptz NOT NULL,
    author            text NOT NULL,
    reason            text NOT NULL CHECK (reason <> ''),
    replaced_sha256   text[] NOT NULL,
    adopted_sha256    text[] NOT NULL,
    PRIMARY KEY (agreement, month_starts_at, adopted_at)
);
COMMENT ON TABLE text_adoption IS 'Closed months of which nothing was published that were told to follow the inventory again; append-only.';
COMMENT ON COLUMN text_adoption.author IS 'the login of the database: set by a trigger, as adopted_at is';
CREATE FUNCTION text_adoption_is_ours() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    new.author := session_user;
    new.adopted_at := transaction_timestamp();
    RETURN new;
END
$$;
CREATE TRIGGER text_adoption_is_ours BEFORE INSERT ON text_adoption
    FOR EACH ROW EXECUTE FUNCTION text_adoption_is_ours();
CREATE TRIGGER text_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON text_adoption
    FOR EACH STATEMENT EXECUTE FUNCTION text_stays();

-- Two segments of one month may turn in one pass: the change of one must not hide that of the other.
DO $$
DECLARE
    known text;
BEGIN
    SELECT conname INTO STRICT known FROM pg_constraint WHERE conrelid = 'transition'::regclass AND contype = 'u';
    EXECUTE format('ALTER TABLE transition DROP CONSTRAINT %I', known);
END
$$;
-- Of an objective the reason names the days of the segment; of a circuit it is no part of what makes a change the same.
CREATE UNIQUE INDEX transition_once ON transition (subject, agreement, objective, circuit, from_state, to_state, changed_at,
    (CASE WHEN subject = 'objective' THEN reason END)) NULLS NOT DISTINCT;
