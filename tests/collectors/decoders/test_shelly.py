"""Tests collectors.decoders.shelly."""

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.meaning import Meaning
from collectors.decoders.shelly import decoded
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

PREFIX = "site/b1/salle-4"


def notified(
    params: dict[str, Any], method: str = "NotifyStatus", *, retained: bool = False, source: str = "shellyhtg3-aabbcc"
) -> DeviceMessage:
    frame = {"src": source, "dst": f"{PREFIX}/events", "method": method, "params": params}
    return decoded(f"{PREFIX}/events/rpc", json.dumps(frame).encode(), retained=retained)


def values(read: DeviceMessage) -> dict[str, Any]:
    return {f"{one.channel} {one.quantity}": one.value for one in read.observations}


def test_a_change_has_the_instant_of_its_frame_and_only_what_changed() -> None:
    read = notified({"ts": 1736603810.49, "switch:0": {"id": 0, "apower": 8.9, "aenergy": {"total": 6.532}}})
    assert read.observations == [
        Observation(PREFIX, "switch:0", "power_watts", 1_736_603_810_490_000, 8.9),
        Observation(PREFIX, "switch:0", "energy_joules_total", 1_736_603_810_490_000, 23515.2),
    ]


@pytest.mark.parametrize("ts", [None, 12.25, 0])
def test_before_its_time_server_answers_a_device_has_no_instant(ts: float | None) -> None:
    read = notified({"ts": ts, "temperature:0": {"id": 0, "tC": 21.3, "tF": 70.4}})
    assert read.observations == [Observation(PREFIX, "temperature:0", "temperature_celsius", None, 21.3)]


def test_a_frame_without_ts_has_no_instant() -> None:
    assert notified({"humidity:0": {"id": 0, "rh": 43.8}}).observations[0].measured_at_us is None


def test_people_before_a_presence_sensor() -> None:
    read = notified(
        {"ts": 1.7e9, "presence:0": {"num_objects": 4}, "presencezone:200": {"num_objects": 3, "value": True}}
    )
    assert values(read) == {"presence:0 people": 4, "presencezone:200 people": 3, "presencezone:200 occupied": 1}


def test_a_three_phase_meter_has_its_phases_as_channels() -> None:
    read = notified({"ts": 1.7e9, "em:0": {"a_act_power": -12.5, "b_act_power": 3, "total_act_power": -9.5}})
    assert values(read) == {"em:0 power_watts": -9.5, "em:0/a power_watts": -12.5, "em:0/b power_watts": 3.0}


def test_a_sensor_in_error_has_a_fault_and_no_value() -> None:
    read = notified({"ts": 1.7e9, "temperature:100": {"id": 100, "tC": None, "tF": None, "errors": ["read"]}})
    assert (read.observations[0].value, read.observations[0].reason) == (None, "fault")


METERS = ["shellypro3em-aabbcc", "shellyproem50-aabbcc", "shelly3em63g3-aabbcc", "shellyemg3-aabbcc", "ShellyPro3EM"]


@pytest.mark.parametrize("meter", METERS)
def test_the_temperature_of_a_meter_is_not_that_of_the_air(meter: str) -> None:
    read = notified({"ts": 1.7e9, "temperature:0": {"tC": 44.1}, "temperature:100": {"tC": 21.5}}, source=meter)
    assert values(read) == {"temperature:100 temperature_celsius": 21.5}  # that of a probe of its add-on
    assert read.ignored == ("device_temperature",)
    assert decoded(f"site/{meter}/status/temperature:0", b'{"tC":44.1}').observations == []


def test_a_meter_of_another_name_is_told_by_what_it_measures() -> None:
    read = notified({"ts": 1.7e9, "em:0": {"total_act_power": 5}, "temperature:0": {"tC": 44.1}}, source="x")
    assert (values(read), read.ignored) == ({"em:0 power_watts": 5.0}, ("device_temperature",))


@pytest.mark.parametrize("source", ["shellyplusht-aabbcc", "ShellyWallDisplay-AABB", "", None, 7])
def test_the_temperature_of_a_sensor_is_that_of_the_air(source: Any) -> None:
    read = notified({"ts": 1.7e9, "temperature:0": {"tC": 21.5}}, source=source)
    assert values(read) == {"temperature:0 temperature_celsius": 21.5}


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        ({"battery": {"V": 0.43, "percent": 0}, "external": {"present": True}}, (None, "external_power")),
        ({"battery": {"V": None, "percent": None}, "external": {"present": True}}, (None, "external_power")),
        ({"battery": {"V": 6.1, "percent": 98}, "external": {"present": True}}, (0.98, "")),
        ({"battery": {"V": 4.4, "percent": 0}, "external": {"present": False}}, (0.0, "")),
        ({"battery": {"V": 4.4, "percent": 0}}, (0.0, "")),
    ],
)
def test_an_empty_holder_fed_by_usb_is_no_empty_battery(power: Any, expected: tuple[float | None, str]) -> None:
    ratio, volts = notified({"ts": 1.7e9, "devicepower:0": {"id": 0, **power}}).observations
    assert (ratio.value, ratio.reason) == expected
    assert (volts.value is None) == (ratio.value is None)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"salle de Amina": {"x": 1}}, ("unknown component",)),
        ({"switch:Amina": {"apower": 1}}, ("unknown component",)),
        ({"switch:0": {"apower": 1, "Amina": 1}}, ("unknown field",)),
        ({"switch:0": None}, ("unknown field",)),
        ({"em:0": {"total_act_power": 1, "a_voltage": 230, "n_current": None}}, ()),
        ({"bthomesensor:200": {"value": 1}, "wifi": {"ssid": "Amina"}}, ("bthomesensor", "wifi")),
    ],
)
def test_what_nobody_takes_is_told_in_words_of_ours(params: dict[str, Any], words: tuple[str, ...]) -> None:
    assert notified({"ts": 1.7e9, **params}).ignored == words


def test_a_component_of_its_own_instant_keeps_it() -> None:
    read = notified({"ts": 1.7e9, "bthomedevice:200": {"battery": 87, "rssi": -60, "last_updated_ts": 1699999000}})
    assert read.observations == [Observation(PREFIX, "bthomedevice:200", "battery_ratio", 1_699_999_000_000_000, 0.87)]


def test_what_a_bluetooth_sensor_measures_is_configured() -> None:
    frame = {"method": "NotifyStatus", "params": {"ts": 1.7e9, "bthomesensor:201": {"value": True}}}
    body = json.dumps(frame).encode()
    assert decoded(f"{PREFIX}/events/rpc", body).observations == []
    read = decoded(f"{PREFIX}/events/rpc", body, bluetooth={"bthomesensor:201": Meaning("occupied")})
    assert values(read) == {"bthomesensor:201 occupied": 1}


def test_events_hold_no_measurement() -> None:
    read = notified({"ts": 1.7e9, "events": [{"component": "input:0", "event": "single_push"}]}, "NotifyEvent")
    assert read == DeviceMessage(ignored=("events",))


def test_a_component_status_has_no_instant_and_is_state_when_retained() -> None:
    topic, body = f"{PREFIX}/status/devicepower:0", b'{"id":0,"battery":{"V":6.1,"percent":100}}'
    read = decoded(topic, body, retained=True)
    assert values(read) == {"devicepower:0 battery_ratio": 1.0, "devicepower:0 battery_volts": 6.1}
    assert read.is_state
    assert not decoded(topic, body).is_state


def test_a_retained_notification_with_an_instant_is_no_state() -> None:
    assert not notified({"ts": 1.7e9, "humidity:0": {"rh": 40}}, retained=True).is_state
    assert notified({"ts": None, "humidity:0": {"rh": 40}}, retained=True).is_state


@pytest.mark.parametrize(("payload", "value"), [(b"true", 1), (b"false", 0)])
def test_birth_and_will(payload: bytes, value: int) -> None:
    read = decoded(f"{PREFIX}/online", payload, retained=True)
    assert read == DeviceMessage((Observation(PREFIX, "", "is_online", None, value),), is_state=True)


@pytest.mark.parametrize("topic", ["debug/log", "rpc", "command", "command/switch:0"])
def test_topics_without_measurements(topic: str) -> None:
    assert decoded(f"{PREFIX}/{topic}", b"x").observations == ()


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (f"{PREFIX}/online", b"maybe", Reason.OFF_TYPE),
        (f"{PREFIX}/events/rpc", b'{"method":"Switch.Set"}', Reason.OFF_TYPE),
        (f"{PREFIX}/events/rpc", b'{"method":"NotifyStatus","params":[]}', Reason.OFF_TYPE),
        (f"{PREFIX}/events/rpc", b'{"method":"NotifyStatus","params":{"ts":"now"}}', Reason.OFF_TYPE),
        (f"{PREFIX}/elsewhere", b"{}", Reason.TOPIC),
        ("/online", b"true", Reason.TOPIC),
    ],
)
def test_other_messages_are_refused(topic: str, payload: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        decoded(topic, payload)
    assert refused.value.refusal.reason is reason


def test_nothing_of_the_network_or_a_name_is_taken(samples: Path) -> None:
    read = _full_status(samples, "gen2_Shelly_Plus_1PM_*")
    assert values(read) == {"switch:0 power_watts": 0.0, "switch:0 energy_joules_total": 396165.6}
    assert read.ignored == ("ble", "cloud", "input", "mqtt", "script", "sys", "wifi", "ws")
    assert "Wifi-Network-Name" not in repr(read)


def test_a_wall_display(samples: Path) -> None:
    assert values(_full_status(samples, "gen2_Shelly_Wall_*")) == {
        "humidity:0 humidity_ratio": 0.438,
        "illuminance:0 illuminance_lux": 30.0,
        "temperature:0 temperature_celsius": 21.3,
    }


def _full_status(samples: Path, pattern: str) -> DeviceMessage:
    (file,) = (samples / "payloads/shelly").glob(pattern)
    status = json.loads(file.read_text())["status"]
    return notified({"ts": 1707326936.1} | status, "NotifyFullStatus")
