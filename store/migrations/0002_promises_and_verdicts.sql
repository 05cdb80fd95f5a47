-- What was agreed around the measurements (tickets, freezes, exclusions), and what the engine said.
-- `xid` is the transaction that wrote or last changed a row: the engine scores anew what it touches.

CREATE TABLE ticket (
    ticket       text NOT NULL,
    circuit_id   integer NOT NULL REFERENCES circuit,
    opened_at    timestamptz NOT NULL,
    restored_at  timestamptz CHECK (restored_at >= opened_at),
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (ticket, circuit_id)
);
COMMENT ON COLUMN ticket.restored_at IS 'NULL = still open.';

CREATE TABLE ticket_freeze (
    ticket     text NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at >= starts_at),
    reason     text NOT NULL,
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (ticket, starts_at)
);
COMMENT ON TABLE ticket_freeze IS 'Spans in which a ticket''s clock stands still (gel), on all its circuits.';

CREATE TABLE exclusion (
    exclusion     text NOT NULL,
    circuit_id    integer NOT NULL REFERENCES circuit,
    kind          text NOT NULL CHECK (kind IN ('maintenance', 'customer', 'force_majeure')),
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL CHECK (ends_at >= starts_at),
    announced_at  timestamptz,
    decision      text NOT NULL CHECK (decision IN ('proposed', 'accepted', 'rejected')),
    xid           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (exclusion, circuit_id)
);

CREATE TABLE score (
    agreement          text NOT NULL,
    period_starts_at   timestamptz NOT NULL,
    period_ends_at     timestamptz NOT NULL CHECK (period_ends_at > period_starts_at),
    tenant             text NOT NULL,
    facility           text NOT NULL,
    is_demo            boolean NOT NULL,
    document           text NOT NULL,
    agreement_sha256   text NOT NULL,
    software_version   text NOT NULL,
    tzdb_version       text NOT NULL,
    scored_to_at       timestamptz NOT NULL,
    scored_at          timestamptz NOT NULL,
    PRIMARY KEY (agreement, period_starts_at, period_ends_at)
);
COMMENT ON TABLE score IS 'The latest document of contracts/score per agreement and period, byte for byte; scored_to_at is the --as-of it was scored with.';

CREATE TABLE verdict (
    agreement         text NOT NULL,
    objective         text NOT NULL,
    circuit           text NOT NULL,
    indicator         text NOT NULL,
    period_starts_at  timestamptz NOT NULL,
    period_ends_at    timestamptz NOT NULL,
    verdict           text NOT NULL CHECK (verdict IN ('met', 'breached', 'open', 'insufficient_data', 'not_measurable')),
    detail            jsonb NOT NULL,
    PRIMARY KEY (agreement, objective, period_starts_at, period_ends_at),
    FOREIGN KEY (agreement, period_starts_at, period_ends_at) REFERENCES score
);

CREATE TABLE unscored (
    agreement         text NOT NULL,
    month_starts_at   timestamptz NOT NULL,
    failed_at         timestamptz NOT NULL,
    reason            text NOT NULL,
    PRIMARY KEY (agreement, month_starts_at)
);
COMMENT ON TABLE unscored IS 'Months that were due and could not be scored, with the reason; tried again at every pass until they can.';

-- How far the engine has looked: everything written by transactions before input_xid has been scored.
CREATE TABLE engine_watermark (
    is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    input_xid  xid8 NOT NULL,
    passed_at  timestamptz NOT NULL
);

-- A change is a row; whoever tells people about it claims it with a guarded UPDATE.
CREATE TABLE transition (
    transition_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject        text NOT NULL CHECK (subject IN ('circuit', 'objective')),
    agreement      text NOT NULL,
    objective      text NOT NULL,
    circuit        text NOT NULL,
    is_demo        boolean NOT NULL,
    from_state     text NOT NULL,
    to_state       text NOT NULL,
    changed_at     timestamptz NOT NULL,
    noticed_at     timestamptz NOT NULL,
    reason         text NOT NULL,
    claimed_at     timestamptz,
    claimed_by     text,
    UNIQUE (subject, agreement, objective, circuit, from_state, to_state, changed_at)
);
CREATE INDEX transition_unclaimed ON transition (transition_id) WHERE claimed_at IS NULL;
