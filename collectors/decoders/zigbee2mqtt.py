"""Decodes what Zigbee2MQTT publishes: a device's state in JSON under its friendly name, and its availability. Pure."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from collectors.decoders.json_body import json_object, json_value, name_of_device
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import epoch_microseconds, rfc3339_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_ONE, _PERCENT = Fraction(1), Fraction(1, 100)
_FIELDS: Mapping[str, tuple[str, Fraction]] = {
    "occupancy": ("occupied", _ONE),
    "presence": ("occupied", _ONE),
    "contact": ("closed", _ONE),  # true is a closed contact
    "temperature": ("temperature_celsius", _ONE),
    "humidity": ("humidity_ratio", _PERCENT),
    "pressure": ("pressure_pascals", Fraction(100)),
    "co2": ("co2_ratio", Fraction(1, 10**6)),
    "illuminance_lux": ("illuminance_lux", _ONE),
    "illuminance": ("illuminance_lux", _ONE),
    "noise": ("sound_decibels", _ONE),
    "battery": ("battery_ratio", _PERCENT),
    "voltage": ("battery_volts", Fraction(1, 1000)),
    "linkquality": ("link_ratio", Fraction(1, 255)),
    "power": ("power_watts", _ONE),
    "energy": ("energy_joules_total", Fraction(3_600_000)),
}
"""Fields whose unit Zigbee2MQTT fixes; that of voc, distances and the like differs from device to device."""
_NOT_OURS = frozenset(
    {
        "ac_frequency", "action", "aqi", "battery_low", "battery_state", "brightness", "child_lock", "color",
        "color_mode", "color_temp", "countdown", "current", "detection_interval", "device", "device_temperature",
        "eco2", "formaldehyd", "gas", "identify", "illuminance", "indicator_mode", "keep_time", "led_indication",
        "linkage_alarm", "motion_sensitivity", "occupancy_sensitivity", "occupancy_timeout", "pm10", "pm25",
        "position",        "power_factor", "power_on_behavior", "power_outage_count", "power_outage_memory", "presence",
        "produced_energy", "self_test", "sensitivity", "smoke", "soil_moisture", "state", "tamper", "target_distance",
        "update", "update_available", "vibration", "voc", "voc_index", "voltage", "water_leak",
    }
)  # fmt: skip
"""What Zigbee2MQTT itself calls what we do not take; anything else is told as an unknown field."""
_OF_ENDPOINT = re.compile(r"(?P<field>[a-z0-9_]+?)_(?P<endpoint>l[1-9]\d?|left|right|center|top|bottom|[1-9]\d?)")
_COMMAND = re.compile(r"/(?:set|get)(?:/|$)")
_AVAILABILITY = "/availability"


def decoded(topic: str, payload: bytes, *, retained: bool = False, base_topic: str = "zigbee2mqtt") -> DeviceMessage:
    """The observations of one message of Zigbee2MQTT; the device is its friendly name, slashes and spaces included.

    A message without `last_seen` has no instant of its own (the device's battery report repeats the last occupancy
    known); a retained one without it is state, not a measurement. The bridge's own topics, commands and an emptied
    topic hold nothing for us. An endpoint suffix (`energy_l1`) is the channel. Raises Refused: topic, malformed,
    off_type (not an object; `output: attribute` is not read), or `last_seen` that names no instant.
    """
    if not topic.startswith(f"{base_topic}/"):
        raise Refused(Reason.TOPIC, "not below the base topic of Zigbee2MQTT")
    name = topic[len(base_topic) + 1 :]
    if name == "bridge" or name.startswith("bridge/"):
        return DeviceMessage(ignored=("bridge",))
    if _COMMAND.search(name):
        return DeviceMessage(ignored=("command",))
    is_availability = name.endswith(_AVAILABILITY)
    device = name_of_device(name.removesuffix(_AVAILABILITY))
    if device is None:
        raise Refused(Reason.TOPIC, "no friendly name of up to 200 printable characters")
    if not payload:
        return DeviceMessage(ignored=("emptied",))
    if is_availability:
        return DeviceMessage((_availability(device, payload),), is_state=retained)
    state = json_object(payload)
    measured_at_us = _last_seen(state.get("last_seen"))
    observations = []
    others = []
    for key, raw in state.items():
        if field := _field(key, state):
            (quantity, factor), channel = field
            observations.append(observed(device, channel, quantity, measured_at_us, raw, factor=factor))
        else:
            of_endpoint = _OF_ENDPOINT.fullmatch(key)
            others.append(of_endpoint["field"] if of_endpoint and key not in _NOT_OURS else key)
    ignored = passed_over(others, ("last_seen",), _NOT_OURS)
    return DeviceMessage(observations, ignored=ignored, is_state=retained and measured_at_us is None)


def _field(key: str, state: Mapping[str, Any]) -> tuple[tuple[str, Fraction], str] | None:
    """What a key means and its channel; None for a key that is not ours."""
    if key == "illuminance" and "illuminance_lux" in state:
        return None  # before 2.0 this is the raw logarithmic reading; since 2.0 it is lux and stands alone
    if key == "presence" and "occupancy" in state:
        return None  # the same detection twice
    if key == "voltage" and "battery" not in state:
        return None  # of a mains device it is volts of the mains, of a battery millivolts
    if key in _FIELDS:
        return _FIELDS[key], ""
    found = _OF_ENDPOINT.fullmatch(key)
    if found and found["field"] in _FIELDS and found["field"] not in ("voltage", "illuminance", "battery"):
        return _FIELDS[found["field"]], found["endpoint"]
    return None


def _last_seen(value: object) -> int | None:
    """`last_seen` in any of its forms (ISO_8601, ISO_8601_local, epoch in ms); None when it is off or null."""
    if value is None:
        return None
    if isinstance(value, str):
        return rfc3339_microseconds(value, '"last_seen"')
    return epoch_microseconds(value, "ms", '"last_seen"')


def _availability(device: str, payload: bytes) -> Observation:
    """Whether the device is reachable: JSON since 2.0, the bare word before."""
    word: Any = payload.decode("ascii", "replace")
    if word not in ("online", "offline"):
        value = json_value(payload)
        word = value.get("state") if isinstance(value, dict) else value
    if word not in ("online", "offline"):
        raise Refused(Reason.OFF_TYPE, "the availability is neither online nor offline")
    return observed(device, "", "is_online", None, word == "online")
