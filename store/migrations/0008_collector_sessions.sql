-- What a collector must still know after a restart, so that a gap is told across it, and told once.

CREATE TABLE collector_session (
    client_id  text PRIMARY KEY,
    topics     text[] NOT NULL,
    seen_at    timestamptz NOT NULL
);
COMMENT ON TABLE collector_session IS 'Sessions the broker keeps for collectors: forgotten by p2i collect --leave only.';
COMMENT ON COLUMN collector_session.topics IS 'what the session is subscribed to';
COMMENT ON COLUMN collector_session.seen_at IS 'when it was last known to be there; renewed once a minute';

-- Written with every batch, in its transaction: a redelivered number is known as such. Room for updates in place.
CREATE TABLE collector_stream (
    client_id       text NOT NULL,
    stream          text NOT NULL,
    number          numeric NOT NULL,
    number_before   numeric,
    received_at     timestamptz NOT NULL,
    PRIMARY KEY (client_id, stream)
) WITH (fillfactor = 50);
COMMENT ON TABLE collector_stream IS 'The last message number of every sender that counts its messages, as each collector saw it.';
COMMENT ON COLUMN collector_stream.number_before IS 'the last one before the sender began again at 0; NULL = it has not, or long ago';
