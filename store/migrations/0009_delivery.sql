-- Delivery over MQTT: what is delivered again is known as such, also without an instant of its own; a gap tells a sender's
-- restart from a redelivery, and shrinks when its messages come late; quarantine knows what was retained.

CREATE TABLE collector_delivery (
    client_id     text NOT NULL,
    packet_id     integer NOT NULL CHECK (packet_id BETWEEN 1 AND 65535),
    digest        bytea NOT NULL,
    received_at   timestamptz NOT NULL,
    delivered_at  timestamptz NOT NULL,
    PRIMARY KEY (client_id, packet_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE collector_delivery IS 'Messages without an instant of their own, by the packet identifier the broker gave them: delivered again, they count as measured when they came first.';
COMMENT ON COLUMN collector_delivery.digest IS 'of topic and payload, 64 bits: whether the identifier still means the same message';
COMMENT ON COLUMN collector_delivery.received_at IS 'when it came first';
COMMENT ON COLUMN collector_delivery.delivered_at IS 'when it was stored most recently; forgotten an hour after, when the broker has it acknowledged for sure';

ALTER TABLE collector_stream ADD COLUMN measured_at timestamptz;
COMMENT ON COLUMN collector_stream.measured_at IS 'the newest instant in its messages since it began to count; NULL = they have none';
COMMENT ON COLUMN collector_stream.number_before IS 'the last one before the sender began again; NULL = it has not, or long ago';

ALTER TABLE gap DROP CONSTRAINT gap_messages_check;
ALTER TABLE gap ADD CONSTRAINT gap_messages_check CHECK (messages >= 0);
ALTER TABLE gap ADD COLUMN came_late bigint NOT NULL DEFAULT 0 CHECK (came_late >= 0);
ALTER TABLE gap ADD COLUMN missing nummultirange;
COMMENT ON COLUMN gap.messages IS 'how many are missing, where the source counts; 0 = all have come since, NULL = unknown';
COMMENT ON COLUMN gap.came_late IS 'how many came after the gap was noticed';
COMMENT ON COLUMN gap.missing IS 'the numbers that are missing; NULL = unknown, or of a count that begins again so soon that a number says nothing';
COMMENT ON COLUMN gap.series IS 'the client id of a session, or the stream of a sender';

INSERT INTO retention (relation, kept_days, reason) VALUES
    ('gap', 1888, 'as circuit_interval: it says why readings are missing'),
    ('collector_delivery', 30, 'of collectors that are gone: no broker keeps a session longer (deploy/mosquitto)');

ALTER TABLE quarantine ADD COLUMN retained boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN quarantine.retained IS 'it came as a retained message: state of some time before, which is no reading of when it came';
ALTER TABLE quarantine DROP CONSTRAINT quarantine_source_origin_reason_payload_sha256_key;
ALTER TABLE quarantine ADD CONSTRAINT quarantine_once UNIQUE (source, origin, reason, payload_sha256, retained);
UPDATE quarantine SET source = 'webhook' WHERE source = 'mqtt' AND starts_with(origin, 'hooks/');
