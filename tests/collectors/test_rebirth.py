"""A Sparkplug node of which messages are missing is asked for its births, once a minute."""

from collectors.decoders.sparkplug import EdgeNode
from collectors.decoders.sparkplug_b_pb2 import Payload
from collectors.feeds import Feeds, OpenFeed
from collectors.rebirth import RebirthRequests
from facilities.sensors import Feed


def needing() -> tuple[Feeds, EdgeNode]:
    node = EdgeNode({})
    node.needs_rebirth = True
    feed = Feed(code="plant", facility="casanearshore", source="sparkplug", topics=("spBv1.0/#",))
    nodes = {("casa", "node-1"): node, ("casa", "node-2"): EdgeNode({})}
    return Feeds([OpenFeed(feed, lambda _: [], {}, nodes)]), node


def test_the_command_goes_to_the_node_that_needs_it() -> None:
    feeds, _ = needing()
    ((topic, payload),) = RebirthRequests().due(feeds, 0.0, 1_788_000_000_000)
    assert topic == "spBv1.0/casa/NCMD/node-1"
    (metric,) = Payload.FromString(payload).metrics
    assert (metric.name, metric.boolean_value, metric.timestamp) == ("Node Control/Rebirth", True, 1_788_000_000_000)


def test_it_is_repeated_once_a_minute_until_the_birth_comes() -> None:
    feeds, node = needing()
    requests = RebirthRequests()
    asked = [elapsed for elapsed in range(0, 200, 10) if requests.due(feeds, float(elapsed), 0)]
    assert asked == [0, 60, 120, 180]
    node.needs_rebirth = False
    assert requests.due(feeds, 300.0, 0) == []
    node.needs_rebirth = True
    assert len(requests.due(feeds, 301.0, 0)) == 1
