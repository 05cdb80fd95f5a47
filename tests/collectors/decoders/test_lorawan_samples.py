"""Every LoRaWAN payload of the samples: its expected values, or the reason why it is refused or out of scope."""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders import chirpstack, tts
from collectors.decoders.device_profiles import PROFILES, profile_named
from collectors.decoders.lorawan import DeviceProfile
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

Key = tuple[str, str, int | None]
"""Channel, quantity, and the instant (seconds) of a stored value."""

ONE, PERCENT, PPM = Fraction(1), Fraction(1, 100), Fraction(1, 10**6)
VENDOR = {
    "battery": ("", "battery_ratio", PERCENT),
    "battery_main": ("", "battery_ratio", PERCENT),
    "battery_node": ("node", "battery_ratio", PERCENT),
    "temperature": ("", "temperature_celsius", ONE),
    "humidity": ("", "humidity_ratio", PERCENT),
    "co2": ("", "co2_ratio", PPM),
    "pressure": ("", "pressure_pascals", Fraction(100)),
    "activity": ("", "motion", ONE),
    "illumination": ("", "illuminance_lux", ONE),
    "distance": ("", "distance_metres", Fraction(1, 1000)),
    "people_count_all": ("", "people", ONE),
    "people_count_max": ("", "people_peak", ONE),
    "people_in": ("", "people_in", ONE),
    "people_out": ("", "people_out", ONE),
    "period_in": ("", "people_in", ONE),
    "period_out": ("", "people_out", ONE),
    "periodic_counter_in": ("", "people_in", ONE),
    "periodic_counter_out": ("", "people_out", ONE),
    "total_in": ("", "people_in_total", ONE),
    "total_out": ("", "people_out_total", ONE),
    "total_counter_in": ("", "people_in_total", ONE),
    "total_counter_out": ("", "people_out_total", ONE),
    "occupancy": ("", "occupied", ONE),
    "pir": ("", "occupied", ONE),
    "magnet_status": ("", "closed", ONE),
    "active_power": ("", "power_watts", ONE),
    "power_consumption": ("", "energy_joules_total", Fraction(3600)),
}
NUMBERED = {
    r"(region_\d+)": ("occupied", ONE),
    r"(region_\d+)_count": ("people", ONE),
    r"(region_\d+)_avg_dwell": ("dwell_seconds", ONE),
    r"(region_\d+)_max_dwell": ("dwell_longest_seconds", ONE),
    r"(line_\d+)_total_in": ("people_in_total", ONE),
    r"(line_\d+)_total_out": ("people_out_total", ONE),
    r"(line_\d+)_period_in": ("people_in", ONE),
    r"(line_\d+)_period_out": ("people_out", ONE),
}
WORDS = {"vacant": 0, "occupied": 1, "open": 0, "close": 1, "idle": 0, "trigger": 1}
NOT_OURS = {
    "infrared", "infrared_and_visible", "light_level", "tvoc", "pm2_5", "pm10", "hcho", "region_count",
    "protocol_version", "sn", "hardware_version", "firmware_version", "temperature_alarm", "total_count_alarm",
    "period_count_alarm", "remaining", "report_type", "timestamp", "socket_status", "power_factor", "current",
    "voltage",
}  # fmt: skip


def values(message: DeviceMessage) -> dict[Key, float | None]:
    found: dict[Key, float | None] = {}
    for observation in message.observations:
        at = observation.measured_at_us
        found[observation.channel, observation.quantity, None if at is None else at // 10**6] = observation.value
    return found


def vendors(decoded: dict[str, Any], at: int | None = None) -> Iterator[tuple[Key, float]]:
    for name, value in decoded.items():
        if name == "history":
            for entry in value:
                yield from vendors(entry, entry["timestamp"])
            continue
        if name in NOT_OURS:
            continue
        matches = [
            (found[1], quantity, factor)
            for pattern, (quantity, factor) in NUMBERED.items()
            if (found := re.fullmatch(pattern, name))
        ]
        channel, quantity, factor = matches[0] if matches else VENDOR[name]
        yield (channel, quantity, at), float(Fraction(str(WORDS.get(value, value))) * factor)


def test_every_milesight_vector_has_the_vendors_values_and_no_others_or_is_out_of_scope(samples: Path) -> None:
    vectors = json.loads((samples / "payloads/milesight/vectors.json").read_text())
    read = 0
    for vector in vectors:
        name, payload = f"milesight-{vector['device']}", bytes.fromhex(vector["hex"])
        if name.startswith("milesight-ct"):
            with pytest.raises(Refused, match="out of scope"):
                profile_named(name)
            continue
        decode = profile_named(name).decode
        assert decode is not None
        assert values(decode(85, payload)) == pytest.approx(dict(vendors(vector["decoder_output"]))), vector["hex"]
        read += 1
    assert read >= 30


PROFILE_OF = {
    "IMBuildings": "imbuildings", "elsys": "elsys", "hkt": "hkt-people-counter", "mclimate": "mclimate-co2",
    "terabee": "terabee-people-counting", "tektelic": "tektelic-smart-room", "browan": "browan-tbms100",
}  # fmt: skip
LIBRARY = {
    "temperature": ("temperature_celsius", ONE),
    "humidity": ("humidity_ratio", PERCENT),
    "co2": ("co2_ratio", PPM),
    "pressure": ("pressure_pascals", Fraction(100)),
    "distance": ("distance_metres", Fraction(1, 1000)),
    "batteryVoltage": ("battery_volts", ONE),
    "occupied": ("occupied", ONE),
    "presence": ("occupied", ONE),
    "counterA": ("people_in", ONE),
    "counterB": ("people_out", ONE),
    "totalCounterA": ("people_in_total", ONE),
    "totalCounterB": ("people_out_total", ONE),
    "absCountA": ("people_in_total", ONE),
    "absCountB": ("people_out_total", ONE),
    "absoluteFw": ("people_in_total", ONE),
    "absoluteBw": ("people_out_total", ONE),
    "totalCounterIn": ("people_in_total", ONE),
    "totalCounterOut": ("people_out_total", ONE),
    "totalCountIn": ("people_in_total", ONE),
    "totalCountOut": ("people_out_total", ONE),
    "periodicCounterIn": ("people_in", ONE),
    "periodicCounterOut": ("people_out", ONE),
    "periodicCountIn": ("people_in", ONE),
    "periodicCountOut": ("people_out", ONE),
    "peopleCounterAll": ("people", ONE),
    "peopleMax": ("people_peak", ONE),
}
ELSYS = {"light": ("illuminance_lux", ONE), "tvoc": ("tvoc_ratio", PPM / 1000), "motion": ("motion", ONE)}
MILESIGHT = {"batteryLevel": ("battery_ratio", PERCENT)}
LIBRARY_NUMBERED = {
    r"region(\d+)count": "people",
    r"region(\d+)AvgDwell": "dwell_seconds",
    r"region(\d+)MaxDwell": "dwell_longest_seconds",
}


def library(maker: str, emits: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, str], float]]:
    meanings = {**LIBRARY, **({"elsys": ELSYS, "milesight": MILESIGHT}.get(maker, {}))}
    for emit in emits:
        topic = emit.get("topic", "")
        nested = emit.get("data")
        data = dict(nested) if isinstance(nested, dict) else {}
        data |= {key.removeprefix("data."): value for key, value in emit.items() if key.startswith("data.")}
        for name, value in data.items():
            numbered = [
                (f"region_{found[1]}", quantity)
                for pattern, quantity in LIBRARY_NUMBERED.items()
                if (found := re.fullmatch(pattern, name))
            ]
            if numbered:
                yield numbered[0], float(value)
            elif name in meanings:
                quantity, factor = meanings[name]
                yield (topic if topic.startswith("line_") else "", quantity), float(value * factor)


def test_every_vector_of_the_device_library_has_its_values_or_a_reason(samples: Path) -> None:
    vectors = json.loads((samples / "payloads/occupancy_lora/akenza_vectors.json").read_text())
    compared = 0
    for vector in vectors:
        maker, model = vector["device"].split("/")
        name = PROFILE_OF.get(maker) or f"{maker}-{model}".lower()
        payload = bytes.fromhex(vector["input"]["payloadHex"])
        if name not in PROFILES:
            with pytest.raises(Refused, match="out of scope: "):
                profile_named(name)
            continue
        decode = PROFILES[name].decode
        assert decode is not None
        if payload.hex() == "0367ee0004687c05000106cb02077da803087d25000973":
            with pytest.raises(Refused, match="ends inside pressure"):  # the library reads 0 from bytes not there
                decode(1, payload)
            continue
        read = values(decode(vector["input"].get("port", 1), payload))
        found = {(channel, quantity): value for (channel, quantity, _), value in read.items()}
        for key, expected in library(maker, vector["expected_emits"]):
            assert found[key] == pytest.approx(expected, rel=0.005), (vector["case"], key)
            compared += 1
    assert compared >= 120


def lht52(_: str) -> DeviceProfile:
    return PROFILES["dragino-lht52"]


def test_the_captured_chirpstack_uplink(samples: Path) -> None:
    payload = (samples / "payloads/chirpstack/captured_lht52_up.json").read_bytes()
    message = chirpstack.decoded("application/9f18/device/a840415711866a85/event/up", payload, lht52)
    assert values(message) == pytest.approx(
        {
            ("", "temperature_celsius", 1709222478): 26.6,
            ("", "humidity_ratio", 1709222478): 0.527,
            ("external", "temperature_celsius", 1709222478): None,
        }
    )
    assert [observation.reason for observation in message.observations] == ["", "", "sentinel"]
    assert message.sequence is not None
    assert message.sequence.number == 1


@pytest.mark.parametrize("event", ["ack", "join", "log", "status", "up"])
def test_the_documented_chirpstack_events(samples: Path, event: str) -> None:
    payload = (samples / f"payloads/chirpstack/event_{event}.json").read_bytes()
    topic = f"application/x/device/0101010101010101/event/{event}"
    if event == "up":  # one byte 0xaa, which no device of ours sends
        with pytest.raises(Refused) as refused:
            chirpstack.decoded(topic, payload, lambda _: PROFILES["elsys"])
        assert refused.value.refusal.reason == Reason.UNDECODABLE
        return
    message = chirpstack.decoded(topic, payload, lht52)
    if event == "status":
        assert [(found.quantity, found.value) for found in message.observations] == [("battery_ratio", 0.883)]
    else:
        assert message.observations == ()
        assert message.ignored[0] == f"event:{event}"


@pytest.mark.parametrize(
    ("file", "ignored"),
    [
        ("downlink_failed_event_message_example", "event:downlink_failed"),
        ("join_message_example", "event:join_accept"),
        ("mqtt_join_accept_message_example", "event:join_accept"),
    ],
)
def test_the_documented_things_stack_events(samples: Path, file: str, ignored: str) -> None:
    payload = (samples / f"payloads/tts/{file}.json").read_bytes()
    message = tts.decoded("", payload, lht52)
    assert (message.observations, message.ignored) == ((), (ignored,))


def test_the_things_stacks_own_uplink_example_is_no_json(samples: Path) -> None:
    with pytest.raises(Refused, match="byte 2017") as refused:
        tts.decoded("", (samples / "payloads/tts/uplink_message_example.json").read_bytes(), lht52)
    assert refused.value.refusal.reason == Reason.MALFORMED


def test_the_captured_things_stack_uplink_is_dated_by_its_network_server(samples: Path) -> None:
    payload = (samples / "payloads/tts/captured_ttn_lobaro_up.json").read_bytes()
    seen: list[tuple[int, bytes]] = []

    def recorded(f_port: int, data: bytes) -> DeviceMessage:
        seen.append((f_port, data))
        return DeviceMessage((Observation("", "", "people", None, 3),))

    message = tts.decoded("v3/hafi@ttn/devices/eui/up", payload, lambda _: DeviceProfile("lobaro", recorded))
    assert seen == [(20, bytes.fromhex("000e4101fd00c7020001"))]
    assert message.observations[0].device == "70b3d5e050013950"
    assert message.observations[0].measured_at_us == 1705907185_054442
    assert message.sequence == SequenceNumber("70b3d5e050013950/AY0v/ZirzRkpNW0Cgjdhig==", 2, 2**32)
