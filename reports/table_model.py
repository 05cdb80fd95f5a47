"""What a table of a statement is made of: a name, its columns, and cells that are numbers, instants or texts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from facilities.calendar import zone
from facilities.instants import epoch_seconds, instant


class Figure(NamedTuple):
    """A number as the statement's JSON writes it: plain digits, a point, perhaps a minus."""

    text: str


class Moment(NamedTuple):
    """A date or an instant that we wrote ourselves, so that no sign in it can be anybody else's."""

    text: str


Cell: TypeAlias = Figure | Moment | str | None
"""A `str` is a text that may be a user's; None is an empty cell: the value does not exist."""
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: every row has as many cells as there are columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def figure(value: object) -> Figure | None:
    """The cell of a number; None stays None, for what does not exist is neither 0 nor 100."""
    return None if value is None else Figure(str(value))


def moment(text: str | None) -> Moment | None:
    """The cell of a date or an instant as the JSON writes it."""
    return None if text is None else Moment(text)


def local(at: str | None, time_zone: str) -> Moment | None:
    """The cell of an instant's local time, `2026-10-07 10:12:20`, which every spreadsheet takes for a date and time."""
    if at is None:
        return None
    return Moment(f"{instant(epoch_seconds(at)).astimezone(zone(time_zone)):%Y-%m-%d %H:%M:%S}")


def listed(names: Sequence[object]) -> str | None:
    """The cell of several names."""
    return ", ".join(str(one) for one in names) or None
