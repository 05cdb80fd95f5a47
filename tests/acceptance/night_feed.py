"""What the circuits of the bad night measure, published as it happens by a collector of the park."""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.acceptance.night_park import BEHIND, CIRCUITS, ELSEWHERE, EVERY_CIRCUIT

PACKETS = 10


class Night(threading.Thread):
    """Publishes, second by second from `starts_at` (epoch seconds), what each circuit measured.

    `lost` says when: by circuit the spans `(from, to)` in seconds after the start in which every packet was lost.
    """

    def __init__(self, port: int, starts_at: int, lasts: int, lost: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        super().__init__(name="the night", daemon=True)
        self._starts_at, self._lasts, self._lost = starts_at, lasts, lost
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="night-feed", protocol=mqtt.MQTTv311)
        self._client.max_queued_messages_set(0)
        self._client.connect("127.0.0.1", port)

    def run(self) -> None:
        """Publishes until the night is over; QoS 1, so that a collector that was away is given all of it later."""
        self._client.loop_start()
        try:
            for second in range(self._lasts):
                at = self._starts_at + second
                time.sleep(max(0.0, at + 1 - time.time()))  # the second is over before it is reported
                for circuit in EVERY_CIRCUIT:
                    self._publish(circuit, at, second)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _publish(self, circuit: str, at: int, second: int) -> None:
        bad = any(begins <= second < ends for begins, ends in self._lost.get(circuit, ()))
        facility = BEHIND if circuit in CIRCUITS else ELSEWHERE
        reading = {
            "starts_at": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sent": PACKETS,
            "lost": PACKETS if bad else 0,
        }
        payload = json.dumps({"circuit": circuit, "readings": [reading]})
        self._client.publish(f"p2i/v1/{facility}/night/intervals", payload, qos=1)
