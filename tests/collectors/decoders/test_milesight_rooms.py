"""The Milesight room sensors: air, sentinels that are no values, and stored values of each series."""

import pytest

from collectors.decoders.device_profiles import PROFILES
from collectors.observation import DeviceMessage


def read(model: str, payload: str) -> DeviceMessage:
    decode = PROFILES[f"milesight-{model}"].decode
    assert decode is not None
    return decode(85, bytes.fromhex(payload))


def values(message: DeviceMessage) -> list[tuple[str, int | float | None, str]]:
    return [(found.quantity, found.value, found.reason) for found in message.observations]


@pytest.mark.parametrize(
    ("payload", "quantity", "reason"),
    [
        ("0367FF7F", "temperature_celsius", "sentinel"),
        ("0367FFFF", "temperature_celsius", "sentinel"),
        ("03670080", "temperature_celsius", "sentinel"),
        ("0367E803", "temperature_celsius", ""),  # 100.0 °C is hot, not a sentinel
        ("0367E80F", "temperature_celsius", "out_of_range"),
        ("0468FF", "humidity_ratio", "sentinel"),
        ("0468C9", "humidity_ratio", "out_of_range"),
        ("077DFFFF", "co2_ratio", "sentinel"),
        ("077DFEFF", "co2_ratio", "sentinel"),
        ("077D0000", "co2_ratio", "zero"),
        ("0973FFFF", "pressure_pascals", "sentinel"),
        ("09730000", "pressure_pascals", "out_of_range"),
        ("0175FF", "battery_ratio", "sentinel"),
        ("017565", "battery_ratio", "out_of_range"),
    ],
)
def test_what_is_no_value_says_why(payload: str, quantity: str, reason: str) -> None:
    ((found, value, why),) = values(read("am307", payload))
    assert (found, why, value is None) == (quantity, reason, bool(reason))


def test_a_tenth_below_zero_is_a_temperature_in_a_cold_store() -> None:
    assert values(read("em300-mcs", "0367FFFF")) == [("temperature_celsius", -0.1, "")]


@pytest.mark.parametrize(
    ("model", "entry", "quantities"),
    [
        ("am102", "1801 6D", ["temperature_celsius", "humidity_ratio"]),
        ("am103", "1801 6D C501", ["temperature_celsius", "humidity_ratio", "co2_ratio"]),
        (
            "am307",
            "EE00 7C00 01 02 A803 2500 6627",
            ["temperature_celsius", "humidity_ratio", "occupied", "co2_ratio", "pressure_pascals"],
        ),
        (
            "am308",
            "EE00 7C00 01 02 A803 2500 6627 2000 3000",
            ["temperature_celsius", "humidity_ratio", "occupied", "co2_ratio", "pressure_pascals"],
        ),
        (
            "am319",
            "EE00 7C00 01 02 A803 2500 6627 2000 3000 0700",
            ["temperature_celsius", "humidity_ratio", "occupied", "co2_ratio", "pressure_pascals"],
        ),
        ("em500-co2", "6704 6827 1901 73", ["co2_ratio", "pressure_pascals", "temperature_celsius", "humidity_ratio"]),
        ("em300-th", "1001 5D 00", ["temperature_celsius", "humidity_ratio"]),
        ("em320-th", "1001 5D", ["temperature_celsius", "humidity_ratio"]),
        ("em300-mcs", "1001 5D 01", ["temperature_celsius", "humidity_ratio", "closed"]),
    ],
)
def test_stored_values_of_each_series(model: str, entry: str, quantities: list[str]) -> None:
    message = read(model, f"20CE9E744663{entry} 017564")
    assert [found.quantity for found in message.observations] == [*quantities, "battery_ratio"]
    assert {found.measured_at_us for found in message.observations[:-1]} == {1_665_561_758_000_000}
    assert all(found.value is not None for found in message.observations)
    assert [found.is_historical for found in message.observations] == [True] * len(quantities) + [False]


def test_stored_air_has_the_values_of_current_air() -> None:
    stored = read("am307", "20CE9E744663 EE00 7C00 01 02 A803 2500 6627")
    current = read("am307", "0367EE00 04687C 050001 077DA803 09736627")
    assert values(stored) == values(current)


def test_compounds_in_parts_per_billion_but_not_as_an_index() -> None:
    assert values(read("am107", "087D2500")) == [("tvoc_ratio", 3.7e-08, "")]
    assert read("am307", "087D2500 08E62500").ignored == ("tvoc_index", "tvoc_mass")


def test_sound_and_its_peak() -> None:
    message = read("ws302", "055B053F02DA016A02")
    assert [(found.channel, found.value) for found in message.observations] == [("", 47.4), ("peak", 61.8)]


def test_energy_keeps_the_modulus_of_its_watt_hours() -> None:
    (energy,) = read("ws523", "0683FFFFFFFF").observations
    assert (energy.value, energy.modulus) == ((2**32 - 1) * 3600, 2**32 * 3600)


def test_a_door_is_closed_open_or_neither() -> None:
    assert [values(read("ws301", f"0300{bits}")) for bits in ("00", "01", "02")] == [
        [("closed", 1, "")],
        [("closed", 0, "")],
        [("closed", None, "invalid_bits")],
    ]
    assert values(read("em300-mcs", "060000")) == [("closed", 1, "")]
