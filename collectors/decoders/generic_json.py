"""Decodes any JSON by a mapping: JSON pointers say where the device, the instant and the values stand. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collectors.decoders.identity import refuse_identity
from collectors.decoders.json_body import json_value, name_of_device
from collectors.decoders.json_mapping import JsonMapping, ReadingAt
from collectors.decoders.passed_over import UNMAPPED_FIELD, passed_over
from collectors.decoders.source_instant import epoch_microseconds, rfc3339_microseconds
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?")
_ABSENT = object()


@dataclass(frozen=True)
class _Part:
    """One element a mapping reads from, and the whole body, which pointers that begin with # name."""

    whole: Any
    element: Any

    def at(self, pointer: str) -> Any:
        """The value at a JSON pointer (RFC 6901), or _ABSENT."""
        value = self.whole if pointer.startswith("#") else self.element
        for token in pointer.removeprefix("#").split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]{0,5}", key) and int(key) < len(value):
                value = value[int(key)]
            else:
                return _ABSENT
        return value


def decoded(body: bytes, mapping: JsonMapping, *, device: str | None = None, retained: bool = False) -> DeviceMessage:
    """The observations of one body by `mapping`; `device` names the device where the mapping does not.

    What a broker had kept (`retained`) is state and no measurement, unless it carries its instant.

    What the mapping demands and the body lacks is refused in one line that names the pointer; a reading whose `when`
    does not hold is passed over. Numbers may be written as text. A body about persons is refused whole, whatever the
    mapping. Raises Refused: identity, malformed, off_type, unknown_device, naive_instant.
    """
    refuse_identity(body)
    whole = json_value(body)
    observations: list[Observation] = []
    ignored: dict[str, None] = {}
    for element in _elements(whole, mapping):
        observations += _of_element(_Part(whole, element), mapping, device)
        if isinstance(element, dict):
            ignored |= dict.fromkeys(passed_over(element, mapping.read_keys, otherwise=UNMAPPED_FIELD))
    return DeviceMessage(
        observations,
        _sequence(_Part(whole, whole), mapping, device, observations),
        ignored=tuple(ignored) if observations else ("unmapped", *ignored),
        is_state=retained and mapping.instant_at is None,
    )


def _elements(whole: Any, mapping: JsonMapping) -> Sequence[Any]:
    if mapping.each is None:
        return (whole,)
    listed = _Part(whole, whole).at(mapping.each)
    if not isinstance(listed, list):
        raise Refused(Reason.OFF_TYPE, f'no list at "{mapping.each}"')
    return listed


def _of_element(of: _Part, mapping: JsonMapping, configured: str | None) -> list[Observation]:
    wanted = [reading for reading in mapping.readings if _holds(of, reading)]
    if not wanted:
        return []
    device = name_of_device(_demanded(of, mapping.device)) if mapping.device else mapping.device_name or configured
    if device is None:
        raise Refused(Reason.UNKNOWN_DEVICE, "no name of a device in the body, the mapping or the address")
    at_us = None
    if mapping.instant_at is not None:
        written = _demanded(of, mapping.instant_at)
        what = f'the instant at "{mapping.instant_at}"'
        if mapping.instant_unit is None:
            at_us = rfc3339_microseconds(written, what)
        else:
            at_us = epoch_microseconds(written, mapping.instant_unit, what)
    observations = []
    for reading in wanted:
        raw = of.at(reading.at) if reading.is_optional else _demanded(of, reading.at)
        if raw is not _ABSENT:
            observations.append(reading.meaning.observation(device, _plain(raw), at_us, span_us=reading.span_us))
    return observations


def _holds(of: _Part, reading: ReadingAt) -> bool:
    if reading.when_at is None:
        return True
    found = of.at(reading.when_at)
    return type(found) is type(reading.when_is) and found == reading.when_is


def _demanded(of: _Part, pointer: str) -> Any:
    value = of.at(pointer)
    if value is _ABSENT:
        raise Refused(Reason.OFF_TYPE, f'nothing at "{pointer}"')
    return value


def _plain(raw: Any) -> Any:
    """A number written as text as the number it is."""
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
        return float(raw) if "." in raw else int(raw)
    return raw


def _sequence(
    top: _Part, mapping: JsonMapping, device: str | None, observations: Sequence[Observation]
) -> SequenceNumber | None:
    if mapping.sequence is None:
        return None
    number = _plain(top.at(mapping.sequence))
    if type(number) is not int or not 0 <= number < 2**63:
        raise Refused(Reason.OFF_TYPE, f'no whole number at "{mapping.sequence}"')
    key = observations[0].device if observations else device
    return SequenceNumber(key, number) if key else None
