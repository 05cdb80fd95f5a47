"""Tests collectors.decoders.generic_json, json_mapping and meaning."""

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.generic_json import decoded
from collectors.decoders.json_mapping import JsonMapping, json_mapping
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused
from store.errors import InputError

TERABEE = """
device = "/uid"
[instant]
at = "/time"
format = "epoch_seconds"
[[reading]]
at = "/value/in"
quantity = "people_in_total"
[[reading]]
at = "/value/out"
quantity = "people_out_total"
"""
YANZI = """
each = "/values"
device_name = "desk-12"
[instant]
at = "/sampleTime"
format = "epoch_milliseconds"
[[reading]]
at = "/value"
quantity = "temperature_celsius"
factor = "0.1"
when = { at = "/resourceType", is = "SampleTemp" }
[[reading]]
at = "/value"
quantity = "motion_total"
when = { at = "/resourceType", is = "SampleMotion" }
"""
BUILDING_EDGE = """
[[reading]]
at = "/value"
quantity = "motion"
when = { at = "/status", is = 0 }
"""
STEINEL = """
[[reading]]
at = "/DetectedPersonsZone/0"
quantity = "people"
channel = "zone_1"
[[reading]]
at = "/DetectedPersonsZone/2"
quantity = "people"
channel = "zone_3"
"""


def read(value: object, mapping: str, **how: Any) -> DeviceMessage:
    return decoded(json.dumps(value).encode(), json_mapping("m.toml", mapping), **how)


def test_pointers_name_device_instant_and_values() -> None:
    message = read({"uid": "pcm1", "time": "1700000000", "value": {"in": "34", "out": 17}}, TERABEE)
    assert message.observations == [
        Observation("pcm1", "", "people_in_total", 1_700_000_000_000_000, 34),
        Observation("pcm1", "", "people_out_total", 1_700_000_000_000_000, 17),
    ]


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({"time": 1, "value": {"in": 1, "out": 1}}, 'nothing at "/uid"'),
        ({"uid": "a", "value": {"in": 1, "out": 1}}, 'nothing at "/time"'),
        ({"uid": "a", "time": 1, "value": {"in": 1}}, 'nothing at "/value/out"'),
        (
            {"uid": "a", "time": "noon", "value": {"in": 1, "out": 1}},
            'the instant at "/time" is not a number since 1970',
        ),
    ],
)
def test_what_is_missing_is_named_by_its_pointer(value: object, detail: str) -> None:
    with pytest.raises(Refused) as refused:
        read(value, TERABEE)
    assert refused.value.refusal == (Reason.OFF_TYPE, detail)


def test_a_device_that_is_no_name_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read({"uid": ["Fatima"], "time": 1, "value": {"in": 1, "out": 1}}, TERABEE)
    assert refused.value.refusal.reason is Reason.UNKNOWN_DEVICE
    assert "Fatima" not in refused.value.refusal.detail


def test_each_element_is_read_by_what_it_is() -> None:
    at_ms = 1643365120937
    value = {"values": [
        {"resourceType": "SampleTemp", "sampleTime": at_ms, "value": 292.405},
        {"resourceType": "SampleMotion", "sampleTime": at_ms, "value": 7875},
        {"resourceType": "SampleNoise", "value": 1},
    ]}  # fmt: skip
    assert read(value, YANZI).observations == [
        Observation("desk-12", "", "temperature_celsius", at_ms * 1000, 29.2405),
        Observation("desk-12", "", "motion_total", at_ms * 1000, 7875),
    ]


def test_the_address_names_the_device_when_nothing_else_does() -> None:
    assert read({"value": 0, "status": 0}, BUILDING_EDGE, device="room-4").observations == [
        Observation("room-4", "", "motion", None, 0)
    ]
    with pytest.raises(Refused):
        read({"value": 0, "status": 0}, BUILDING_EDGE)
    assert read({"value": 0, "status": 2}, BUILDING_EDGE, device="room-4").ignored == ("unmapped",)


def test_when_tells_true_from_one() -> None:
    assert read({"value": 0, "status": False}, BUILDING_EDGE, device="room-4").observations == []


def test_words_factors_offsets_spans_and_identifiers() -> None:
    mapping = """
each = "/a~1b/0"
device = "#/who"
sequence = "/n"
[[reading]]
at = "/state"
quantity = "occupied"
words = { BUSY = 1, FREE = 0 }
[[reading]]
at = "/kelvin"
quantity = "temperature_celsius"
offset = "-273.15"
optional = true
[[reading]]
at = "/in"
quantity = "people_in"
span_seconds = 60
optional = true
"""
    value: dict[str, Any] = {
        "a/b": [[{"state": "BUSY", "kelvin": 300}, {"state": "LOST", "in": 3}]],
        "who": 7,
        "id": "m-1",
        "n": 12,
    }
    value["a/b"][0][0]["of Fatima"] = 1
    message = read(value, mapping)
    assert message == DeviceMessage(
        [
            Observation("7", "", "occupied", None, 1),
            Observation("7", "", "temperature_celsius", None, 26.85),
            Observation("7", "", "occupied", None, None, "off_type"),
            Observation("7", "", "people_in", None, 3, span_us=60_000_000),
        ],
        SequenceNumber("7", 12),
        ignored=("unmapped field",),
    )


@pytest.mark.parametrize("key", ["clientMac", "cardNumber", "badge_id", "Last-Name"])
def test_a_body_about_persons_is_refused_whatever_the_mapping(key: str) -> None:
    with pytest.raises(Refused) as refused:
        read({"value": 1, "status": 0, "who": [{key: "x"}]}, BUILDING_EDGE, device="room-4")
    assert refused.value.refusal.reason is Reason.IDENTITY


@pytest.mark.parametrize(
    ("body", "mapping", "reason"),
    [
        (b"no", BUILDING_EDGE, Reason.MALFORMED),
        (b'{"values":{}}', YANZI, Reason.OFF_TYPE),
        (b"{}", 'sequence = "/n"\n' + BUILDING_EDGE, Reason.OFF_TYPE),
        (
            b'{"value":1,"status":0,"t":"2026-09-20T01:00:00"}',
            '[instant]\nat = "/t"\nformat = "rfc3339"' + BUILDING_EDGE,
            Reason.NAIVE_INSTANT,
        ),
    ],
)
def test_other_bodies_are_refused(body: bytes, mapping: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        decoded(body, json_mapping("m.toml", mapping), device="d")
    assert refused.value.refusal.reason is reason


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("x = ", "m.toml: not TOML"),
        ("", "m.toml: reading: at least one [[reading]] is required"),
        (
            'device = "/a"\ndevice_name = "b"' + BUILDING_EDGE,
            'm.toml: device_name: the body names its device at "device"; keep one of the two',
        ),
        ('devise = "/a"' + BUILDING_EDGE, "m.toml: devise: unknown key"),
        ('device = "a"' + BUILDING_EDGE, "m.toml: device: must be a JSON pointer"),
        ('[[reading]]\nat = "/a"\nquantity = "persons"', "m.toml: reading[1].quantity: must be one of"),
        ('[[reading]]\nat = "/a~2"\nquantity = "people"', "m.toml: reading[1].at: must be a JSON pointer"),
        (
            '[[reading]]\nat = "/a"\nquantity = "people"\nfactor = 2',
            "m.toml: reading[1].factor: must be a number written as text",
        ),
        (
            '[[reading]]\nat = "/a"\nquantity = "people"\nfactor = "0"',
            "m.toml: reading[1].factor: must be a number written as text",
        ),
        (
            '[[reading]]\nat = "/a"\nquantity = "people"\nfactor = "1/0"',
            "m.toml: reading[1].factor: must be a number written as text",
        ),
        (
            '[[reading]]\nat = "/a"\nquantity = "occupied"\nwords = { A = "1" }',
            "m.toml: reading[1].words: must be a table of words",
        ),
        (
            '[[reading]]\nat = "/a"\nquantity = "people"\nwhen = { at = "/b", is = 1.5 }',
            "m.toml: reading[1].when.is: must be a text",
        ),
        ('[[reading]]\nat = "/a"\nquantity = "people"\nunit = "x"', "m.toml: reading[1].unit: unknown key"),
        ('[instant]\nat = "/t"\nformat = "iso"' + BUILDING_EDGE, "m.toml: instant.format: must be one of rfc3339"),
    ],
)
def test_a_wrong_mapping_is_one_line(text: str, mistake: str) -> None:
    with pytest.raises(InputError) as error:
        json_mapping("m.toml", text)
    assert str(error.value).startswith(mistake)
    assert "\n" not in str(error.value).removesuffix("\n") or mistake == "m.toml: not TOML"


def test_an_empty_pointer_is_the_whole_body() -> None:
    mapping = json_mapping("m.toml", '[[reading]]\nat = ""\nquantity = "people"')
    assert isinstance(mapping, JsonMapping)
    assert decoded(b"5", mapping, device="d").observations == [Observation("d", "", "people", None, 5)]


@pytest.mark.parametrize(
    ("name", "mapping", "expected"),
    [
        (
            "terabee_peopleCountingM_01",
            TERABEE,
            [("pcm807d3a86224b", "people_in_total", 34), ("pcm807d3a86224b", "people_out_total", 17)],
        ),
        ("buldingEdge_occupancy_01", BUILDING_EDGE, [("d", "motion", 0)]),
        ("yanzi_comfort_01", YANZI, [("desk-12", "temperature_celsius", 29.2405)]),
        ("yanzi_motionPlus_01", YANZI, [("desk-12", "temperature_celsius", 29.21)]),
        ("yanzi_motionPlus_03", YANZI, [("desk-12", "motion_total", 7875)]),
        ("yanzi_presenceMini_01", YANZI, [("desk-12", "temperature_celsius", 29.2405)]),
        ("yanzi_presenceMini_03", YANZI, [("desk-12", "motion_total", 24873)]),
    ],
)
def test_real_bodies(samples: Path, name: str, mapping: str, expected: list[tuple[str, str, Any]]) -> None:
    body = (samples / f"payloads/webhooks/{name}.json").read_bytes()
    message = decoded(body, json_mapping("m.toml", mapping), device="d")
    assert [(one.device, one.quantity, one.value) for one in message.observations] == expected


def test_real_steinel_zones(samples: Path) -> None:
    line = (samples / "payloads/mqtt/steinel_hpd_topics.txt").read_text().splitlines()[0]
    message = decoded(line.partition(" ")[2].encode(), json_mapping("m.toml", STEINEL), device="hpd")
    assert [(one.channel, one.value) for one in message.observations] == [("zone_1", 0), ("zone_3", 2)]
