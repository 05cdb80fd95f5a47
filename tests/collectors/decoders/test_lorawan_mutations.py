"""10,000 mutated payloads per LoRaWAN decoder: each is read or refused with a reason, and nothing else happens."""

import base64
import json
import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import pytest

from collectors.decoders import chirpstack, milesight, tts
from collectors.decoders.device_profiles import PROFILES
from collectors.observation import QUANTITIES, DeviceMessage
from collectors.reasons import Refused

MUTATIONS = 10_000
AT_LEAST_READ = 3_000
YEAR_10000_US = 253_402_300_800_000_000

AIR = "017564 0367EE00 04687C"
MILESIGHT = {
    "vs121": [
        "04C9030800A106CD05",
        "07D5000100000000000308D50100000000000000",
        "20CE7B3AF1640203020002",
        "0DCC12001600",
    ],
    "vs133": ["03D24800000004D2C800000005CC05000700", "10E4010910112110E40275217533", "20CE7B3AF1640348000000"],
    "vs321": [f"{AIR} 05FD0300 06FE03000200 08F40200"],
    "vs340": ["017564030001"],
    "vs350": ["0AEFCCAE476A81EE4305CC01000100017564", "20CEFF3DF16401070002001D000800", "84CC0111081101"],
    "am103": [f"{AIR} 077DC501", "20CE9E74466318016DC501"],
    "am319": [f"{AIR} 050001 06CB02 077DA803 087D2500 09736627 0A7D0700 0B7D2000 0C7D3000"],
    "ws203": [f"{AIR} 050000", "20CEAE5BA66404002401 65"],
}
ELSYS = [
    "1900C81900D2197FFF0C0064",
    "0100E9021D0601BF070E50",
    "0100F702230401650503070E291C000C",
    "05011000F801041101",
    "14000EB7510E012C15402C",
]
IMBUILDINGS = ["02060004A30B00F6B5690800F80003000220060305E661", "01030004A30B00F7412603015F09FA0C74037900"]
OTHERS = {
    "terabee-people-counting": (1, "00000002000000030F"),
    "hkt-people-counter": (1, "686B7400070700780096000000C8000000C8"),
    "browan-tbms100": (102, "010B390500030201"),
    "mclimate-co2": (2, "0102B9029F6CDE"),
    "dragino-lht52": (2, "0A64020F7FFF0165E0AA4E"),
    "tektelic-smart-room": (10, "036700F204686100BA0BC10A00FF"),
}


def of_every_item(name: str) -> bytes:
    """A payload with every item of fixed length that a Milesight model has, as its table says they are sent."""
    model = cast("partial[DeviceMessage]", PROFILES[name].decode).args[0]
    payload = b""
    for (channel, kind), item in model.items.items():
        if isinstance(item.length, int):
            one = bytes([channel, kind]) + bytes([1] * item.length)
            if read_of(partial(milesight.decoded, model, one)):
                payload += one
    return payload


def mutated(payload: bytes, dice: random.Random) -> bytes:
    """Mostly other values in the same places; sometimes bytes lost, doubled or put in between."""
    changed = bytearray(payload)
    for _ in range(dice.choice((1, 1, 2))):
        if not changed:
            break
        at = dice.randrange(len(changed))
        kind = dice.random()
        if kind < 0.7:
            changed[at] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        elif kind < 0.8:
            changed[at] ^= 1 << dice.randrange(8)
        elif kind < 0.87:
            del changed[at:]
        elif kind < 0.94:
            changed.insert(at, dice.randrange(256))
        else:
            changed += changed[at : at + dice.randrange(1, 9)]
    return bytes(changed)


def read_of(decode: Callable[[], DeviceMessage]) -> int:
    """1 when a payload was read, and everything it holds is a value that may be stored; 0 when it was refused."""
    try:
        message = decode()
    except Refused:
        return 0
    for found in message.observations:
        assert found.quantity in QUANTITIES
        assert (found.value is None) == bool(found.reason)
        assert found.value is None or math.isfinite(found.value)
        assert found.measured_at_us is None or 0 <= found.measured_at_us < YEAR_10000_US
    return 1


def device_payloads() -> dict[str, Sequence[tuple[str, int, bytes]]]:
    return {
        **{
            name: [
                (name, 85, of_every_item(name)),
                *((name, 85, bytes.fromhex(text)) for text in MILESIGHT.get(name.removeprefix("milesight-"), ())),
            ]
            for name in PROFILES
            if name.startswith("milesight-")
        },
        "elsys": [("elsys", 5, bytes.fromhex(text)) for text in ELSYS],
        "imbuildings": [("imbuildings", 1, bytes.fromhex(text)) for text in IMBUILDINGS],
        **{name: [(name, port, bytes.fromhex(text))] for name, (port, text) in OTHERS.items()},
    }


def test_every_profile_is_tried() -> None:
    tried = {name for cases in device_payloads().values() for name, _, _ in cases}
    assert tried == set(PROFILES)


@pytest.mark.parametrize("decoder", list(device_payloads()))
def test_mutated_device_payloads_are_read_or_refused(decoder: str) -> None:
    dice = random.Random(f"p2i {decoder}")
    cases = device_payloads()[decoder]
    read = 0
    for _ in range(MUTATIONS):
        name, port, payload = dice.choice(cases)
        decode = PROFILES[name].decode
        assert decode is not None
        changed = mutated(payload, dice)
        read += read_of(partial(decode, port, changed))
    assert read >= AT_LEAST_READ


EUI = "24e124136b502217"
CHIRPSTACK = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-11-22T09:34:15.775023242+00:00",
    "deviceInfo": {"devEui": EUI, "deviceName": "x", "tags": {}},
    "devAddr": "00189440",
    "fCnt": 7,
    "fPort": 85,
    "data": base64.b64encode(bytes.fromhex("0175640367EE0004687C")).decode(),
    "object": {"temperature": 23.8},
    "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -36, "snr": 10.5}],
}
THINGS_STACK = {
    "end_device_ids": {"device_id": "dev1", "dev_eui": EUI},
    "received_at": "2026-11-22T07:06:25.260676101Z",
    "uplink_message": {
        "session_key_id": "AY0v/ZirzRkpNW0Cgjdhig==",
        "f_port": 85,
        "f_cnt": 2,
        "frm_payload": base64.b64encode(bytes.fromhex("0175640367EE0004687C")).decode(),
        "received_at": "2026-11-22T07:06:25.054442349Z",
    },
}
ODD: Sequence[object] = (None, "", 0, -1, 1.5, 1e300, 2**70, True, [], {}, "Ä", "2026-02-30T00:00:00Z", "9" * 400, [[]])


def mutated_json(body: object, dice: random.Random) -> bytes:
    """One or two values exchanged for odd ones or left out, or one byte of the text changed."""
    copy = json.loads(json.dumps(body))
    if dice.random() < 0.6:
        for _ in range(dice.choice((1, 2))):
            place = copy
            while True:
                keys = list(place) if isinstance(place, dict) else list(range(len(place)))
                if not keys:
                    break
                key = dice.choice(keys)
                if isinstance(place[key], dict | list) and place[key] and dice.random() < 0.9:
                    place = place[key]
                    continue
                if dice.random() < 0.3:
                    del place[key]
                else:
                    place[key] = dice.choice(ODD)
                break
        return json.dumps(copy).encode()
    text = bytearray(json.dumps(copy).encode())
    text[dice.randrange(len(text))] = dice.choice(b'0123456789abcdefAB"{}[],:. \x00\xff')
    return bytes(text)


@pytest.mark.parametrize("server", ["chirpstack", "tts"])
def test_mutated_messages_of_network_servers_are_read_or_refused(server: str) -> None:
    dice = random.Random(f"p2i {server}")
    profile = PROFILES["milesight-am307"]

    def by_chirpstack() -> DeviceMessage:
        event = dice.choice(("up", "up", "up", "status", "join", "log"))
        payload = mutated_json(CHIRPSTACK, dice)
        return chirpstack.decoded(f"application/x/device/{EUI}/event/{event}", payload, lambda _: profile)

    def by_the_things_stack() -> DeviceMessage:
        return tts.decoded("", mutated_json(THINGS_STACK, dice), lambda _: profile)

    decode = by_chirpstack if server == "chirpstack" else by_the_things_stack
    assert sum(read_of(decode) for _ in range(MUTATIONS)) >= AT_LEAST_READ
