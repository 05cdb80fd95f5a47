"""Tests collectors.decoders.lwm2m."""

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders import imbuildings
from collectors.decoders.lwm2m import decoded
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

REPORT = {"serialNumber": "IMEI:1", "timestamp": 1675420474870, "resourcePath": "uplinkMsg/0/data", "value": "0A"}


def count(f_port: int, payload: bytes) -> DeviceMessage:
    assert f_port == 0
    return DeviceMessage((Observation("", "", "people_in", None, payload[0]),), ignored=("clock",))


def read(*reports: dict[str, Any], **more: Any) -> DeviceMessage:
    return decoded(json.dumps({"reports": reports} | more).encode(), count)


def test_a_report_is_the_devices_own_bytes_at_the_reports_instant() -> None:
    assert read(REPORT) == DeviceMessage(
        [Observation("IMEI:1", "", "people_in", 1_675_420_474_870_000, 10)], ignored=("clock",)
    )


def test_what_is_no_uplink_is_not_taken() -> None:
    message = read(REPORT | {"resourcePath": "3/0/9"}, registrations=[{}], updates=[])
    assert message == DeviceMessage([], ignored=("registrations", "resourcePath"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"serialNumber": None}, Reason.UNKNOWN_DEVICE),
        ({"timestamp": None}, Reason.OFF_TYPE),
        ({"value": "xyz"}, Reason.OFF_TYPE),
        ({"value": 7}, Reason.OFF_TYPE),
    ],
)
def test_other_reports_are_refused(change: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read(REPORT | change)
    assert refused.value.refusal.reason is reason


def test_a_real_people_counter(samples: Path) -> None:
    body = (samples / "payloads/webhooks/IMBuildings_PeopleCounter_01.json").read_bytes()
    message = decoded(body, imbuildings.decoded)
    assert [(one.device, one.quantity, one.value) for one in message.observations] == [
        ("IMEI:861518040266396", "battery_volts", 2.67),
        ("IMEI:861518040266396", "people_in", 0),
        ("IMEI:861518040266396", "people_out", 0),
    ]
    assert {one.measured_at_us for one in message.observations} == {1_675_420_474_870_000}
