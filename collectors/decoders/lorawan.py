"""What LoRaWAN network servers have in common: device identity, raw payload, and the profile that reads it. Pure."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from collectors.decoders.meaning import Meaning
from collectors.decoders.passed_over import UNMAPPED_FIELD, passed_over
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused, numbered

FRAME_COUNTER_MODULUS = 2**32
"""LoRaWAN 1.0.x and 1.1: network servers report the whole 32-bit counter, which 16 bits on the air stand for."""
LONGEST_PAYLOAD_BYTES = 242
"""LoRaWAN regional parameters: no data rate carries a longer application payload."""
_EUI = re.compile(r"[0-9a-fA-F]{16}", re.ASCII)

PayloadDecoder: TypeAlias = Callable[[int, bytes], DeviceMessage]
"""fPort and raw bytes to a message without a device: `device` is "", and `measured_at_us` None where the payload names
no instant of its own. Raises Refused."""


class DeviceProfile(NamedTuple):
    """How the payload of one kind of device is read.

    `decode` reads the raw bytes. A profile without it reads the network server's decoded object by `fields` (dotted
    path to meaning), for devices whose codec the owner of the network server vouches for.
    """

    name: str
    decode: PayloadDecoder | None
    fields: Mapping[str, Meaning] = {}


ProfileOf: TypeAlias = Callable[[str], DeviceProfile | None]
"""DevEUI (16 lower-case hexadecimal digits; of The Things Stack a device id where there is none) to the profile of the
device, None for a device nobody entered."""


def dev_eui(value: object) -> str:
    """A DevEUI as 16 lower-case hexadecimal digits; Refused (malformed) for anything else."""
    if not isinstance(value, str) or _EUI.fullmatch(value) is None:
        raise Refused(Reason.MALFORMED, "the DevEUI is not 16 hexadecimal digits")
    return value.lower()


def whole_number(value: object, what: str, below: int) -> int:
    """A JSON number that is whole, at least 0 and less than `below`; absent and null are 0, as proto3 writes 0.

    Raises Refused: off_type, or out_of_range.
    """
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(Reason.OFF_TYPE, f"{what} is not a whole number")
    if not 0 <= value < below:
        raise Refused(Reason.OUT_OF_RANGE, f"{what} is not between 0 and {below - 1}")
    return value


def raw_payload(value: object, what: str) -> bytes:
    """The bytes of a payload written in base64; absent and null are no bytes. Raises Refused."""
    if value is None:
        return b""
    if not isinstance(value, str):
        raise Refused(Reason.OFF_TYPE, f"{what} is not text in base64")
    try:
        payload = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Reason.MALFORMED, f"{what} is not base64") from None
    if len(payload) > LONGEST_PAYLOAD_BYTES:
        raise Refused(Reason.OVERSIZED, f"{what} has {len(payload)} bytes; LoRaWAN carries {LONGEST_PAYLOAD_BYTES}")
    return payload


class Uplink(NamedTuple):
    """One uplink as any network server reports it; `received_at_us` is when the network server had it."""

    dev_eui: str
    session: str
    frame_counter: int
    received_at_us: int | None
    f_port: int
    payload: bytes
    decoded_object: Mapping[str, Any]


def uplink_message(uplink: Uplink, profile_of: ProfileOf) -> DeviceMessage:
    """The message of an uplink, read by the profile of its device.

    Values without an instant of their own get the network server's: a device sends at once what it measured. Frame
    counters begin again with every session (join), so the session is part of the key of the sequence.
    Raises Refused: unknown_device when nobody entered the device, else what its profile refuses.
    """
    profile = profile_of(uplink.dev_eui)
    if profile is None:
        raise Refused(Reason.UNKNOWN_DEVICE, "no device of the inventory has this DevEUI or device id")
    sequence = SequenceNumber(f"{uplink.dev_eui}/{uplink.session}", uplink.frame_counter, FRAME_COUNTER_MODULUS)
    with numbered(sequence):
        if profile.decode is None:
            read = object_message(profile.fields, uplink.decoded_object)
        elif not uplink.payload:
            read = DeviceMessage(ignored=("empty_payload",))
        else:
            read = profile.decode(uplink.f_port, uplink.payload)
    return read._replace(
        observations=tuple(_dated(observation, uplink) for observation in read.observations),
        sequence=sequence,
    )


def object_message(fields: Mapping[str, Meaning], decoded_object: Mapping[str, Any]) -> DeviceMessage:
    """What the network server's codec made of a payload, by the meaning of each dotted path.

    A path that is absent is no observation: codecs leave out what a message does not hold. Null is no value. The
    names of the other fields are not repeated, for they are somebody's free text; `ignored` says that there are some.
    """
    observations = []
    for path, meaning in fields.items():
        value: Any = decoded_object
        for key in path.split("."):
            if not isinstance(value, Mapping) or key not in value:
                break
            value = value[key]
        else:
            observations.append(meaning.observation("", value, None))
    others = passed_over(decoded_object, {path.partition(".")[0] for path in fields}, otherwise=UNMAPPED_FIELD)
    return DeviceMessage(tuple(observations), ignored=others if observations else ("decoded_object", *others))


def _dated(observation: Observation, uplink: Uplink) -> Observation:
    own = observation.measured_at_us
    return observation._replace(device=uplink.dev_eui, measured_at_us=uplink.received_at_us if own is None else own)
