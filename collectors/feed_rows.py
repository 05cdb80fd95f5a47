"""Observations of a feed as rows: whose they are, when they were, and which of them is a zone's occupancy. Pure."""

from datetime import datetime
from typing import NamedTuple

from collectors.feeds import OpenFeed
from collectors.observation import DeviceMessage, Observation
from collectors.plausibility import CLOCK_NOT_SET_BEFORE, FUTURE_SECONDS, LARGEST_PEOPLE
from collectors.reasons import Reason, Refusal, Refused, Rejected
from facilities.sensors import Sensor
from store.instants import instant_of, microseconds
from store.rows import OccupancyRow, SensorReadingRow

PEOPLE = "people"


class Numbered(NamedTuple):
    """A number by which gaps of a stream are seen."""

    stream: str
    number: int
    modulus: int | None


class FeedRows(NamedTuple):
    """What became of one message of a feed."""

    readings: list[SensorReadingRow]
    occupancy: list[OccupancyRow]
    rejected: list[Rejected]
    sequence: list[Numbered]
    ignored: list[str]


def feed_rows(opened: OpenFeed, topic: str, payload: bytes, received_at: datetime, *, retained: bool) -> FeedRows:
    """The rows of one message.

    What has no instant of its own counts as measured when it came, unless it is retained state, which may be old. An
    observation of a device that nobody entered, or whose instant cannot be believed, is refused; the others of the
    message stand. Of a refused message quarantine keeps what its decoder reads (collectors/kept_feed.py).
    """
    rows = FeedRows([], [], [], [], [])
    try:
        messages = opened.messages(topic, payload, retained=retained)
    except Refused as refused:
        return rows._replace(rejected=[Rejected(refused.refusal, opened.kept(refused.refusal.reason, payload))])
    for message in messages:
        _take(rows, opened, message, payload, received_at)
    return rows


def _take(rows: FeedRows, opened: OpenFeed, message: DeviceMessage, payload: bytes, received_at: datetime) -> None:
    if message.sequence is not None:
        key = f"{opened.feed.code}/{message.sequence.key}"
        rows.sequence.append(Numbered(key, message.sequence.number, message.sequence.modulus))
    rows.ignored.extend(message.ignored)
    refusals: dict[Refusal, None] = {}
    for one in message.observations:
        if one.measured_at_us is None and message.is_state:
            continue
        try:
            sensor = opened.sensor(one.device)
            at = believed(one, received_at)
        except Refused as refused:
            refusals[refused.refusal] = None
            continue
        rows.readings.append(reading_of(sensor, one, at))
        if (count := people_of(sensor, one)) is not None:
            assert sensor.zone is not None
            rows.occupancy.append(OccupancyRow(sensor.zone, at, count))
    rows.rejected.extend(Rejected(refusal, opened.kept(refusal.reason, payload)) for refusal in refusals)


def believed(one: Observation, received_at: datetime) -> datetime:
    """When it was measured: as it came, where it does not say. Raises Refused for an instant no right clock showed."""
    if one.measured_at_us is None:
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
    return SensorReadingRow(sensor.code, one.channel, one.quantity, at, counted, value, reason, one.modulus)


def people_of(sensor: Sensor, one: Observation) -> int | None:
    """The people a zone held, by the part of the device that sees all of it; a total of comings and goings is none.

    The other parts of a device (a region, a line) count fewer than the zone holds.
    """
    if sensor.zone is None or one.quantity != PEOPLE or not isinstance(one.value, int):
        return None
    if one.channel != (sensor.channel or ""):
        return None
    return one.value if 0 <= one.value <= LARGEST_PEOPLE else None
