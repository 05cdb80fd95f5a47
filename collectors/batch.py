"""Messages decoded together: whole columns per kind, and for every row the message it came from. Pure."""

import logging
from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np

from collectors.kept_input import kept_of_unread
from collectors.known import Known
from collectors.native_payload import Decoded, decoded
from collectors.native_topic import CIRCUIT_KINDS, KIND_WORDS, KindWord
from collectors.plausibility import Column
from collectors.reasons import Reason, Refusal, Rejected
from store.rows import State

logger = logging.getLogger(__name__)


class Arrival(NamedTuple):
    """A message as the decoder needs it."""

    topic: str
    payload: bytes
    received_at: datetime


class KindRows(NamedTuple):
    """All rows of one kind in a batch; `starts` are the first rows of each message, `sources` topic and code of it."""

    columns: list[Column]
    starts: list[int]
    sources: list[tuple[str, str]]

    def source(self, row: int) -> tuple[str, str]:
        """The topic and the circuit or zone of a row."""
        return self.sources[bisect_right(self.starts, row) - 1]


class Batch(NamedTuple):
    """What a list of messages holds: rows by kind, refused parts with their topic, and sequence numbers."""

    received_at: datetime
    messages: dict[str, int]
    rows: dict[KindWord, KindRows]
    rejected: list[tuple[str, Rejected]]
    sequence: list[tuple[str, int]]


def decoded_batch(arrivals: Iterable[Arrival], known: Known, limit_bytes: int) -> Batch:
    """Decodes at least one message; the batch counts as received with its last one."""
    parts: list[tuple[str, Decoded]] = []
    received_at = None
    for topic, payload, at in arrivals:
        parts.append((topic, _decoded(topic, payload, at, known, limit_bytes)))
        received_at = at if received_at is None else max(received_at, at)
    assert received_at is not None
    messages: dict[str, int] = {}
    for _, part in parts:
        word = part.kind or "unknown"
        messages[word] = messages.get(word, 0) + 1
    return Batch(
        received_at,
        messages,
        {kind: rows for kind in KIND_WORDS if (rows := _rows_of(kind, parts)) is not None},
        [(topic, rejected) for topic, part in parts for rejected in part.rejected],
        [(part.collector, part.seq) for _, part in parts if part.seq is not None],
    )


def _decoded(topic: str, payload: bytes, received_at: datetime, known: Known, limit_bytes: int) -> Decoded:
    """As `decoded`; a message our decoder fails on is refused, or it would come back and stop the flow for ever."""
    try:
        return decoded(topic, payload, received_at, known, limit_bytes)
    except Exception as error:
        logger.exception("the decoder failed; the message is in quarantine as undecodable")
        why = Refusal(Reason.UNDECODABLE, f"the decoder failed, a defect of ours: {type(error).__name__}")
        return Decoded(None, "", "", None, None, [Rejected(why, kept_of_unread(None, payload))])


def _rows_of(kind: KindWord, parts: Iterable[tuple[str, Decoded]]) -> KindRows | None:
    pieces: list[list[Column]] = []
    starts: list[int] = []
    sources: list[tuple[str, str]] = []
    row = 0
    for topic, part in parts:
        if part.kind == kind and part.columns is not None and len(part.columns[0]):
            pieces.append(part.columns)
            starts.append(row)
            sources.append((topic, part.code))
            row += len(part.columns[0])
    if not pieces:
        return None
    return KindRows([np.concatenate(columns) for columns in zip(*pieces, strict=True)], starts, sources)


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
