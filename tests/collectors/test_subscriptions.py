"""Which topics a worker takes; one that shares leaves out what must stay in order."""

import pytest

from collectors.feeds import Feeds, OpenFeed
from collectors.subscriptions import Subscriptions, subscriptions
from facilities.sensors import Feed, Source


def feed(code: str, source: Source, *topics: str) -> OpenFeed:
    return OpenFeed(Feed(code=code, facility="casanearshore", source=source, topics=topics), lambda _: [], {})


FEEDS = Feeds(
    [
        feed("rooms", "chirpstack", "application/+/device/+/event/up"),
        feed("plant", "sparkplug", "spBv1.0/casa/#"),
        feed("doors", "xovis"),
    ]
)
SHARED = ["$share/p2i/p2i/v1/#", "$share/p2i/application/+/device/+/event/up"]


def test_a_collector_alone_takes_everything_that_comes_by_mqtt() -> None:
    assert subscriptions(FEEDS, None, takes_sparkplug=False) == Subscriptions(
        ["p2i/v1/#", "application/+/device/+/event/up", "spBv1.0/casa/#"], [], None
    )


def test_a_worker_shares_all_but_sparkplug_which_one_of_them_takes_whole() -> None:
    assert subscriptions(FEEDS, "p2i", takes_sparkplug=False) == Subscriptions(SHARED, ["plant"], frozenset())
    taking = subscriptions(FEEDS, "p2i", takes_sparkplug=True)
    assert taking == Subscriptions([*SHARED, "spBv1.0/casa/#"], [], frozenset({"plant"}))


@pytest.mark.parametrize(("share", "stream", "sees_all"), [
    (None, "casanearshore/edge", True), ("p2i", "casanearshore/edge", False),
    ("p2i", "plant/casa/node-1", True), ("p2i", "rooms/a84041/1", False),
])  # fmt: skip
def test_a_number_is_missing_only_where_all_messages_come_to_us(share: str | None, stream: str, sees_all: bool) -> None:
    assert subscriptions(FEEDS, share, takes_sparkplug=True).sees_all_of(stream) is sees_all
