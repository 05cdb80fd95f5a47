"""What feeds and sensors must agree on with the rest of an inventory, and with each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from facilities.problem import Problem, absent, site_problems
from facilities.sensors import COUNTS_NOBODY, LORAWAN, secret_setting, topics_overlap

if TYPE_CHECKING:
    from facilities.inventory import Inventory


def feed_problems(inventory: Inventory) -> Iterator[Problem]:
    """The park exists, and a topic belongs to one feed: of two, one would read messages that are not its own.

    Nor do two webhooks share the variable of their secret, as `a-b` and `a.b` would.
    """
    taken: list[tuple[str, str]] = []
    holders: dict[str, str] = {}
    for code, feed in inventory.feeds.items():
        entry = f'feed "{code}"'
        yield from site_problems(inventory, "feeds.toml", entry, feed.facility)
        for topic in feed.topics:
            for other, holder in taken:
                if topics_overlap(topic, other):
                    wrong = f'"{topic}" and "{other}" of feed "{holder}" have topics in common'
                    yield Problem("feeds.toml", entry, "topics", wrong)
            taken.append((topic, code))
        if feed.is_webhook and (holder := holders.setdefault(secret_setting(code), code)) != code:
            wrong = f'its secret would be in {secret_setting(code)}, as that of feed "{holder}"; rename one'
            yield Problem("feeds.toml", entry, "code", wrong)


def sensor_problems(inventory: Inventory) -> Iterator[Problem]:
    """The feed and the zone exist and lie in one park; a device of a feed is one sensor, and one sensor counts a zone.

    Of two that counted one zone each would be believed in turn: its occupancy would jump between them.
    """
    holders: dict[tuple[str, str], str] = {}
    counting: dict[str, str] = {}
    for code, sensor in inventory.sensors.items():
        entry = f'sensor "{code}"'
        feed = inventory.feeds.get(sensor.feed)
        if feed is None:
            yield absent("sensors.toml", entry, "feed", "feed", sensor.feed)
            continue
        holder = holders.setdefault((sensor.feed, sensor.device.casefold()), code)
        if holder != code:
            yield Problem("sensors.toml", entry, "device", f'"{sensor.device}" is already that of sensor "{holder}"')
        if feed.source in LORAWAN and sensor.profile is None:
            yield Problem("sensors.toml", entry, "profile", f"needed, to read the bytes of a device of {feed.source}")
        if feed.source not in LORAWAN and sensor.profile is not None:
            yield Problem("sensors.toml", entry, "profile", f"a device of {feed.source} has none")
        if sensor.channel is not None and sensor.zone is None:
            yield Problem("sensors.toml", entry, "channel", 'says which part counts for a zone: needs the key "zone"')
        if sensor.zone is None:
            continue
        if feed.source in COUNTS_NOBODY:
            yield Problem("sensors.toml", entry, "zone", f"a device of {feed.source} counts nobody; leave it out")
        zone = inventory.zones.get(sensor.zone)
        if zone is None:
            yield absent("sensors.toml", entry, "zone", "zone", sensor.zone)
        elif zone.facility != feed.facility:
            yield Problem("sensors.toml", entry, "zone", f'"{sensor.zone}" is at {zone.facility}, not {feed.facility}')
        elif (holder := counting.setdefault(sensor.zone, code)) != code:
            wrong = f'"{sensor.zone}" is counted by sensor "{holder}" already; its occupancy would jump between the two'
            yield Problem("sensors.toml", entry, "zone", wrong)
