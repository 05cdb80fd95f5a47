"""What `p2i hooks` counts for Prometheus besides what it shares with `p2i collect`; docs/metrics.md lists every one."""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import Counter, Gauge

from collectors.hooks_queue import HookQueue

REQUESTS = Counter("collectors_hooks_requests", "Requests by feed and what became of them.", ["feed", "outcome"])
QUEUE_BODIES = Gauge("collectors_hooks_queue_bodies", "Bodies that were taken and are not yet in the database.")
QUEUE_BYTES = Gauge("collectors_hooks_queue_bytes", "Room these bodies take in the queue.")
OLDEST_SECONDS = Gauge("collectors_hooks_oldest_seconds", "How long ago the oldest of these bodies was received.")


def watch_queue(queue: HookQueue, clock: Callable[[], datetime]) -> None:
    """Shows what is in the queue whenever somebody asks."""

    def oldest_seconds() -> float:
        oldest_at = queue.oldest_at
        return 0.0 if oldest_at is None else (clock() - oldest_at).total_seconds()

    QUEUE_BODIES.set_function(lambda: queue.count)
    QUEUE_BYTES.set_function(lambda: queue.size_bytes)
    OLDEST_SECONDS.set_function(oldest_seconds)
