"""pScheduler results and points of the archive; the real latency result against the figures of its own tool."""

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.perfsonar import measurement
from collectors.json_records import value_records
from collectors.measurement import Measurement
from collectors.reasons import Refused

LATENCY: Mapping[str, Any] = {
    "succeeded": True, "schema": 1, "packets-sent": 600, "packets-received": 597, "packets-lost": 3,
    "packets-duplicated": 0, "packets-reordered": 0, "max-clock-error": 0.27,
    "histogram-latency": {"2.51": 500, "-0.10": 97}, "histogram-ttl": {"252": 597},
}  # fmt: skip
ROUND_TRIPS: Mapping[str, Any] = {
    "succeeded": True, "sent": 4, "received": 2, "lost": 2, "loss": 0.5,
    "roundtrips": [
        {"seq": 1, "rtt": "PT0.0002S", "ip": "192.0.2.1", "length": 64, "ttl": 60},
        {"seq": 4, "rtt": "PT1.5S"},
        {"seq": 4, "rtt": "PT2S"},
        {"seq": 2, "error": "host-unreachable"},
    ],
}  # fmt: skip
SCHEDULE = {"start": "2026-09-01T01:00:00+01:00", "duration": "PT1M5S"}
AT = 1_788_220_800


def read(record: object, packets_sent: int | None = None, event_type: str | None = None) -> Measurement:
    return measurement(json.dumps(record).encode(), packets_sent, event_type)


def refused(record: object, packets_sent: int | None = None, event_type: str | None = None) -> str:
    with pytest.raises(Refused) as caught:
        read(record, packets_sent, event_type)
    return str(caught.value)


@pytest.mark.parametrize("record", [LATENCY, {"result": LATENCY}, {"_source": {"result": LATENCY}}])
def test_a_latency_result_gives_loss_and_its_histogram(record: object) -> None:
    assert read(record) == Measurement("", None, None, 600, 3, one_way={2_510_000: 500, -100_000: 97})


def test_the_record_of_a_run_says_when() -> None:
    archived = read({"schedule": SCHEDULE, "test": {"type": "latency", "spec": {}}, "result": LATENCY})
    assert (archived.starts_at_us, archived.span_us) == (AT * 1_000_000, 60_000_000)
    slow = {"schedule": SCHEDULE, "test": {"spec": {"packet-interval": 0.5}}, "result": LATENCY}
    assert read(slow).span_us == 300_000_000
    run = {"start-time": "2026-09-01T00:00:00Z", "end-time": "2026-09-01T00:01:11Z", "result": LATENCY}
    assert (read(run).starts_at_us, read(run).span_us) == (AT * 1_000_000, None)


def test_a_run_of_the_api_has_its_result_merged_from_both_ends() -> None:
    run = {"start-time": "2026-09-01T00:00:00Z", "result": {"succeeded": True}, "result-merged": LATENCY}
    assert read(run).lost == 3
    assert read({**run, "result": LATENCY, "result-merged": None}).lost == 3


def test_an_rtt_result_gives_every_packet_in_its_place() -> None:
    found = read({"schedule": SCHEDULE, "test": {"spec": {"interval": "PT0.1S"}}, "result": ROUND_TRIPS})
    assert (found.sent, found.lost, found.spacing_us) == (4, 2, 100_000)
    assert found.round_trips == (200_000, None, None, 1_500_000_000)
    assert read(ROUND_TRIPS).spacing_us == 1_000_000


def test_an_rtt_result_without_counts_is_believed_only_without_loss() -> None:
    bare = {key: value for key, value in ROUND_TRIPS.items() if key not in ("sent", "lost")}
    assert refused(bare) == "loss without the number of packets sent or lost"
    assert refused({**bare, "loss": None}) == "loss is not a number"
    whole = {**bare, "loss": 0.0, "roundtrips": [{"seq": 1, "rtt": "PT1S"}, {"seq": 2, "rtt": "PT2S"}]}
    assert (read(whole).sent, read(whole).lost) == (2, 0)
    assert read({**bare, "lost": 2}).round_trips == (200_000, None, None, 1_500_000_000)


@pytest.mark.parametrize("at", [AT, AT * 1000, str(AT)])
def test_a_point_of_the_archive_counts_seconds_or_milliseconds(at: object) -> None:
    point = {"path": ["ps", "packet_count_lost", "0CB1"], "is_valid": 1, "ts": at, "val": 7}
    assert read(point, packets_sent=600) == Measurement("", AT * 1_000_000, None, 600, 7)


def test_a_loss_rate_must_be_a_number_of_packets() -> None:
    assert read({"ts": AT, "val": {"numerator": 3, "denominator": 600}}, None, "packet-loss-rate")[3:5] == (600, 3)
    assert read({"ts": AT, "val": 0.005}, 600, "packet-loss-rate")[3:5] == (600, 3)
    assert read({"ts": AT, "val": 0.333333333}, 3, "packet-loss-rate")[3:5] == (3, 1)
    assert refused({"ts": AT, "val": 0.0055}, 600, "packet-loss-rate").startswith("the loss rate is no whole number")
    assert refused({"ts": AT, "val": 1.5}, 600, "packet-loss-rate").startswith("a loss rate that is not between")


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"result": None}, "the run has no result"),
        ({"result": {**LATENCY, "succeeded": False}}, "pScheduler: the test did not succeed"),
        ({"succeeded": True, "summary": {}}, "throughput: throughput has no reading of ours"),
        ({"succeeded": True, "paths": []}, "trace: a path has no reading of ours"),
        ({"succeeded": True}, "a result that is neither of a latency nor of an rtt test"),
        ({"pk": 1, "model": "api.psmetadata", "fields": {}}, "metadata of an archive: not a measurement"),
        ({**LATENCY, "packets-received": 601}, "more received than sent"),
        ({**LATENCY, "packets-lost": 4}, "packets-lost is not what was sent and not received"),
        ({**LATENCY, "histogram-latency": {"1": 5}}, "histogram-latency does not hold the packets received"),
        ({**LATENCY, "histogram-latency": {"x": 597}}, "a delay of histogram-latency: not a number"),
        ({**LATENCY, "packets-sent": -1}, "packets-sent is negative"),
        ({"schedule": {}, "result": LATENCY}, "schedule.start is not a text"),
        ({"schedule": {"start": "2026-09-01T00:00:00"}, "result": LATENCY}, "the instant has no offset"),
        ({"test": {"spec": {"interval": "P1M"}}, "result": ROUND_TRIPS}, "interval is not an ISO 8601 duration"),
        ({**ROUND_TRIPS, "lost": 1}, "lost is not the number of packets without a round trip"),
        ({**ROUND_TRIPS, "sent": 3}, "a sequence number that is not between 1 and sent"),
        ({**ROUND_TRIPS, "sent": 2_000_000}, "more than 1000000 packets in one result"),
        ({"ts": AT, "val": 1}, "an event type that is not known; name it in event_type"),
        ({"ts": AT, "val": 1, "is_valid": 0, "path": ["ps", "packet_count_lost"]}, "the archive marks this point"),
        ({"ts": AT, "val": 1, "path": ["ps", "packet_count_lost"]}, "lost packets without those sent"),
        ({"ts": AT, "val": 1, "path": ["ps", "throughput"]}, "throughput: throughput has no reading of ours"),
        ({"ts": AT, "val": {"1.5": 600}, "path": ["ps", "histogram_owdelay"]}, "histogram-owdelay: one-way delays"),
        ({"ts": AT, "val": "timeout", "path": ["ps", "failures"]}, "failures: the test failed"),
        ([], "the record is not a JSON object"),
    ],
)
def test_what_is_no_reading_says_why(record: object, why: str) -> None:
    assert refused(record).startswith(why)


def test_more_lost_than_the_mapping_says_are_sent() -> None:
    assert refused({"ts": AT, "val": 601, "path": ["ps", "packet_count_lost"]}, 600) == "more lost than sent"


def test_a_real_latency_result_has_the_figures_its_tool_prints(samples: Path) -> None:
    folder = samples / "payloads" / "perfsonar"
    found = measurement((folder / "pscheduler_latency_result.json").read_bytes().strip())
    printed = (folder / "pscheduler_latency_result.expected.txt").read_text(encoding="utf-8")
    histogram = {int(Fraction(ms) * 1_000_000): int(count) for ms, count in re.findall(r"([\d.]+) ms: (\d+)", printed)}
    assert found == Measurement("", None, None, 600, 0, one_way=histogram)
    figures = {name.strip(): Fraction(value) for name, value in re.findall(r"Delay ([\w ]+?) \.+ ([\d.]+) ms", printed)}
    delays = sorted(found.one_way)
    reached = list(accumulate(found.one_way[delay] for delay in delays))
    # The tool takes the first delay that more than 95 % do not exceed; nearest rank takes 95 % or more: 2.75 ms here.
    above = delays[next(place for place, count in enumerate(reached) if count * 100 > 600 * 95)]
    assert above == figures["95th Percentile"] * 1_000_000
    assert delays[0] == figures["Minimum"] * 1_000_000
    assert delays[-1] == figures["Maximum"] * 1_000_000
    mean = Fraction(sum(delay * count for delay, count in found.one_way.items()), 600 * 1_000_000)
    assert f"{float(mean):.2f}" == "2.93" == f"{float(figures['Mean']):.2f}"


def test_real_points_of_an_archive(samples: Path) -> None:
    folder = samples / "payloads" / "perfsonar"
    with (folder / "esmond_packet_count_lost_data.json").open("rb") as opened:
        contents = [placed.record.content or b"" for placed in value_records(opened, 0, 1)]
    found = [measurement(content, packets_sent=600) for content in contents]
    written = json.loads((folder / "esmond_packet_count_lost_data.json").read_text(encoding="utf-8"))
    assert [(one.starts_at_us, one.lost) for one in found] == [(one["ts"] * 1000, one["val"]) for one in written]
    assert len(found) == 1440
    for name, why in (
        ("esmond_packet_duplicates_data.json", "packet-duplicates: duplicated packets have no reading of ours"),
        ("esmond_fixture_perfsonar_api_metadata.json", "metadata of an archive: not a measurement"),
    ):
        with (folder / name).open("rb") as opened:
            first = next(value_records(opened, 0, 1)).record.content or b""
        with pytest.raises(Refused, match=why):
            measurement(first)
