"""Messages decoded together: whole columns per kind, and for every row the message it came from. Pure."""

import logging
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from collectors.feed_rows import Numbered, feed_rows
from collectors.feeds import OpenFeed
from collectors.file_rows import columns_of
from collectors.kept_input import kept_of_unread, masked
from collectors.known import Known
from collectors.native_payload import Decoded, Row, decoded
from collectors.native_topic import CIRCUIT_KINDS, KIND_WORDS, PREFIX, KindWord
from collectors.plausibility import Column
from collectors.reasons import Reason, Refusal, Rejected
from store.instants import microseconds
from store.rows import SensorReadingRow, State

logger = logging.getLogger(__name__)


class Arrival(NamedTuple):
    """A message as the decoder needs it."""

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False


class KindRows(NamedTuple):
    """All rows of one kind in a batch; `starts` are the first rows of each message, `sources` topic and code of it."""

    columns: list[Column]
    starts: list[int]
    sources: list[tuple[str, str]]

    def source(self, row: int) -> tuple[str, str]:
        """The topic and the circuit or zone of a row."""
        return self.sources[bisect_right(self.starts, row) - 1]


class DeviceReading(NamedTuple):
    """A reading of a sensor, and the message it came in."""

    row: SensorReadingRow
    topic: str
    payload: bytes
    feed: OpenFeed


class Batch(NamedTuple):
    """What a list of messages holds: rows by kind, readings of sensors, refused parts with their topic, numbers."""

    received_at: datetime
    messages: dict[str, int]
    rows: dict[KindWord, KindRows]
    rejected: list[tuple[str, Rejected]]
    sequence: list[Numbered]
    devices: Sequence[DeviceReading] = ()
    ignored: Sequence[tuple[str, str]] = ()


class _Part(NamedTuple):
    """What one message became: a native one a `Decoded`, one of a feed several and readings of sensors."""

    topic: str
    word: str
    decoded: list[Decoded]
    devices: list[DeviceReading]
    rejected: list[Rejected]
    sequence: list[Numbered]
    ignored: Sequence[tuple[str, str]] = ()


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
        [(part.topic, rejected) for part in parts for rejected in part.rejected],
        [numbered for part in parts for numbered in part.sequence],
        [reading for part in parts for reading in part.devices],
        [each for part in parts for each in part.ignored],
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
        return _Part(arrival.topic, word, [], [], [Rejected(why, kept_of_unread(None, arrival.payload))], [])
    sequence = [] if one.seq is None else [Numbered(one.collector, one.seq, None)]
    return _Part(arrival.topic, one.kind or "unknown", [one], [], one.rejected, sequence)


def _of_feed(opened: OpenFeed, arrival: Arrival, known: Known, limit_bytes: int) -> _Part:
    topic, payload = arrival.topic, arrival.payload
    if len(payload) > limit_bytes:
        why = Refusal(Reason.OVERSIZED, f"{len(payload)} bytes; at most {limit_bytes} are taken")
        return _Part(topic, "feed", [], [], [Rejected(why, masked(payload))], [])
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
    devices = [DeviceReading(row, topic, payload, opened) for row in rows.readings]
    ignored = [(opened.feed.code, word) for word in rows.ignored]
    return _Part(topic, "feed", counts, devices, rows.rejected, rows.sequence, ignored)


def _rows_of(kind: KindWord, parts: Iterable[_Part]) -> KindRows | None:
    rows: list[Row] = []
    starts: list[int] = []
    sources: list[tuple[str, str]] = []
    for part in parts:
        for one in part.decoded:
            if one.kind == kind and one.rows:
                starts.append(len(rows))
                sources.append((part.topic, one.code))
                rows += one.rows
    return KindRows(columns_of(kind, rows), starts, sources) if rows else None


def row_payload(kind: KindWord, code: str, instant_text: str, values: list[int]) -> bytes:
    """One row as a native payload again, for quarantine: what came, exactly, in one form."""
    reading: dict[str, object]
    match kind:
        case "intervals":
            reading = {"starts_at": instant_text, "sent": values[0], "lost": values[1]}
        case "probes":
            reading = {"sent_at": instant_text, "round_trip_ms": milliseconds_text(values[0])}
        case "states":
            reading = {"changed_at": instant_text, "state": State(values[0]).name}
        case "occupancy":
            reading = {"measured_at": instant_text, "people": values[0]}
    return msgspec.json.encode({"circuit" if kind in CIRCUIT_KINDS else "zone": code, "readings": [reading]})


def milliseconds_text(nanoseconds: int) -> str | None:
    """Whole nanoseconds as decimal text in ms, exactly; None for -1, a lost probe."""
    return None if nanoseconds < 0 else f"{nanoseconds // 1_000_000}.{nanoseconds % 1_000_000:06d}"
