-- What dashboards, statements and tenants need beside readings and verdicts: the inventory's names and targets, the
-- months as our calendar cuts them, who may see what, how long each kind is kept, and how far rollups have come.

ALTER TABLE circuit
    ADD COLUMN label text, ADD COLUMN carrier text, ADD COLUMN a_end text, ADD COLUMN z_end text,
    ADD COLUMN cir_bps bigint CHECK (cir_bps > 0), ADD COLUMN leg text, ADD COLUMN is_listed boolean NOT NULL DEFAULT true;
ALTER TABLE zone ADD COLUMN label text, ADD COLUMN is_listed boolean NOT NULL DEFAULT true;

CREATE TABLE park (
    facility       text PRIMARY KEY,
    name           text NOT NULL,
    facility_type  text NOT NULL,
    status         text NOT NULL,
    city           text,
    region         text,
    time_zone      text NOT NULL,
    manager        text,
    latitude       double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude      double precision CHECK (longitude BETWEEN -180 AND 180),
    is_demo        boolean NOT NULL,
    is_listed      boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE park IS 'The platforms of the inventory, announced ones and those without data too.';

CREATE TABLE tenant (
    tenant     text PRIMARY KEY,
    name       text NOT NULL,
    is_demo    boolean NOT NULL,
    is_listed  boolean NOT NULL DEFAULT true
);

CREATE TABLE agreement (
    agreement    text PRIMARY KEY,
    tenant       text NOT NULL,
    facility     text NOT NULL,
    time_zone    text NOT NULL,
    starts_on    date NOT NULL,
    ends_on      date,
    monthly_fee  numeric NOT NULL,
    currency     text NOT NULL,
    is_demo      boolean NOT NULL,
    is_listed    boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE agreement IS 'The agreements of the inventory as dashboards name them; verdicts are computed from the files, never from here.';

CREATE TABLE objective (
    agreement        text NOT NULL,
    objective        text NOT NULL,
    circuit          text NOT NULL,
    indicator        text NOT NULL,
    target_ratio     numeric,
    at_most_ratio    numeric,
    at_most_seconds  numeric,
    percentile_ratio numeric,
    interval_seconds integer,
    is_listed        boolean NOT NULL DEFAULT true,
    PRIMARY KEY (agreement, objective)
);
COMMENT ON COLUMN objective.target_ratio IS 'availability: at least this; exactly as written in the agreement';

CREATE TABLE period (
    time_zone  text NOT NULL,
    month      text NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at > starts_at),
    PRIMARY KEY (time_zone, month)
);
COMMENT ON TABLE period IS 'Civil months as facilities/calendar.py cuts them. SQL never cuts a month: the server''s zone data may be stale.';

CREATE TABLE reader (
    role_name        name NOT NULL,
    tenant           text,
    facility         text,
    sees_everything  boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (role_name, tenant, facility),
    CHECK (sees_everything OR tenant IS NOT NULL OR facility IS NOT NULL)
);
COMMENT ON TABLE reader IS 'What each LOGIN role sees through the schema reporting: everything, one tenant, or one park.';

CREATE TABLE retention (
    relation        name PRIMARY KEY,
    kept_days       integer CHECK (kept_days BETWEEN 1 AND 36500),
    reason          text NOT NULL,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    changed_by      text NOT NULL DEFAULT session_user,
    dropped_before  timestamptz
);
COMMENT ON TABLE retention IS 'How long the rows of each relation are kept, and why. p2i retention shows and changes it.';
COMMENT ON COLUMN retention.kept_days IS 'NULL = for ever';
COMMENT ON COLUMN retention.dropped_before IS 'rows before it may be gone by age; NULL = none yet. Never moves back: a longer time kept brings nothing back';
CREATE TABLE retention_change (
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    relation    name NOT NULL,
    kept_days   integer,
    reason      text NOT NULL
);
COMMENT ON TABLE retention_change IS 'What retention said before each change: an auditor will ask.';
CREATE FUNCTION retention_keeps_its_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (old.kept_days, old.reason) IS DISTINCT FROM (new.kept_days, new.reason) THEN
        INSERT INTO p2i.retention_change VALUES (old.changed_at, old.changed_by, old.relation, old.kept_days, old.reason);
    END IF;
    new.dropped_before := greatest(old.dropped_before, new.dropped_before);
    RETURN new;
END $$;
CREATE TRIGGER retention_keeps_its_past BEFORE UPDATE ON retention
    FOR EACH ROW EXECUTE FUNCTION retention_keeps_its_past();
INSERT INTO retention (relation, kept_days, reason) VALUES
    ('circuit_interval', 1888, 'claims between merchants lapse after five years and a verdict must be recomputable until then; two months more to contest'),
    ('probe', 1888, 'as circuit_interval'),
    ('circuit_state', 1888, 'as circuit_interval'),
    ('circuit_5m', 1888, 'as circuit_interval'),
    ('circuit_1h', NULL, 'small, and what is left to show of old years'),
    ('probe_5m', 1888, 'as circuit_interval'),
    ('probe_1h', NULL, 'as circuit_1h'),
    ('occupancy', 396, 'privacy: raw counts are kept thirteen months, one to compare with the same of a year ago'),
    ('occupancy_15m', 396, 'as occupancy'),
    ('occupancy_1h', 1827, 'five years: evidence for leases and service levels'),
    ('ingest', 2, 'the engine and the rollups have read it within minutes; the newest row of a series always stays'),
    ('quarantine', 396, 'time enough to repair a sender; refused input is not kept for ever');

CREATE TABLE rollup_progress (
    is_only        boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    input_xid      xid8 NOT NULL,
    rolled_to_at   timestamptz NOT NULL,
    refreshed_at   timestamptz NOT NULL
);
COMMENT ON TABLE rollup_progress IS 'Plain PostgreSQL only: readings of transactions before input_xid are in the rollups as far as they lie before rolled_to_at.';
INSERT INTO rollup_progress (input_xid, rolled_to_at, refreshed_at) VALUES ('0', '-infinity', '-infinity');

CREATE TABLE generated (
    name    text PRIMARY KEY,
    sha256  text NOT NULL
);
COMMENT ON TABLE generated IS 'Hash of the text by which the views of reporting were last made: p2i migrate makes them anew when it differs.';

CREATE TABLE delay_class (
    delay_class    smallint PRIMARY KEY,
    from_seconds   double precision,
    below_seconds  double precision
);
COMMENT ON TABLE delay_class IS 'The classes of probe_5m and probe_1h, written by p2i migrate from store/rollups.py; -1 is a lost probe.';

ALTER TABLE verdict
    ADD COLUMN budget_seconds numeric, ADD COLUMN budget_left_seconds numeric;
COMMENT ON COLUMN verdict.budget_left_seconds IS 'availability: outage seconds the period can still bear before the target is missed; negative = missed for good';

CREATE INDEX verdict_period ON verdict (period_starts_at);
CREATE INDEX transition_circuit ON transition (circuit, changed_at);
