"""What this process counts for Prometheus."""

from prometheus_client import Counter, Gauge

TOLD = Counter("alerting_told_total", "State changes told to people.", ["severity", "status"])
REPEATED = Counter("alerting_repeated_total", "Of these, changes that an earlier process may have told already.")
DATABASE_UP = Gauge("alerting_database_up", "1 while the database answers, 0 while it is away.")
