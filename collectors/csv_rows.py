"""Lines of a file to columns of one kind, by a mapping; each line that cannot be a reading is refused alone. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from collectors.csv_layout import LINE_BYTES, Layout, Line, fields_of, kept_of_line
from collectors.decimal_text import whole_units
from collectors.kept_input import code_text
from collectors.known import grids_of
from collectors.mapping import Counts, People, RoundTrip, States
from collectors.native_topic import CIRCUIT_KINDS
from collectors.plausibility import LARGEST_COUNT, LARGEST_NANOSECONDS, Column, refusals
from collectors.reasons import Reason, Refused, Rejected

_DIGITS = re.compile(r"[+-]?[0-9]{1,20}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rows(NamedTuple):
    """What lines became: columns (series number, instant in µs, values …), the line of each row, refused lines."""

    columns: list[Column]
    lines: list[Line]
    rejected: list[tuple[int, Rejected]]


def decoded_lines(lines: Sequence[Line], of: Layout, received_at: datetime) -> Rows:
    """Every line as a row or refused with its reason; blank lines are neither."""
    numbers: list[tuple[int, ...]] = []
    kept_lines: list[Line] = []
    rejected: list[tuple[int, Rejected]] = []
    read = RowReader(of).numbers
    for line in lines:
        try:
            if line.content is None:
                raise Refused(Reason.OVERSIZED, f"a line longer than {LINE_BYTES} bytes")
            if not line.content.strip():
                continue
            numbers.append(read(fields_of(line.content, of.mapping)))
            kept_lines.append(line)
        except Refused as error:
            rejected.append((line.number, Rejected(error.refusal, kept_of_line(line, of))))
    width = 4 if of.mapping.kind == "intervals" else 3
    table = np.array(numbers, dtype=np.int64).reshape(len(numbers), width)
    columns = [np.ascontiguousarray(table[:, at]) for at in range(width)]
    received = (received_at - _EPOCH) // timedelta(microseconds=1)
    found = refusals(of.mapping.kind, columns, received, grids_of(of.series))
    if found:
        rejected += [
            (kept_lines[at].number, Rejected(why, kept_of_line(kept_lines[at], of))) for at, why in found.items()
        ]
        good = np.ones(len(numbers), dtype=np.bool_)
        good[list(found)] = False
        columns = [column[good] for column in columns]
        kept_lines = [line for at, line in enumerate(kept_lines) if at not in found]
    return Rows(columns, kept_lines, rejected)


class RowReader:
    """Reads the fields of one line after another by one layout."""

    def __init__(self, of: Layout) -> None:
        mapping = of.mapping
        self._width = len(of.header)
        self._mapping = mapping
        self._instant_at = of.place(mapping.instant_column)
        self._values_at = [of.place(column) for column in mapping.values.columns]
        self._subject_at = of.place(mapping.subject_column) if mapping.subject_column else None
        self._series = of.series
        self._about_circuit = mapping.kind in CIRCUIT_KINDS

    def numbers(self, fields: Sequence[str]) -> tuple[int, ...]:
        """The series number, the instant in µs and the values of the kind; raises Refused."""
        if len(fields) != self._width:
            raise Refused(Reason.MALFORMED, f"{len(fields)} fields where the header has {self._width}")
        code = self._mapping.subject if self._subject_at is None else fields[self._subject_at].strip()
        series = self._series.get(code or "")
        if series is None:
            word = "circuit" if self._about_circuit else "zone"
            reason = Reason.UNKNOWN_CIRCUIT if self._about_circuit else Reason.UNKNOWN_ZONE
            raise Refused(reason, f"{word} {code_text(code or '')} is not in the inventory")
        instant = self._mapping.instant.microseconds(fields[self._instant_at].strip())
        texts = [fields[at].strip() for at in self._values_at]
        return series.number, instant, *self._values(texts)

    def _values(self, texts: Sequence[str]) -> tuple[int, ...]:
        match self._mapping.values:
            case RoundTrip() as round_trip:
                return (self._round_trip(round_trip, texts[0]),)
            case Counts(other_is_received=other_is_received):
                sent, other = _count(texts[0]), _count(texts[1])
                if other_is_received and other > sent:
                    raise Refused(Reason.LOST_EXCEEDS_SENT, "more received than sent")
                return sent, sent - other if other_is_received else other
            case States(words=words):
                if texts[0] not in words:
                    raise Refused(Reason.OFF_TYPE, "a state that the mapping does not name")
                return (words[texts[0]],)
            case People():
                return (_count(texts[0]),)

    def _round_trip(self, form: RoundTrip, text: str) -> int:
        if text in form.lost_values or (not text and form.lost_when_empty):
            return -1
        if self._mapping.decimal_comma:
            if "." in text:
                raise Refused(Reason.OFF_TYPE, "a point in a number with decimal comma")
            text = text.replace(",", ".")
        nanoseconds = whole_units(text, form.exponent, "nanosecond", form.round_half_even)
        if nanoseconds < 0:
            if form.lost_when_negative:
                return -1
            raise Refused(Reason.NEGATIVE, "a negative round trip; lost_when_negative is not set")
        if nanoseconds > LARGEST_NANOSECONDS:
            raise Refused(Reason.OUT_OF_RANGE, "a round trip longer than a day")
        return nanoseconds


def _count(text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise Refused(Reason.OFF_TYPE, "a count that is not a whole number")
    number = int(text)
    if number < 0:
        raise Refused(Reason.NEGATIVE, "a negative count")
    if number > LARGEST_COUNT:
        raise Refused(Reason.OUT_OF_RANGE, f"a count above {LARGEST_COUNT}")
    return number
