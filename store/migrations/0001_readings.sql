-- What was measured: one row per fact, natural keys, nothing ever updated.
-- Reading tables carry no foreign key: its check per row would halve ingest, and the number comes from the
-- registry lookup of the same process anyway.
-- Instants are timestamptz in UTC; no statement of ours names a time zone (design: one place cuts local time, in Python).

CREATE TABLE circuit (
    circuit_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    circuit     text NOT NULL UNIQUE,
    facility    text NOT NULL,
    tenant      text,
    is_demo     boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE circuit IS 'Circuits named by the inventory; readings refer to them by number.';

CREATE TABLE zone (
    zone_id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    zone             text NOT NULL UNIQUE,
    facility         text NOT NULL,
    tenant           text,
    capacity_people  integer CHECK (capacity_people >= 0),
    is_demo          boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE zone IS 'Zones (plateaux) whose occupancy is counted; capacity NULL is unknown.';

CREATE TABLE circuit_interval (
    circuit_id   integer NOT NULL,
    starts_at    timestamptz NOT NULL,
    sent         integer NOT NULL CHECK (sent >= 0),
    lost         integer NOT NULL CHECK (lost >= 0 AND lost <= sent),
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (circuit_id, starts_at)
);
COMMENT ON TABLE circuit_interval IS 'Probes sent and lost in one grid interval that starts at starts_at; sent = 0 is unknown.';

CREATE TABLE probe (
    circuit_id              integer NOT NULL,
    sent_at                 timestamptz NOT NULL,
    round_trip_nanoseconds  bigint CHECK (round_trip_nanoseconds >= 0),
    received_at             timestamptz NOT NULL,
    PRIMARY KEY (circuit_id, sent_at)
);
COMMENT ON TABLE probe IS 'One probe; round_trip_nanoseconds NULL = lost. Integers, so that a verdict compares exactly.';

CREATE TABLE circuit_state (
    circuit_id   integer NOT NULL,
    changed_at   timestamptz NOT NULL,
    state        smallint NOT NULL CHECK (state IN (1, 2, 3)),
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (circuit_id, changed_at)
);
COMMENT ON COLUMN circuit_state.state IS '1 up, 2 down, 3 unknown, from changed_at on.';

CREATE TABLE occupancy (
    zone_id      integer NOT NULL,
    measured_at  timestamptz NOT NULL,
    people       integer NOT NULL CHECK (people >= 0),
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (zone_id, measured_at)
);
COMMENT ON TABLE occupancy IS 'People counted in a zone at one instant. Counts only: no column could carry an identity.';

-- Ingest log: which series got rows in which span, by which transaction. The minute pass reads what is new
-- (rows of transactions at or after its last snapshot) without looking at the readings themselves.
CREATE TABLE ingest (
    ingest_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind         text NOT NULL CHECK (kind IN ('interval', 'probe', 'state', 'occupancy')),
    series_id    integer NOT NULL,
    first_at     timestamptz NOT NULL,
    last_at      timestamptz NOT NULL,
    rows         integer NOT NULL CHECK (rows > 0),
    received_at  timestamptz NOT NULL
);
CREATE INDEX ingest_xid ON ingest (xid);
CREATE INDEX ingest_series ON ingest (kind, series_id, last_at);
COMMENT ON TABLE ingest IS 'One row per committed batch, kind and series: the span of the rows that were new in it.';

CREATE TABLE quarantine (
    quarantine_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at    timestamptz NOT NULL,
    source         text NOT NULL,
    origin         text NOT NULL,
    reason         text NOT NULL,
    detail         text NOT NULL,
    payload        bytea NOT NULL,
    payload_bytes  bigint NOT NULL,
    payload_sha256 bytea NOT NULL,
    UNIQUE (source, origin, reason, payload_sha256)
);
CREATE INDEX quarantine_received ON quarantine (received_at);
COMMENT ON TABLE quarantine IS 'Input that could not be stored as a reading: kept with its reason, never dropped. A redelivery of the same bytes is one row. payload holds at most the first MiB, payload_bytes the true size.';
