"""The names by which an inventory says what a LoRaWAN device is, and the decoder behind each. Pure."""

from collections.abc import Mapping
from functools import partial

from collectors.decoders import elsys, imbuildings, lorawan_counters, lorawan_tektelic, milesight
from collectors.decoders.lorawan import DeviceProfile, PayloadDecoder
from collectors.decoders.meaning import Meaning
from collectors.decoders.milesight_checked import CHECKED
from collectors.decoders.milesight_counters import COUNTERS
from collectors.decoders.milesight_presence import PRESENCE
from collectors.decoders.milesight_rooms import ROOMS
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused


def _milesight(model: milesight.Model, f_port: int, payload: bytes) -> DeviceMessage:  # noqa: ARG001
    return milesight.decoded(model, payload)


_DECODERS: Mapping[str, PayloadDecoder] = {
    **{
        f"milesight-{name}": partial(_milesight, model)
        for name, model in {**COUNTERS, **PRESENCE, **ROOMS, **CHECKED}.items()
    },
    "elsys": elsys.decoded,
    "imbuildings": imbuildings.decoded,
    "tektelic-smart-room": lorawan_tektelic.decoded,
    "terabee-people-counting": lorawan_counters.terabee,
    "hkt-people-counter": lorawan_counters.hkt,
    "browan-tbms100": lorawan_counters.browan_motion,
    "mclimate-co2": lorawan_counters.mclimate_co2,
    "dragino-lht52": lorawan_counters.dragino_lht52,
}
PROFILES: Mapping[str, DeviceProfile] = {name: DeviceProfile(name, decode) for name, decode in _DECODERS.items()}
"""Every profile that reads raw bytes. One model of Elsys or IMBuildings is like another: their payloads say what they
hold, so one profile does for all."""

OUT_OF_SCOPE: Mapping[str, str] = {
    "milesight-ct": "current clamps: the current of a cable says nothing of a link or of people",
    "milesight-vs373": "fall detection in bedrooms: health data of persons, which are not collected",
    "milesight-am319-hcho-well": "its stored values have a layout of their own, of which no sample was ever seen",
    "moko-": "asset and motion trackers",
    "nexelec-": "logs of several instants in one payload with a codec per product",
    "pipiot-": "level of tanks",
    "pressac-": "EnOcean bridge with a codec per product",
    "sensative-": "strips with a codec per product",
    "sentinum-": "Mioty, not LoRaWAN",
    "swisscom-": "push buttons",
    "yosensi-": "codec per product",
}
"""Devices whose payloads turned up and are not read, by the beginning of their name, and why. Their network server's
codec may still be used, with an `object` profile."""


def profile_named(name: str) -> DeviceProfile:
    """The profile of that name; Refused (undecodable) with the reason why a device is out of scope, or not known."""
    profile = PROFILES.get(name)
    if profile is not None:
        return profile
    for beginning, why in OUT_OF_SCOPE.items():
        if name.startswith(beginning):
            raise Refused(Reason.UNDECODABLE, f"out of scope: {why}")
    raise Refused(Reason.UNDECODABLE, "no profile of that name; docs/sources names them")


def object_profile(fields: Mapping[str, Meaning]) -> DeviceProfile:
    """A profile that believes the network server's decoded object: dotted path of a field to what it means."""
    return DeviceProfile("object", None, fields)
