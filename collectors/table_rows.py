"""Fields of one row of a table, CSV or Parquet, to the numbers of a reading, by a mapping. Pure."""

import re
from collections.abc import Mapping, Sequence

from collectors.decimal_text import whole_units, with_point
from collectors.kept_input import code_text
from collectors.known import Series
from collectors.mapping import FileMapping
from collectors.mapping_values import Counts, People, RoundTrip, States
from collectors.native_topic import CIRCUIT_KINDS
from collectors.plausibility import LARGEST_COUNT, LARGEST_NANOSECONDS
from collectors.reasons import Reason, Refused

_DIGITS = re.compile(r"[+-]?[0-9]{1,20}")


class RowReader:
    """Reads the fields of one row after another; `header` names them, `series` is what rows may be about, by code."""

    def __init__(self, mapping: FileMapping, header: Sequence[str], series: Mapping[str, Series]) -> None:
        self._width = len(header)
        self._mapping = mapping
        self._instant_at = header.index(mapping.instant_column)
        self._values_at = [header.index(column) for column in mapping.values.columns]
        self._subject_at = header.index(mapping.subject_column) if mapping.subject_column else None
        self._where = [(header.index(column), texts) for column, texts in mapping.where.items()]
        self._series = series
        self._about_circuit = mapping.kind in CIRCUIT_KINDS

    def numbers(self, fields: Sequence[str]) -> tuple[int, ...] | None:
        """The series number, the instant in µs and the values of the kind; None for a row that is not asked for.

        Raises Refused.
        """
        if len(fields) != self._width:
            raise Refused(Reason.MALFORMED, f"{len(fields)} fields where the header has {self._width}")
        for at, asked_for in self._where:
            if fields[at].strip() not in asked_for:
                return None
        number = self._number(self._mapping.subject if self._subject_at is None else fields[self._subject_at].strip())
        instant = self._mapping.instant.microseconds(fields[self._instant_at].strip())
        if self._mapping.truncate_to_second:
            instant -= instant % 1_000_000
        texts = [fields[at].strip() for at in self._values_at]
        return number, instant, *self._values(texts)

    def _number(self, name: str | None) -> int:
        word = "circuit" if self._about_circuit else "zone"
        reason = Reason.UNKNOWN_CIRCUIT if self._about_circuit else Reason.UNKNOWN_ZONE
        code = name or ""
        if self._mapping.codes:
            if code not in self._mapping.codes:
                raise Refused(reason, f"a name of a {word} that the mapping's codes do not translate")
            code = self._mapping.codes[code]
        series = self._series.get(code)
        if series is None:
            raise Refused(reason, f"{word} {code_text(code)} is not in the inventory")
        return series.number

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
            text = with_point(text)
        nanoseconds = whole_units(text, form.exponent, "nanosecond", form.round_half_even)
        if nanoseconds < 0:
            if form.lost_when_negative:
                return -1
            raise Refused(Reason.NEGATIVE, "a negative round trip; lost_when_negative is not set")
        if nanoseconds > LARGEST_NANOSECONDS:
            raise Refused(Reason.OUT_OF_RANGE, "a round trip longer than a day")
        return nanoseconds


def _count(text: str) -> int:
    if _DIGITS.fullmatch(text):
        number = int(text)
    else:  # counts that went through a data frame come as 3.0
        try:
            number = whole_units(text, 0, "one")
        except Refused:
            raise Refused(Reason.OFF_TYPE, "a count that is not a whole number") from None
    if number < 0:
        raise Refused(Reason.NEGATIVE, "a negative count")
    if number > LARGEST_COUNT:
        raise Refused(Reason.OUT_OF_RANGE, f"a count above {LARGEST_COUNT}")
    return number
