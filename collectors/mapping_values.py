"""The part of a mapping about value columns: units, counts, words, what stands for a lost packet. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from collectors.native_topic import KindWord
from facilities.toml_table import TomlTable
from store.rows import State

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


def values_of(kind: KindWord, table: TomlTable) -> Values:
    """The value columns of one kind; InputError in one line for the first mistake."""
    match kind:
        case "probes":
            part = table.table("round_trip")
            values: Values = RoundTrip(
                part.text("column"),
                UNITS[part.choice("unit", tuple(UNITS))],
                part.flag("lost_when_negative", False),
                part.flag("lost_when_empty", False),
                frozenset(words_of(part, "lost_values")),
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
        for word in words_of(table, state.name):
            if words.setdefault(word, state) is not state:
                table.refuse(state.name, f"{word!r} stands for {words[word].name} already")
    return words


def words_of(table: TomlTable, key: str) -> Sequence[str]:
    """A list of texts; none when the key is not there."""
    if not table.has(key):
        return ()
    value = table.value(key)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        table.refuse(key, 'must be a list of texts such as ["-1", "*"]')
    return value
