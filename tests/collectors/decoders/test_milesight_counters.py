"""The Milesight people counters: lines, regions, stays, stored values, moduli, and counts at their ceiling."""

import pytest

from collectors.decoders.device_profiles import PROFILES
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Refused

AT = "7B3AF164"
AT_US = 1_693_530_747_000_000


def read(model: str, payload: str) -> DeviceMessage:
    decode = PROFILES[f"milesight-{model}"].decode
    assert decode is not None
    return decode(85, bytes.fromhex(payload))


def values(model: str, payload: str) -> list[tuple[str, str, int | float | None]]:
    return [(found.channel, found.quantity, found.value) for found in read(model, payload).observations]


@pytest.mark.parametrize(
    ("model", "payload", "modulus"),
    [("vs133", "03D2FFFFFFFF", 2**32), ("vs132", "03D2FFFFFFFF", 2**32), ("vs360", "04CCFFFF0000", 2**16)],
)
def test_a_total_keeps_the_modulus_of_its_field_and_is_a_count_up_to_its_last_bit(
    model: str, payload: str, modulus: int
) -> None:
    first = read(model, payload).observations[0]
    assert (first.quantity, first.value, first.modulus) == ("people_in_total", modulus - 1, modulus)


def test_a_period_at_its_ceiling_says_nothing() -> None:
    assert read("vs360", "05CCFFFF0300").observations == (
        Observation("", "", "people_in", None, None, "at_ceiling"),
        Observation("", "", "people_out", None, 3),
    )


def test_each_line_and_its_children_are_parts_of_their_own() -> None:
    assert values("vs135", "0AD201000000 0ECC05000700 11D202000000 1BD203000000 1CCC01000200 1DE301020304") == [
        ("line_3", "people_out_total", 1),
        ("line_4", "people_in", 5),
        ("line_4", "people_out", 7),
        ("line_1_child", "people_in_total", 2),
        ("line_4_child", "people_out_total", 3),
        ("line_4_child", "people_in", 1),
        ("line_4_child", "people_out", 2),
        *((f"region_{region}_child", "people", region) for region in (1, 2, 3, 4)),
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("03 48000000", [("line_1", "people_in_total", 72)]),
        ("0D 8D1A0000", [("line_4", "people_out_total", 6797)]),
        ("0B 05000700", [("line_3", "people_in", 5), ("line_3", "people_out", 7)]),
        ("0F 01000203", [(f"region_{at + 1}", "people", people) for at, people in enumerate((1, 0, 2, 3))]),
        ("10 02 0910", [("region_2", "dwell_seconds", 4105.0)]),
        ("20 02 1121", [("region_2", "dwell_longest_seconds", 8465.0)]),
        ("16 05000000", []),
        ("1E 04 0A00", [("region_4_child", "dwell_seconds", 10.0)]),
        ("3C 04 0B00", [("region_4_child", "dwell_longest_seconds", 11.0)]),
    ],
)
def test_every_kind_of_stored_value_of_a_depth_counter(entry: str, expected: list[tuple[str, str, float]]) -> None:
    if entry.startswith("16"):
        expected = [("line_2_child", "people_in", 5), ("line_2_child", "people_out", 0)]
    message = read("vs133", f"20CE{AT}{entry} 0FE300000000")
    stored = [found for found in message.observations if found.measured_at_us is not None]
    assert [(found.channel, found.quantity, found.value) for found in stored] == expected
    assert {found.measured_at_us for found in stored} == {AT_US}
    assert len(message.observations) == len(expected) + 4  # what stands behind it is found


def test_a_covered_lens_is_an_alarm() -> None:
    assert read("vs133", "50FC000001").ignored == ("alarm:occlusion",)


def test_the_camera_counts_people_regions_flows_and_stays() -> None:
    payload = (
        "04C9030800A1 06CD05 0D CC 1200 1600 0EE4 00 0A00 1400 0EE4 02 FFFF 1E00 09DA0001000200000000 10F702000100"
    )
    message = read("vs121", payload)
    assert [(found.channel, found.quantity, found.value) for found in message.observations] == [
        ("", "people", 3),
        *((f"region_{region}", "occupied", int(region in (1, 6, 8))) for region in range(1, 9)),
        ("", "people_peak", 5),
        ("", "people_in_total", 18),
        ("", "people_out_total", 22),
        ("", "dwell_seconds", 10.0),
        ("", "dwell_longest_seconds", 20.0),
        ("region_2", "dwell_seconds", None),
        ("region_2", "dwell_longest_seconds", 30.0),
        ("line", "people_in", 2),
        ("line", "people_out", 1),
    ]
    assert message.ignored == ("flows",)
    assert {found.modulus for found in message.observations if found.quantity.endswith("_total")} == {2**16}


def test_the_cameras_mask_has_sixteen_regions() -> None:
    with pytest.raises(Refused, match="17 regions"):
        read("vs121", "04C903110000")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("01 03020002", [("", "people", 3), ("region_1", "occupied", 0), ("region_2", "occupied", 1)]),
        ("02 02000100", [("", "people_in", 2), ("", "people_out", 1)]),
        ("03 05", [("", "people_peak", 5)]),
        ("07 00010203", [(f"region_{13 + at}", "people", at) for at in range(4)]),
        ("0F 01000200", []),
        ("10 01000200", [("", "people_in_total", 1), ("", "people_out_total", 2)]),
        ("11 01 01000200", [("region_1", "dwell_seconds", 1.0), ("region_1", "dwell_longest_seconds", 2.0)]),
        ("12 01000200", [("line", "people_in", 1), ("line", "people_out", 2)]),
    ],
)
def test_every_kind_of_stored_value_of_the_camera(entry: str, expected: list[tuple[str, str, float]]) -> None:
    message = read("vs121", f"20CE{AT}{entry} 06CD07")
    assert [(found.channel, found.quantity, found.value) for found in message.observations] == [
        *expected,
        ("", "people_peak", 7),
    ]
    assert [found.is_historical for found in message.observations] == [True] * len(expected) + [False]


def test_the_cameras_timestamp_dates_its_count() -> None:
    assert read("vs121", f"06CD05 0F85{AT}").observations[0].measured_at_us == AT_US


def test_a_total_may_be_smaller_than_the_period_after_a_reset() -> None:
    assert values("vs360", "04CC12001600 05CC13001400") == [
        ("", "people_in_total", 18),
        ("", "people_out_total", 22),
        ("", "people_in", 19),
        ("", "people_out", 20),
    ]
