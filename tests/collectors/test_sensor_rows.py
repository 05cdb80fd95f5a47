"""A row per value as observations; the mistakes a mapping of sensors can hold."""

import re
from pathlib import Path

import pytest

from collectors.import_mapping import import_mapping
from collectors.observation import QUANTITIES, Observation
from collectors.reasons import Reason, Refused
from collectors.sensor_rows import SensorMapping, SensorReader
from store.errors import InputError

MAPPING = """
kind = "sensors"
feed = "room"
device_column = "source"
property_column = "property"
value_column = "value"
unit_column = "unit"
[instant]
column = "at"
format = "iso"
[properties.co2]
quantity = "co2_ratio"
factor = "0.000001"
units = ["ppm"]
[properties.n]
quantity = "people"
units = [""]
"""
HEADER = ("source", "at", "property", "value", "unit")
AT = 1_788_220_800_000_000


def sensor_mapping(text: str) -> SensorMapping:
    mapping = import_mapping("m.toml", text)
    assert isinstance(mapping, SensorMapping)
    return mapping


def read(*fields: str, mapping: str = MAPPING) -> Observation | None:
    return SensorReader(sensor_mapping(mapping), HEADER).observation(fields)


def test_a_value_in_the_unit_of_its_quantity() -> None:
    found = read(" bms ", "2026-09-01T00:00:00Z", "co2", "458.0", "ppm")
    assert found == Observation("bms", "", "co2_ratio", AT, 0.000458)
    assert read("bms", "2026-09-01T00:00:00Z", "n", "3.0", "") == Observation("bms", "", "people", AT, 3)
    assert read("bms", "2026-09-01T00:00:00Z", "n", "3", "") == Observation("bms", "", "people", AT, 3)


def test_a_property_that_is_not_asked_for_is_none_whatever_its_value() -> None:
    assert read("bms", "never", "valve", "open", "%") is None


def test_words_stand_for_what_the_mapping_says_and_numbers_may_have_a_comma() -> None:
    words = MAPPING.replace('"people"', '"occupied"\nwords = { "occupé" = 1, libre = 0 }')
    assert read("bms", "2026-09-01T00:00:00Z", "n", "libre", "", mapping=words) == Observation(
        "bms", "", "occupied", AT, 0
    )
    with pytest.raises(Refused, match="not a number"):
        read("bms", "2026-09-01T00:00:00Z", "n", "fermé", "", mapping=words)
    comma = MAPPING.replace("feed", 'separator = ";"\ndecimal_comma = true\nfeed', 1)
    found = read("bms", "2026-09-01T00:00:00Z", "co2", "458,5", "ppm", mapping=comma)
    assert found is not None
    assert found.value == 0.0004585
    with pytest.raises(Refused, match="a point in a number with decimal comma"):
        read("bms", "2026-09-01T00:00:00Z", "co2", "458.5", "ppm", mapping=comma)


def test_a_mapping_that_asks_for_nothing_is_a_mistake() -> None:
    text = MAPPING[: MAPPING.index("[properties.co2]")] + "[properties]\n"
    with pytest.raises(InputError, match=r"^m\.toml: properties: names no property: no row would be read$"):
        import_mapping("m.toml", text)


@pytest.mark.parametrize(("value", "reason"), [("", "null"), ("0", "out_of_range"), ("0.0", "out_of_range")])
def test_no_value_has_a_reason(value: str, reason: str) -> None:
    found = read("bms", "2026-09-01T00:00:00Z", "co2", value, "ppm")
    assert found is not None
    assert (found.value, found.reason) == (None, reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (("bms", "2026-09-01T00:00:00Z", "co2", "458"), Reason.MALFORMED),
        (("bms", "2026-09-01T00:00:00Z", "co2", "458", "%"), Reason.OFF_TYPE),
        (("bms", "2026-09-01T00:00:00", "co2", "458", "ppm"), Reason.NAIVE_INSTANT),
        (("bms", "2026-09-01T00:00:00Z", "co2", "much", "ppm"), Reason.OFF_TYPE),
        (("bms", "2026-09-01T00:00:00Z", "co2", "nan", "ppm"), Reason.OFF_TYPE),
        (("bms", "2026-09-01T00:00:00Z", "co2", "1e400", "ppm"), Reason.OUT_OF_RANGE),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(fields: tuple[str, ...], reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        read(*fields)
    assert caught.value.refusal.reason is reason


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ('device_column = "source"', "", "device_column: is required"),
        ('quantity = "people"', 'quantity = "folk"', "properties.n.quantity: must be one of people"),
        ('units = [""]', 'units = ""', 'properties.n.units: must be a list of texts such as ["-1", "*"]'),
        ('units = [""]', 'unit = [""]', "properties.n.unit: unknown key"),
        ('format = "iso"', 'format = "excel"', "instant.format: must be iso"),
        ('value_column = "value"', 'value_column = "value"\nzone = "z"', "zone: unknown key"),
        ('kind = "sensors"', 'kind = "sensor"', "kind: must be one of intervals, probes, states, occupancy, sensors"),
        ('feed = "room"', "", "feed: name either the feed whose devices the file names, or their sensors in [codes]"),
        ('feed = "room"', 'feed = "room"\ncodes = { bms = "s" }', "feed: name either the feed"),
        ('feed = "room"', "codes = { bms = 1 }", "codes: must be a table of names and codes"),
        ('value_column = "value"', 'value_column = "unit"', 'column "unit" is used twice'),
        ('feed = "room"', 'feed = "room"\nignored_columns = ["value"]', 'ignored_columns: column "value" is read'),
        ('feed = "room"', 'feed = "room"\ndecimal_comma = true', "decimal_comma: cannot be true when the separator is"),
        ('units = [""]', "units = []", "properties.n.units: names no unit, so no row would be read"),
        ('unit_column = "unit"', "", "properties.co2.units: says what unit_column may hold; name that column"),
    ],
)
def test_each_mistake_is_one_line(written: str, instead: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        import_mapping("m.toml", MAPPING.replace(written, instead, 1))
    assert str(caught.value).startswith(f"m.toml: {line}")


def test_the_quantities_a_mapping_may_name_are_listed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (.*) \|$", page.split("## Quantities")[1], re.MULTILINE)
    assert dict(listed) == QUANTITIES
