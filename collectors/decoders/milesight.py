"""Milesight uplinks: channel, type and little-endian value, again and again, by the tables of a model. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from collectors.decoders.lorawan_values import set_instant
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

Reader: TypeAlias = Callable[[bytes], Iterable[Observation]]
Length: TypeAlias = int | Callable[[bytes], int]
"""How many bytes follow channel and type; some items say it in themselves, so that it is asked of what follows."""


class Item(NamedTuple):
    """One (channel, type): its name, its length, and how it is read; without a reader it is ignored by its name."""

    name: str
    length: Length
    read: Reader | None = None
    is_historical: bool = False


Items: TypeAlias = Mapping[tuple[int, int], Item]


class Frame(NamedTuple):
    """One item of a payload with its bytes."""

    item: Item
    data: bytes


class Model(NamedTuple):
    """What a model sends. `replies` and `extended_replies` are answers to settings (0xfe/0xff, 0xf8/0xf9), by type.

    `finish` corrects observations by what the message as a whole says, such as a sensor that cannot see.
    """

    items: Items
    replies: Mapping[int, Item]
    extended_replies: Mapping[int, Item]
    finish: Callable[[list[Frame], list[Observation]], list[Observation]] | None = None


def decoded(model: Model, payload: bytes) -> DeviceMessage:
    """The observations of one uplink; answers to settings, alarms and facts about the device are ignored by name.

    An item that is not of the model refuses the whole message: its length is not known, so nothing behind it can be
    read, and a message half stored would look whole. Quarantine keeps the bytes, and a retry reads them once the item
    is known. Stored values (history) carry their own instants and are marked as historical. A `timestamp`
    item is the instant of the other values; of a clock never set it is ignored.
    Raises Refused: malformed (ends inside an item), undecodable (an item or a variant not of the model),
    clock_not_set (a stored value that cannot be dated).
    """
    read = frames(model, payload)
    observations: list[Observation] = []
    ignored: dict[str, None] = {}
    measured_at_us: int | None = None
    for item, data in read:
        if item.name == "timestamp":
            measured_at_us = set_instant(int.from_bytes(data, "little"))
            if measured_at_us is None:
                ignored["timestamp_not_set"] = None
            continue
        if item.read is not None:
            observations.extend(one._replace(is_historical=item.is_historical) for one in item.read(data))
        if item.read is None or item.name.startswith("alarm:"):  # an alarm repeats the value that set it off
            ignored[item.name] = None
    if model.finish is not None:
        observations = model.finish(read, observations)
    if measured_at_us is not None:
        observations = [
            found._replace(measured_at_us=measured_at_us) if found.measured_at_us is None else found
            for found in observations
        ]
    return DeviceMessage(tuple(observations), ignored=tuple(ignored))


def frames(model: Model, payload: bytes) -> list[Frame]:
    """The items of a payload in order; Refused when its structure is not the model's."""
    found: list[Frame] = []
    position = 0
    while position < len(payload):
        head = payload[position : position + 2]
        if len(head) < 2:
            raise Refused(Reason.MALFORMED, f"ends inside an item, at byte {position}")
        item = _item(model, *head)
        if item is None:
            detail = f"channel 0x{head[0]:02x} with type 0x{head[1]:02x}, at byte {position}, is not of this model"
            raise Refused(Reason.UNDECODABLE, detail)
        rest = payload[position + 2 :]
        length = item.length if isinstance(item.length, int) else item.length(rest)
        if len(rest) < length:
            raise Refused(Reason.MALFORMED, f"ends inside {item.name}, at byte {position}")
        found.append(Frame(item, rest[:length]))
        position += 2 + length
    return found


def _item(model: Model, channel: int, kind: int) -> Item | None:
    item = model.items.get((channel, kind))
    if item is not None:
        return item
    if channel in (0xFE, 0xFF):
        return model.replies.get(kind)
    if channel == 0xF9:
        return model.extended_replies.get(kind)
    if channel == 0xF8 and (reply := model.extended_replies.get(kind)) and isinstance(reply.length, int):
        return reply._replace(length=reply.length + 1)  # a byte of result follows: 0 success, 1 forbidden, 2 invalid
    return None
