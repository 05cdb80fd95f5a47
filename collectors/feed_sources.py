"""What each source makes of its feed's options and sensors: a function from a message to what devices said. Pure.

Every source is one entry of `SOURCES`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from collectors.decoders import (
    axis,
    chirpstack,
    disruptive,
    generic_json,
    lwm2m,
    meraki_mv,
    shelly,
    telegraf,
    tts,
    vergesense,
    xovis,
    zigbee2mqtt,
)
from collectors.decoders.device_profiles import object_profile, profile_named
from collectors.decoders.json_mapping import JsonMapping, json_mapping_of
from collectors.decoders.lorawan import DeviceProfile, dev_eui
from collectors.decoders.meaning import Meaning, meanings
from collectors.decoders.source_instant import EpochUnit
from collectors.decoders.sparkplug import EdgeNode, sparkplug_address
from collectors.observation import DeviceMessage
from collectors.reasons import Refused
from facilities.sensors import Feed, Sensor, topics_overlap
from facilities.toml_table import TomlTable
from store.errors import InputError

ANY_PROFILE = "object"


class Incoming(NamedTuple):
    """One message of a feed. `topic` is "" for what comes by webhook; `device` is what the address of a webhook names,
    None where it names none."""

    topic: str
    payload: bytes
    device: str | None
    retained: bool


Reader: TypeAlias = Callable[[Incoming], Sequence[DeviceMessage]]


class Written(NamedTuple):
    """What the inventory writes about one feed: its options, and its sensors by what the feed calls them.

    `folder` is the inventory's, for errors. `nodes` are where a Sparkplug reader keeps the edge nodes it has seen.
    """

    feed: Feed
    options: TomlTable
    sensors: Mapping[str, Sensor]
    folder: Path
    nodes: dict[tuple[str, str], EdgeNode]

    def refused_sensor(self, sensor: Sensor, key: str, wrong: str) -> InputError:
        """The error of one key of a sensor, in one line."""
        return InputError(f'{self.folder / "sensors.toml"}: sensor "{sensor.code}": key "{key}": {wrong}')


_EUI = 'must be a DevEUI, 16 hexadecimal digits such as "24e124136b502217"'
_EUI_OR_ID = 'must be a DevEUI such as "24e124136b502217" or, of a device without one, its device id'


def _profiles(
    written: Written, name_of: Callable[[object], str] = dev_eui, wrong: str = _EUI
) -> Mapping[str, DeviceProfile]:
    options = written.options
    believed = meanings(options, "object") if options.has("object") else None
    profiles = {}
    for device, sensor in written.sensors.items():
        assert sensor.profile is not None  # facilities/feed_references.py
        try:
            name_of(device)
        except Refused:
            raise written.refused_sensor(sensor, "device", wrong) from None
        if sensor.profile == ANY_PROFILE:
            if believed is None:
                raise written.refused_sensor(sensor, "profile", '"object" needs options.object of its feed')
            profiles[device] = object_profile(believed)
            continue
        try:
            profiles[device] = profile_named(sensor.profile)
        except Refused as refused:
            why = f'"{sensor.profile}": {refused.refusal.detail}'
            raise written.refused_sensor(sensor, "profile", why) from None
    return profiles


def _chirpstack(written: Written) -> Reader:
    profiles = _profiles(written)
    return lambda one: [chirpstack.decoded(one.topic, one.payload, profiles.get)]


def _the_things_stack(written: Written) -> Reader:
    profiles = _profiles(written, tts.device_id, _EUI_OR_ID)
    return lambda one: [tts.decoded(one.topic, one.payload, profiles.get)]


def _zigbee2mqtt(written: Written) -> Reader:
    base = written.options.text("base_topic") if written.options.has("base_topic") else "zigbee2mqtt"
    written.options.close()  # a misspelt base_topic is told as that
    if not any(topics_overlap(topic, f"{base}/#") for topic in written.feed.topics):
        written.options.refuse("base_topic", f'no topic of the feed is below "{base}"')
    return lambda one: [zigbee2mqtt.decoded(one.topic, one.payload, retained=one.retained, base_topic=base)]


def _shelly(written: Written) -> Reader:
    bluetooth = meanings(written.options, "bluetooth") if written.options.has("bluetooth") else {}
    return lambda one: [shelly.decoded(one.topic, one.payload, retained=one.retained, bluetooth=bluetooth)]


def _sparkplug(written: Written) -> Reader:
    known = meanings(written.options, "metrics")
    _refuse_zone_never_counted(written, known.values())

    def read(one: Incoming) -> Sequence[DeviceMessage]:
        address = sparkplug_address(one.topic)
        if address is None:
            return [DeviceMessage(ignored=("STATE",))]
        node = written.nodes.setdefault((address.group, address.node), EdgeNode(known))
        return [node.decoded(address, one.payload, retained=one.retained)]

    return read


def _telegraf(written: Written) -> Reader:
    options = written.options
    known = telegraf.measurements(options, "measurements") if options.has("measurements") else telegraf.USUAL
    precision: EpochUnit = options.choice("precision", ("ns", "us", "ms", "s"), "ns")
    return lambda one: [telegraf.decoded(one.payload, known, precision=precision, retained=one.retained)]


def _xovis(written: Written) -> Reader:
    time_format: xovis.TimeFormat = written.options.choice("time_format", ("ms", "s", "rfc3339"), "ms")
    forward_is_in = written.options.flag("forward_is_in", True)
    return lambda one: [
        xovis.decoded(one.payload, device=one.device, time_format=time_format, forward_is_in=forward_is_in)
    ]


def _generic_json(written: Written) -> Reader:
    mapping = json_mapping_of(written.options)
    _refuse_unnamed_device(written, mapping)
    _refuse_zone_never_counted(written, [one.meaning for one in mapping.readings])
    return lambda one: [generic_json.decoded(one.payload, mapping, device=one.device, retained=one.retained)]


def _lwm2m(_: Written) -> Reader:
    decode = profile_named("imbuildings").decode
    assert decode is not None
    return lambda one: [lwm2m.decoded(one.payload, decode)]


def _refuse_unnamed_device(written: Written, mapping: JsonMapping) -> None:
    """A mapping that never names a device, or one that nobody entered, would put every message aside."""
    name = mapping.device_name
    if name is not None and name.casefold() not in written.sensors:
        written.options.refuse("device_name", f'no sensor of the feed has the device "{name}"')
    if name is None and mapping.device is None and written.feed.topics:
        written.options.refuse("device", "is required (or device_name): by MQTT no address names the device")


def _refuse_zone_never_counted(written: Written, meant: Iterable[Meaning]) -> None:
    """A sensor with a zone has a value that is its people: of nothing else would the zone's occupancy come."""
    counting = {one.channel for one in meant if one.quantity == "people"}
    for sensor in written.sensors.values():
        if sensor.zone is not None and (sensor.channel or "") not in counting:
            part = f' with channel "{sensor.channel}"' if sensor.channel else " without a channel"
            raise written.refused_sensor(sensor, "zone", f"options of its feed name no people{part} to count there")


def _without_options(read: Reader) -> Callable[[Written], Reader]:
    return lambda _: read


SOURCES: Mapping[str, Callable[[Written], Reader]] = {
    "axis": _without_options(lambda one: [axis.decoded(one.payload, device=one.device)]),
    "chirpstack": _chirpstack,
    "disruptive": _without_options(lambda one: [disruptive.decoded(one.payload, device=one.device)]),
    "file": _without_options(lambda _: []),  # its readings come by `p2i import`, through a mapping
    "generic-json": _generic_json,
    "lwm2m": _lwm2m,
    "meraki-mv": _without_options(lambda one: [meraki_mv.decoded(one.topic, one.payload, retained=one.retained)]),
    "shelly": _shelly,
    "sparkplug": _sparkplug,
    "telegraf": _telegraf,
    "the-things-stack": _the_things_stack,
    "vergesense": _without_options(lambda one: [vergesense.decoded(one.payload)]),
    "xovis": _xovis,
    "zigbee2mqtt": _zigbee2mqtt,
}
