"""The feeds of the inventory as decoders: which feed a topic belongs to, and what its messages say. Pure.

Every source is one entry of `_SOURCES`: what it makes of a feed's options and sensors is a function from a message to
what devices said (collectors/observation.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from collectors.decoders.identity import refuse_identity
from collectors.decoders.json_mapping import json_mapping_of
from collectors.decoders.lorawan import DeviceProfile, dev_eui
from collectors.decoders.meaning import meanings
from collectors.decoders.source_instant import EpochUnit
from collectors.decoders.sparkplug import EdgeNode, sparkplug_address
from collectors.kept_feed import kept_of_feed
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused
from facilities.inventory import Inventory
from facilities.sensors import Feed, Sensor
from facilities.toml_table import TomlTable
from store.errors import InputError

HOOKS = "hooks/"
"""Topics of webhooks: hooks/FEED, or hooks/FEED/DEVICE where the address names the device. No broker sees them."""

ANY_PROFILE = "object"


class Incoming(NamedTuple):
    """One message of a feed; `device` is what its address names, None where it names none."""

    topic: str
    payload: bytes
    device: str | None
    retained: bool


Reader: TypeAlias = Callable[[Incoming], Sequence[DeviceMessage]]


@dataclass
class OpenFeed:
    """A feed with its decoder, and its sensors by what the feed calls them (letters' case aside).

    `nodes` are the Sparkplug edge nodes seen so far, by (group, node): what they need is asked of them.
    """

    feed: Feed
    reader: Reader
    sensors: Mapping[str, Sensor]
    nodes: dict[tuple[str, str], EdgeNode] = field(default_factory=dict)

    @property
    def text_keys(self) -> frozenset[str]:
        """The keys of a body whose text a mapping reads: the last parts of the pointers in the options."""
        return frozenset(_last_parts(self.feed.options))

    def kept(self, reason: Reason, payload: bytes) -> bytes:
        """What quarantine keeps of a message refused for `reason`."""
        return kept_of_feed(self.feed.source, reason, payload, self.text_keys)

    def messages(self, topic: str, payload: bytes, *, retained: bool) -> Sequence[DeviceMessage]:
        """What the message says. Raises Refused; a body about persons with `Reason.IDENTITY`, before it is read."""
        refuse_identity(payload, topic)
        device = topic.split("/", 2)[2] if self.feed.is_webhook and topic.count("/") >= 2 else None
        return self.reader(Incoming(topic, payload, device, retained))

    def sensor(self, device: str) -> Sensor:
        """The sensor a device is. Raises Refused (unknown_device) for one that the inventory does not name."""
        found = self.sensors.get(device.casefold())
        if found is None:
            raise Refused(Reason.UNKNOWN_DEVICE, f'feed "{self.feed.code}": a device that sensors.toml does not name')
        return found


class Feeds:
    """The feeds of an inventory."""

    def __init__(self, feeds: Sequence[OpenFeed]) -> None:
        self.by_code = {one.feed.code: one for one in feeds}
        self._filters = [(topic.split("/"), one) for one in feeds for topic in one.feed.topics]

    def feed_of(self, topic: str) -> OpenFeed | None:
        """The feed whose messages come by `topic`: the webhook it names, else the first whose filter matches."""
        if topic.startswith(HOOKS):
            found = self.by_code.get(topic.split("/", 2)[1])
            return found if found is not None and found.feed.is_webhook else None
        levels = topic.split("/")
        return next((one for wanted, one in self._filters if matches(wanted, levels)), None)

    @property
    def topics(self) -> list[str]:
        """The topic filters to subscribe to."""
        return ["/".join(wanted) for wanted, _ in self._filters]


NO_FEEDS = Feeds(())


def _last_parts(options: object) -> Iterator[str]:
    if isinstance(options, str) and "/" in options:
        yield options.rsplit("/", 1)[1].replace("~1", "/").replace("~0", "~")
    for inner in options.values() if isinstance(options, Mapping) else options if isinstance(options, list) else ():
        yield from _last_parts(inner)


def matches(wanted: Sequence[str], levels: Sequence[str]) -> bool:
    """Whether a topic matches a filter (MQTT 5.0 §4.7): + is one level, # all that follow and the parent itself."""
    for place, level in enumerate(wanted):
        if level == "#":
            return not (place == 0 and levels[0].startswith("$"))
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
        if level == "+" and place == 0 and levels[0].startswith("$"):
            return False
    return len(wanted) == len(levels)


def open_feeds(inventory: Inventory) -> Feeds:
    """The feeds of the inventory with their decoders. InputError in one line for an option or profile that is wrong."""
    opened = []
    for feed in inventory.feeds.values():
        sensors = {one.device.casefold(): one for one in inventory.sensors.values() if one.feed == feed.code}
        nodes: dict[tuple[str, str], EdgeNode] = {}
        options = TomlTable(f'feeds.toml: feed "{feed.code}"', "options", feed.options)
        reader = _SOURCES[feed.source](options, sensors, nodes)
        options.close()
        opened.append(OpenFeed(feed, reader, sensors, nodes))
    return Feeds(opened)


def _profiles(options: TomlTable, sensors: Mapping[str, Sensor]) -> Mapping[str, DeviceProfile]:
    believed = meanings(options, "object") if options.has("object") else None
    profiles = {}
    for device, sensor in sensors.items():
        where = f'sensors.toml: sensor "{sensor.code}": key "profile"'
        assert sensor.profile is not None  # facilities/references.py
        try:
            dev_eui(device)
        except Refused:
            key = f'sensors.toml: sensor "{sensor.code}": key "device"'
            raise InputError(f'{key}: must be a DevEUI, 16 hexadecimal digits such as "24e124136b502217"') from None
        if sensor.profile == ANY_PROFILE:
            if believed is None:
                raise InputError(f'{where}: "object" needs options.object of its feed')
            profiles[device] = object_profile(believed)
            continue
        try:
            profiles[device] = profile_named(sensor.profile)
        except Refused as refused:
            raise InputError(f'{where}: "{sensor.profile}": {refused.refusal.detail}') from None
    return profiles


_Made: TypeAlias = Callable[[TomlTable, Mapping[str, Sensor], dict[tuple[str, str], EdgeNode]], Reader]


def _chirpstack(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:
    profiles = _profiles(options, sensors)
    return lambda one: [chirpstack.decoded(one.topic, one.payload, profiles.get)]


def _the_things_stack(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:
    profiles = _profiles(options, sensors)
    return lambda one: [tts.decoded("" if one.topic.startswith(HOOKS) else one.topic, one.payload, profiles.get)]


def _zigbee2mqtt(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:  # noqa: ARG001
    base = options.text("base_topic") if options.has("base_topic") else "zigbee2mqtt"
    return lambda one: [zigbee2mqtt.decoded(one.topic, one.payload, retained=one.retained, base_topic=base)]


def _shelly(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:  # noqa: ARG001
    bluetooth = meanings(options, "bluetooth") if options.has("bluetooth") else {}
    return lambda one: [shelly.decoded(one.topic, one.payload, retained=one.retained, bluetooth=bluetooth)]


def _sparkplug(options: TomlTable, sensors: Mapping[str, Sensor], nodes: dict[tuple[str, str], EdgeNode]) -> Reader:  # noqa: ARG001
    known = meanings(options, "metrics")

    def read(one: Incoming) -> Sequence[DeviceMessage]:
        address = sparkplug_address(one.topic)
        if address is None:
            return []
        node = nodes.setdefault((address.group, address.node), EdgeNode(known))
        return node.decoded(address, one.payload, retained=one.retained)

    return read


def _telegraf(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:  # noqa: ARG001
    known = telegraf.measurements(options, "measurements") if options.has("measurements") else telegraf.USUAL
    precision: EpochUnit = options.choice("precision", ("ns", "us", "ms", "s"), "ns")
    return lambda one: [telegraf.decoded(one.payload, known, precision=precision, retained=one.retained)]


def _xovis(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:  # noqa: ARG001
    time_format: xovis.TimeFormat = options.choice("time_format", ("ms", "s", "rfc3339"), "ms")
    forward_is_in = options.flag("forward_is_in", True)
    return lambda one: [
        xovis.decoded(one.payload, device=one.device, time_format=time_format, forward_is_in=forward_is_in)
    ]


def _generic_json(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:  # noqa: ARG001
    mapping = json_mapping_of(options)
    return lambda one: [generic_json.decoded(one.payload, mapping, device=one.device, retained=one.retained)]


def _lwm2m(options: TomlTable, sensors: Mapping[str, Sensor], _: object) -> Reader:  # noqa: ARG001
    decode = profile_named("imbuildings").decode
    assert decode is not None
    return lambda one: [lwm2m.decoded(one.payload, decode)]


def _without_options(read: Reader) -> _Made:
    return lambda *_: read


_SOURCES: Mapping[str, _Made] = {
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
