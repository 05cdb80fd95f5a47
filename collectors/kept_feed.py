"""What quarantine keeps of a refused message of a feed: what its decoder reads, and no free text. Pure.

Devices of other makers send names that people gave, and gateways may put anybody's data beside them (law 09-08). So of
JSON only numbers, technical words (under known keys, or of a technical shape) and the structure are kept: enough for
`p2i quarantine retry` once the inventory is put right. A key that may be somebody's name or address goes with what is
under it. Of what cannot be read only the form is kept.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from collectors.decoders.xovis_legacy import LABELS
from collectors.decoders.xovis_names import COUNTS, plain
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
        "last_seen", "state", "src", "dst", "method", "event", "component", "errors",
        # webhooks: Xovis, VergeSense, Disruptive, Axis, LwM2M
        "serial_number", "serial-number", "serialNumber", "serial", "type", "info", "unit", "from", "to", "version",
        "sensor-time", "category", "data-type", "objectType", "event_type", "sensor_id", "sensor_ids", "space_ref_id",
        "floor_ref_id", "building_ref_id", "timestamp", "eventId", "targetName", "eventType", "updateTime",
        "connection", "kind", "apiName", "utcFrom", "utcTo", "direction", "resourcePath", "value",
    }
)  # fmt: skip
"""Keys whose text a decoder reads, or that say which message it is."""
_TOKEN = re.compile(r"[A-Za-z0-9_./:+=\-]{1,512}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ][0-9:.]{5,18}(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_ADDRESS = re.compile(r"[0-9a-fA-F]{2}(?:[:._-]?[0-9a-fA-F]{2}){3,}", re.ASCII)
_WORDS = frozenset({*COUNTS, *LABELS, "online", "offline", "true", "false"})


class Mapped(NamedTuple):
    """What a site's own mapping reads of a body: keys, keys whose text it reads, and texts it knows by heart."""

    keys: frozenset[str] = frozenset()
    text_keys: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


UNMAPPED = Mapped()


def mapped_by(options: Mapping[str, Any]) -> Mapped:
    """What the options of a feed read: by JSON pointers, by dotted paths of a decoded object, and their words."""
    paths = [*_pointers(options), *(path.split(".") for path in options.get("object", {}))]
    return Mapped(
        frozenset(token for path in paths for token in path),
        frozenset(path[-1] for path in paths),
        frozenset(_words(options)),
    )


def _pointers(options: object) -> Iterator[list[str]]:
    if isinstance(options, str) and "/" in options:
        yield [token.replace("~1", "/").replace("~0", "~") for token in options.split("/")[1:]]
    for inner in options.values() if isinstance(options, Mapping) else options if isinstance(options, list) else ():
        yield from _pointers(inner)


def _words(options: object) -> Iterator[str]:
    if isinstance(options, Mapping):
        yield from options["words"] if isinstance(options.get("words"), Mapping) else ()
    for inner in options.values() if isinstance(options, Mapping) else options if isinstance(options, list) else ():
        yield from _words(inner)


def kept_of_feed(source: str, reason: Reason, payload: bytes, mapped: Mapped = UNMAPPED) -> bytes:
    """What is kept of `payload`, refused for `reason`; of a body about persons nothing is (`identity.KEPT`)."""
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
    technical = _technical(value, "", mapped, 0)
    return payload if technical == value else msgspec.json.encode(technical)


def marked_incomplete(kept: bytes) -> bytes:
    """The kept JSON with `removed_keys`, by which a retry knows that it was more than this (collectors/kept_form.py).

    What is no JSON is as it was: its form tells the same.
    """
    try:
        value = msgspec.json.decode(kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return kept
    if isinstance(value, dict):
        return msgspec.json.encode(value | {"removed_keys": 1})
    return msgspec.json.encode([*value, {"removed_keys": 1}]) if isinstance(value, list) else kept


def _technical(value: Any, key: str, mapped: Mapped, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {
            name: _technical(inner, name, mapped, depth + 1)
            for name, inner in value.items()
            if _is_field(name, mapped) and (not isinstance(inner, str) or _is_technical(name, inner, mapped))
        }
    if isinstance(value, list):
        kept = (each for each in value if not isinstance(each, str) or _is_technical(key, each, mapped))
        return [_technical(each, key, mapped, depth + 1) for each in kept]
    return value


def _is_field(name: str, mapped: Mapped) -> bool:
    """Whether a key is the name of a field: what somebody is called, and the address of a telephone, is none."""
    return name in mapped.keys or (_FIELD.fullmatch(name) is not None and not _ADDRESS.fullmatch(name))


def _is_technical(key: str, text: str, mapped: Mapped) -> bool:
    if text in mapped.words or plain(text) in _WORDS or _INSTANT.fullmatch(text):
        return True
    return (key in _KEYS or key in mapped.text_keys) and _TOKEN.fullmatch(text) is not None
