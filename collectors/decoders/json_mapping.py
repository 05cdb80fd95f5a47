"""The mapping file of generic JSON: which pointer is the device, the instant, and what each value means. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors.decoders.meaning import Meaning, meaning
from collectors.decoders.source_instant import EpochUnit
from facilities.toml_table import TomlTable
from store.errors import InputError

_UNITS: Mapping[str, EpochUnit | None] = {
    "rfc3339": None,
    "epoch_seconds": "s",
    "epoch_milliseconds": "ms",
    "epoch_microseconds": "us",
    "epoch_nanoseconds": "ns",
}
_POINTER = re.compile(r"#?(?:/(?:[^~/]|~[01])*)*")


@dataclass(frozen=True)
class ReadingAt:
    """One value: where it stands, what it means, and when it is there (`when_at` holds `when_is`)."""

    at: str
    meaning: Meaning
    is_optional: bool = False
    when_at: str | None = None
    when_is: str | int | bool | None = None
    span_us: int | None = None


@dataclass(frozen=True)
class JsonMapping:
    """How to read one form of JSON. Pointers are into the element of `each` if given; `#/…` is into the whole body.

    Without `device` and `device_name` the address the body came to names the device; without `instant_at` the source
    gives no instant of its own; `instant_unit` None is RFC 3339.
    """

    readings: Sequence[ReadingAt]
    each: str | None = None
    device: str | None = None
    device_name: str | None = None
    instant_at: str | None = None
    instant_unit: EpochUnit | None = None
    sequence: str | None = None

    @property
    def read_keys(self) -> frozenset[str]:
        """The keys of an element (of the body, without `each`) that a pointer begins with."""
        pointers = [self.device, self.instant_at, self.sequence]
        for reading in self.readings:
            pointers += [reading.at, reading.when_at]
        if self.each is None:
            pointers = [pointer and pointer.removeprefix("#") for pointer in pointers]
        return frozenset(first_key(pointer) for pointer in pointers if pointer and not pointer.startswith("#"))


def first_key(pointer: str) -> str:
    """The key of an object at which a JSON pointer enters it (RFC 6901)."""
    return pointer.split("/")[1].replace("~1", "/").replace("~0", "~") if "/" in pointer else ""


def json_mapping(name: str, text: str) -> JsonMapping:
    """The mapping written in `text`; InputError in one line `NAME: key: what is wrong` for the first mistake."""
    try:
        table = TomlTable(name, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not TOML: {error}") from None
    return json_mapping_of(table)


def json_mapping_of(table: TomlTable) -> JsonMapping:
    """The mapping that `table` writes; InputError in one line for the first mistake."""
    if table.has("device") and table.has("device_name"):
        table.refuse("device_name", 'the body names its device at "device"; keep one of the two')
    written = table.tables("reading")
    if not written:
        table.refuse("reading", "at least one [[reading]] is required")
    below = f"{table.path}." if table.path else ""
    readings = [
        _reading(TomlTable(table.source, f"{below}reading[{place}]", values)) for place, values in enumerate(written, 1)
    ]
    instant = table.optional_table("instant")
    mapping = JsonMapping(
        readings,
        _pointer(table, "each") if table.has("each") else None,
        _pointer(table, "device") if table.has("device") else None,
        table.text("device_name") if table.has("device_name") else None,
        _pointer(instant, "at") if instant else None,
        _UNITS[instant.choice("format", tuple(_UNITS))] if instant else None,
        _pointer(table, "sequence") if table.has("sequence") else None,
    )
    if instant:
        instant.close()
    table.close()
    return mapping


def _reading(table: TomlTable) -> ReadingAt:
    when_at: str | None = None
    when_is: str | int | bool | None = None
    if when := table.optional_table("when"):
        when_at, when_is = _pointer(when, "at"), when.value("is")
        if not isinstance(when_is, str | int):
            when.refuse("is", "must be a text, a whole number, true or false")
        when.close()
    reading = ReadingAt(
        _pointer(table, "at"),
        meaning(table),
        table.flag("optional", False),
        when_at,
        when_is,
        table.integer("span_seconds", 1) * 1_000_000 if table.has("span_seconds") else None,
    )
    table.close()
    return reading


def _pointer(table: TomlTable, key: str) -> str:
    written = table.value(key)
    if not isinstance(written, str) or not _POINTER.fullmatch(written):
        table.refuse(key, 'must be a JSON pointer such as "/value/in", or "#/uid" into the whole body')
    return written
