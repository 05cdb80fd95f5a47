-- What devices of other makers say (collectors/observation.py), gaps in what reached us, and what became of refused input.

CREATE TABLE sensor (
    sensor     text PRIMARY KEY,
    facility   text NOT NULL,
    zone       text,
    feed       text NOT NULL,
    device     text NOT NULL,
    is_demo    boolean NOT NULL,
    is_listed  boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE sensor IS 'Devices of the inventory (sensors.toml): what each is called by its source, where it hangs, what zone it counts for.';

CREATE TABLE sensor_series (
    series_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sensor     text NOT NULL REFERENCES sensor,
    channel    text NOT NULL,
    quantity   text NOT NULL,
    modulus    numeric,
    UNIQUE (sensor, channel, quantity)
);
COMMENT ON COLUMN sensor_series.modulus IS 'where a total wraps around; NULL = unknown, or no total';

CREATE TABLE absence (
    absence_id  smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason      text NOT NULL UNIQUE
);
COMMENT ON TABLE absence IS 'Why a reading has no value: a sentinel, a fault flag, null.';

CREATE TABLE sensor_reading (
    series_id    integer NOT NULL,
    measured_at  timestamptz NOT NULL,
    counted      numeric,
    value        double precision,
    absence_id   smallint,
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (series_id, measured_at),
    CHECK (num_nonnulls(counted, value, absence_id) = 1)
);
COMMENT ON TABLE sensor_reading IS 'One reading of one series: an exact count, a physical value, or the reason why there is none.';

ALTER TABLE ingest DROP CONSTRAINT ingest_kind_check;
ALTER TABLE ingest ADD CONSTRAINT ingest_kind_check
    CHECK (kind IN ('interval', 'probe', 'state', 'occupancy', 'sensor'));

INSERT INTO retention (relation, kept_days, reason) VALUES
    ('sensor_reading', 396, 'as occupancy: some of it is about people');

CREATE TABLE gap (
    gap_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      text NOT NULL,
    series      text NOT NULL,
    starts_at   timestamptz,
    ends_at     timestamptz NOT NULL,
    messages    bigint CHECK (messages > 0),
    reason      text NOT NULL,
    noticed_at  timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (source, series, starts_at, ends_at, reason)
);
COMMENT ON TABLE gap IS 'Messages that were sent, or may have been, and never reached us: a lost session of the broker, missing sequence numbers.';
COMMENT ON COLUMN gap.starts_at IS 'the last we know we had; NULL = unknown';
COMMENT ON COLUMN gap.messages IS 'how many, where the source counts; NULL = unknown';

ALTER TABLE quarantine ADD COLUMN resolved_at timestamptz, ADD COLUMN resolution text;
ALTER TABLE quarantine ADD CHECK ((resolved_at IS NULL) = (resolution IS NULL));
COMMENT ON COLUMN quarantine.resolved_at IS 'when p2i quarantine retry stored it after all, or somebody closed it; NULL = open';
