"""Tests collectors.decoders.axis and meraki_mv."""

import json
from typing import Any

import pytest

from collectors.decoders import axis, meraki_mv
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

AT_US = 1_607_430_000_000_000
COUNTS = {
    "kind": "people-counts", "utcFrom": "2020-12-08T12:19:00Z", "utcTo": "2020-12-08T12:20:00Z",
    "localFrom": "2020-12-08T13:19:00", "localTo": "2020-12-08T13:20:00",
    "items": [{"direction": "in", "count": 3, "adults": 2}, {"direction": "out", "count": 0, "adults": 0}],
}  # fmt: skip


def push(*measurements: dict[str, Any], **sensor: Any) -> dict[str, Any]:
    data = {"utcFrom": "2020-12-08T12:19:00Z", "utcTo": "2020-12-08T12:20:00Z", "measurements": list(measurements)}
    named = {"serial": "accc8ef3d92e", "name": "Entrée Mme A.", "ipAddress": "172.25.70.165"} | sensor
    return {"apiName": "Axis Retail Data", "apiVersion": "0.4", "data": data, "sensor": named}


def read(value: object, **how: Any) -> DeviceMessage:
    return axis.decoded(json.dumps(value).encode(), **how)


def test_people_in_and_out_by_the_clock_in_utc() -> None:
    message = read(push(COUNTS))
    assert message == DeviceMessage(
        [
            Observation("accc8ef3d92e", "", "people_in", AT_US, 3, span_us=60_000_000),
            Observation("accc8ef3d92e", "", "people_out", AT_US, 0, span_us=60_000_000),
        ],
        ignored=("adults",),
    )
    assert "Mme" not in repr(message)


def test_a_measurement_without_instants_has_those_of_the_push() -> None:
    bare = {"kind": "people-counts", "items": COUNTS["items"]}
    assert read(push(bare)).observations == read(push(COUNTS)).observations


def test_local_time_is_never_read() -> None:
    local = {key: value for key, value in COUNTS.items() if not key.startswith("utc")}
    value = push(local)
    del value["data"]["utcFrom"]
    with pytest.raises(Refused, match="utcFrom"):
        read(value)


def test_an_empty_push_is_the_test_of_the_connection() -> None:
    assert read(push()) == DeviceMessage([])
    assert read(push({"kind": "queue-counts"})).ignored == ("other measurements",)


def test_the_occupancy_answer() -> None:
    message = read(
        {
            "occupancy": 15,
            "serial": "00:40:8c:18:82:27",
            "timestamp": "2020-12-03T16:28:05+01:00",
            "total_in": 100,
            "total_out": 85,
        }
    )
    assert [(one.quantity, one.value) for one in message.observations] == [
        ("people", 15), ("people_in_total", 100), ("people_out_total", 85),
    ]  # fmt: skip
    assert message.observations[0].measured_at_us == 1_607_009_285_000_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, Reason.OFF_TYPE),
        ({"apiName": "Axis Retail Data", "data": []}, Reason.UNKNOWN_DEVICE),
        (push(COUNTS, serial=None), Reason.UNKNOWN_DEVICE),
        (push(COUNTS | {"utcTo": "2020-12-08T12:19:00Z"}), Reason.OFF_TYPE),
        (push(COUNTS | {"utcTo": "2020-12-08T12:20:00"}), Reason.NAIVE_INSTANT),
    ],
)
def test_other_bodies_are_refused(value: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read(value)
    assert refused.value.refusal.reason is reason


@pytest.mark.parametrize(
    ("topic", "body", "channel", "quantity", "value"),
    [
        ("/merakimv/Q2GV-Y4MD-VSQ6/0", b'{"ts":1557349522123,"counts":{"person":2}}', "", "people", 2),
        ("/merakimv/Q2GV-Y4MD-VSQ6/5762", b'{"ts":1557349522123,"counts":{"person":0}}', "zone_5762", "people", 0),
        ("merakimv/Q2GV-Y4MD-VSQ6/0", b'{"ts":1557349522123,"counts":{}}', "", "people", None),
        ("/merakimv/Q2GV-Y4MD-VSQ6/light", b'{"ts":1557349522123,"lux":107.3}', "", "illuminance_lux", 107.3),
    ],
)
def test_meraki_counts(topic: str, body: bytes, channel: str, quantity: str, value: float | None) -> None:
    (read_one,) = meraki_mv.decoded(topic, body, retained=True).observations
    assert read_one[:5] == ("Q2GV-Y4MD-VSQ6", channel, quantity, 1_557_349_522_123_000, value)
    assert not meraki_mv.decoded(topic, body, retained=True).is_state


@pytest.mark.parametrize("zone", ["raw_detections", "custom_analytics", "0/more"])
def test_meraki_detections_of_persons_are_not_taken(zone: str) -> None:
    assert meraki_mv.decoded(f"/merakimv/Q2GV-Y4MD-VSQ6/{zone}", b'{"objects":[{"oid":1}]}').observations == ()


@pytest.mark.parametrize("topic", ["/merakimv/Q2GV/0", "/other/Q2GV-Y4MD-VSQ6/0", "/merakimv/Q2GV-Y4MD-VSQ6"])
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(Refused):
        meraki_mv.decoded(topic, b"{}")
