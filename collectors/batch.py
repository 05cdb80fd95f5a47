"""Messages decoded together: whole columns per kind, and for every row the message it came from. Pure."""

import logging
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from collectors.feed_rows import feed_rows
from collectors.feeds import OpenFeed
from collectors.file_rows import columns_of
from collectors.kept_input import kept_of_unread, masked
from collectors.known import Known
from collectors.native_payload import Decoded, Row, decoded
from collectors.native_topic import KIND_WORDS, PREFIX, KindWord
from collectors.plausibility import Column
from collectors.reasons import Reason, Refusal, Rejected
from collectors.sequence import Counted
from store.instants import instant_of, microseconds
from store.rows import SensorReadingRow

logger = logging.getLogger(__name__)


class Arrival(NamedTuple):
    """A message as the decoder needs it; `is_redelivered`: the broker says that it has sent it before."""

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    is_redelivered: bool = False


class FeedMessage(NamedTuple):
    """A message of a feed, of which quarantine keeps what its decoder reads."""

    topic: str
    payload: bytes
    feed: OpenFeed
    retained: bool


class RowSource(NamedTuple):
    """Where a row comes from: topic, circuit or zone, and the message of a feed; None of a native one."""

    topic: str
    code: str
    message: FeedMessage | None = None


class KindRows(NamedTuple):
    """All rows of one kind in a batch; `starts` are the first rows of each message, `sources` where it comes from."""

    columns: list[Column]
    starts: list[int]
    sources: list[RowSource]

    def source(self, row: int) -> RowSource:
        """Where a row comes from."""
        return self.sources[bisect_right(self.starts, row) - 1]


class DeviceReading(NamedTuple):
    """A reading of a sensor, and the message it came in."""

    row: SensorReadingRow
    message: FeedMessage


class RefusedPart(NamedTuple):
    """A message, or a part of one, that will not become a reading."""

    topic: str
    rejected: Rejected
    retained: bool = False


class Batch(NamedTuple):
    """What a list of messages holds: rows by kind, readings of sensors, refused parts, numbers.

    `undated` are the places of messages whose readings count as measured when they came.
    """

    received_at: datetime
    messages: dict[str, int]
    rows: dict[KindWord, KindRows]
    rejected: list[RefusedPart]
    sequence: list[Counted]
    devices: Sequence[DeviceReading] = ()
    ignored: Sequence[tuple[str, str]] = ()
    undated: Sequence[int] = ()


class _Part(NamedTuple):
    """What one message became: a native one a `Decoded`, one of a feed several and readings of sensors."""

    arrival: Arrival
    word: str
    decoded: list[Decoded]
    rejected: list[Rejected]
    sequence: list[Counted]
    devices: Sequence[DeviceReading] = ()
    ignored: Sequence[tuple[str, str]] = ()
    message: FeedMessage | None = None
    is_undated: bool = False


def decoded_batch(arrivals: Iterable[Arrival], known: Known, limit_bytes: int) -> Batch:
    """Decodes at least one message; the batch counts as received with its last one."""
    parts: list[_Part] = []
    received_at = None
    for arrival in arrivals:
        parts.append(_part(arrival, known, limit_bytes))
        received_at = arrival.received_at if received_at is None else max(received_at, arrival.received_at)
    assert received_at is not None
    messages: dict[str, int] = {}
    for part in parts:
        messages[part.word] = messages.get(part.word, 0) + 1
    return Batch(
        received_at,
        messages,
        {kind: rows for kind in KIND_WORDS if (rows := _rows_of(kind, parts)) is not None},
        [
            RefusedPart(part.arrival.topic, rejected, part.arrival.retained)
            for part in parts
            for rejected in part.rejected
        ],
        [counted for part in parts for counted in part.sequence],
        [reading for part in parts for reading in part.devices],
        [each for part in parts for each in part.ignored],
        [place for place, part in enumerate(parts) if part.is_undated],
    )


def _part(arrival: Arrival, known: Known, limit_bytes: int) -> _Part:
    """What a message became; one our decoder fails on is refused, or it would come back and stop the flow for ever."""
    native = arrival.topic.startswith(f"{PREFIX}/")  # asked first: most are, and no feed may have such topics
    opened = None if native else known.feeds.feed_of(arrival.topic)
    word = "feed" if opened is not None else "unknown"
    try:
        if opened is not None:
            return _of_feed(opened, arrival, known, limit_bytes)
        one = decoded(arrival.topic, arrival.payload, arrival.received_at, known, limit_bytes)
    except Exception as error:
        logger.exception("the decoder failed; the message is in quarantine as undecodable")
        why = Refusal(Reason.UNDECODABLE, f"the decoder failed, a defect of ours: {type(error).__name__}")
        return _Part(arrival, word, [], [Rejected(why, kept_of_unread(None, arrival.payload))], [])
    return _Part(arrival, one.kind or "unknown", [one], one.rejected, _native_number(arrival, one))


def _native_number(arrival: Arrival, one: Decoded) -> list[Counted]:
    if one.seq is None:
        return []
    newest = instant_of(max(row[1] for row in one.rows)) if one.rows else None
    return [Counted(one.collector, one.seq, None, newest, _is_again(arrival))]


def _is_again(arrival: Arrival) -> bool:
    """Whether its number may be an old one: what the broker had kept, too, was sent before."""
    return arrival.is_redelivered or arrival.retained


def _of_feed(opened: OpenFeed, arrival: Arrival, known: Known, limit_bytes: int) -> _Part:
    topic, payload = arrival.topic, arrival.payload
    if len(payload) > limit_bytes:
        why = Refusal(Reason.OVERSIZED, f"{len(payload)} bytes; at most {limit_bytes} are taken")
        return _Part(arrival, "feed", [], [Rejected(why, masked(payload))], [])
    message = FeedMessage(topic, payload, opened, arrival.retained)
    rows = feed_rows(opened, topic, payload, arrival.received_at, retained=arrival.retained)
    counts = [
        Decoded(
            "occupancy",
            opened.feed.code,
            one.zone,
            None,
            [(known.zones[one.zone].number, microseconds(one.measured_at), one.people)],
            [],
        )
        for one in rows.occupancy
    ]
    devices = [DeviceReading(row, message) for row in rows.readings]
    ignored = [(opened.feed.code, word) for word in rows.ignored]
    # Where a device gave an instant that is ours to the microsecond, knowing the message again does no harm either.
    is_undated = any(row.measured_at == arrival.received_at for row in rows.readings)
    numbers = [Counted(*numbered, _is_again(arrival)) for numbered in rows.sequence]
    return _Part(arrival, "feed", counts, rows.rejected, numbers, devices, ignored, message, is_undated)


def _rows_of(kind: KindWord, parts: Iterable[_Part]) -> KindRows | None:
    rows: list[Row] = []
    starts: list[int] = []
    sources: list[RowSource] = []
    for part in parts:
        for one in part.decoded:
            if one.kind == kind and one.rows:
                starts.append(len(rows))
                sources.append(RowSource(part.arrival.topic, one.code, part.message))
                rows += one.rows
    return KindRows(columns_of(kind, rows), starts, sources) if rows else None
