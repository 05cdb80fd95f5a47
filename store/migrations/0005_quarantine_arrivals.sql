-- What is kept of refused input is masked, so different messages can leave the same row behind. The row counts them:
-- otherwise a flood of bad input looks like one mishap.

ALTER TABLE quarantine ADD COLUMN arrivals bigint NOT NULL DEFAULT 1 CHECK (arrivals >= 1);
ALTER TABLE quarantine ADD COLUMN last_received_at timestamptz;
COMMENT ON TABLE quarantine IS 'Input that could not be stored as a reading: kept with its reason, never dropped, masked where it could identify somebody. Equal kept content from the same origin for the same reason is one row that counts its arrivals.';
COMMENT ON COLUMN quarantine.arrivals IS 'How often input that leaves this row came, redeliveries included; arrivals before this column existed were not counted.';
COMMENT ON COLUMN quarantine.last_received_at IS 'When it came again most recently; NULL = it came once, or not again since this column exists.';
COMMENT ON COLUMN quarantine.payload_bytes IS 'Size of the kept text before it is cut to the first MiB; not of the message as it came.';
COMMENT ON COLUMN quarantine.payload_sha256 IS 'Hash of the kept text before it is cut to the first MiB; not of the message as it came.';
