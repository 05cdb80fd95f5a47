"""Results of tools as rows of the store: which kind, which circuit, which instants, and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.file_rows import Record, Rows
from collectors.grid import Grid
from collectors.import_mapping import import_mapping
from collectors.known import Series
from collectors.result_mapping import ResultMapping
from collectors.result_rows import decoded_results
from store.errors import InputError

NOW = datetime(2026, 10, 1, tzinfo=UTC)
AT = 1_788_220_800
SERIES = {
    "casa-a1": Series(17, "casanearshore"),
    "casa-a2": Series(18, "casanearshore", frozenset({Grid(10, 0)})),
}
PING = {
    "type": "ping", "fw": 5080, "af": 4, "msm_id": 1, "prb_id": 7, "timestamp": AT, "lts": 1, "sent": 3, "rcvd": 2,
    "result": [{"rtt": 1.5}, {"x": "*"}, {"rtt": 2}],
}  # fmt: skip
LATENCY = {"packets-sent": 600, "packets-received": 599}


def mapping_of(text: str) -> ResultMapping:
    found = import_mapping("m.toml", text)
    assert isinstance(found, ResultMapping)
    return found


def read(text: str, *records: object) -> Rows:
    contents = [Record(number, json.dumps(record).encode()) for number, record in enumerate(records, start=1)]
    return decoded_results(contents, mapping_of(text), SERIES, NOW)


def table(rows: Rows) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in rows.columns), strict=True))


def refused(rows: Rows) -> list[tuple[int, str, str]]:
    return [(number, one.refusal.reason.value, one.refusal.detail) for number, one in rows.rejected]


def us(seconds: float) -> int:
    return round((AT + seconds) * 1_000_000)


def test_pings_become_a_probe_per_packet_a_second_apart() -> None:
    rows = read('format = "ripe_atlas"\ncircuit = "casa-a1"', PING)
    assert table(rows) == [(17, us(0), 1_500_000), (17, us(1), -1), (17, us(2), 2_000_000)]
    assert [record.number for record in rows.records] == [1, 1, 1]
    apart = read('format = "ripe_atlas"\ncircuit = "casa-a1"\npacket_interval_ms = 200', PING)
    assert [row[1] for row in table(apart)] == [us(0), us(0.2), us(0.4)]


def test_pings_of_firmware_without_packets_are_counts() -> None:
    old = {**PING, "result": None}
    del old["result"]
    text = 'format = "ripe_atlas"\ncircuit = "casa-a1"\n'
    assert refused(read(text, old))[0][2].endswith('import them with kind = "intervals"')
    assert table(read(text + 'kind = "intervals"', old)) == [(17, us(0), 3, 1)]


def test_probes_are_circuits_by_the_codes_of_the_mapping() -> None:
    rows = read('format = "ripe_atlas"\n[codes]\n7 = "casa-a1"\n9 = "casa-a9"', PING, PING | {"prb_id": 8})
    assert len(table(rows)) == 3
    assert refused(rows) == [(2, "unknown_circuit", "a probe that the mapping's codes do not translate")]
    gone = read('format = "ripe_atlas"\n[codes]\n7 = "casa-a9"', PING)
    assert refused(gone) == [(1, "unknown_circuit", 'circuit "casa-a9" is not in the inventory')]


def test_only_the_address_family_that_is_asked_for() -> None:
    rows = read('format = "ripe_atlas"\ncircuit = "casa-a1"\naddress_family = "6"', PING, {**PING, "af": 6})
    assert {record.number for record in rows.records} == {2}
    assert refused(rows)[0][2] == "measured over IPv4; the mapping asks for the other"


def test_a_clock_that_is_not_synchronised_is_believed_only_on_request() -> None:
    text = 'format = "ripe_atlas"\ncircuit = "casa-a1"\n'
    assert refused(read(text, {**PING, "lts": -1}))[0][1] == "clock_not_set"
    assert len(table(read(text + 'unsynchronised = "accept"', {**PING, "lts": -1}))) == 3


def test_a_result_that_says_no_instant_takes_that_of_the_mapping() -> None:
    text = 'format = "perfsonar"\ncircuit = "casa-a1"\n'
    assert refused(read(text, LATENCY))[0][1] == "naive_instant"
    rows = read(text + "starts_at = 2026-09-01T01:00:00+01:00", LATENCY)
    assert table(rows) == [(17, us(0), 600, 1)]
    assert refused(read(text, {**LATENCY, "packets-sent": 0, "packets-received": 0}))[0][1] == "naive_instant"


def test_nothing_sent_is_nothing_known() -> None:
    text = 'format = "perfsonar"\ncircuit = "casa-a1"\nstarts_at = 2026-09-01T00:00:00Z'
    nothing = {"packets-sent": 0, "packets-received": 0}
    assert refused(read(text, nothing))[0][2] == "nothing was sent: nothing is known"


def test_the_archive_of_lost_packets_needs_those_sent() -> None:
    text = 'format = "perfsonar"\ncircuit = "casa-a1"\nevent_type = "packet-count-lost"\npackets_sent = 600'
    rows = read(text, {"ts": AT, "val": 2}, {"ts": AT + 60, "val": 601}, {"ts": AT + 4e9, "val": 1})
    assert table(rows) == [(17, us(0), 600, 2)]
    assert sorted(why for _, why, _ in refused(rows)) == ["future", "lost_exceeds_sent"]


def test_what_no_column_can_hold_is_refused() -> None:
    text = 'format = "perfsonar"\nkind = "probes"\ncircuit = "casa-a1"\nstarts_at = 2026-09-01T00:00:00Z'
    far = {"test": {"spec": {"interval": "P999999999D"}}, "result": {"sent": 2, "roundtrips": []}}
    slow = {"sent": 1, "roundtrips": [{"seq": 1, "rtt": "P999999999D"}]}
    assert refused(read(text, far, slow)) == [
        (1, "out_of_range", "the last packet is no instant between 1970 and 9999"),
        (2, "out_of_range", "a round trip longer than a day"),
    ]


def udp(start: int, length: int) -> dict[str, Any]:
    part = {"start": 0, "end": length + 0.05, "packets": 100, "lost_packets": 1}
    return {
        "start": {"timestamp": {"timesecs": AT + start}, "test_start": {"protocol": "UDP", "omit": 0}},
        "intervals": [],
        "end": {"sum_received": part},
    }


def test_a_test_must_start_on_the_grid_of_its_circuit_and_not_outlast_its_interval() -> None:
    rows = read('format = "iperf3"\ncircuit = "casa-a2"', udp(0, 10), udp(3, 5), udp(20, 11))
    assert table(rows) == [(18, us(0), 100, 1)]
    assert sorted(refused(rows)) == [
        (2, "off_grid", "starts off the circuit's grid of 10 s"),
        (3, "off_grid", "the test lasts longer than the circuit's interval of 10 s"),
    ]
    assert len(table(read('format = "iperf3"\ncircuit = "casa-a1"', udp(3, 60)))) == 1


def test_a_record_that_is_refused_is_kept_whole_and_blank_ones_are_none() -> None:
    mapping = mapping_of('format = "iperf3"\ncircuit = "casa-a1"')
    rows = decoded_results([Record(1, b" \n"), Record(2, b"{"), Record(3, None)], mapping, SERIES, NOW)
    assert [(number, one.kept) for number, one in rows.rejected] == [(2, b"{"), (3, b"")]
    assert [why for _, why, _ in refused(rows)] == ["malformed", "oversized"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('format = "xml"', "format: must be one of csv, parquet, ripe_atlas, perfsonar, iperf3"),
        ('format = "iperf3"\nkind = "probes"', "kind: must be one of intervals"),
        ('format = "iperf3"\ndirection = "both"', "direction: must be one of forward, reverse"),
        ('format = "iperf3"\npackets_sent = 3', "packets_sent: unknown key"),
        ('format = "iperf3"\n[codes]\na = "b"', "codes: unknown key"),
        ('format = "ripe_atlas"\ncircuit = "a"\n[codes]\n7 = "b"', 'codes: "circuit" says already what all results'),
        ('format = "ripe_atlas"\naddress_family = "5"', "address_family: must be one of 4, 6, any"),
        ('format = "ripe_atlas"\ncodes = 3', "codes: must be a table of names and codes"),
        ('format = "perfsonar"\nstarts_at = 2026-09-01T00:00:00', "starts_at: must be an instant with its offset"),
        ('format = "perfsonar"\npackets_sent = 0', "packets_sent: must be a whole number"),
    ],
)
def test_each_mistake_in_a_mapping_is_one_line(text: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        import_mapping("m.toml", text)
    assert str(caught.value).startswith(f"m.toml: {line}")


def test_command_line_and_mapping_must_name_one_format() -> None:
    with pytest.raises(InputError, match=r"^--format: iperf3, but m.toml is a mapping for ripe_atlas$"):
        import_mapping("m.toml", 'format = "ripe_atlas"', "iperf3")
    assert import_mapping("m.toml", 'circuit = "casa-a1"', "iperf3").format == "iperf3"
