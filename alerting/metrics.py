"""What this process counts for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

TOLD = Counter("alerting_told_total", "State changes told to people.", ["severity", "status"])
REPEATED = Counter("alerting_repeated_total", "Of these, changes that an earlier process may have told already.")
DATABASE_UP = Gauge("alerting_database_up", "1 while the database answers, 0 while it is away.")

OPEN = Gauge("alerting_open_alerts", "Alerts that last, of which somebody on call is told.", ["rule", "severity"])
EXPLAINED = Gauge("alerting_explained_alerts", "Alerts that last and that another explains.", ["rule"])
MUTED = Gauge("alerting_muted_alerts", "Alerts that last and that planned work mutes.", ["rule"])
STEPS = Counter("alerting_steps_total", "Steps of alerts.", ["change", "rule"])
LOOK_SECONDS = Histogram(
    "alerting_look_seconds",
    "One look: facts read, decided and written; delivery aside.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LOOKS_FAILED = Counter("alerting_look_failures_total", "Looks that failed: alerts stay as they were.")
LAST_LOOK = Gauge("alerting_last_look_seconds", "When the last look was complete, in seconds since 1970.")
UNREAD = Counter("alerting_unread_total", "Parts of the facts that could not be read.", ["part"])
UNDELIVERED = Counter(
    "alerting_delivery_failures_total", "Times a deliverer failed; the others went on.", ["deliverer"]
)
