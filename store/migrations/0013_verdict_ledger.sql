-- The ledger of published verdicts: per agreement a chain of entries, each naming the hash of the one before it.
-- Nothing in it is ever changed: the triggers refuse that to everybody, the owner of the table and the replication role
-- too (ENABLE ALWAYS). Who switches them off leaves a chain that no longer adds up: `p2i verdict verify` says where.

CREATE TABLE verdict_entry (
    agreement          text NOT NULL,
    entry              integer NOT NULL CHECK (entry >= 1),
    kind               text NOT NULL CHECK (kind IN ('issued', 'restated', 'contested', 'answered', 'final')),
    period_starts_at   timestamptz NOT NULL,
    period_ends_at     timestamptz NOT NULL CHECK (period_ends_at > period_starts_at),
    version            integer NOT NULL CHECK (version >= 1),
    author             text NOT NULL,
    recorded_at        timestamptz NOT NULL,
    previous_sha256    text,
    sha256             text NOT NULL,
    document_sha256    text,
    body               text NOT NULL,
    document           text,
    PRIMARY KEY (agreement, entry),
    CONSTRAINT verdict_entry_first CHECK ((entry = 1) = (previous_sha256 IS NULL)),
    CONSTRAINT verdict_entry_publishes CHECK ((kind IN ('issued', 'restated')) = (document IS NOT NULL)),
    CONSTRAINT verdict_entry_hashed CHECK ((document IS NULL) = (document_sha256 IS NULL)),
    CONSTRAINT verdict_entry_numbered CHECK ((kind = 'issued') <= (version = 1) AND (kind = 'restated') <= (version > 1))
);
COMMENT ON TABLE verdict_entry IS 'Published verdicts and what became of them; append-only, a hash chain per agreement. The columns repeat what body says, written by a trigger.';
COMMENT ON COLUMN verdict_entry.body IS 'canonical JSON (RFC 8785), exactly the text whose UTF-8 bytes sha256 is of';
COMMENT ON COLUMN verdict_entry.document IS 'the published document of contracts/score, byte for byte; NULL where the entry publishes none';
-- A version is published once, and nothing is final twice, whoever writes.
CREATE UNIQUE INDEX verdict_entry_version ON verdict_entry (agreement, period_starts_at, version)
    WHERE kind IN ('issued', 'restated');
CREATE UNIQUE INDEX verdict_entry_final ON verdict_entry (agreement, period_starts_at) WHERE kind = 'final';
CREATE INDEX verdict_entry_period ON verdict_entry (agreement, period_starts_at, entry);

CREATE FUNCTION verdict_entry_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb := new.body::jsonb;
    head record;
    published record;
BEGIN
    SELECT entry, sha256 INTO head FROM p2i.verdict_entry
        WHERE verdict_entry.agreement = said ->> 'agreement' ORDER BY entry DESC LIMIT 1;
    new.agreement := said ->> 'agreement';
    new.entry := (said ->> 'entry')::integer;
    new.kind := said ->> 'kind';
    new.period_starts_at := (said #>> '{period,starts_at}')::timestamptz;
    new.period_ends_at := (said #>> '{period,ends_at}')::timestamptz;
    new.version := (said ->> 'version')::integer;
    new.author := said ->> 'author';
    new.recorded_at := (said ->> 'recorded_at')::timestamptz;
    new.previous_sha256 := said ->> 'previous_sha256';
    new.document_sha256 := said ->> 'document_sha256';
    new.sha256 := encode(sha256(convert_to(new.body, 'UTF8')), 'hex');
    IF new.entry IS DISTINCT FROM coalesce(head.entry, 0) + 1 THEN
        RAISE EXCEPTION 'verdict ledger of %: entry % does not follow entry %',
            new.agreement, new.entry, coalesce(head.entry, 0) USING ERRCODE = 'integrity_constraint_violation';
    ELSIF new.previous_sha256 IS DISTINCT FROM head.sha256 THEN
        RAISE EXCEPTION 'verdict ledger of %: entry % does not name the hash of the entry before it',
            new.agreement, new.entry USING ERRCODE = 'integrity_constraint_violation';
    ELSIF new.author IS DISTINCT FROM session_user::text THEN
        RAISE EXCEPTION 'verdict ledger of %: author % is not the login %',
            new.agreement, new.author, session_user USING ERRCODE = 'integrity_constraint_violation';
    ELSIF new.recorded_at IS DISTINCT FROM transaction_timestamp() THEN
        RAISE EXCEPTION 'verdict ledger of %: recorded_at is not the time of this transaction',
            new.agreement USING ERRCODE = 'integrity_constraint_violation';
    ELSIF (said ->> 'occurred_at')::timestamptz <= new.recorded_at IS NOT TRUE THEN
        RAISE EXCEPTION 'verdict ledger of %: occurred_at is not an instant up to now',
            new.agreement USING ERRCODE = 'integrity_constraint_violation';
    ELSIF new.document_sha256 IS DISTINCT FROM encode(sha256(convert_to(new.document, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'verdict ledger of %: document_sha256 is not the hash of the document',
            new.agreement USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT max(version) AS version, bool_or(kind = 'final') AS is_final, max(period_ends_at) AS ends_at INTO published
        FROM p2i.verdict_entry
        WHERE verdict_entry.agreement = new.agreement AND period_starts_at = new.period_starts_at;
    IF published.is_final THEN
        RAISE EXCEPTION 'verdict ledger of %: the period from % is final',
            new.agreement, new.period_starts_at USING ERRCODE = 'integrity_constraint_violation';
    ELSIF new.version IS DISTINCT FROM
        coalesce(published.version, 0) + (new.kind IN ('issued', 'restated'))::integer THEN
        RAISE EXCEPTION 'verdict ledger of %: % of version % does not follow version %',
            new.agreement, new.kind, new.version, coalesce(published.version, 0)
            USING ERRCODE = 'integrity_constraint_violation';
    ELSIF new.period_ends_at <> published.ends_at OR EXISTS (
        SELECT FROM p2i.verdict_entry AS other
        WHERE other.agreement = new.agreement AND other.period_starts_at <> new.period_starts_at
            AND other.period_starts_at < new.period_ends_at AND new.period_starts_at < other.period_ends_at) THEN
        RAISE EXCEPTION 'verdict ledger of %: the period from % to % overlaps another that is published',
            new.agreement, new.period_starts_at, new.period_ends_at USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER verdict_entry_follows BEFORE INSERT ON verdict_entry
    FOR EACH ROW EXECUTE FUNCTION verdict_entry_follows();

CREATE FUNCTION verdict_entry_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'verdict ledger: % refused: published verdicts are never changed; a correction is a new version (p2i verdict restate)',
        tg_op USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER verdict_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON verdict_entry
    FOR EACH STATEMENT EXECUTE FUNCTION verdict_entry_stays();
ALTER TABLE verdict_entry ENABLE ALWAYS TRIGGER verdict_entry_follows;
ALTER TABLE verdict_entry ENABLE ALWAYS TRIGGER verdict_entry_stays;
