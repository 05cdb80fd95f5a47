"""Tests collectors.decoders.meaning and the measurements of collectors.decoders.telegraf as a file writes them."""

import tomllib
from fractions import Fraction

import pytest

from collectors.decoders.meaning import Meaning, meanings
from collectors.decoders.telegraf import PING, Measurement, measurements
from facilities.toml_table import TomlTable
from store.errors import InputError


def table(text: str) -> TomlTable:
    return TomlTable("sources.toml", "", tomllib.loads(text))


def test_names_are_the_sites_own() -> None:
    text = """
[metrics]
"Supply/Temp 1" = { quantity = "temperature_celsius", channel = "supply", factor = "0.1", offset = "-40" }
Door = { quantity = "closed", words = { SHUT = 1, OPEN = 0 } }
In = { quantity = "people_in_total", modulus = 65536 }
"""
    found = meanings(table(text), "metrics")
    assert found == {
        "Supply/Temp 1": Meaning("temperature_celsius", "supply", Fraction(1, 10), Fraction(-40)),
        "Door": Meaning("closed", words={"SHUT": 1, "OPEN": 0}),
        "In": Meaning("people_in_total", modulus=65536),
    }
    assert found["Supply/Temp 1"].observation("d", 605, 7)[:5] == ("d", "supply", "temperature_celsius", 7, 20.5)
    assert found["Door"].observation("d", "SHUT", None).value == 1
    assert found["Door"].observation("d", "AJAR", None).reason == "off_type"
    assert found["In"].observation("d", 3, None).modulus == 65536


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("metrics = 1", "sources.toml: metrics: must be a table of tables"),
        ("[metrics]\nA = 1", "sources.toml: metrics: must be a table of tables"),
        ("", "sources.toml: metrics: is required"),
        ('[metrics]\n"A b" = { quantity = "x" }', 'sources.toml: metrics."A b".quantity: must be one of people'),
        ('[metrics]\nA = { quantity = "people", unit = "x" }', 'sources.toml: metrics."A".unit: unknown key'),
    ],
)
def test_a_wrong_meaning_is_one_line(text: str, mistake: str) -> None:
    with pytest.raises(InputError) as error:
        meanings(table(text), "metrics")
    assert str(error.value).startswith(mistake)


def test_a_quantity_that_does_not_exist_is_no_meaning() -> None:
    with pytest.raises(InputError):
        Meaning("persons")


def test_measurements_beside_the_usual_ones() -> None:
    text = """
[measurements.room]
device_tag = "topic"
channel_tag = "part"
fields = { co2 = { quantity = "co2_ratio", factor = "0.000001" } }
[measurements.echo]
device_tag = "host"
fields = {}
lost = ["sent", "received"]
"""
    found = measurements(table(text), "measurements")
    assert found["room"] == Measurement("topic", "part", {"co2": Meaning("co2_ratio", factor=Fraction(1, 10**6))})
    assert found["echo"] == Measurement("host", None, {}, ("sent", "received"))
    assert found["ping"] == PING


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[m.room]", 'sources.toml: m."room".device_tag: is required'),
        ('[m.room]\ndevice_tag = "a"\nfields = {}\nlost = ["a"]', 'sources.toml: m."room".lost: must be the fields'),
        ('[m.room]\ndevice_tag = "a"\nfields = {}\ntag = "b"', 'sources.toml: m."room".tag: unknown key'),
    ],
)
def test_a_wrong_measurement_is_one_line(text: str, mistake: str) -> None:
    with pytest.raises(InputError) as error:
        measurements(table(text), "m")
    assert str(error.value).startswith(mistake)
