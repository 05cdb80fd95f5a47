"""A row per value as observations; the mistakes a mapping of sensors can hold."""

import pytest

from collectors.mapping import toml_table
from collectors.observation import Observation
from collectors.reasons import Reason, Refused
from collectors.sensor_rows import SensorReader, sensor_mapping
from store.errors import InputError

MAPPING = """
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


def read(*fields: str, mapping: str = MAPPING) -> Observation | None:
    return SensorReader(sensor_mapping(toml_table("m.toml", mapping)), HEADER).observation(fields)


def test_a_value_in_the_unit_of_its_quantity() -> None:
    found = read(" bms ", "2026-09-01T00:00:00Z", "co2", "458.0", "ppm")
    assert found == Observation("bms", "", "co2_ratio", AT, 0.000458)
    assert read("bms", "2026-09-01T00:00:00Z", "n", "3.0", "") == Observation("bms", "", "people", AT, 3)
    assert read("bms", "2026-09-01T00:00:00Z", "n", "3", "") == Observation("bms", "", "people", AT, 3)


def test_a_property_that_is_not_asked_for_is_none_whatever_its_value() -> None:
    assert read("bms", "never", "valve", "open", "%") is None


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
    ],
)
def test_each_mistake_is_one_line(written: str, instead: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        sensor_mapping(toml_table("m.toml", MAPPING.replace(written, instead, 1)))
    assert str(caught.value).startswith(f"m.toml: {line}")
