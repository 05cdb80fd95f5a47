"""UDP loss of iperf3 in each of its forms; what is no loss, and its own errors, refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.iperf3 import Direction, udp_measurements
from collectors.measurement import Measurement
from collectors.reasons import Refused

BEGAN = 1_788_220_800
START: Mapping[str, Any] = {
    "version": "iperf 3.18",
    "timestamp": {"timesecs": BEGAN},
    "test_start": {"protocol": "UDP", "num_streams": 1, "omit": 0, "duration": 20},
}


def part(start: float, end: float, packets: int, lost: int | None, **more: Any) -> dict[str, Any]:
    counted = {} if lost is None else {"lost_packets": lost, "jitter_ms": 0.1}
    return {"start": start, "end": end, "packets": packets, "sender": lost is None, **counted, **more}


def interval(*parts: dict[str, Any], name: str = "sum") -> dict[str, Any]:
    return {"streams": [], name: parts[0]}


SENDER = [interval(part(0, 10.00006, 100, None)), interval(part(10.00006, 20.00008, 100, None))]
RECEIVER = [interval(part(0, 10.00006, 100, 3)), interval(part(10.00006, 20.00008, 98, 0))]
END: Mapping[str, Any] = {
    "sum": part(0, 20.2, 198, 3),
    "sum_sent": part(0, 20.00008, 200, 0),
    "sum_received": part(0, 20.2, 198, 3),
}


def result(**changes: Any) -> bytes:
    return json.dumps({"start": START, "intervals": SENDER, "end": END, **changes}).encode()


def us(seconds: float) -> int:
    return round((BEGAN + seconds) * 1_000_000)


def refused(content: bytes, direction: Direction = "forward") -> str:
    with pytest.raises(Refused) as caught:
        udp_measurements(content, direction)
    return str(caught.value)


def test_a_sender_knows_the_loss_of_the_whole_test_only() -> None:
    """195 of the 200 it sent arrived: the receiver's own count of 3 lost does not know of the last two."""
    assert udp_measurements(result()) == [Measurement("", us(0), 20_200_000, 200, 5)]


def test_a_receiver_counts_interval_by_interval() -> None:
    assert udp_measurements(result(intervals=RECEIVER)) == [
        Measurement("", us(0), 10_000_060, 100, 3),
        Measurement("", us(10), 10_000_020, 98, 0),
    ]


def test_what_is_left_when_the_test_ends_and_a_silent_interval_are_no_measurements() -> None:
    left = [*RECEIVER, interval(part(20.00008, 20.004, 1, 0)), interval(part(30, 40, 0, 0))]
    assert udp_measurements(result(intervals=left)) == udp_measurements(result(intervals=RECEIVER))


def test_the_seconds_left_out_at_the_start_are_left_out() -> None:
    omitting = {**START, "test_start": {**START["test_start"], "omit": 2}}
    assert udp_measurements(result(start=omitting)) == [Measurement("", us(2), 20_200_000, 198, 3)]
    receiver = [interval(part(0, 2.0007, 9, 9, omitted=True)), *RECEIVER]
    found = udp_measurements(result(start=omitting, intervals=receiver))
    assert [one.starts_at_us for one in found] == [us(2), us(12)], "after them iperf3 counts from 0 again"


def test_a_server_that_sent_knows_of_no_loss_and_no_success() -> None:
    """Its file says 0 packets received and 0 lost, whatever happened (iperf 3.12, seen with -R)."""
    silent = {**END, "sum_received": part(0, 20, 0, 0)}
    assert refused(result(end=silent)) == "iperf3: the receiver counted no packet, or its count is not in this file"
    served = {**START, "accepted_connection": {"host": "192.0.2.1"}, "test_start": {"protocol": "UDP", "reverse": 1}}
    assert refused(result(start=served, end={"sum": part(0, 20, 200, 0)})).startswith("iperf3: what arrived is in")
    assert len(udp_measurements(result(start={**served, "test_start": START["test_start"]}, intervals=RECEIVER))) == 2


def test_a_version_before_3_7_has_one_sum() -> None:
    assert udp_measurements(result(end={"sum": END["sum"]})) == [Measurement("", us(0), 20_200_000, 198, 3)]


def test_both_ways_are_told_apart() -> None:
    end = {**END, "sum_sent_bidir_reverse": part(0, 20, 50, 0), "sum_received_bidir_reverse": part(0, 20, 50, 10)}
    reverse = [interval(part(0, 10, 25, 10), name="sum_bidir_reverse")]
    assert udp_measurements(result(end=end), "forward")[0].lost == 5
    assert udp_measurements(result(end=end), "reverse") == [Measurement("", us(0), 20_000_000, 50, 10)]
    assert udp_measurements(result(end=end, intervals=reverse), "reverse")[0].lost == 10
    assert refused(result(), "reverse") == "iperf3: the test has no result of its receiver"


def stream(*events: tuple[str, object]) -> bytes:
    return b"".join(json.dumps({"event": name, "data": data}).encode() + b"\n" for name, data in events)


def test_a_stream_of_events_is_the_same_result() -> None:
    whole = stream(("start", START), *(("interval", one) for one in SENDER), ("end", END))
    assert udp_measurements(whole) == udp_measurements(result())


def test_a_stream_that_was_cut_off_keeps_the_intervals_of_a_receiver() -> None:
    cut = stream(("start", START), ("interval", RECEIVER[0]))
    assert udp_measurements(cut) == [Measurement("", us(0), 10_000_060, 100, 3)]
    assert refused(stream(("start", START), ("interval", SENDER[0]))) == "end is not a JSON object"
    assert refused(stream(("start", START), ("error", "control socket has closed unexpectedly"))) == (
        "iperf3: control socket has closed unexpectedly"
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"error": "unable to connect to server: Connection refused"},
            "iperf3: unable to connect to server: Connection",
        ),
        ({"error": "a\nb"}, "iperf3: an error without a readable text"),
        ({"error": 7}, "iperf3: an error without a readable text"),
        ({"start": {**START, "test_start": {"protocol": "TCP"}}}, "TCP sends again what was lost: no loss is measured"),
        ({"start": {**START, "test_start": {"protocol": "QUIC"}}}, "a protocol sends again what was lost"),
        ({"start": {}}, "start.test_start is not a JSON object"),
        ({"start": {**START, "timestamp": {}}}, "timesecs is not a number"),
        ({"end": {}}, "iperf3: the test has no result of its receiver"),
        ({"end": {"sum": part(0, 1, 5, 6)}}, "more lost than sent"),
        ({"end": {"sum": part(0, 1, 5, -1)}}, "lost_packets is negative"),
        ({"end": {**END, "sum_sent": part(0, 1, 5, 0)}}, "more received than sent"),
        ({"intervals": [interval(part(0.5, 1, 5, 0))]}, "an interval that starts within a second"),
        ({"intervals": [interval(part(3, 1, 5, 0))]}, "an interval that ends before it starts"),
        ({"intervals": {}}, "intervals is not a JSON array"),
    ],
)
def test_what_is_no_loss_is_refused(changes: Mapping[str, Any], why: str) -> None:
    assert refused(result(**changes)).startswith(why)


def test_real_results(samples: Path) -> None:
    folder = samples / "payloads" / "iperf3"
    found = udp_measurements((folder / "udp_10M_3s.json").read_bytes())
    assert found == [Measurement("", 1_795_302_499_000_000, 3_000_204, 115, 0)]
    assert refused((folder / "tcp_bidir_2s.json").read_bytes()) == "TCP sends again what was lost: no loss is measured"
    error = (folder / "error_connection_refused.json").read_bytes()
    assert refused(error) == "iperf3: unable to connect to server: Connection refused"
