"""Observations of a feed as rows: whose they are, when they were, and which of them is a zone's occupancy. Pure."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from collectors.feeds import OpenFeed
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.plausibility import CLOCK_NOT_SET_BEFORE, FUTURE_SECONDS, LARGEST_PEOPLE
from collectors.reasons import Reason, Refusal, Refused, Rejected
from facilities.sensors import Sensor
from store.instants import instant_of, microseconds
from store.rows import OccupancyRow, SensorReadingRow

PEOPLE = "people"
RETAINED = "retained state"
"""What is said of a value that a broker had kept, and that has no instant: it may be days old."""


class Numbered(NamedTuple):
    """A number by which gaps of a stream are seen, and the newest instant that its message gives (None: none)."""

    stream: str
    number: int
    modulus: int | None
    measured_at: datetime | None = None


class FeedRows(NamedTuple):
    """What became of one message of a feed; `ignored` are the fixed words for what nobody takes, each once."""

    readings: list[SensorReadingRow]
    occupancy: list[OccupancyRow]
    rejected: list[Rejected]
    sequence: list[Numbered]
    ignored: list[str]


def feed_rows(opened: OpenFeed, topic: str, payload: bytes, received_at: datetime, *, retained: bool) -> FeedRows:
    """The rows of one message.

    What has no instant of its own counts as measured when it came, unless it is retained state, which may be old, or
    was stored by the device, which is refused. An observation of a device that nobody entered, or whose instant cannot
    be believed, is refused; the others of the message stand. Of what is refused quarantine keeps what its decoder
    reads (collectors/kept_feed.py). A payload of several messages is as many: each is read or refused by itself.
    """
    rows = FeedRows([], [], [], [], [])
    for part in opened.parts(payload):
        kept = partial(opened.kept, topic, part, retained=retained)
        try:
            messages = opened.messages(topic, part, retained=retained)
        except Refused as refused:
            rows.rejected.append(Rejected(refused.refusal, kept(refused.refusal.reason)))
            if refused.sequence is not None:
                rows.sequence.append(_numbered(opened, refused.sequence, None))
            continue
        for message in messages:
            _take(rows, opened, message, kept, received_at)
    return rows._replace(ignored=list(dict.fromkeys(rows.ignored)))


def _take(
    rows: FeedRows, opened: OpenFeed, message: DeviceMessage, kept: Callable[[Reason], bytes], received_at: datetime
) -> None:
    rows.ignored.extend(message.ignored)
    refusals: dict[Refusal, None] = {}
    newest: datetime | None = None
    for one in message.observations:
        if one.measured_at_us is None and message.is_state:
            rows.ignored.append(RETAINED)
            continue
        try:
            sensor = opened.sensor(one.device)
            at = believed(one, received_at)
        except Refused as refused:
            refusals[refused.refusal] = None
            continue
        if one.measured_at_us is not None:
            newest = at if newest is None else max(newest, at)
        rows.readings.append(reading_of(sensor, one, at))
        if (count := people_of(sensor, one)) is not None:
            assert sensor.zone is not None
            rows.occupancy.append(OccupancyRow(sensor.zone, at, count))
    if message.sequence is not None:
        rows.sequence.append(_numbered(opened, message.sequence, newest))
    rows.rejected.extend(Rejected(refusal, kept(refusal.reason)) for refusal in refusals)


def _numbered(opened: OpenFeed, sequence: SequenceNumber, newest: datetime | None) -> Numbered:
    return Numbered(f"{opened.feed.code}/{sequence.key}", sequence.number, sequence.modulus, newest)


def believed(one: Observation, received_at: datetime) -> datetime:
    """When it was measured: as it came, where it does not say.

    Raises Refused for an instant no right clock showed, and for a stored value without one: when it was sent says
    nothing of when it was measured.
    """
    if one.measured_at_us is None:
        if one.is_historical:
            raise Refused(Reason.OFF_TYPE, "a stored value without the instant at which it was measured")
        return received_at
    if one.measured_at_us > microseconds(received_at) + FUTURE_SECONDS * 1_000_000:
        raise Refused(Reason.FUTURE, f"dated more than {FUTURE_SECONDS // 60} minutes after it was received")
    if one.measured_at_us < CLOCK_NOT_SET_BEFORE:
        raise Refused(Reason.CLOCK_NOT_SET, "dated before the year 2010: a clock never set")
    return instant_of(one.measured_at_us)


def reading_of(sensor: Sensor, one: Observation, at: datetime) -> SensorReadingRow:
    """The row of an observation: counts stay exact, and what is no value has the reason."""
    counted = one.value if isinstance(one.value, int) else None
    value = one.value if isinstance(one.value, float) else None
    reason = "" if one.value is not None else one.reason or "no value"
    span_seconds = None if one.span_us is None else Decimal(one.span_us) / 1_000_000
    part = (sensor.code, one.channel, one.quantity)
    return SensorReadingRow(*part, at, counted, value, reason, one.modulus, span_seconds, one.is_historical)


def people_of(sensor: Sensor, one: Observation) -> int | None:
    """The people a zone held, by the part of the device that sees all of it; a total of comings and goings is none.

    The other parts of a device (a region, a line) count fewer than the zone holds.
    """
    if sensor.zone is None or one.quantity != PEOPLE or not isinstance(one.value, int):
        return None
    if one.channel != (sensor.channel or ""):
        return None
    return one.value if 0 <= one.value <= LARGEST_PEOPLE else None
