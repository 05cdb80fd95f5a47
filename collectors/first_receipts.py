"""When messages without an instant of their own came first: delivered again, they are the same reading.

The broker delivers again what it has no acknowledgement of, marked (DUP) and under the packet identifier it had (MQTT 5
§4.4). The identifier and a digest of the message say which one it is.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from collectors.backlog import Message
from store.deliveries import Delivery


def redelivered(messages: Iterable[Message]) -> list[int]:
    """The packet identifiers of messages that the broker says it has sent before; there are few, and mostly none."""
    return [one.mid for one in messages if one.is_redelivered and one.qos]


def as_first_received(messages: Iterable[Message], stored: Mapping[int, Delivery]) -> list[Message]:
    """The messages, those delivered again with the instant of their first reception where it is known.

    `stored` are deliveries by packet identifier. Where a connection broke before the commit a message is among these
    twice. An identifier that means another message now says nothing: the message is new to us.
    """
    first = {mid: (one.digest, one.received_at) for mid, one in stored.items()}
    found = []
    for message in messages:
        one = message
        if one.qos:
            digest = digest_of(one)
            if one.is_redelivered and one.mid in first and first[one.mid][0] == digest:
                one = one._replace(received_at=first[one.mid][1])
            first[one.mid] = digest, one.received_at
        found.append(one)
    return found


def noted(messages: Sequence[Message], undated: Iterable[int], now: datetime) -> dict[int, Delivery]:
    """What is stored beside these messages: those at the places `undated`, by packet identifier."""
    return {
        one.mid: Delivery(digest_of(one), one.received_at, now)
        for one in (messages[place] for place in undated)
        if one.qos
    }


def digest_of(message: Message) -> bytes:
    """64 bits by which a message is known again, together with its packet identifier."""
    digest = hashlib.blake2b(message.topic.encode("utf-8", "surrogatepass"), digest_size=8)
    digest.update(b"\0")
    digest.update(message.payload)
    return digest.digest()
