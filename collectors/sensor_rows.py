"""Sensor values of a file with a row per value (source, instant, property, value, unit) as observations. Pure.

The mapping says what each property means and what its unit may be; nothing is taken from a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from collectors.decimal_text import whole_units, with_point
from collectors.decoders.meaning import Meaning, meaning
from collectors.instant_format import InstantFormat
from collectors.mapping import TableFormat, codes_of, instant_format, text_form
from collectors.mapping_values import words_of
from collectors.observation import Observation
from collectors.reasons import Reason, Refused
from facilities.toml_table import TomlTable
from store.errors import InputError

SENSORS: Literal["sensors"] = "sensors"


@dataclass(frozen=True)
class Property:
    """What a property means, and the texts its unit column may hold; "" is a unit that is missing."""

    meaning: Meaning
    units: frozenset[str]


@dataclass(frozen=True)
class SensorMapping:
    """The columns of a file with a row per value, and the properties that are asked for.

    The device column holds what `feed` calls its devices, or what `codes` translates into codes of sensors.toml: one
    of the two is there.
    """

    format: TableFormat
    feed: str | None
    codes: Mapping[str, str]
    separator: str
    encoding: str
    decimal_comma: bool
    ignored_columns: frozenset[str]
    device_column: str
    instant_column: str
    instant: InstantFormat
    property_column: str
    value_column: str
    unit_column: str | None
    properties: Mapping[str, Property]

    @property
    def kind(self) -> Literal["sensors"]:
        """The word of the mapping for what its rows are."""
        return SENSORS

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        named = (self.unit_column,) if self.unit_column else ()
        return (self.device_column, self.instant_column, self.property_column, self.value_column, *named)


def sensor_mapping(table: TomlTable, form: TableFormat) -> SensorMapping:
    """The mapping that `table` writes; InputError in one line for the first mistake."""
    table.choice("kind", (SENSORS,))
    feed = table.text("feed") if table.has("feed") else None
    codes = codes_of(table)
    if (feed is None) == (not codes):
        table.refuse("feed", "name either the feed whose devices the file names, or their sensors in [codes]")
    separator, encoding, decimal_comma = text_form(table) if form == "csv" else (",", "utf-8", False)
    instant = table.table("instant")
    mapping = SensorMapping(
        form,
        feed,
        codes,
        separator,
        encoding,
        decimal_comma,
        frozenset(words_of(table, "ignored_columns")),
        table.text("device_column"),
        instant.text("column"),
        instant_format(instant),
        table.text("property_column"),
        table.text("value_column"),
        table.text("unit_column") if table.has("unit_column") else None,
        _properties(table),
    )
    instant.close()
    table.close()
    for column in mapping.columns:
        if mapping.columns.count(column) > 1:
            raise InputError(f'{table.source}: column "{column}" is used twice')
        if column in mapping.ignored_columns:
            table.refuse("ignored_columns", f'column "{column}" is read')
    return mapping


def _properties(table: TomlTable) -> Mapping[str, Property]:
    properties = table.table("properties")
    found = {}
    for name in table.value("properties"):
        part = properties.table(name)
        units = frozenset(words_of(part, "units"))
        found[name] = Property(meaning(part), units)
        part.close()
        if table.has("unit_column") and not units:
            part.refuse("units", 'names no unit, so no row would be read; "" is a unit that is missing')
        if units and not table.has("unit_column"):
            part.refuse("units", "says what unit_column may hold; name that column")
    if not found:
        table.refuse("properties", "names no property: no row would be read")
    return found


class SensorReader:
    """Reads the fields of one row after another; `header` names them."""

    def __init__(self, mapping: SensorMapping, header: Sequence[str]) -> None:
        self._mapping = mapping
        self._width = len(header)
        self._places = {column: header.index(column) for column in mapping.columns}

    def observation(self, fields: Sequence[str]) -> Observation | None:
        """The observation that a row is; None when its property is not asked for.

        A value that cannot be believed (0 ppm of CO2, an empty field) is an observation without value and with the
        reason. Raises Refused where the row itself cannot be read: its instant, its number, or a unit that the mapping
        does not name, for a factor would then be applied to something else.
        """
        if len(fields) != self._width:
            raise Refused(Reason.MALFORMED, f"{len(fields)} fields where the header has {self._width}")
        mapping = self._mapping
        asked_for = mapping.properties.get(self._text(fields, mapping.property_column))
        if asked_for is None:
            return None
        if mapping.unit_column and self._text(fields, mapping.unit_column) not in asked_for.units:
            raise Refused(Reason.OFF_TYPE, "a unit that the mapping does not name for this property")
        measured_at = mapping.instant.microseconds(self._text(fields, mapping.instant_column))
        device = self._text(fields, mapping.device_column)
        text = self._text(fields, mapping.value_column)
        raw = text if text in asked_for.meaning.words else self._number(text)
        return asked_for.meaning.observation(device, raw, measured_at)

    def _text(self, fields: Sequence[str], column: str) -> str:
        return fields[self._places[column]].strip()

    def _number(self, text: str) -> int | float | None:
        """A number as the decoders of devices get it from JSON; its shortest text is what was written."""
        if not text:
            return None
        if self._mapping.decimal_comma:
            text = with_point(text)
        whole_units(text, 0, "one", round_half_even=True)  # refuses what is no number, or absurdly large
        return int(text) if text.lstrip("+-").isdigit() else float(text)
