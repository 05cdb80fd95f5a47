"""Which topics a collector subscribes to, alone or as one of several that share the load. Pure."""

from typing import NamedTuple

from collectors.feeds import Feeds
from collectors.native_topic import SUBSCRIPTION

IN_ORDER = "sparkplug"
"""The source whose messages one worker must see, all of them and in order: data carry aliases that a birth told."""


class Subscriptions(NamedTuple):
    """Topic filters, as the broker is given them; codes of the feeds left to another worker; and, for a worker that
    shares, the feeds it sees all messages of (None: of every sender)."""

    topics: list[str]
    left_out: list[str]
    whole_feeds: frozenset[str] | None

    def sees_all_of(self, stream: str) -> bool:
        """Whether every message of a stream comes to us, so that a missing number is missing."""
        return self.whole_feeds is None or stream.partition("/")[0] in self.whole_feeds


def subscriptions(feeds: Feeds, share: str | None, *, takes_sparkplug: bool) -> Subscriptions:
    """What to subscribe to.

    Workers of one `share` group get each message once between them; what must stay in order is not shared: exactly
    one worker of the group `takes_sparkplug`.
    """
    whole: list[str] = []
    shared = [SUBSCRIPTION]
    ordered = {code for code, one in feeds.by_code.items() if one.feed.source == IN_ORDER}
    for code, one in feeds.by_code.items():
        (whole if code in ordered else shared).extend(one.feed.topics)
    if share is None:
        return Subscriptions([*shared, *whole], [], None)
    topics = [f"$share/{share}/{topic}" for topic in shared]
    if takes_sparkplug:
        return Subscriptions([*topics, *whole], [], frozenset(ordered))
    return Subscriptions(topics, sorted(ordered), frozenset())
