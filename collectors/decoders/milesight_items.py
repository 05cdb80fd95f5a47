"""Items that several Milesight models share: counts, regions, stays, air, battery, stored values. Pure."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from collectors.decoders.lorawan_values import (
    U8,
    U16,
    U32,
    battery_percent,
    count,
    history_instant,
    humidity,
    occupied,
    temperature,
    total,
    unless,
    value,
)
from collectors.decoders.milesight import Item, Items, Model
from collectors.decoders.milesight_settings import extended_replies, replies
from collectors.observation import Observation
from collectors.reasons import Reason, Refused

HISTORY = (0x20, 0xCE)
READ_FAILED = (0x7FFF, -0x8000, -1)
"""Tenths of a degree that are no temperature. -0.1 °C (0xffff) is a failed reading, which indoors it always is."""
READ_FAILED_IN_THE_COLD = (0x7FFF, -0x8000)
"""The same for sensors that are also put into cold stores and outside, where -0.1 °C is a temperature."""
TIMESTAMP = Item("timestamp", 4)


def u16(data: bytes, at: int) -> int:
    """The unsigned 16 bits that begin at byte `at`, little end first."""
    return int.from_bytes(data[at : at + 2], "little")


def battery(channel: str = "") -> Item:
    """Battery charge in percent."""
    return Item("battery", 1, lambda data: (battery_percent(data[0], channel),))


def temperature_item(length: int = 2, sentinels: tuple[int, ...] = READ_FAILED) -> Item:
    """Air temperature in tenths; items longer than 2 bytes are alarms, of which only the temperature is read."""
    return Item("temperature" if length == 2 else "alarm:temperature", length, lambda data: (celsius(data, sentinels),))


def celsius(data: bytes, sentinels: tuple[int, ...] = READ_FAILED) -> Observation:
    """The air temperature from its signed tenths."""
    return temperature(int.from_bytes(data[:2], "little", signed=True), sentinels=sentinels)


def occupancy() -> Item:
    """1 occupied, 0 vacant."""
    return Item("occupancy", 1, lambda data: (occupied(data[0]),))


HUMIDITY = Item("humidity", 1, lambda data: (humidity(data[0], 200),))


def _distance(data: bytes) -> Iterable[Observation]:
    millimetres = u16(data, 0)
    return (unless(millimetres, (0xFFFD, 0xFFFF), value("distance_metres", millimetres, Fraction(1, 1000))),)


DISTANCE = Item("distance", 2, _distance)


def passages(data: bytes, channel: str = "") -> Iterable[Observation]:
    """People in and out of a period, 16 bits each."""
    return count("people_in", u16(data, 0), U16, channel), count("people_out", u16(data, 2), U16, channel)


def totals(data: bytes, channel: str = "") -> Iterable[Observation]:
    """People in and out since the device began, 16 bits each."""
    return (
        total("people_in_total", u16(data, 0), U16, channel),
        total("people_out_total", u16(data, 2), U16, channel),
    )


def long_total(quantity: str, channel: str, data: bytes) -> Iterable[Observation]:
    """One count since the device began, 32 bits."""
    return (total(quantity, int.from_bytes(data[:4], "little"), U32, channel),)


def regions(first: int, suffix: str, data: bytes) -> Iterable[Observation]:
    """People in each region, a byte each, from region `first` on."""
    return [count("people", people, U8, f"region_{first + at}{suffix}") for at, people in enumerate(data)]


def _stay(quantity: str, seconds: int, channel: str) -> Observation:
    return unless(seconds, (0xFFFF,), value(quantity, seconds, channel=channel))


def _region_name(region: int, suffix: str) -> str:
    return f"region_{region}{suffix}" if region else suffix.removeprefix("_")


def stays(suffix: str, data: bytes) -> Iterable[Observation]:
    """Region (0 is all of them), mean and longest stay in seconds."""
    channel = _region_name(data[0], suffix)
    return _stay("dwell_seconds", u16(data, 1), channel), _stay("dwell_longest_seconds", u16(data, 3), channel)


def one_stay(quantity: str, suffix: str, data: bytes) -> Iterable[Observation]:
    """Region (0 is all of them) and one of the stays in seconds."""
    return (_stay(quantity, u16(data, 1), _region_name(data[0], suffix)),)


def _kind_of_history(rest: bytes) -> int:
    if len(rest) < 5:
        raise Refused(Reason.MALFORMED, "ends inside history")
    return rest[4]


def history(entries: Mapping[int, Item]) -> Item:
    """Stored values: the instant (u32), which entry it is (u8), and the entry."""

    def entry(rest: bytes) -> Item:
        kind = _kind_of_history(rest)
        if kind not in entries:
            raise Refused(Reason.UNDECODABLE, f"stored values of kind 0x{kind:02x} are not of this model")
        return entries[kind]

    def length(rest: bytes) -> int:
        inner = entry(rest).length
        return 5 + (inner if isinstance(inner, int) else inner(rest[5:]))

    def read(data: bytes) -> Iterable[Observation]:
        at_us = history_instant(int.from_bytes(data[:4], "little"))
        reader = entry(data).read
        return [found._replace(measured_at_us=at_us) for found in reader(data[5:])] if reader else ()

    return Item("history", length, read, is_historical=True)


def model(items: Items, own_replies: Mapping[int, int] = {}, own_extended: Mapping[int, int] = {}) -> Model:
    """A model of these items, and the lengths of answers in which it differs from the others."""
    return Model(items, replies(own_replies), extended_replies(own_extended))
