"""Tests collectors.decoders.identity."""

import json
from pathlib import Path

import pytest

from collectors.decoders.identity import KEPT, is_identity_data, refuse_identity
from collectors.reasons import Reason, Refused

PERSONAL = [
    b"78979877\t2026-07-11 10:15:00\t0\t1\t0",
    b"12\t2026-07-11 10:15:00\n13\t2026-07-11 10:16:00\t0\t15\t\t0\t0\r\n",
    b"USER PIN=982\tName=Richard\tPri=0\tPasswd=\tCard=[09E4812202]\tGrp=1\tTZ=\n",
    b"FP PIN=982\tFID=1\tSize=2120\tValid=1\tTMP=SsFSLDFAk",
    b"OPLOG 4\t14\t2026-07-30 10:22:34\t0\t0\t0\t0",
    b"PIN=982 Name=Richard",
    b"door=1&Card=4821",
    b"PIN=78979877&Time=2026-07-11+10%3A15&Status=0",
    json.dumps(
        {"type": "WiFi", "data": {"observations": [{"clientMac": "aa:bb:cc:dd:ee:ff", "locations": []}]}}
    ).encode(),
    json.dumps({"version": "2.0", "data": {"observations": [{"seenEpoch": 1, "rssi": 24}]}}).encode(),
    json.dumps({"Event": {"user_id": {"user_id": "7", "name": "Fatima"}}}).encode(),
    json.dumps({"door": 3, "card-number": 5}).encode(),
    json.dumps(
        {"eventType": "DEVICE_PRESENCE", "devicePresence": {"device": {"macAddress": "aa:bb:cc:dd:ee:ff"}}}
    ).encode(),
    json.dumps(
        {"eventType": "X", "deviceLocationUpdate": {"device": {"macAddress": "aa"}, "apMacAddress": ""}}
    ).encode(),
    json.dumps({"Topic": "tns1:AccessControl", "Data": {"CardNr": "12345", "Door": "1"}}).encode(),
    json.dumps({"doorName": "nord", "tokenNumber": 12345}).encode(),
    json.dumps({"event": "access.door.unlock", "actor": {"name": "Fatima"}}).encode(),
    json.dumps({"card_uid": "04AABBCC"}).encode(),
    b'{"data": {"observations": [{"clientMac": "aa:bb',  # cut short
    b'{"client\\u004dac": "aa:bb:cc:dd:ee:ff"}',
]
OURS = [
    b'{"serial_number":"80:1F:12:D5:30:DC","sensor_ids":["00:6E:02:01:F0:9C"],"type":"PERSON"}',
    b'{"mac":"AABBCCDDEEFF","person_count":3,"name":"x"}',
    b"ping,url=example.org average_response_ms=23.066 1535747258000000000",
    b"gpio,host=r1 pin=4i 1757322000000000000",
    b"gpu,host=r1 card=3i,pin=2i 1757322000000000000\ngpu,host=r1 pin=2.5 1757322000000000000\n",
    b'{"clientel": 1, "opinion": "\\u00e9"}',
    b"\xff\xfe\\u",
    b"[" * 100_000 + b"\\u",
    b"",
]


@pytest.mark.parametrize("body", PERSONAL)
def test_persons_are_recognised_and_nothing_is_kept_or_repeated(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        refuse_identity(body)
    reason, detail = refused.value.refusal
    assert reason is Reason.IDENTITY
    assert detail == "badge or Wi-Fi identities are not taken; only counts may leave the edge"
    assert KEPT == b""


@pytest.mark.parametrize("body", OURS)
def test_sensors_are_not_persons(body: bytes) -> None:
    refuse_identity(body)
    assert not is_identity_data(body)


@pytest.mark.parametrize("where", ["/iclock/cdata?SN=1&table=ATTLOG&Stamp=9", "/iclock/cdata?SN=1&options=all"])
def test_the_path_of_a_badge_reader_is_enough(where: str) -> None:
    assert is_identity_data(b"", where)


def test_a_real_badge_reader(samples: Path) -> None:
    assert is_identity_data((samples / "payloads/badge/zkteco_attlog_body_k40.txt").read_bytes())


def test_no_payload_of_a_sensor_is_taken_for_a_person(samples: Path) -> None:
    folders = ("shelly", "xovis", "webhooks", "telegraf", "chirpstack", "tts", "sparkplug", "iperf3", "ripe_atlas")
    taken = [
        file.name
        for folder in folders
        for file in sorted((samples / "payloads" / folder).iterdir())
        if is_identity_data(file.read_bytes())
    ]
    assert taken == []
