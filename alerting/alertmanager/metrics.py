"""What is counted of each Alertmanager, by its address."""

from prometheus_client import Counter, Gauge

UP = Gauge("alerting_alertmanager_up", "1 while this Alertmanager takes what it is sent.", ["alertmanager"])
ROUND_AT = Gauge(
    "alerting_alertmanager_round_seconds", "When everything that lasts was last posted to it (Unix).", ["alertmanager"]
)
POSTED = Counter("alerting_alertmanager_posted_total", "Alerts posted, again and again.", ["alertmanager"])
REFUSED = Counter("alerting_alertmanager_refused_total", "Requests it refused in part or whole.", ["alertmanager"])
SILENCES = Counter("alerting_alertmanager_silences_total", "Silences written or ended.", ["alertmanager", "step"])
ANNOTATIONS_FAILED = Counter("alerting_alertmanager_raw_total", "Alerts posted with raw figures: their texts failed.")
