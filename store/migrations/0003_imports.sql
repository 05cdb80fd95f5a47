-- How far a file has been read. Written in the transaction of the rows it speaks of, so that an import that was
-- killed goes on exactly after its last committed row.

CREATE TABLE import_progress (
    file_sha256     bytea NOT NULL,
    mapping_sha256  bytea NOT NULL,
    file_name       text NOT NULL,
    next_byte       bigint NOT NULL CHECK (next_byte >= 0),
    next_line       bigint NOT NULL CHECK (next_line >= 1),
    rows            bigint NOT NULL CHECK (rows >= 0),
    counts          jsonb NOT NULL,
    started_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    PRIMARY KEY (file_sha256, mapping_sha256)
);
COMMENT ON TABLE import_progress IS 'One row per content of a file and way of reading it (mapping and circuit): where the next row starts.';
COMMENT ON COLUMN import_progress.counts IS 'Rows so far by outcome: stored, duplicate, and refused ones by reason.';
COMMENT ON COLUMN import_progress.finished_at IS 'NULL = not read to its end; a new run then continues, otherwise it starts again.';
