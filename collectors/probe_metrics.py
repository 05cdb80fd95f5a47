"""What `p2i probe` counts for Prometheus; docs/metrics.md lists every one."""

from prometheus_client import Counter, Gauge

PROBE_PACKETS = Counter("collectors_probe_packets", "Probe packets by what became of them.", ["circuit", "outcome"])
SPOOL_MESSAGES = Gauge("collectors_spool_messages", "Messages of the prober that no broker has taken yet.")
SPOOL_DROPPED = Counter("collectors_spool_dropped", "Messages dropped, oldest first, because the spool was full.")
