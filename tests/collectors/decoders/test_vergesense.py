"""Tests collectors.decoders.vergesense."""

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.vergesense import decoded
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

AT_US = 1_732_195_905_000_000
REPORT = {
    "event_type": "space_report", "building_ref_id": "EA21", "floor_ref_id": "0070", "space_ref_id": "EG7859.43",
    "space_id": 602439, "person_count": 4, "signs_of_life": True, "motion_detected": False,
    "timestamp": "2024-11-21T13:31:45.000Z", "people": {"count": 4, "coordinates": [[1.5, 2.5]]},
}  # fmt: skip


def read(value: object) -> DeviceMessage:
    return decoded(json.dumps(value).encode())


def test_a_space_report_counts_people_and_nothing_else() -> None:
    message = read(REPORT)
    assert message == DeviceMessage(
        [Observation("602439", "", "people", AT_US, 4)], ignored=("motion_detected", "people", "signs_of_life")
    )


def test_a_null_count_is_no_value_unless_people_has_one() -> None:
    assert read(REPORT | {"person_count": None}).observations[0].value == 4
    message = read(REPORT | {"person_count": None, "people": None})
    assert (message.observations[0].value, message.observations[0].reason) == (None, "null")


@pytest.mark.parametrize(("state", "value"), [("occupied", 1), ("AVAILABLE", 0), ("broken", None), (None, None)])
def test_availability_comes_as_a_list(state: str | None, value: int | None) -> None:
    availability = REPORT | {"event_type": "space_availability", "state": state, "person_count": None}
    message = read([availability, availability | {"space_id": 7}])
    assert [(one.device, one.quantity, one.value) for one in message.observations] == [
        ("602439", "occupied", value), ("7", "occupied", value),
    ]  # fmt: skip


def test_floors_and_sensors_are_devices_of_their_own() -> None:
    floor = REPORT | {"event_type": "floor_report", "space_id": None, "person_count": 150}
    sensor = REPORT | {"event_type": "sensor_report", "sensor_id": "3BE-4NZ", "person_count": 0}
    assert [(one.device, one.value) for one in read([floor, sensor]).observations] == [
        ("EA21/0070", 150),
        ("3BE-4NZ", 0),
    ]


def test_the_air_of_a_room() -> None:
    air = {"temperature": {"value": 21.5, "units": "C"}, "humidity": {"value": 40, "units": "RH"}, "iaq": {"value": 50}}
    message = read(REPORT | {"environment": air | {"timestamp": "2024-11-21T13:31:40Z"}})
    assert message.observations[1:] == [
        Observation("602439", "", "temperature_celsius", AT_US - 5_000_000, 21.5),
        Observation("602439", "", "humidity_ratio", AT_US - 5_000_000, 0.4),
    ]


def test_other_events_are_not_taken() -> None:
    assert read([{"event_type": "motion_detected"}]) == DeviceMessage([], ignored=("event_type",))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, Reason.OFF_TYPE),
        ([1], Reason.OFF_TYPE),
        (REPORT | {"timestamp": "2024-11-21T13:31:45"}, Reason.NAIVE_INSTANT),
        (REPORT | {"timestamp": None}, Reason.OFF_TYPE),
        (REPORT | {"space_id": None, "space_ref_id": None}, Reason.UNKNOWN_DEVICE),
        (REPORT | {"people": 4, "person_count": None}, Reason.OFF_TYPE),
    ],
)
def test_other_bodies_are_refused(value: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read(value)
    assert refused.value.refusal.reason is reason


@pytest.mark.parametrize("number", ["01", "03"])
def test_real_reports(samples: Path, number: str) -> None:
    folder = samples / "payloads/webhooks"
    expected: list[dict[str, Any]] = json.loads(
        (folder / f"vergeSense_cloudConnector_{number}.expected.json").read_text()
    )
    (count,) = [one["data.peopleCount"] for one in expected if "data.peopleCount" in one]
    message = decoded((folder / f"vergeSense_cloudConnector_{number}.json").read_bytes())
    assert [(one.quantity, one.value) for one in message.observations] == [("people", count)]
