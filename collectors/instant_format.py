"""Instants of files as text to microseconds since 1970, exactly; what names no instant, or two, is refused. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.decimal_text import whole_units
from collectors.reasons import Reason, Refused

EPOCH_UNITS: Mapping[str, int] = {"epoch_seconds": 6, "epoch_milliseconds": 3, "epoch_microseconds": 0}
"""Formats that count from 1970-01-01T00:00:00Z, and the power of ten to microseconds."""

_PARTS: Mapping[str, tuple[str, ...]] = {
    "Y": ("year",), "y": ("year",), "m": ("month",), "b": ("month",), "B": ("month",), "d": ("day",),
    "j": ("month", "day"), "H": ("hour",), "I": ("hour",), "p": ("half of the day",), "M": ("minute",),
    "S": ("second",), "f": ("fraction of a second",), "z": ("offset",), "a": ("weekday",), "A": ("weekday",),
    "w": ("weekday",), "u": ("weekday",), "c": ("weekday", "year", "month", "day", "hour", "minute", "second"),
    "x": ("year", "month", "day"), "X": ("hour", "minute", "second"), "%": (),
}  # fmt: skip
"""The directives that are read, and which parts of an instant each names.

Those of strptime that are not here would be misread in silence: of %Z it takes no offset, and a week number (%U, %V)
overrules the month and the day.
"""
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,](?P<fraction>\d{1,12}))?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def directives(written: str) -> list[str]:
    """The letters of the directives of a strptime format, in order; "" for a lone % at its end."""
    return _DIRECTIVE.findall(written)


def format_mistake(written: str) -> str | None:
    """What is wrong with a strptime format, in words that follow its key; None when it can name an instant.

    Each part of an instant is named at most once (strptime fails on one directive twice, and of two for one part it
    believes the latter), a whole date always, and %I with %p, for without it evenings would be read as mornings.
    """
    letters = directives(written)
    parts: list[str] = []
    for letter in letters:
        if letter not in _PARTS:
            return f"{'%' + letter!r} is no directive that can be read; write %% for a percent sign"
        if twice := [part for part in _PARTS[letter] if part in parts]:
            return f"names the {twice[0]} twice"
        parts += _PARTS[letter]
    if missing := [part for part in ("year", "month", "day") if part not in parts]:
        return f"names no {missing[0]}; a whole date is needed, such as %d/%m/%Y"
    if ("I" in letters) != ("p" in letters):
        return "needs %I and %p together, or %H"
    return None


@dataclass(frozen=True)
class InstantFormat:
    """How a file writes instants: `iso`, one of EPOCH_UNITS or a strptime format; `zone` is of those without offset."""

    format: str
    zone: ZoneInfo | None

    def microseconds(self, text: str) -> int:
        """The instant in µs since 1970 (UTC).

        Raises Refused: not of the format, finer than a microsecond, without an offset where no zone is given, or a
        local time that the clock showed twice or skipped (R-37): which instant was meant cannot be known.
        """
        if self.format in EPOCH_UNITS:
            return whole_units(text, EPOCH_UNITS[self.format], "microsecond")
        if self.format == "iso":
            found = _ISO.fullmatch(text)
            if found is None:
                raise Refused(Reason.OFF_TYPE, "the instant is not ISO 8601, such as 2026-09-01 00:00:00")
            if (found["fraction"] or "")[6:].strip("0"):
                raise Refused(Reason.TOO_PRECISE, "the instant has digits finer than one microsecond")
        try:
            read = datetime.fromisoformat(text) if self.format == "iso" else datetime.strptime(text, self.format)  # noqa: DTZ007
        except ValueError:
            raise Refused(Reason.OFF_TYPE, f"the instant does not follow {self.format}") from None
        if read.tzinfo is None:
            read = self._placed(read)
        return (read - _EPOCH) // _MICROSECOND

    def _placed(self, local: datetime) -> datetime:
        if self.zone is None:
            raise Refused(Reason.NAIVE_INSTANT, "the instant has no offset and the mapping names no time_zone")
        first, second = local.replace(tzinfo=self.zone), local.replace(tzinfo=self.zone, fold=1)
        before, after = first.utcoffset(), second.utcoffset()
        assert before is not None  # a ZoneInfo always has one
        assert after is not None
        if before > after:
            raise Refused(Reason.AMBIGUOUS_INSTANT, f"clocks in {self.zone.key} showed this time twice")
        if before < after:
            raise Refused(Reason.NONEXISTENT_INSTANT, f"clocks in {self.zone.key} skipped this time")
        return local.replace(tzinfo=UTC) - before
