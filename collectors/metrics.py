"""What `p2i collect` counts for Prometheus; docs/metrics.md lists every one."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("collectors_messages", "MQTT messages committed, by kind of reading.", ["kind"])
READINGS = Counter("collectors_readings", "Readings by what became of them.", ["kind", "outcome"])
IGNORED = Counter(
    "collectors_ignored", "Parts of messages of feeds that are not taken, by what they are.", ["feed", "what"]
)
QUARANTINED = Counter("collectors_quarantined", "Refused input, by reason.", ["reason"])
COMMIT_SECONDS = Histogram(
    "collectors_commit_seconds",
    "Time from a batch leaving the queue to its commit.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
QUEUE_MESSAGES = Gauge("collectors_queue_messages", "Messages received and not yet taken for a batch.")
QUEUE_BYTES = Gauge("collectors_queue_bytes", "What they take in memory, about.")
DATABASE_UP = Gauge("collectors_database_up", "1 while the database takes our writes.")
SESSIONS_LOST = Counter("collectors_sessions_lost", "Reconnects at which the broker had forgotten our session.")
SKIPPED_MESSAGES = Counter(
    "collectors_skipped_messages", "Sender's message numbers that never arrived, by park.", ["facility"]
)
