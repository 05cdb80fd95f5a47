"""10,000 damaged results per decoder: each is decoded or refused, and nothing else ever happens."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.decoders.iperf3 import udp_measurements
from collectors.decoders.perfsonar import measurement
from collectors.decoders.ripe_atlas import ping_result
from collectors.file_rows import Record
from collectors.grid import Grid
from collectors.import_mapping import import_mapping
from collectors.known import Series
from collectors.reasons import Refused
from collectors.result_mapping import ResultMapping
from collectors.result_rows import decoded_results

VALUES: Sequence[Any] = (
    0, 1, -1, 3, 2**31, 2**63, 2**64, -(2**70), 0.1, -0.5, 1e308, 1e-308, 1e20, "", "1", "-1", "x", "NaN", "1e999",
    "9" * 5000, "\u0663", "P999999999D", "PT", "PT1S", "PT99999999999999S", "PT1e9S", None, True, False,
    [], {}, [[]], {"x": "*"},
    "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", 253402300800, 1e11, 99999999999999,
)  # fmt: skip
ATLAS = {
    "type": "ping", "fw": 5080, "af": 4, "msm_id": 1, "prb_id": 7, "timestamp": 1788220800, "lts": 1, "sent": 4,
    "rcvd": 2, "dup": 1, "min": 1.5, "avg": 2, "max": 3, "dst_addr": "192.0.2.1", "from": "192.0.2.2", "ttl": 50,
    "size": 64, "step": 240, "proto": "ICMP", "msm_name": "Ping", "group_id": 1, "src_addr": "192.0.2.3",
    "result": [{"rtt": 1.5}, {"x": "*"}, {"rtt": 3, "dup": 1}, {"rtt": 3, "ttl": 9}, {"error": "e"}],
}  # fmt: skip
LATENCY = {
    "schedule": {"start": "2026-09-01T00:00:00Z", "duration": "PT1M"}, "test": {"type": "latency", "spec": {}},
    "participants": ["a", "b"], "id": "x", "result": {
        "succeeded": True, "packets-sent": 9, "packets-received": 8, "packets-lost": 1, "packets-duplicated": 0,
        "packets-reordered": 0, "max-clock-error": 0.1, "histogram-latency": {"1.5": 4, "2": 4},
        "histogram-ttl": {"9": 8}, "schema": 1,
    },
}  # fmt: skip
RTT = {
    "schedule": {"start": "2026-09-01T00:00:00Z", "duration": "PT5S"}, "test": {"spec": {"interval": "PT1S"}},
    "result": {"succeeded": True, "sent": 3, "lost": 1, "received": 2, "loss": 0.3, "min": "PT0.1S", "max": "PT0.1S",
               "mean": "PT0.1S", "stddev": "PT0S", "duplicates": 0, "reorders": 0,
               "roundtrips": [{"seq": 1, "rtt": "PT0.1S", "ttl": 1}, {"seq": 3, "rtt": "PT0.1S", "ip": "::1"}]},
}  # fmt: skip
POINT = {"path": ["ps", "packet_count_lost", "0C"], "is_valid": 1, "ts": 1391548990000, "val": 5, "pk": 9}
RATE = {"path": ["ps", "packet_loss_rate", "0C"], "ts": 1391548990, "val": {"numerator": 1, "denominator": 600}}
SUM = {"start": 0, "end": 10.1, "seconds": 10.1, "bytes": 9, "packets": 9, "lost_packets": 1, "jitter_ms": 0.1,
       "bits_per_second": 1.5, "lost_percent": 1.1, "sender": True}  # fmt: skip
IPERF = {
    "start": {"connected": [{"socket": 5, "local_host": "a"}], "version": "iperf 3.12", "system_info": "Linux",
              "timestamp": {"time": "Sat", "timesecs": 1795302499}, "cookie": "k", "sock_bufsize": 0,
              "test_start": {"protocol": "UDP", "num_streams": 1, "omit": 0, "duration": 10, "tos": 0}},
    "intervals": [{"streams": [SUM], "sum": SUM}],
    "end": {"streams": [], "sum": SUM, "sum_sent": SUM, "sum_received": SUM, "cpu_utilization_percent": {"host": 1}},
}  # fmt: skip
STREAM = [{"event": "start", "data": IPERF["start"]}, {"event": "interval", "data": {"sum": SUM}},
          {"event": "end", "data": IPERF["end"]}]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [found for key in keys for found in [(*path, key), *places(value[key], (*path, key))]]


def mutated(original: Any, by: random.Random) -> bytes:
    """A copy with one or two values changed, removed or doubled, or with its bytes damaged."""
    value = json.loads(json.dumps(original))
    for _ in range(by.randint(1, 2)):
        path = by.choice(places(value))
        inside = value
        for key in path[:-1]:
            inside = inside[key]
        match by.randrange(4):
            case 0:
                del inside[path[-1]]
            case 1 if isinstance(inside, list):
                inside.append(inside[path[-1]])
            case _:
                inside[path[-1]] = by.choice(VALUES)
        if not places(value):
            break
    parts = value if original is STREAM else [value]
    content = bytearray(b"\n".join(json.dumps(part).encode() for part in parts))
    if by.random() < 0.15 and content:
        at = by.randrange(len(content))
        match by.randrange(3):
            case 0:
                content[at] ^= 1 << by.randrange(8)
            case 1:
                del content[at:]
            case _:
                content[at:at] = bytes(by.randrange(256) for _ in range(3))
    return bytes(content)


SERIES = {"casa-a1": Series(17, "casanearshore", frozenset({Grid(10, 0)}))}
MAPPINGS: dict[object, str] = {
    ping_result: 'format = "ripe_atlas"\ncircuit = "casa-a1"',
    udp_measurements: 'format = "iperf3"\ncircuit = "casa-a1"',
}
PERFSONAR = 'format = "perfsonar"\ncircuit = "casa-a1"\nkind = "probes"\npackets_sent = 600'


def rows_of(content: bytes, mapping: ResultMapping) -> int:
    """Rows and refusals that a record becomes; it must be one or the other."""
    rows = decoded_results([Record(1, content)], mapping, SERIES, datetime(2026, 10, 1, tzinfo=UTC))
    assert all(one.refusal.detail for _, one in rows.rejected)
    return len(rows.records) + len(rows.rejected)


@pytest.mark.parametrize(
    ("originals", "decode"),
    [
        pytest.param([ATLAS], ping_result, id="ripe_atlas"),
        pytest.param([LATENCY, RTT, POINT, RATE], lambda content: measurement(content, 600), id="perfsonar"),
        pytest.param([IPERF, STREAM], udp_measurements, id="iperf3"),
    ],
)
def test_a_damaged_result_is_decoded_or_refused(originals: Sequence[Any], decode: Callable[[bytes], object]) -> None:
    by = random.Random(20261122)
    mapping = import_mapping("m.toml", MAPPINGS.get(decode, PERFSONAR))
    assert isinstance(mapping, ResultMapping)
    decoded = 0
    sentences: set[str] = set()
    for number in range(10_000):
        content = mutated(originals[number % len(originals)], by)
        assert rows_of(content, mapping) or not content.strip()
        try:
            decode(content)
            decoded += 1
        except Refused as error:
            sentences.add(error.refusal.detail)
    assert decoded >= 3_000, decoded
    assert len(sentences) > 10
    assert all(sentence and "\n" not in sentence for sentence in sentences)
