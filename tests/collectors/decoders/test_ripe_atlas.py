"""Ping results of each firmware generation; the real ones are compared with the assertions that came with them."""

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.ripe_atlas import PingResult, ping_result
from collectors.reasons import Refused

PING: Mapping[str, Any] = {
    "type": "ping", "fw": 5080, "af": 6, "msm_id": 1001, "prb_id": 7, "timestamp": 1_788_220_800, "lts": 12,
    "sent": 3, "rcvd": 2, "dup": 0, "min": 24.7, "avg": 25, "max": 25.3, "dst_addr": "2001:db8::1", "ttl": 50,
    "result": [{"rtt": 24.7}, {"x": "*"}, {"rtt": 25.3, "ttl": 51}],
}  # fmt: skip


def read(**changes: Any) -> PingResult:
    record = {key: value for key, value in {**PING, **changes}.items() if value is not None}
    return ping_result(json.dumps(record).encode())


def refused(**changes: Any) -> str:
    with pytest.raises(Refused) as caught:
        read(**changes)
    return str(caught.value)


def test_a_result_is_its_packets() -> None:
    assert read() == PingResult(
        measurement=1001,
        probe=7,
        firmware=5080,
        address_family=6,
        measured_at_us=1_788_220_800_000_000,
        seconds_since_sync=12,
        sent=3,
        lost=1,
        duplicates=0,
        round_trips=(24_700_000, None, 25_300_000),
    )


def test_no_answer_at_all_is_loss_and_never_minus_one() -> None:
    lost = read(rcvd=0, min=-1, avg=-1, max=-1, result=[{"x": "*"}] * 3)
    assert (lost.sent, lost.lost, lost.round_trips) == (3, 3, (None, None, None))
    assert read(rcvd=0, avg=-1, result=None).round_trips == (None, None, None)


def test_firmware_without_packets_gives_counts_alone() -> None:
    oldest = read(fw=0, sent="3", rcvd="2", dup="0", avg="58.042", result=None, af=None, lts=None, dst_addr="10.0.0.1")
    assert (oldest.firmware, oldest.sent, oldest.lost, oldest.round_trips) == (0, 3, 1, None)
    assert (oldest.address_family, oldest.seconds_since_sync, oldest.is_synchronised) == (4, None, True)


def test_a_duplicate_is_no_packet_and_an_answer_after_the_timeout_is_lost() -> None:
    late = read(sent=1, rcvd=0, dup=2, result=[{"x": "*"}, {"dup": 1, "rtt": 1635.4}, {"dup": 1, "rtt": 1800.5}])
    assert (late.sent, late.lost, late.duplicates, late.round_trips) == (1, 1, 2, (None,))


@pytest.mark.parametrize("sent", [3, 2])
def test_a_packet_that_never_left_is_neither_sent_nor_lost(sent: int) -> None:
    found = read(sent=sent, rcvd=1, result=[{"error": "sendto failed: Network is unreachable"}, {"x": "*"}, {"rtt": 1}])
    assert (found.sent, found.lost, found.round_trips) == (2, 1, (None, 1_000_000))


@pytest.mark.parametrize(("lts", "believed"), [(0, True), (3600, True), (3601, False), (-1, False), (None, True)])
def test_the_clock_is_believed_for_an_hour_after_it_was_compared(lts: int | None, believed: bool) -> None:
    assert read(lts=lts).is_synchronised is believed


def test_digits_that_a_float_added_are_taken_off() -> None:
    text = json.dumps(PING).replace("24.7}", "43.869999999999997}")
    assert ping_result(text.encode()).round_trips == (43_870_000, None, 25_300_000)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"type": "ntp"}, "a RIPE Atlas result that is not a ping"),
        ({"type": None}, "a RIPE Atlas result that is not a ping"),
        ({"rcvd": 4}, "more received than sent"),
        ({"rcvd": 3}, "rcvd is not the number of answers in result"),
        ({"sent": 9}, "sent is not the number of packets in result"),
        ({"sent": None}, "sent is not a number"),
        ({"sent": True}, "sent is not a number"),
        ({"sent": 2.5}, "sent: digits finer than one unit"),
        ({"timestamp": -5}, "timestamp is no instant between 1970 and 9999"),
        ({"timestamp": "soon"}, "not a number written in digits"),
        ({"af": 5}, "af is neither 4 nor 6"),
        ({"result": {}}, "result is not a JSON array"),
        ({"result": [1, 2, 3]}, "an entry of result is not a JSON object"),
        ({"result": [{"rtt": -1}, {"x": "*"}, {"rtt": 1}]}, "a round trip below 0 or longer than a day"),
    ],
)
def test_what_cannot_be_is_refused(changes: Mapping[str, Any], why: str) -> None:
    assert refused(**changes) == why


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 5000, b'{"type": "ping"} x'])
def test_what_is_no_object_is_malformed(content: bytes) -> None:
    with pytest.raises(Refused):
        ping_result(content)


ASSERTION = re.compile(r"result\.([a-z_]+)(?:\[(\d+)\]\.rtt)? (?:==|is) (.+)")


def test_real_results_say_what_their_publishers_say_they_do(samples: Path) -> None:
    folder = samples / "payloads" / "ripe_atlas"
    lines = (folder / "ping.ndjson").read_bytes().splitlines()
    checked = 0
    for case in json.loads((folder / "ping.asserts.json").read_text(encoding="utf-8")):
        result = ping_result(lines[case["line"] - 1])
        answered = None if result.round_trips is None else [one for one in result.round_trips if one is not None]
        known = {
            "measurement_id": result.measurement,
            "probe_id": result.probe,
            "firmware": result.firmware,
            "af": result.address_family,
            "seconds_since_sync": None if result.seconds_since_sync == -1 else result.seconds_since_sync,
            "duplicates": result.duplicates,
            "packets_sent": result.sent,
            "packets_received": result.sent - result.lost,
        }
        for text in case["asserts"]:
            parts = ASSERTION.fullmatch(text)
            name, packet, expected = parts.groups() if parts else ("", None, "")
            if name in known and packet is None and re.fullmatch(r"-?\d+|None", expected):
                checked += 1
                assert str(known[name]) == expected, (case["test"], text)
            if name in ("rtt_min", "rtt_max") and answered and re.fullmatch(r"[\d.]+", expected):
                checked += 1
                assert (min if name == "rtt_min" else max)(answered) == Fraction(expected) * 1_000_000, text
    assert checked > 120
