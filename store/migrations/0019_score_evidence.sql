-- What the figures of an ended period rest on: the same facts without exclusions, the spans of unknown and excluded time,
-- and what was measured in each outage. A statement prints it beside the verdict; a published version has its own.

CREATE TABLE score_evidence (
    agreement         text NOT NULL,
    period_starts_at  timestamptz NOT NULL,
    period_ends_at    timestamptz NOT NULL,
    evidence          text NOT NULL,
    PRIMARY KEY (agreement, period_starts_at, period_ends_at),
    FOREIGN KEY (agreement, period_starts_at, period_ends_at)
        REFERENCES score (agreement, period_starts_at, period_ends_at) ON DELETE CASCADE
);
COMMENT ON TABLE score_evidence IS 'What the figures of a scored, ended period rest on; none while the period runs.';
COMMENT ON COLUMN score_evidence.evidence IS 'canonical JSON (docs/statement.md): figures without exclusions, spans, outages';
