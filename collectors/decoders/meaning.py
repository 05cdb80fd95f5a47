"""What a field of somebody's own naming means: quantity, part, factor. Written in a mapping, never guessed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from collectors.decoders.quantity_value import observed
from collectors.observation import QUANTITIES, Observation
from facilities.toml_table import TomlTable
from store.errors import InputError


@dataclass(frozen=True)
class Meaning:
    """A field's quantity and channel; its value is raw × `factor` + `offset`, or what `words` says a text stands for.

    `modulus` is where a total wraps around (4294967296 for a 32-bit counter).
    """

    quantity: str
    channel: str = ""
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    modulus: int | None = None
    words: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise InputError("a mapping names a quantity that does not exist")

    def observation(
        self, device: str, raw: Any, measured_at_us: int | None, channel: str | None = None, span_us: int | None = None
    ) -> Observation:
        """The observation that a raw value is; a text that is no word of the mapping is no value (off_type)."""
        if self.words and isinstance(raw, str):
            raw = self.words.get(raw, raw)
        return observed(
            device,
            self.channel if channel is None else channel,
            self.quantity,
            measured_at_us,
            raw,
            factor=self.factor,
            offset=self.offset,
            modulus=self.modulus,
            span_us=span_us,
        )


def meaning(table: TomlTable) -> Meaning:
    """The meaning a table of a mapping file writes; InputError in one line for the first mistake. Leaves it open."""
    quantity = table.choice("quantity", tuple(QUANTITIES))
    words: dict[str, int] = {}
    if table.has("words"):
        written = table.value("words")
        if not isinstance(written, dict) or not all(type(number) is int for number in written.values()):
            table.refuse("words", "must be a table of words and whole numbers such as { OCCUPIED = 1, FREE = 0 }")
        words = written
    return Meaning(
        quantity,
        table.text("channel") if table.has("channel") else "",
        _exact(table, "factor", Fraction(1)),
        _exact(table, "offset", Fraction(0)),
        table.integer("modulus", 2) if table.has("modulus") else None,
        words,
    )


def meanings(table: TomlTable, key: str) -> Mapping[str, Meaning]:
    """The meanings of the names (of metrics, fields, components) written under `key`, a table each."""
    found: dict[str, Meaning] = {}
    for name, inner in tables_by_name(table, key):
        found[name] = meaning(inner)
        inner.close()
    return found


def tables_by_name(table: TomlTable, key: str) -> Iterator[tuple[str, TomlTable]]:
    """The tables under `key` by name; the names are the site's own, so any is taken."""
    written = table.value(key)
    if not isinstance(written, dict) or not all(isinstance(values, dict) for values in written.values()):
        table.refuse(key, "must be a table of tables")
    path = f"{table.path}.{key}" if table.path else key
    for name, values in written.items():
        yield name, TomlTable(table.source, f'{path}."{name}"', values)


def _exact(table: TomlTable, key: str, default: Fraction) -> Fraction:
    if not table.has(key):
        return default
    written = table.value(key)
    try:
        value = Fraction(written) if isinstance(written, str) and len(written) <= 40 else None
    except (ValueError, ZeroDivisionError):
        value = None
    if value is None or (key == "factor" and value == 0):
        table.refuse(key, 'must be a number written as text, such as "0.001" or "1/255"')
    return value
