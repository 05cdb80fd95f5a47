"""The form of native readings, kind by kind, and in which way input fails to have it. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

import msgspec

from collectors.kept_input import KEY_NAME
from collectors.native_topic import CIRCUIT_KINDS, KindWord
from collectors.plausibility import LARGEST_COUNT
from collectors.reasons import Reason, Refusal, Refused
from store.rows import State

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_COUNT)]


class IntervalReading(msgspec.Struct, forbid_unknown_fields=True):
    """Packets sent in the Δt that starts at `starts_at`, and how many of them were lost; `sent` 0 is unknown."""

    starts_at: Instant
    sent: Count
    lost: Count


class ProbeReading(msgspec.Struct, forbid_unknown_fields=True):
    """One packet and its round trip in milliseconds, a number or decimal text; null is lost."""

    sent_at: Instant
    round_trip_ms: msgspec.Raw


class StateReading(msgspec.Struct, forbid_unknown_fields=True):
    """From `changed_at` on the circuit is in `state`."""

    changed_at: Instant
    state: Literal["up", "down", "unknown"]


class OccupancyReading(msgspec.Struct, forbid_unknown_fields=True):
    """People counted at `measured_at`."""

    measured_at: Instant
    people: Count


Reading: TypeAlias = IntervalReading | ProbeReading | StateReading | OccupancyReading

READINGS: Mapping[KindWord, type[Reading]] = {
    "intervals": IntervalReading,
    "probes": ProbeReading,
    "states": StateReading,
    "occupancy": OccupancyReading,
}


Read = TypeVar("Read")


class Envelope(msgspec.Struct, Generic[Read], forbid_unknown_fields=True):
    """What is around the readings: whose they are, and the sender's message number."""

    readings: list[Read]
    circuit: str | msgspec.UnsetType = msgspec.UNSET
    zone: str | msgspec.UnsetType = msgspec.UNSET
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | msgspec.UnsetType = msgspec.UNSET


_ENVELOPE = msgspec.json.Decoder(Envelope[msgspec.Raw])


def envelope_of(payload: bytes, kind: KindWord) -> Envelope[msgspec.Raw]:
    """The payload opened, its readings still unread; raises Refused when it is no native payload."""
    try:
        payload.decode("utf-8")  # the envelope's decoder does not look inside the readings
        return _ENVELOPE.decode(payload)
    except UnicodeDecodeError as error:
        raise Refused(Reason.MALFORMED, f"not UTF-8 at byte {error.start}") from None
    except msgspec.ValidationError:
        raise _why_envelope(payload, kind) from None
    except msgspec.DecodeError as error:
        raise Refused(Reason.MALFORMED, _not_json(error)) from None
    except RecursionError:
        raise Refused(Reason.MALFORMED, "nested too deeply") from None


def _not_json(error: msgspec.DecodeError) -> str:
    return f"not JSON: {str(error).removeprefix('JSON is malformed: ')}"


def _why_envelope(payload: bytes, kind: KindWord) -> Refused:
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError as error:
        return Refused(Reason.MALFORMED, _not_json(error))
    except RecursionError:
        return Refused(Reason.MALFORMED, "nested too deeply")
    word = "circuit" if kind in CIRCUIT_KINDS else "zone"
    if not isinstance(value, dict):
        return Refused(Reason.OFF_TYPE, "a payload is one JSON object")
    if unknown := _unknown_keys(value, Envelope.__struct_fields__):
        return Refused(*unknown)
    return Refused(Reason.OFF_TYPE, f'"{word}" must be text, "readings" a list, "seq" a whole number of at least 0')


def _unknown_keys(value: Mapping[str, Any], known: Sequence[str]) -> Refusal | None:
    unknown = [key for key in value if key not in known]
    if not unknown:
        return None
    named = [f'"{key}"' for key in unknown if KEY_NAME.fullmatch(key)]
    listed = ", ".join(named[:5]) or "not shown"
    return Refusal(Reason.UNKNOWN_KEY, f"{len(unknown)} key(s) that the schema does not have: {listed}")


_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?", re.ASCII)


def why_reading(kind: KindWord, raw: msgspec.Raw) -> Refused:
    """Why one reading of a payload does not have the form of its kind."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return Refused(Reason.MALFORMED, "a reading that is not JSON")
    if not isinstance(value, dict):
        return Refused(Reason.OFF_TYPE, "a reading is one JSON object")
    keys = READINGS[kind].__struct_fields__
    if unknown := _unknown_keys(value, keys):
        return Refused(*unknown)
    if missing := [key for key in keys if key not in value]:
        return Refused(Reason.OFF_TYPE, f'the key "{missing[0]}" is missing')
    for key in keys:
        given = value[key]
        if key.endswith("_at"):
            if isinstance(given, str) and _NAIVE.fullmatch(given):
                return Refused(Reason.NAIVE_INSTANT, f'"{key}" has no offset from UTC')
            if not _is_instant(given):
                return Refused(Reason.OFF_TYPE, f'"{key}" is not an RFC 3339 instant such as 2026-09-01T00:00:00Z')
        elif key == "state":
            if not isinstance(given, str) or given not in State.__members__:
                return Refused(Reason.OFF_TYPE, '"state" is none of up, down, unknown')
        elif key in ("sent", "lost", "people"):
            if not isinstance(given, int) or isinstance(given, bool):
                return Refused(Reason.OFF_TYPE, f'"{key}" is not a whole number')
            if given < 0:
                return Refused(Reason.NEGATIVE, f'"{key}" is negative')
            if given > LARGEST_COUNT:
                return Refused(Reason.OUT_OF_RANGE, f'"{key}" is above {LARGEST_COUNT}')
    return Refused(Reason.OFF_TYPE, "not a reading of this kind")


def _is_instant(given: object) -> bool:
    try:
        msgspec.convert(given, Instant)
    except msgspec.ValidationError:
        return False
    return isinstance(given, str)
