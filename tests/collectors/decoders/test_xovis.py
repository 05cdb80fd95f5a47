"""Tests collectors.decoders.xovis and xovis_legacy."""

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.xovis import decoded
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

SERIAL = "80:1F:12:00:00:01"
MINUTE_US = 60_000_000
START_MS = 1_684_325_340_000


def package(kind: str = "logics_data", **content: Any) -> dict[str, Any]:
    info = {"version": "5.0", "id": 2, "agent_id": 1003}
    sensor = {"serial_number": SERIAL, "type": "SINGLE_SENSOR"}
    return {kind: {"package_info": info, "sensor_info": sensor, **content}}


def record(
    *counts: tuple[str, Any], started: Any = START_MS, ended: Any = START_MS + 60_000, **more: Any
) -> dict[str, Any]:
    return {
        "from": started,
        "to": ended,
        "counts": [{"id": 1, "name": name, "value": value} for name, value in counts],
        **more,
    }


def logics(*records: dict[str, Any], number: int = 3, info: str = "XLT_LINE_IN_OUT_COUNT") -> dict[str, Any]:
    return package(logics=[{"id": number, "name": "Porte de M. Alami", "info": info, "records": list(records)}])


def read(value: object, **how: Any) -> DeviceMessage:
    return decoded(json.dumps(value).encode(), **how)


def values(message: DeviceMessage) -> list[tuple[str, str, Any]]:
    return [(one.channel, one.quantity, one.value) for one in message.observations]


def test_a_line_counts_in_and_out_of_its_span_at_its_end() -> None:
    message = read(logics(record(("fw", 4), ("bw", 1), ("fw-male", 3), ("fw-age", 4), ("bw-mask", 1))))
    at_us = (START_MS + 60_000) * 1000
    assert message == DeviceMessage(
        [
            Observation(SERIAL, "logic_3", "people_in", at_us, 4, span_us=MINUTE_US),
            Observation(SERIAL, "logic_3", "people_out", at_us, 1, span_us=MINUTE_US),
        ],
        SequenceNumber(f"{SERIAL}/agent_1003", 2),
        ignored=("who somebody is",),
    )
    assert "Alami" not in repr(message)


def test_a_count_of_another_name_is_told_and_not_named() -> None:
    message = read(logics(record(("fw", 4), ("Alami", 3))))
    assert (values(message), message.ignored) == ([("logic_3", "people_in", 4)], ("unknown count",))


def test_a_line_drawn_the_other_way_round() -> None:
    assert values(read(logics(record(("fw", 4), ("bw", 1))), forward_is_in=False)) == [
        ("logic_3", "people_out", 4),
        ("logic_3", "people_in", 1),
    ]


def test_a_partial_minute_is_no_count() -> None:
    message = read(logics(record(("fw", 4), samples=40, samples_expected=60)))
    assert [(one.value, one.reason, one.span_us) for one in message.observations] == [(None, "partial", MINUTE_US)]
    assert values(read(logics(record(("fw", 4), samples=60, samples_expected=60)))) == [("logic_3", "people_in", 4)]


def test_zones_and_queues() -> None:
    message = read(logics(record(("balance", 7), ("visits", 2), ("dwell_time", 12.5)), info="XLT_ZONE_OCCUPANCY_COUNT"))
    assert values(message) == [
        ("logic_3", "people", 7),
        ("logic_3", "people_in", 2),
        ("logic_3", "dwell_seconds", 12.5),
    ]
    assert message.observations[0].span_us is None
    queue = read(
        logics(record(("queue-length", 0), ("outflow", 8), ("queueing-time", 124.426003)), info="XLT_QUEUE_STATISTICS")
    )
    assert values(queue) == [
        ("logic_3", "people", 0), ("logic_3", "people_out", 8), ("logic_3", "dwell_seconds", 124.426003),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "info", ["XLT_BICYCLE_LINE_IN_OUT_COUNT", "XLT_SHOPPING_CART_LINE_LATE_COUNT", "XLT_GROUP_LINE_IN_OUT_COUNT"]
)
def test_what_is_no_person_is_not_counted(info: str) -> None:
    message = read(logics(record(("fw", 4)), info=info))
    assert (message.observations, message.ignored) == ([], ("other than people",))


@pytest.mark.parametrize(
    ("started", "ended", "time_format"),
    [
        (START_MS // 1000, START_MS // 1000 + 60, "s"),
        ("2023-05-17T12:09:00Z", "2023-05-17T12:10:00Z", "rfc3339"),
        ("2023-05-17T13:09:00+01:00", "2023-05-17T13:10:00+01:00", "rfc3339"),
    ],
)
def test_instants_in_the_configured_form(started: Any, ended: Any, time_format: str) -> None:
    message = read(logics(record(("fw", 1), started=started, ended=ended)), time_format=time_format)
    assert (message.observations[0].measured_at_us, message.observations[0].span_us) == (
        (START_MS + 60_000) * 1000,
        MINUTE_US,
    )


def test_logics_of_a_multisensor_are_apart_from_those_of_the_single_one() -> None:
    value = logics(record(("fw", 1)))
    value["logics_data"]["sensor_info"] |= {"type": "MULTI_SENSOR", "multisensor_id": 1}
    assert values(read(value)) == [("multisensor_1/logic_3", "people_in", 1)]


def test_a_package_without_a_sensor_is_of_the_configured_one() -> None:
    value = logics(record(("fw", 1)))
    del value["logics_data"]["sensor_info"]
    message = read(value, device="door-a")
    assert message.observations[0].device == "door-a"
    assert message.sequence == SequenceNumber("door-a/agent_1003", 2)
    with pytest.raises(Refused) as refused:
        read(value)
    assert refused.value.refusal.reason is Reason.UNKNOWN_DEVICE


def event(kind: str, category: str = "SCENE", **attributes: Any) -> dict[str, Any]:
    return {"category": category, "type": kind, "attributes": {"track_id": 490, "geometry_id": 2} | attributes}


def frame(*events: dict[str, Any], track: str = "PERSON") -> dict[str, Any]:
    tracks = [{"track_id": 490, "type": track, "position": [-0.045263, 1, 2], "attributes": {"gender": "MALE"}}]
    return {"framenumber": 1, "time": START_MS, "tracked_objects": tracks, "events": list(events)}


def test_crossings_of_one_frame_are_added_up_and_groups_left_out() -> None:
    two = frame(event("LINE_CROSS_FORWARD"), event("LINE_CROSS_FORWARD", track_id=491), event("LINE_CROSS_BACKWARD"))
    message = read(package("live_data", frames=[two, frame(event("LINE_CROSS_FORWARD"), track="GROUP")]))
    assert values(message) == [("geometry_2", "people_in", 2), ("geometry_2", "people_out", 1)]
    assert message.observations[0].measured_at_us == START_MS * 1000
    assert message.ignored == ("tracked_objects",)
    assert "MALE" not in repr(message)
    assert "0.045263" not in repr(message)


def test_counters_are_totals() -> None:
    count = event("COUNT_INCREMENT", "COUNT", logic_id=4, counter_name="fw", counter_value=1471)
    balance = event("COUNT_DECREMENT", "COUNT", logic_id=1, counter_name="balance", counter_value=0)
    queue = event("TIME_CHANGE", "COUNT", logic_id=9, counter_name="queueing-time", amount=4.202, counter_value=10.9)
    custom = event("COUNT_INCREMENT", "COUNT", logic_id=4, counter_name="fw-female", counter_value=3)
    assert values(read(package("live_data", frames=[frame(count, balance, queue, custom, event("ZONE_ENTRY"))]))) == [
        ("logic_4", "people_in_total", 1471),
        ("logic_1", "people", 0),
        ("logic_9", "dwell_seconds", 4.202),
    ]


def test_a_status_says_that_the_sensor_is_there() -> None:
    states = {"time": {"state": {"details": {"time": "2022-02-25T11:20:05+01:00", "ntp_host_stratum": 3}}}}
    message = read(package("status_data", states=states))
    assert message.observations == [Observation(SERIAL, "", "is_online", 1_645_784_405_000_000, 1)]
    assert read(package("status_data")).observations[0].measured_at_us is None


def test_version_4_by_the_minute() -> None:
    measured = {
        "from": "2021-09-23T10:20:00+02:00",
        "to": "2021-09-23T10:21:00+02:00",
        "value": [{"value": 1, "label": "fw"}, {"value": 0, "label": "bw"}, {"value": 9, "label": "unknown"}],
    }
    element = {"element-id": 0, "element-name": "Line 0", "data-type": "LINE", "measurement": [measured]}
    value = {"content": {"element": [element]}, "sensor-info": {"serial-number": SERIAL, "name": "Bureau de Mme Z."}}
    at_us = 1_632_385_260_000_000
    assert read(value).observations == [
        Observation(SERIAL, "line_0", "people_in", at_us, 1, span_us=MINUTE_US),
        Observation(SERIAL, "line_0", "people_out", at_us, 0, span_us=MINUTE_US),
    ]


def test_version_4_events_count_each_person_once() -> None:
    one = {"timestamp": START_MS, "type": "LineCount", "serial": SERIAL, "direction": "forward", "countItem": {"id": 0}}
    value = {
        "values": [
            one,
            one,
            one | {"type": "LineCrossing"},
            one | {"direction": "backward"},
            one | {"type": "ZoneExit"},
        ]
    }
    assert values(read(value)) == [("line_0", "people_in", 2), ("line_0", "people_out", 1)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, Reason.OFF_TYPE),
        ([], Reason.OFF_TYPE),
        ({"logics_data": []}, Reason.OFF_TYPE),
        (package(logics={}), Reason.OFF_TYPE),
        (package(logics=[{"records": []}]), Reason.OFF_TYPE),
        (logics(record(("fw", 1), ended=START_MS)), Reason.OFF_TYPE),
        (logics(record(("fw", 1), started="2023-05-17T12:09:00")), Reason.NAIVE_INSTANT),
        (logics({"counts": []}), Reason.OFF_TYPE),
        ({"values": [{"type": "LineCount", "direction": "up"}]}, Reason.OFF_TYPE),
    ],
)
def test_other_bodies_are_refused(value: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read(value)
    assert refused.value.refusal.reason is reason


def _flows(message: DeviceMessage, quantity: str) -> int:
    return sum(int(one.value or 0) for one in message.observations if one.quantity == quantity)


@pytest.mark.parametrize("name", ["PC2SV5_01", "PC2SV5_03", "PC2SV5_05", "PC2SV5_09", "PC2SV5_13", "PC2S_01"])
def test_real_flows(samples: Path, name: str) -> None:
    folder = samples / "payloads/xovis"
    expected = [
        one for one in json.loads((folder / f"xovis_{name}.expected.json").read_text()) if one["topic"] == "line_count"
    ]
    message = decoded((folder / f"xovis_{name}.json").read_bytes(), device="door-a")
    assert _flows(message, "people_in") == sum(one["data.fw"] for one in expected)
    assert _flows(message, "people_out") == sum(one["data.bw"] for one in expected)


def test_real_queue_and_what_is_not_taken(samples: Path) -> None:
    folder = samples / "payloads/xovis"
    queue = decoded((folder / "xovis_PC2SV5_11.json").read_bytes())
    assert values(queue) == [("multisensor_1/logic_1000", "dwell_seconds", 4.202)]
    persons = decoded((folder / "xovis_PC2SV5_07.json").read_bytes())  # gender, mask, view direction of one person
    assert (persons.observations, persons.ignored) == ([], ("tracked_objects",))
    zones = decoded((folder / "xovis_PC2SV5_03.json").read_bytes(), device="d")
    assert [one for one in values(zones) if one[1] == "people"] == [("logic_1", "people", 0)] * 4
