"""What components of Shelly devices hold: the fields that are read, and those that are known and not. Pure."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple


class Field(NamedTuple):
    """One value: where it stands in its component, its quantity, and the phase that is part of its channel."""

    path: tuple[str, ...]
    quantity: str
    factor: Fraction = Fraction(1)
    phase: str = ""


_WATT_HOUR = Fraction(3600)
_METERED = (Field(("apower",), "power_watts"), Field(("aenergy", "total"), "energy_joules_total", _WATT_HOUR))
COMPONENTS: Mapping[str, tuple[Field, ...]] = {
    **dict.fromkeys(("switch", "light", "cover", "pm1", "cct", "rgb", "rgbw"), _METERED),
    "em": (
        Field(("total_act_power",), "power_watts"),
        *(Field((f"{phase}_act_power",), "power_watts", phase=f"/{phase}") for phase in "abc"),
    ),
    "em1": (Field(("act_power",), "power_watts"),),
    "emdata": (Field(("total_act",), "energy_joules_total", _WATT_HOUR),),
    "em1data": (Field(("total_act_energy",), "energy_joules_total", _WATT_HOUR),),
    "temperature": (Field(("tC",), "temperature_celsius"),),
    "humidity": (Field(("rh",), "humidity_ratio", Fraction(1, 100)),),
    "illuminance": (Field(("lux",), "illuminance_lux"),),
    "devicepower": (
        Field(("battery", "percent"), "battery_ratio", Fraction(1, 100)),
        Field(("battery", "V"), "battery_volts"),
    ),
    "presence": (Field(("num_objects",), "people"),),
    "presencezone": (
        Field(("num_objects",), "people"),
        Field(("state",), "occupied"),
        Field(("value",), "occupied"),
    ),
    "bthomedevice": (Field(("battery",), "battery_ratio", Fraction(1, 100)),),
}
"""Components and their fields; the temperature inside a relay (`switch:0`) is not that of a room and is not taken."""
NOT_OURS = frozenset(
    {
        "awaiting_auth_code", "ble", "blugw", "boolean", "bthome", "bthomecontrol", "bthomesensor", "button", "camera",
        "cloud", "cury", "enum", "eth", "flood", "group", "ht_ui", "input", "knx", "lnm", "matter", "media", "modbus",
        "mqtt", "number", "object", "plugpm_ui", "plugs_ui", "powerstrip_ui", "rgbcct", "schedule", "script", "service",
        "smoke", "sys", "text", "thermostat", "ui", "virtual", "voltmeter", "wall_ui", "wd_ui", "wifi", "ws", "zigbee",
    }
)  # fmt: skip
"""Components that measure nothing of ours, by Shelly's own names."""
BESIDE = frozenset(
    {
        "act_power", "aenergy", "apower", "aprt_power", "battery", "brightness", "calibrated", "calibrating",
        "calibration", "cover_mode", "ct", "current", "current_pos", "errors", "external", "flags", "freq", "id",
        "illumination", "last_direction", "last_seen_ts", "last_updated_ts", "log_id", "mac", "move_started_at",
        "move_timeout", "num_objects", "objects", "output", "packet_id", "paired", "pf", "pos_control", "power_limit",
        "ret_aenergy", "rgb", "rssi", "slat_pos", "source", "state", "tF", "target_pos", "temperature",
        "timer_duration", "timer_started_at", "transition", "value", "voltage", "white",
    }
)  # fmt: skip
"""Fields that Shelly's documentation has in components of ours, and that are not read, or not in each of them."""
OF_A_PHASE = re.compile(r"(?:a|b|c|n|total|user)_[a-z_]{2,40}")
"""Fields of meters by phase, most of which are not read."""
