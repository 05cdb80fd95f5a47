"""Tests collectors.decoders.disruptive."""

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.disruptive import decoded
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

AT = "2022-09-28T14:06:41.604321Z"
AT_US = 1_664_374_001_604_321


def event(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {
        "eventId": "ccq59scod7p9hifmsejg",
        "targetName": "projects/c3t7/devices/c9j6jmcqo1dg009fnko0",
        "eventType": kind,
        "data": {"eventType": kind, kind: content},
        "timestamp": "2022-09-28T14:06:42Z",
    } | more


def read(value: object, **how: Any) -> DeviceMessage:
    return decoded(json.dumps(value).encode(), **how)


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("co2", {"ppm": 617}, [("co2_ratio", 0.000617)]),
        ("pressure", {"pascal": 94936}, [("pressure_pascals", 94936.0)]),
        ("humidity", {"temperature": 22.45, "relativeHumidity": 17},
         [("temperature_celsius", 22.45), ("humidity_ratio", 0.17)]),
        ("temperature", {"value": 24}, [("temperature_celsius", 24.0)]),
        ("deskOccupancy", {"state": "OCCUPIED", "remarks": []}, [("occupied", 1)]),
        ("deskOccupancy", {"state": "NOT_OCCUPIED"}, [("occupied", 0)]),
        ("motion", {"state": "MOTION_DETECTED"}, [("occupied", 1)]),
        ("motion", {"state": "NO_MOTION_DETECTED"}, [("occupied", 0)]),
        ("motion", {"state": "ASLEEP"}, [("occupied", None)]),
        ("objectPresent", {"state": "PRESENT"}, [("object_present", 1)]),
        ("objectPresent", {"state": "NOT_PRESENT"}, [("object_present", 0)]),
        ("objectPresentCount", {"total": 4176}, [("object_present_total", 4176)]),
        ("contact", {"state": "OPEN"}, [("closed", 0)]),
        ("touch", {}, [("touches", 1)]),
        ("touchCount", {"total": 469}, [("touches_total", 469)]),
        ("networkStatus", {"signalStrength": 45, "cloudConnectors": []}, [("link_ratio", 0.45)]),
        ("batteryStatus", {"percentage": 100}, [("battery_ratio", 1.0)]),
        ("connectionStatus", {"connection": "OFFLINE", "available": []}, [("is_online", 0)]),
    ],
)  # fmt: skip
def test_events(kind: str, content: dict[str, Any], expected: list[tuple[str, Any]]) -> None:
    message = read(
        {"event": event(kind, content | {"updateTime": AT}), "labels": {"name": "Bureau de Fatima"}, "metadata": {}}
    )
    assert [(one.quantity, one.value) for one in message.observations] == expected
    assert {(one.device, one.measured_at_us) for one in message.observations} == {("c9j6jmcqo1dg009fnko0", AT_US)}
    assert message.ignored == ()
    assert "Fatima" not in repr(message)


def test_every_sample_of_a_heartbeat_once() -> None:
    samples = [
        {"value": 24, "sampleTime": AT},
        {"value": 23.5, "sampleTime": "2022-09-28T14:01:41Z"},
        {"value": 24, "sampleTime": AT},
    ]
    message = read(event("temperature", {"value": 24, "updateTime": AT, "samples": samples}))
    assert [(one.value, one.measured_at_us) for one in message.observations] == [
        (24.0, AT_US),
        (23.5, 1_664_373_701_000_000),
    ]


def test_without_an_update_time_the_event_has_its_own() -> None:
    assert read(event("touch", {})).observations[0].measured_at_us == 1_664_374_002_000_000


@pytest.mark.parametrize("kind", ["labelsChanged", "ethernetStatus", "waterPresent"])
def test_events_that_measure_nothing_of_ours(kind: str) -> None:
    assert read(event(kind, {"added": {"name": "x"}})) == DeviceMessage(ignored=(kind,))


def test_a_field_that_is_new_is_told_and_not_named() -> None:
    message = read(event("motion", {"state": "MOTION_DETECTED", "Fatima": 1, "updateTime": AT}))
    assert ([one.value for one in message.observations], message.ignored) == ([1], ("unknown field",))


def test_an_event_of_another_kind_is_not_named() -> None:
    assert read(event("Fatima", {})).ignored == ("eventType",)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, Reason.OFF_TYPE),
        ([], Reason.OFF_TYPE),
        ({"event": []}, Reason.OFF_TYPE),
        (event("co2", None), Reason.OFF_TYPE),
        (event("co2", {"ppm": 1, "updateTime": "2022-09-28T14:06:41"}), Reason.NAIVE_INSTANT),
        (event("co2", {"ppm": 1}, targetName=None), Reason.UNKNOWN_DEVICE),
    ],
)
def test_other_bodies_are_refused(value: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read(value)
    assert refused.value.refusal.reason is reason


def test_real_events(samples: Path) -> None:
    found: dict[str, list[Observation]] = {}
    for file in sorted((samples / "payloads/webhooks").glob("disruptive*_??.json")):
        name = file.stem.removeprefix("disruptiveTechnologies_")
        found[name] = list(decoded(file.read_bytes(), device="configured").observations)
    # the values its library asserts; proximity counts there are its own state, not the sensor's
    assert {name: [(one.device, one.quantity, one.value) for one in read] for name, read in found.items()} == {
        "co2_01": [("configured", "temperature_celsius", 22.45), ("configured", "humidity_ratio", 0.17)],
        "co2_03": [("configured", "co2_ratio", 0.000617)],
        "desk_02": [("cj5jpe7r23r0008c1pmg", "occupied", 1)],
        "motion_01": [("configured", "occupied", 1)],
        "proximity_01": [("configured", "object_present", 0)],
        "proximity_03": [("configured", "touches", 1)],
        "proximity_05": [("configured", "object_present", 0)],
    }
    assert found["co2_03"][0].measured_at_us == 1_664_374_001_604_000
    assert found["proximity_03"][0].measured_at_us is None
