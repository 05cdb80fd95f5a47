"""What quarantine keeps of a refused message of a feed: what its decoder reads, and no free text. Pure.

Devices of other makers send names that people gave, and gateways may put anybody's data beside them (law 09-08). So of
JSON only numbers, technical words (under known keys, or of a technical shape) and the structure are kept: enough for
`p2i quarantine retry` once the inventory is put right. Of what cannot be read only the form is.
"""

import re
from collections.abc import Collection
from typing import Any

import msgspec

from collectors.kept_input import DEEPEST, masked
from collectors.reasons import Reason

MACHINES = frozenset({"sparkplug", "telegraf"})
"""Sources of metrics of machines: no names of people, and no JSON; kept as they came where they could be read."""
UNREADABLE = frozenset({Reason.MALFORMED, Reason.OVERSIZED, Reason.UNDECODABLE, Reason.TOPIC})

_KEYS = frozenset(
    {
        # ChirpStack, The Things Stack
        "devEui", "dev_eui", "data", "frm_payload", "time", "nsTime", "gwTime", "received_at", "deduplicationId",
        "device_id", "application_id", "session_key_id", "devAddr",
        # Zigbee2MQTT, Shelly
        "last_seen", "state", "src", "dst", "method", "event", "component",
        # webhooks: Xovis, VergeSense, Disruptive, Axis, LwM2M
        "serial_number", "serialNumber", "type", "info", "unit", "from", "to", "version", "sensor-time", "event_type",
        "space_ref_id", "floor_ref_id", "building_ref_id", "timestamp", "eventId", "targetName",
        "eventType", "updateTime", "apiName", "utcFrom", "utcTo", "direction", "resourcePath", "value",
    }
)  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9_./:+=\-]{1,512}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ][0-9:.]{5,18}(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_HEXADECIMAL = re.compile(r"(?=[^a-fA-F]*[a-fA-F])[0-9a-fA-F]{2}(?:[:-]?[0-9a-fA-F]{2}){3,}", re.ASCII)
_WORDS = frozenset({"fw", "bw", "balance", "visits", "dwell_time", "online", "offline", "true", "false"})


def kept_of_feed(source: str, reason: Reason, payload: bytes, text_keys: Collection[str] = ()) -> bytes:
    """What is kept of `payload`, refused for `reason`; `text_keys` are further keys whose text the decoder reads.

    Of a body about persons nothing is (`identity.KEPT`).
    """
    if reason is Reason.IDENTITY:
        return b""
    if source in MACHINES:
        return masked(payload) if reason in UNREADABLE else payload
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return masked(payload)
    if not isinstance(value, dict | list):
        return masked(payload)
    technical = _technical(value, frozenset(text_keys), 0)
    return payload if technical == value else msgspec.json.encode(technical)


def _technical(value: Any, keys: Collection[str], depth: int) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {
            key: _technical(inner, keys, depth + 1)
            for key, inner in value.items()
            if not isinstance(inner, str) or _is_technical(key, inner, keys)
        }
    if isinstance(value, list):
        return [_technical(each, keys, depth + 1) for each in value if not isinstance(each, str) or _has_shape(each)]
    return value


def _is_technical(key: str, text: str, keys: Collection[str]) -> bool:
    return _has_shape(text) or ((key in _KEYS or key in keys) and _TOKEN.fullmatch(text) is not None)


def _has_shape(text: str) -> bool:
    return text in _WORDS or bool(_INSTANT.fullmatch(text) or _HEXADECIMAL.fullmatch(text))
