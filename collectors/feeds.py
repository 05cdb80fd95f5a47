"""The feeds of the inventory as decoders: which feed a topic belongs to, and what its messages say. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from collectors.decoders import tts
from collectors.decoders.identity import refuse_identity
from collectors.decoders.sparkplug import EdgeNode
from collectors.feed_sources import SOURCES, Incoming, Reader, Written
from collectors.kept_feed import MACHINES, Mapped, kept_of_feed, mapped_by, marked_incomplete
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused
from facilities.inventory import Inventory
from facilities.sensors import Feed, Sensor
from facilities.toml_table import TomlTable

HOOKS = "hooks/"
"""Topics of webhooks: hooks/FEED, or hooks/FEED/DEVICE where the address names the device. No broker sees them."""


@dataclass
class OpenFeed:
    """A feed with its decoder, and its sensors by what the feed calls them (letters' case aside).

    `nodes` are the Sparkplug edge nodes seen so far, by (group, node): what they need is asked of them.
    """

    feed: Feed
    reader: Reader
    sensors: Mapping[str, Sensor]
    nodes: dict[tuple[str, str], EdgeNode] = field(default_factory=dict)

    @cached_property
    def mapped(self) -> Mapped:
        """What the options read of a body by names of the site's own."""
        return mapped_by(self.feed.options)

    def kept(self, topic: str, payload: bytes, reason: Reason, *, retained: bool) -> bytes:
        """What quarantine keeps of a message refused for `reason`.

        Where the decoder would not read the same in it as in the message, it is marked: a retry would else store a
        part of what was sent, or another reading than was sent, and take the row for done.
        """
        kept = kept_of_feed(self.feed.source, reason, payload, self.mapped)
        if kept in (payload, b"") or self.feed.source in MACHINES:
            return kept
        is_whole = self._said(topic, kept, retained=retained) == self._said(topic, payload, retained=retained)
        return kept if is_whole else marked_incomplete(kept)

    def _said(self, topic: str, payload: bytes, *, retained: bool) -> object:
        """What a message says, or the reason why it says nothing."""
        try:
            messages = self.messages(topic, payload, retained=retained)
        except Refused as refused:
            return refused.refusal.reason
        return [(list(one.observations), one.sequence, one.is_state) for one in messages]

    def parts(self, payload: bytes) -> Sequence[bytes]:
        """The messages a payload holds, if it is several: lines of JSON as the Storage Integration answers them."""
        return tts.parts(payload) if self.feed.source == "the-things-stack" else (payload,)

    def messages(self, topic: str, payload: bytes, *, retained: bool) -> Sequence[DeviceMessage]:
        """What the message says. Raises Refused; a body about persons with `Reason.IDENTITY`, before it is read."""
        refuse_identity(payload, topic)
        if not self.feed.is_webhook:
            return self.reader(Incoming(topic, payload, None, retained))
        device = topic.split("/", 2)[2] if topic.count("/") >= 2 else None
        return self.reader(Incoming("", payload, device, retained))

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
        options = TomlTable(f'{inventory.path / "feeds.toml"}: feed "{feed.code}"', "options", feed.options)
        written = Written(feed, options, sensors, inventory.path, {})
        reader = SOURCES[feed.source](written)
        options.close()
        opened.append(OpenFeed(feed, reader, sensors, written.nodes))
    return Feeds(opened)
