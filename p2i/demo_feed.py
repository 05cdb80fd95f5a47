"""Publishes the simulated month over MQTT, in batches of the native payload, as a park's own collector would."""

import itertools
import json
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from store.errors import P2IError

READINGS_PER_MESSAGE = 360
CONFIRM_SECONDS = 60
COLLECTOR = "demo"


class Feed:
    """A publisher with QoS 1; `publish` returns when the broker has confirmed every message."""

    def __init__(self, host: str, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="p2i-demo-feed", protocol=mqtt.MQTTv311)
        self._client.max_inflight_messages_set(100)
        self._client.max_queued_messages_set(0)
        if self._client.connect(host, port) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise P2IError(f"the demo's feed cannot reach the broker at {host}:{port}")

    def __enter__(self) -> "Feed":
        self._client.loop_start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, facility: str, kind: str, series: tuple[str, str], readings: Iterable[dict[str, Any]]) -> int:
        """Publishes the readings of one series (`("circuit", code)` or `("zone", code)`) and returns their number."""
        topic, total, waiting = f"p2i/v1/{facility}/{COLLECTOR}/{kind}", 0, []
        for batch in _batches(readings):
            payload = json.dumps({series[0]: series[1], "readings": batch}, separators=(",", ":"))
            waiting.append(self._client.publish(topic, payload, qos=1))
            total += len(batch)
        for message in waiting:
            message.wait_for_publish(CONFIRM_SECONDS)
            if not message.is_published():
                raise P2IError(f"the broker did not confirm a message within {CONFIRM_SECONDS} s")
        return total


def _batches(readings: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(readings)
    while batch := list(itertools.islice(iterator, READINGS_PER_MESSAGE)):
        yield batch
