"""The lines of a CSV file that are written plainly, read as whole columns. Pure.

Plain means: no quotes, an instant in UTC or as an epoch, whole counts, decimals no finer than a nanosecond. Most files
hold nothing else, and reading them a column at a time is several times faster; every other line is left to the
reader that takes them one by one, and both must agree on each (tests/collectors/test_csv_plain.py).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collectors.csv_layout import Layout
from collectors.file_rows import Record
from collectors.instant_format import EPOCH_UNITS
from collectors.mapping_values import Counts, People, RoundTrip
from collectors.plausibility import Column

_EPOCH_DIGITS = {6: b"[0-9]{1,11}", 3: b"[0-9]{1,14}", 0: b"[0-9]{1,17}"}
_ISO = rb"[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_COUNT = rb"[0-9]{1,9}"
_DIGITS = 13
"""Digits of a round trip in ns: below three hours, and far inside what a double holds exactly."""
_SEPARATORS = frozenset(",;|\t")
"""Separators that no instant or number of ours contains."""


class PlainRows(NamedTuple):
    """Columns (series number, instant in µs, values …) of the plain lines, which lines those are, and the others."""

    columns: list[Column]
    lines: list[Record]
    others: Sequence[Record]


class PlainReader:
    """Reads the plain lines of a layout, if it has any: `is_possible` says so."""

    def __init__(self, of: Layout) -> None:
        self._of = of
        mapping = of.mapping
        names = [mapping.instant_column, *mapping.values.columns]
        if mapping.subject_column:
            names.append(mapping.subject_column)
        parts: dict[str, bytes | None] = {mapping.instant_column: self._instant_pattern()}
        for column in mapping.values.columns:
            parts[column] = self._value_pattern()
        self.is_possible = (
            not mapping.where
            and not mapping.decimal_comma
            and mapping.separator in _SEPARATORS
            and None not in parts.values()
            and (mapping.subject_column is not None or mapping.subject in of.series)
        )
        if not self.is_possible:
            return
        separator = re.escape(mapping.separator).encode()
        free = b'[^"\\x00\\r\\n\\x80-\\xff' + separator + b"]*"
        written = [b"(" + (parts.get(column) or free) + b")" if column in names else free for column in of.header]
        # The offset of an instant is outside its group: only UTC is plain.
        at = of.place(mapping.instant_column)
        if mapping.instant.format == "iso":
            written[at] += b"(?:Z|\\+00:?00)" + (b"?" if mapping.instant.zone and self._is_utc() else b"")
        self._line = re.compile(separator.join(written) + b"\\r?\\n?")
        in_order = [column for column in of.header if column in names]
        self._groups = [in_order.index(name) for name in names]

    def _is_utc(self) -> bool:
        zone = self._of.mapping.instant.zone
        return zone is not None and zone.key == "UTC"

    def _instant_pattern(self) -> bytes | None:
        written = self._of.mapping.instant.format
        if written == "iso":
            return _ISO
        return _EPOCH_DIGITS[EPOCH_UNITS[written]] if written in EPOCH_UNITS else None

    def _value_pattern(self) -> bytes | None:
        match self._of.mapping.values:
            case Counts() | People():
                return _COUNT
            case RoundTrip(exponent=exponent, lost_values=lost_values) if not lost_values:
                return b"[0-9]{1,%d}" % (_DIGITS - exponent) + (b"(?:\\.[0-9]{1,%d})?" % exponent if exponent else b"")
            case _:
                return None

    def rows(self, lines: Sequence[Record]) -> PlainRows:
        """The plain ones among the lines; all are others when a column holds what no pattern tells (30 February)."""
        match = self._line.fullmatch
        found: list[Sequence[bytes]] = []
        plain: list[Record] = []
        others: list[Record] = []
        for line in lines:
            read = match(line.content) if line.content is not None else None
            if read is None:
                others.append(line)
            else:
                found.append(read.groups())
                plain.append(line)
        if not plain:
            return PlainRows([], [], others)
        texts = [np.array(column) for column in zip(*found, strict=True)]
        ordered = [texts[group] for group in self._groups]
        try:
            numbers, known = self._series(ordered, len(plain))
            columns = [numbers, self._instants(ordered[0]), *self._values(ordered[1:])]
        except ValueError:
            return PlainRows([], [], lines)
        if known.all():
            return PlainRows(columns, plain, others)
        others = sorted([*others, *(plain[at] for at in np.flatnonzero(~known).tolist())])
        plain = [plain[at] for at in np.flatnonzero(known).tolist()]
        return PlainRows([column[known] for column in columns], plain, others)

    def _series(self, ordered: Sequence[npt.NDArray[np.bytes_]], count: int) -> tuple[Column, npt.NDArray[np.bool_]]:
        mapping, series = self._of.mapping, self._of.series
        if mapping.subject_column is None:
            assert mapping.subject is not None
            number = series[mapping.subject].number
            return np.full(count, number, dtype=np.int64), np.ones(count, dtype=np.bool_)
        names, places = np.unique(ordered[-1], return_inverse=True)
        numbers = []
        for name in names.tolist():
            text = name.decode("ascii").strip()
            code = mapping.codes.get(text, "") if mapping.codes else text
            numbers.append(series[code].number if code in series else -1)
        found = np.array(numbers, dtype=np.int64)[places]
        return found, found >= 0

    def _instants(self, texts: npt.NDArray[np.bytes_]) -> Column:
        mapping = self._of.mapping
        if mapping.instant.format == "iso":
            instants = texts.astype("datetime64[us]").astype(np.int64)
        else:
            instants = texts.astype(np.int64) * 10 ** EPOCH_UNITS[mapping.instant.format]
        return instants - instants % 1_000_000 if mapping.truncate_to_second else instants

    def _values(self, ordered: Sequence[npt.NDArray[np.bytes_]]) -> list[Column]:
        match self._of.mapping.values:
            case RoundTrip(exponent=0):
                return [ordered[0].astype(np.int64)]
            case RoundTrip(exponent=exponent):
                # Of 13 digits a double is the nearest to its text, and the product is off by less than a hundredth.
                return [np.rint(ordered[0].astype(np.float64) * float(10**exponent)).astype(np.int64)]
            case Counts(other_is_received=True):
                sent, received = ordered[0].astype(np.int64), ordered[1].astype(np.int64)
                if (received > sent).any():
                    raise ValueError("left to the reader that says which")
                return [sent, sent - received]
            case Counts():
                return [ordered[0].astype(np.int64), ordered[1].astype(np.int64)]
            case _:
                return [ordered[0].astype(np.int64)]
