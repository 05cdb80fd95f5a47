"""What the escalator counts for Prometheus: kinds and outcomes, never who."""

from prometheus_client import Counter, Gauge

MESSAGES = Counter(
    "alerting_escalation_messages_total",
    "Messages by what they say, the way they go and what became of a try",
    ["kind", "lane", "outcome"],
)
OUTBOX_AGE = Gauge(
    "alerting_escalation_outbox_age_seconds", "How long the oldest message that is due has waited", ["lane"]
)
NOTICES = Gauge("alerting_escalation_notices", "Open notices", ["audience", "severity", "state"])
EXHAUSTED = Counter(
    "alerting_escalation_exhausted_total",
    "Notices that everybody was told of as often as the policy says, and nobody took",
)
REQUESTS = Counter(
    "alerting_escalation_requests_total", "Requests by what was asked and the answer", ["what", "status"]
)
LAST_ROUND = Gauge(
    "alerting_escalation_last_round_seconds", "When the last round over all notices ended, in seconds since 1970"
)
HEARTBEATS = Counter("alerting_escalation_heartbeats_total", "Signs of life given to the outside", ["outcome"])
