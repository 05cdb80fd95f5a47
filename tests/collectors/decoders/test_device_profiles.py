"""Profiles of devices: names an inventory may write, and devices that are out of scope for a reason."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from collectors.decoders.device_profiles import OUT_OF_SCOPE, PROFILES, object_profile, profile_named
from collectors.decoders.lorawan import object_message
from collectors.decoders.meaning import Meaning
from collectors.observation import QUANTITIES, DeviceMessage, Observation
from collectors.reasons import Reason, Refused


def test_names_are_plain_and_every_profile_reads_bytes() -> None:
    for name, profile in PROFILES.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert profile.name == name
        assert profile.decode is not None
        assert profile_named(name) is profile


def test_the_pages_of_the_sources_name_every_profile() -> None:
    folder = Path(__file__).parents[3] / "docs/sources"
    pages = (folder / "milesight.md").read_text() + (folder / "elsys.md").read_text()
    missing = [name for name in PROFILES if f"`{name}`" not in pages]
    assert not [name for name in missing if f"`{name.removeprefix('milesight')}`" not in pages]


@pytest.mark.parametrize("name", ["milesight-ct101", "milesight-vs373", "nexelec-origin"])
def test_a_device_out_of_scope_says_why(name: str) -> None:
    with pytest.raises(Refused, match="out of scope: ") as refused:
        profile_named(name)
    assert refused.value.refusal.reason == Reason.UNDECODABLE
    assert "object" not in OUT_OF_SCOPE


def test_a_name_nobody_knows() -> None:
    with pytest.raises(Refused, match="no profile of that name"):
        profile_named("milesight-vs999")


def test_no_profile_is_shadowed_by_what_is_out_of_scope() -> None:
    assert not [name for name in PROFILES if name in OUT_OF_SCOPE]


def test_an_object_is_read_by_the_meanings_of_its_paths() -> None:
    fields = {
        "Hum_SHT": Meaning("humidity_ratio", factor=Fraction(1, 100)),
        "probe.temperature": Meaning("temperature_celsius", "external"),
        "door.people": Meaning("people"),
        "absent": Meaning("people", "region_1"),
        "Hum_SHT.deeper": Meaning("people", "region_2"),
    }
    decoded = {"Hum_SHT": 52.7, "probe": {"temperature": 327.67}, "door": {"people": None}, "name": "Amina's desk"}
    message = object_message(object_profile(fields).fields, decoded)
    assert message == DeviceMessage(
        (
            Observation("", "", "humidity_ratio", None, 0.527),
            Observation("", "external", "temperature_celsius", None, None, "out_of_range"),
            Observation("", "", "people", None, None, "null"),
        ),
        ignored=("unmapped field",),
    )
    assert {found.quantity for found in message.observations} <= set(QUANTITIES)


def test_an_object_without_any_of_the_paths_holds_nothing() -> None:
    assert object_message({"a": Meaning("people")}, {}) == DeviceMessage(ignored=("decoded_object",))
