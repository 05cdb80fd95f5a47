"""Decodes native MQTT payloads (docs/native-payload.md): topic and bytes to rows, and what was refused. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import msgspec

from collectors.decimal_text import whole_units
from collectors.file_rows import columns_of
from collectors.kept_input import code_text, kept_of, kept_of_unread
from collectors.known import Known, Series
from collectors.native_form import (
    READINGS,
    Envelope,
    IntervalReading,
    OccupancyReading,
    ProbeReading,
    Reading,
    StateReading,
    envelope_of,
    why_reading,
)
from collectors.native_topic import CIRCUIT_KINDS, KindWord, NativeTopic, native_topic
from collectors.plausibility import LARGEST_NANOSECONDS, is_plausible, refusals
from collectors.reasons import Reason, Refusal, Refused, Rejected
from store.rows import State

LIMIT_BYTES = 256 * 1024
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


Row: TypeAlias = tuple[int, ...]


class Decoded(NamedTuple):
    """What became of one payload.

    `rows` hold the series number, the instant in µs since 1970 (UTC) and the values of the kind each; a lost probe's
    round trip is -1. None when the payload was refused as a whole; `seq` is then its number all the same, where it
    could be read.
    """

    kind: KindWord | None
    collector: str
    code: str
    seq: int | None
    rows: Sequence[Row] | None
    rejected: list[Rejected]


_WHOLE: Mapping[KindWord, Any] = {
    kind: msgspec.json.Decoder(Envelope[reading])  # type: ignore[valid-type]
    for kind, reading in READINGS.items()
}
_BATCH = {kind: msgspec.json.Decoder(list[reading]) for kind, reading in READINGS.items()}  # type: ignore[valid-type]
_ONE = {kind: msgspec.json.Decoder(reading) for kind, reading in READINGS.items()}


def decoded(topic: str, payload: bytes, received_at: datetime, known: Known, limit_bytes: int = LIMIT_BYTES) -> Decoded:
    """The readings of one native message, and its refused parts; only the bad rows of a batch are refused.

    Sizes above `limit_bytes` are not parsed. Instants finer than a microsecond are rounded to it.
    """
    native = native_topic(topic)
    kind = native.kind if native else None
    collector = f"{native.facility}/{native.collector}" if native else ""

    def refused(reason: Reason, detail: str, kept: bytes, seq: int | None = None) -> Decoded:
        return Decoded(kind, collector, "", seq, None, [Rejected(Refusal(reason, detail), kept)])

    if len(payload) > limit_bytes:
        detail = f"{len(payload)} bytes; at most {limit_bytes} are taken"
        return refused(Reason.OVERSIZED, detail, kept_of_unread(kind, payload))
    if native is None:
        return refused(Reason.TOPIC, "not p2i/v1/FACILITY/COLLECTOR/KIND with a known kind", kept_of(None, payload))
    received_at_us = (received_at - EPOCH) // _MICROSECOND
    if (flawless := _flawless(native, payload, received_at_us, known)) is not None:
        return flawless
    seq = None
    try:
        envelope = envelope_of(payload, native.kind)
        seq = _seq(envelope)  # refused for what it is about, it came all the same: no gap
        code, series = _series(native.facility, native.kind, envelope, known)
    except Refused as error:
        return refused(*error.refusal, kept_of(kind, payload), seq)
    read, rejected = _rows(native.kind, code, series.number, envelope.readings)
    grids = {series.number: series.grids} if series.grids else {}
    found = refusals(native.kind, columns_of(native.kind, [row for _, row in read]), received_at_us, grids)
    rejected += [Rejected(why, _kept_row(native.kind, code, read[place][0])) for place, why in found.items()]
    rows = [row for place, (_, row) in enumerate(read) if place not in found]
    return Decoded(native.kind, collector, code, _seq(envelope), rows, rejected)


def _flawless(native: NativeTopic, payload: bytes, received_at_us: int, known: Known) -> Decoded | None:
    """What a payload without a flaw holds, read in one go as nearly all are; None says to look where the flaw is."""
    numbers = _NUMBERS[native.kind]
    try:
        envelope = _WHOLE[native.kind].decode(payload)
        code, series = _series(native.facility, native.kind, envelope, known)
        rows = [(series.number, *numbers(reading)) for reading in envelope.readings]
    except (msgspec.DecodeError, UnicodeDecodeError, Refused):
        return None
    if not is_plausible(native.kind, rows, received_at_us, series.grids):
        return None
    return Decoded(native.kind, f"{native.facility}/{native.collector}", code, _seq(envelope), rows, [])


def _seq(envelope: Envelope[Any]) -> int | None:
    return None if isinstance(envelope.seq, msgspec.UnsetType) else envelope.seq


def _series(facility: str, kind: KindWord, envelope: Envelope[Any], known: Known) -> tuple[str, Series]:
    about_circuit = kind in CIRCUIT_KINDS
    code, other = (envelope.circuit, envelope.zone) if about_circuit else (envelope.zone, envelope.circuit)
    word = "circuit" if about_circuit else "zone"
    if isinstance(code, msgspec.UnsetType) or not isinstance(other, msgspec.UnsetType):
        raise Refused(Reason.OFF_TYPE, f'{kind} need the key "{word}" and no other subject')
    series = (known.circuits if about_circuit else known.zones).get(code)
    if series is None:
        reason = Reason.UNKNOWN_CIRCUIT if about_circuit else Reason.UNKNOWN_ZONE
        raise Refused(reason, f"{word} {code_text(code)} is not in the inventory")
    if series.facility != facility:
        raise Refused(Reason.FACILITY_MISMATCH, f"{word} {code_text(code)} belongs to {series.facility}")
    return code, series


def _rows(
    kind: KindWord, code: str, number: int, raws: Sequence[msgspec.Raw]
) -> tuple[list[tuple[msgspec.Raw, Row]], list[Rejected]]:
    """Each well-formed reading as (its JSON, its row); the others refused."""
    rows: list[tuple[msgspec.Raw, Row]] = []
    rejected: list[Rejected] = []
    numbers = _NUMBERS[kind]
    for raw, reading in zip(raws, _each(kind, raws), strict=True):
        try:
            if reading is None:
                raise why_reading(kind, raw)
            rows.append((raw, (number, *numbers(reading))))
        except Refused as error:
            rejected.append(Rejected(error.refusal, _kept_row(kind, code, raw)))
    return rows, rejected


def _each(kind: KindWord, raws: Sequence[msgspec.Raw]) -> Iterator[Reading | None]:
    """Every reading of a payload; None where one does not have the form."""
    try:
        yield from _BATCH[kind].decode(b"[" + b",".join(raws) + b"]")
        return
    except msgspec.DecodeError:  # of which ValidationError is one; the envelope does not look inside strings
        pass
    one = _ONE[kind]
    for raw in raws:
        try:
            yield one.decode(raw)
        except msgspec.DecodeError:
            yield None


def _since_1970(instant: datetime) -> int:
    return (instant - EPOCH) // _MICROSECOND


def _of_interval(reading: IntervalReading) -> tuple[int, ...]:
    return _since_1970(reading.starts_at), reading.sent, reading.lost


def _of_probe(reading: ProbeReading) -> tuple[int, ...]:
    return _since_1970(reading.sent_at), _nanoseconds(bytes(reading.round_trip_ms))


def _of_state(reading: StateReading) -> tuple[int, ...]:
    return _since_1970(reading.changed_at), State[reading.state]


def _of_occupancy(reading: OccupancyReading) -> tuple[int, ...]:
    return _since_1970(reading.measured_at), reading.people


_NUMBERS: Mapping[KindWord, Callable[[Any], tuple[int, ...]]] = {
    "intervals": _of_interval,
    "probes": _of_probe,
    "states": _of_state,
    "occupancy": _of_occupancy,
}

_USUAL_MS = re.compile(rb'"?([0-9]{1,7})(?:\.([0-9]{1,6}))?"?')


def _nanoseconds(token: bytes) -> int:
    """A round trip in ms, as its JSON token, in whole nanoseconds; -1 for null, a lost probe."""
    if usual := _USUAL_MS.fullmatch(token):  # three times as quick as the general way, and the same
        whole, fraction = usual.groups(b"0")
        return int(whole) * 1_000_000 + int(fraction.ljust(6, b"0"))
    if token == b"null":
        return -1
    text = token.decode()
    nanoseconds = whole_units(text[1:-1] if text.startswith('"') else text, 6, "nanosecond")
    if nanoseconds < 0:
        raise Refused(Reason.NEGATIVE, "a negative round trip; a lost probe is null")
    if nanoseconds > LARGEST_NANOSECONDS:
        raise Refused(Reason.OUT_OF_RANGE, "a round trip longer than a day")
    return nanoseconds


def _kept_row(kind: KindWord, code: str, raw: msgspec.Raw) -> bytes:
    """One refused reading as a payload of its own, which can be published again once it is put right."""
    word = b"circuit" if kind in CIRCUIT_KINDS else b"zone"
    return kept_of(kind, b'{"%s":%s,"readings":[%s]}' % (word, msgspec.json.encode(code), bytes(raw)))
