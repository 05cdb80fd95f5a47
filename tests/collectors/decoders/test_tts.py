"""The Things Stack v3: identity of retries, whose instant counts, simulated uplinks, and zeros that are left out."""

import base64
import json
from typing import Any

import pytest

from collectors.decoders import tts
from collectors.decoders.device_profiles import PROFILES
from collectors.decoders.lorawan import DeviceProfile
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

EUI = "24e124136b502217"
UPLINK: dict[str, Any] = {
    "session_key_id": "AY0v/ZirzRkpNW0Cgjdhig==",
    "f_port": 85,
    "f_cnt": 2,
    "frm_payload": base64.b64encode(bytes.fromhex("030001")).decode(),
    "decoded_payload": {"occupancy": "vacant", "who": None},
    "rx_metadata": [{"time": "2020-01-01T00:00:00Z", "gateway_ids": {"gateway_id": "gw"}}],
    "received_at": "2026-11-22T07:06:25.054442349Z",
}
BODY: dict[str, Any] = {
    "end_device_ids": {"device_id": "bureau-de-amina", "dev_eui": EUI.upper()},
    "received_at": "2026-11-22T07:06:25.260676101Z",
    "uplink_message": UPLINK,
}


def desk(eui: str) -> DeviceProfile | None:
    return PROFILES["milesight-vs340"] if eui == EUI else None


def read(body: dict[str, Any], topic: str = "") -> DeviceMessage:
    return tts.decoded(topic, json.dumps(body).encode(), desk)


def without(*keys: str) -> dict[str, Any]:
    return BODY | {"uplink_message": {key: value for key, value in UPLINK.items() if key not in keys}}


def test_an_uplink_is_dated_by_the_network_server_and_named_by_its_session() -> None:
    assert read(BODY) == DeviceMessage(
        (Observation(EUI, "", "occupied", 1_795_331_185_054_442, 1),),
        SequenceNumber(f"{EUI}/AY0v/ZirzRkpNW0Cgjdhig==", 2, 2**32),
    )


def test_the_same_uplink_by_webhook_by_mqtt_and_out_of_storage() -> None:
    assert read(BODY, "v3/app1@tenant1/devices/dev1/up") == read(BODY)
    assert read(BODY, "v3/app1/devices/dev1/up") == read(BODY)
    assert read({"result": BODY}) == read(BODY)


def test_the_application_server_dates_what_the_network_server_does_not() -> None:
    assert read(without("received_at")).observations[0].measured_at_us == 1_795_331_185_260_676


def test_zeros_are_left_out() -> None:
    message = read(without("f_cnt", "f_port"))
    assert message.sequence is not None
    assert message.sequence.number == 0


@pytest.mark.parametrize("session", [None, "Amina's session", 3])
def test_a_session_that_is_no_plain_text_is_none(session: object) -> None:
    message = read(BODY | {"uplink_message": UPLINK | {"session_key_id": session}})
    assert message.sequence == SequenceNumber(f"{EUI}/", 2, 2**32)


def test_a_device_without_a_dev_eui_is_known_by_its_id() -> None:
    body = BODY | {"end_device_ids": {"device_id": "compteur-3", "application_ids": {"application_id": "a"}}}
    known = {"compteur-3": PROFILES["milesight-vs340"]}
    message = tts.decoded("", json.dumps(body).encode(), known.get)
    assert [(one.device, one.value) for one in message.observations] == [("compteur-3", 1)]
    assert message.sequence == SequenceNumber("compteur-3/AY0v/ZirzRkpNW0Cgjdhig==", 2, 2**32)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\n\n"])
def test_lines_of_the_storage_integration_are_a_message_each(line_end: bytes) -> None:
    lines = [json.dumps({"result": BODY}).encode(), json.dumps({"result": without("f_cnt")}).encode()]
    assert tts.parts(line_end.join([*lines, b""])) == lines


@pytest.mark.parametrize(
    "payload", [json.dumps(BODY, indent=1).encode(), json.dumps(BODY).encode(), b"", b"{", b"{}\nno", b"\n"]
)
def test_anything_else_is_one_message(payload: bytes) -> None:
    assert tts.parts(payload) == (payload,)


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ("down/push", "topic:down/push"),
        ("down/replace", "topic:down/replace"),
        ("nonsense", "topic:other"),
        ("down/Amina", "topic:other"),
    ],
)
def test_topics_out_of_scope_are_named_and_their_content_is_not_read(event: str, word: str) -> None:
    message = tts.decoded(f"v3/app1@tenant1/devices/dev1/{event}", b"not even JSON", desk)
    assert message == DeviceMessage(ignored=(word,))


def test_a_simulated_uplink_was_never_measured() -> None:
    assert read(BODY | {"simulated": True}) == DeviceMessage(ignored=("simulated",))
    assert read(BODY | {"simulated": False}) == read(BODY)


@pytest.mark.parametrize("event", tts.EVENTS)
def test_messages_that_hold_nothing_new_to_measure(event: str) -> None:
    body = {"end_device_ids": BODY["end_device_ids"], event: {"anything": "at all"}}
    assert read(body) == DeviceMessage(ignored=(f"event:{event}",))


def test_nothing_of_names_comes_through() -> None:
    assert "amina" not in str(read(BODY)).lower()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"end_device_ids": {"device_id": "abp"}}, Reason.UNKNOWN_DEVICE),
        ({"end_device_ids": {"device_id": "Bureau de Amina"}}, Reason.MALFORMED),
        ({"end_device_ids": {"device_id": "a" * 37}}, Reason.MALFORMED),
        ({"end_device_ids": {"device_id": "abp", "dev_eui": "7"}}, Reason.MALFORMED),
        ({"end_device_ids": {}}, Reason.MALFORMED),
        ({"end_device_ids": 7}, Reason.OFF_TYPE),
        ({"end_device_ids": {"dev_eui": "0101010101010101"}}, Reason.UNKNOWN_DEVICE),
        ({"uplink_message": None}, Reason.UNDECODABLE),
        ({"uplink_message": UPLINK | {"f_cnt": -1}}, Reason.OUT_OF_RANGE),
        ({"uplink_message": UPLINK | {"f_cnt": 1.5}}, Reason.OFF_TYPE),
        ({"uplink_message": UPLINK | {"frm_payload": "*"}}, Reason.MALFORMED),
        ({"uplink_message": UPLINK | {"received_at": 7}}, Reason.OFF_TYPE),
        ({"uplink_message": UPLINK | {"decoded_payload": "text"}}, Reason.OFF_TYPE),
    ],
)
def test_what_is_refused(change: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        read(BODY | change)
    assert refused.value.refusal.reason == reason


@pytest.mark.parametrize(
    "topic", ["v3/app1/devices/dev1", "v3/app1/devices/dev1/", "application/x/device/y/event/up", "v3/a/b/up"]
)
def test_topics_of_something_else(topic: str) -> None:
    with pytest.raises(Refused) as refused:
        read(BODY, topic)
    assert refused.value.refusal.reason == Reason.TOPIC


@pytest.mark.parametrize("payload", [b"", b"[]", b"nope", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused):
        tts.decoded("", payload, desk)
