"""Published figures with where they come from: a value, its date and its source, or an unknown that says so."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]

TO_CONFIRM = "à confirmer"
"""What is shown to people wherever the system does not know (shared/spec p2i-domain, preamble)."""

UNDATED = "unknown"
"""The `as_of` of a figure whose source bears no date: written out, so that silence is never a date."""

_AS_OF = re.compile(r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2}))?)?", re.ASCII)


class Number(Decimal):
    """A number written as a number; TOML decimals are read exactly, never through a float."""


class Percent(Decimal):
    """A percentage written as text (`"80"`), read exactly; 0 to 100."""


class Unknown(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`{ unknown = true }`: looked for and not found. Never replaced by an invented value."""

    unknown: Literal[True]
    note: str = ""

    def __str__(self) -> str:
        return TO_CONFIRM


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One mark (`C2`) and the reference it stands for; facts name marks, never free text."""

    mark: Text
    reference: Text


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every published fact carries besides its value; see the three kinds below.

    Either `unknown = true` with at most a note, or a value with `as_of` and `source`. `as_of` is the date
    the source gives for the figure, else the date of the source itself, with the precision published
    (`2023`, `2023-11`, `2023-11-06`), else `unknown`.
    """

    unknown: Literal[True] | None = None
    as_of: str | None = None
    source: Text | tuple[Text, ...] | None = None
    note: str = ""
    to_confirm: bool = False

    @property
    def is_known(self) -> bool:
        """True when there is a value."""
        return self.unknown is None

    @property
    def sources(self) -> tuple[str, ...]:
        """The marks of the sources, in the order written; empty for an unknown."""
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else self.source

    def _check(self, needed: tuple[str, ...]) -> None:
        """Refuse a half-known fact: an unknown with a value, or a value without its date or source."""
        if self.unknown:
            for key in self.__struct_fields__:
                if key not in ("unknown", "note") and getattr(self, key):
                    raise ValueError(f'an unknown has no "{key}"')
            return
        for key in (*needed, "as_of", "source"):
            if getattr(self, key) is None:
                if key == "value":
                    raise ValueError('missing key "value" (or unknown = true)')
                raise ValueError(f'missing key "{key}"')
        if self.source == ():
            raise ValueError('key "source": must not be empty')
        if not _is_date(self.as_of or ""):
            raise ValueError(f'key "as_of": "{self.as_of}" is not a date: YYYY, YYYY-MM, YYYY-MM-DD or unknown')


class NumberFact(Fact, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published quantity. `qualifier` keeps what the source said around it: ">100" is not 100."""

    value: Number | None = None
    unit: Text | None = None
    qualifier: Literal["more_than", "about"] | None = None

    def __post_init__(self) -> None:
        self._check(("value", "unit"))


class PercentFact(Fact, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published rate in percent, with its definition: "taux d'occupation" has at least four meanings."""

    value: Percent | None = None
    unit: Literal["percent"] | None = None
    definition: Text | None = None

    def __post_init__(self) -> None:
        self._check(("value", "unit", "definition"))


class PartyFact(Fact, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published role: `value` is the code of the organisation that holds it."""

    value: Text | None = None

    def __post_init__(self) -> None:
        self._check(("value",))


def exact_number(kind: type, written: Any) -> Any:
    """`written` as an exact `kind` (`Number` or `Percent`): the decoding hook of the strict reader."""
    if kind is Number:
        if isinstance(written, bool) or not isinstance(written, int | Decimal):
            raise TypeError("expected a number without quotes")
        number = Number(written)
        if not number.is_finite():
            raise ValueError(f"{number} is not a quantity")
        return number
    if kind is Percent:
        if not isinstance(written, str) or not re.fullmatch(r"\d+(\.\d+)?", written, re.ASCII):
            raise TypeError('expected a percentage in quotes, such as "99.5"')
        percent = Percent(written)
        if percent > 100:
            raise ValueError(f"{percent} is not between 0 and 100")
        return percent
    raise NotImplementedError(kind)


def _is_date(text: str) -> bool:
    """True for `unknown` and for a date that exists, whole or cut to its month or year."""
    if text == UNDATED:
        return True
    match = _AS_OF.fullmatch(text)
    if match is None:
        return False
    try:
        datetime.date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        return False
    return True
