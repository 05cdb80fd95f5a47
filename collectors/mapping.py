"""The mapping file of `p2i import`: which column is what, in which unit, and what stands for a lost packet. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from collectors.instant_format import EPOCH_UNITS, InstantFormat, directives, format_mistake
from collectors.native_topic import KIND_WORDS, KindWord
from facilities.calendar import zone
from facilities.toml_table import TomlTable
from store.errors import InputError
from store.rows import State

ENCODINGS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "windows-1256")
"""Encodings in which a line feed is one byte, so that a line can be found again by its first byte."""
UNITS: Mapping[str, int] = {"s": 9, "ms": 6, "us": 3, "ns": 0}
"""Units of a round trip and the power of ten to nanoseconds."""


@dataclass(frozen=True)
class RoundTrip:
    """A column of round trips; what stands for a lost packet is said, never guessed."""

    column: str
    exponent: int
    lost_when_negative: bool
    lost_when_empty: bool
    lost_values: frozenset[str]
    round_half_even: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Counts:
    """Packets sent, and of them either the lost or the received ones."""

    sent: str
    other: str
    other_is_received: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.sent, self.other)


@dataclass(frozen=True)
class States:
    """A column of states and the words in it."""

    column: str
    words: Mapping[str, State]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,)


@dataclass(frozen=True)
class People:
    """A column of counts of people."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,)


Values: TypeAlias = RoundTrip | Counts | States | People


@dataclass(frozen=True)
class FileMapping:
    """How to read one form of file. `subject` is the circuit or zone of all rows, or `subject_column` names it."""

    kind: KindWord
    subject: str | None
    subject_column: str | None
    separator: str
    encoding: str
    decimal_comma: bool
    ignored_columns: frozenset[str]
    instant_column: str
    instant: InstantFormat
    values: Values

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        named = (self.subject_column,) if self.subject_column else ()
        return (self.instant_column, *self.values.columns, *named)


def file_mapping(name: str, text: str) -> FileMapping:
    """The mapping written in `text`; InputError in one line `NAME: key: what is wrong` for the first mistake."""
    try:
        table = TomlTable(name, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not TOML: {error}") from None
    kind: KindWord = KIND_WORDS[KIND_WORDS.index(table.choice("kind", KIND_WORDS))]
    word = "zone" if kind == "occupancy" else "circuit"
    subject = table.text(word) if table.has(word) else None
    subject_column = table.text(f"{word}_column") if table.has(f"{word}_column") else None
    if subject and subject_column:
        table.refuse(f"{word}_column", f'"{word}" says already what all rows are about; keep one of the two')
    separator = table.text("separator") if table.has("separator") else ","
    if len(separator) != 1 or separator in '"\r\n':
        table.refuse("separator", "must be one character")
    decimal_comma = table.flag("decimal_comma", False)
    if decimal_comma and separator == ",":
        table.refuse("decimal_comma", "cannot be true when the separator is a comma")
    instant = table.table("instant")
    mapping = FileMapping(
        kind,
        subject,
        subject_column,
        separator,
        table.choice("encoding", ENCODINGS, "utf-8"),
        decimal_comma,
        frozenset(_words(table, "ignored_columns")),
        instant.text("column"),
        _instant_format(instant),
        _values(kind, table),
    )
    instant.close()
    table.close()
    for column in mapping.columns:
        if mapping.columns.count(column) > 1:
            raise InputError(f'{name}: column "{column}" is used twice')
        if column in mapping.ignored_columns:
            table.refuse("ignored_columns", f'column "{column}" is read')
    return mapping


def _instant_format(table: TomlTable) -> InstantFormat:
    written = table.text("format")
    in_zone: ZoneInfo | None = None
    if table.has("time_zone"):
        try:
            in_zone = zone(table.text("time_zone"))
        except InputError as error:
            table.refuse("time_zone", str(error))
    if written in EPOCH_UNITS:
        if in_zone is not None:
            table.refuse("time_zone", f"{written} counts in UTC; leave it out")
    elif written != "iso":
        if "%" not in written:
            table.refuse("format", f"must be iso, {', '.join(EPOCH_UNITS)} or a format such as %d/%m/%Y %H:%M")
        if mistake := format_mistake(written):
            table.refuse("format", mistake)
        if "z" not in directives(written) and in_zone is None:
            table.refuse("time_zone", 'is required: the format has no offset (%z); "UTC" if the file is in UTC')
    return InstantFormat(written, in_zone)


def _values(kind: KindWord, table: TomlTable) -> Values:
    match kind:
        case "probes":
            part = table.table("round_trip")
            values: Values = RoundTrip(
                part.text("column"),
                UNITS[part.choice("unit", tuple(UNITS))],
                part.flag("lost_when_negative", False),
                part.flag("lost_when_empty", False),
                frozenset(_words(part, "lost_values")),
                part.choice("finer_than_nanosecond", ("refuse", "round"), "refuse") == "round",
            )
        case "intervals":
            part = table.table("counts")
            if part.has("lost") == part.has("received"):
                part.refuse("lost", 'name either the column of "lost" or of "received" packets')
            other = "received" if part.has("received") else "lost"
            values = Counts(part.text("sent"), part.text(other), other == "received")
        case "states":
            part = table.table("state")
            values = States(part.text("column"), _state_words(part))
        case "occupancy":
            part = table.table("people")
            values = People(part.text("column"))
    part.close()
    return values


def _state_words(table: TomlTable) -> Mapping[str, State]:
    words: dict[str, State] = {}
    for state in State:
        for word in _words(table, state.name):
            if words.setdefault(word, state) is not state:
                table.refuse(state.name, f"{word!r} stands for {words[word].name} already")
    return words


def _words(table: TomlTable, key: str) -> Sequence[str]:
    if not table.has(key):
        return ()
    value = table.value(key)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        table.refuse(key, 'must be a list of texts such as ["-1", "*"]')
    return value
