"""Tests collectors.decoders.sparkplug."""

import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.meaning import Meaning
from collectors.decoders.sparkplug import Address, EdgeNode, rebirth_command, sparkplug_address
from collectors.decoders.sparkplug_b_pb2 import Metric, Payload, PropertySet, PropertyValue
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused

MEANINGS = {
    "Room/People": Meaning("people"),
    "Room/Temperature": Meaning("temperature_celsius"),
    "Door/In": Meaning("people_in_total", channel="door"),
    "Supply Voltage": Meaning("battery_volts"),
}
BORN_MS = 1_700_000_000_000


def address(kind: str, device: str = "") -> Address:
    return Address("Casa", kind, "edge-1", device)


def payload(*metrics: Metric, seq: int | None = None, sent_ms: int | None = BORN_MS) -> bytes:
    return Payload(timestamp=sent_ms, metrics=metrics, seq=seq).SerializeToString()


def birth(*metrics: Metric, seq: int = 0, birth_number: int = 0) -> bytes:
    number = Metric(name="bdSeq", datatype=8, long_value=birth_number)
    return payload(number, *metrics, seq=seq)


PEOPLE = Metric(name="Room/People", alias=7, datatype=3, int_value=2, timestamp=BORN_MS - 5000)


def born() -> EdgeNode:
    node = EdgeNode(MEANINGS)
    node.decoded(address("NBIRTH"), birth(PEOPLE))
    return node


def read(message: DeviceMessage) -> list[tuple[str, Any, int | None]]:
    return [(one.quantity, one.value, one.measured_at_us) for one in message.observations]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("spBv1.0/Sparkplug B Devices/NBIRTH/Raspberry Pi", ("Sparkplug B Devices", "NBIRTH", "Raspberry Pi", "")),
        ("spBv1.0/G/DDATA/N/D", ("G", "DDATA", "N", "D")),
        ("spBv1.0/STATE/host", None),
    ],
)
def test_addresses(topic: str, expected: tuple[str, ...] | None) -> None:
    assert sparkplug_address(topic) == expected


@pytest.mark.parametrize(
    "topic",
    [
        "spAv1.0/G/NDATA/N",
        "spBv1.0/G/NDATA/N/D",
        "spBv1.0/G/DDATA/N",
        "spBv1.0/G/XDATA/N",
        "spBv1.0",
        "spBv1.0/G/NDATA/",
    ],
)
def test_topics_that_are_no_address(topic: str) -> None:
    with pytest.raises(Refused) as refused:
        sparkplug_address(topic)
    assert refused.value.refusal.reason is Reason.TOPIC


def test_a_birth_says_online_and_brings_values_at_the_metrics_own_instants() -> None:
    message = EdgeNode(MEANINGS).decoded(address("NBIRTH"), birth(PEOPLE))
    assert message.observations == [
        Observation("Casa/edge-1", "", "is_online", BORN_MS * 1000, 1),
        Observation("Casa/edge-1", "", "people", (BORN_MS - 5000) * 1000, 2),
    ]
    assert message.sequence == SequenceNumber("Casa/edge-1", 0, 256)
    assert message.ignored == ()  # bdSeq is Sparkplug's own


def test_a_metric_without_a_meaning_is_told_and_not_named() -> None:
    message = EdgeNode(MEANINGS).decoded(address("NBIRTH"), birth(Metric(name="Amina/Poste", int_value=1)))
    assert message.ignored == ("unmapped metrics",)


def test_data_with_an_alias_alone_is_what_the_birth_named() -> None:
    node = born()
    message = node.decoded(address("NDATA"), payload(Metric(alias=7, int_value=5), seq=1))
    assert read(message) == [("people", 5, BORN_MS * 1000)]
    assert not node.needs_rebirth


def test_an_unknown_alias_is_refused_and_asks_for_a_rebirth() -> None:
    node = born()
    with pytest.raises(Refused) as refused:
        node.decoded(address("NDATA"), payload(Metric(alias=8, int_value=5), seq=1))
    assert refused.value.refusal.reason is Reason.REBIRTH_NEEDED
    assert node.needs_rebirth
    node.decoded(address("NBIRTH"), birth(PEOPLE))
    assert not node.needs_rebirth


def test_after_our_restart_aliases_are_refused_and_names_are_read() -> None:
    node = EdgeNode(MEANINGS)
    with pytest.raises(Refused, match="no birth"):
        node.decoded(address("NDATA"), payload(Metric(alias=7, int_value=5), seq=9))
    named = Metric(name="Room/People", datatype=3, int_value=5)
    assert read(node.decoded(address("NDATA"), payload(named, seq=10))) == [("people", 5, BORN_MS * 1000)]
    assert node.needs_rebirth


def test_an_alias_of_a_device_is_not_that_of_another() -> None:
    node = born()
    node.decoded(address("DBIRTH", "door"), payload(Metric(name="Door/In", alias=9, datatype=8, long_value=3), seq=1))
    node.decoded(address("DBIRTH", "other"), payload(seq=2))
    assert read(node.decoded(address("DDATA", "door"), payload(Metric(alias=9, long_value=4), seq=3)))[0][1] == 4
    with pytest.raises(Refused):
        node.decoded(address("DDATA", "other"), payload(Metric(alias=9, long_value=4), seq=4))


def test_seq_wraps_and_a_gap_asks_for_a_rebirth() -> None:
    node = born()
    for number in [*range(1, 256), 0, 1]:
        node.decoded(address("NDATA"), payload(Metric(alias=7, int_value=1), seq=number))
    assert not node.needs_rebirth
    message = node.decoded(address("NDATA"), payload(Metric(alias=7, int_value=6), seq=3))
    assert node.needs_rebirth
    assert read(message) == [("people", 6, BORN_MS * 1000)]  # the alias is still known: nothing is thrown away


def test_a_seq_beyond_its_modulus_is_refused() -> None:
    with pytest.raises(Refused, match="above 255"):
        born().decoded(address("NDATA"), payload(seq=256))


def test_the_death_of_the_last_birth_takes_everything_offline() -> None:
    node = born()
    node.decoded(address("DBIRTH", "door"), payload(seq=1))
    message = node.decoded(address("NDEATH"), payload(Metric(name="bdSeq", datatype=8, long_value=0)))
    assert [(one.device, one.value, one.measured_at_us) for one in message.observations] == [
        ("Casa/edge-1", 0, None),
        ("Casa/edge-1/door", 0, None),
    ]
    with pytest.raises(Refused):
        node.decoded(address("NDATA"), payload(Metric(alias=7, int_value=5), seq=2))


def test_a_late_death_of_an_earlier_session_changes_nothing() -> None:
    node = EdgeNode(MEANINGS)
    node.decoded(address("NBIRTH"), birth(PEOPLE, birth_number=4))
    message = node.decoded(address("NDEATH"), payload(Metric(name="bdSeq", datatype=8, long_value=3)))
    assert message.observations == ()
    assert read(node.decoded(address("NDATA"), payload(Metric(alias=7, int_value=5), seq=1)))[0][1] == 5


def test_the_death_of_a_device_has_its_instant() -> None:
    node = born()
    node.decoded(address("DBIRTH", "door"), payload(seq=1))
    message = node.decoded(address("DDEATH", "door"), payload(seq=2))
    assert message.observations == (Observation("Casa/edge-1/door", "", "is_online", BORN_MS * 1000, 0),)


def test_historical_values_are_marked_and_dated_by_themselves_alone() -> None:
    old = Metric(alias=7, int_value=1, is_historical=True, timestamp=BORN_MS - 60_000)
    undated = Metric(alias=7, int_value=3, is_historical=True)
    message = born().decoded(address("NDATA"), payload(old, undated, Metric(alias=7, int_value=2), seq=1))
    assert [(one.value, one.is_historical) for one in message.observations] == [(1, True), (3, True), (2, False)]
    assert [one.measured_at_us for one in message.observations] == [(BORN_MS - 60_000) * 1000, None, BORN_MS * 1000]


def with_quality(quality: PropertyValue, key: str = "Quality") -> Metric:
    return Metric(alias=7, int_value=4, properties=PropertySet(keys=["Unit", key], values=[PropertyValue(), quality]))


@pytest.mark.parametrize(
    ("metric", "value", "reason"),
    [
        (Metric(alias=7, int_value=4), 4, ""),
        (with_quality(PropertyValue(type=3, int_value=192)), 4, ""),
        (with_quality(PropertyValue(type=3, int_value=216)), 4, ""),
        (with_quality(PropertyValue(type=4, long_value=192)), 4, ""),
        (with_quality(PropertyValue(type=3, int_value=0)), None, "quality_bad"),
        (with_quality(PropertyValue(type=3, int_value=500)), None, "quality_stale"),
        (with_quality(PropertyValue(type=3, int_value=64)), None, "quality_unknown"),
        (with_quality(PropertyValue(type=12, string_value="GOOD")), None, "quality_unknown"),
        (with_quality(PropertyValue(type=3, is_null=True)), None, "quality_unknown"),
        (with_quality(PropertyValue(type=3, int_value=0), "quality of life"), 4, ""),
    ],
)
def test_a_value_of_bad_or_stale_quality_is_none(metric: Metric, value: int | None, reason: str) -> None:
    (found,) = born().decoded(address("NDATA"), payload(metric, seq=1)).observations
    assert (found.value, found.reason) == (value, reason)


def test_of_what_is_null_the_quality_says_no_more() -> None:
    metric = with_quality(PropertyValue(int_value=0))
    metric.is_null = True
    (found,) = born().decoded(address("NDATA"), payload(metric, seq=1)).observations
    assert (found.value, found.reason) == (None, "null")


def compressed(body: bytes, algorithm: str | None, **outer: int) -> bytes:
    metrics = [] if algorithm is None else [Metric(name="algorithm", datatype=12, string_value=algorithm)]
    return Payload(uuid="SPBV1.0_COMPRESSED", body=body, metrics=metrics, **outer).SerializeToString()


INNER = payload(Metric(alias=7, int_value=5), seq=1)


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize(
    "body",
    [
        compressed(zlib.compress(INNER), None),
        compressed(zlib.compress(INNER), "DEFLATE"),
        compressed(raw_deflate(INNER), "deflate"),
        compressed(gzip.compress(INNER, mtime=0), "GZIP"),
        compressed(zlib.compress(payload(Metric(alias=7, int_value=5), sent_ms=None)), None, seq=1, timestamp=BORN_MS),
    ],
)
def test_a_compressed_payload_is_what_it_holds(body: bytes) -> None:
    message = born().decoded(address("NDATA"), body)
    assert read(message) == [("people", 5, BORN_MS * 1000)]
    assert message.sequence == SequenceNumber("Casa/edge-1", 1, 256)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (compressed(zlib.compress(bytes(50_000_000)), "DEFLATE"), Reason.OVERSIZED),
        (compressed(gzip.compress(bytes(50_000_000), mtime=0), "GZIP"), Reason.OVERSIZED),
        (compressed(zlib.compress(INNER)[:-5], "DEFLATE"), Reason.MALFORMED),
        (compressed(zlib.compress(INNER), "GZIP"), Reason.MALFORMED),
        (compressed(b"", "DEFLATE"), Reason.MALFORMED),
        (compressed(zlib.compress(b"{}"), "DEFLATE"), Reason.MALFORMED),
        (compressed(zlib.compress(INNER), "LZ4 of Amina"), Reason.UNDECODABLE),
        (compressed(zlib.compress(compressed(zlib.compress(INNER), None)), None), Reason.UNDECODABLE),
    ],
)
def test_what_is_compressed_otherwise_or_without_end_is_refused(body: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        born().decoded(address("NDATA"), body)
    assert refused.value.refusal.reason is reason
    assert "Amina" not in refused.value.refusal.detail


def test_null_is_no_value() -> None:
    message = born().decoded(address("NDATA"), payload(Metric(alias=7, is_null=True), seq=1))
    assert (message.observations[0].value, message.observations[0].reason) == (None, "null")


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (Metric(datatype=1, int_value=0xFF), -1),
        (Metric(datatype=1, int_value=0xFFFFFFFF), -1),
        (Metric(datatype=2, int_value=0xFFF6), -10),
        (Metric(datatype=3, int_value=0xFFFFFFF6), -10),
        (Metric(datatype=4, long_value=2**64 - 10), -10),
        (Metric(datatype=8, long_value=21), 21),
        (Metric(datatype=10, double_value=-2.5), -2.5),
        (Metric(datatype=5, int_value=300), None),
        (Metric(datatype=12, string_value="21"), None),
        (Metric(datatype=10, double_value=float("nan")), None),
        (Metric(datatype=16, dataset_value=b"\x08\x01"), None),
    ],
)
def test_data_types(metric: Metric, value: float | None) -> None:
    metric.name = "Room/Temperature"
    message = EdgeNode(MEANINGS).decoded(address("NDATA"), payload(metric, seq=0))
    assert message.observations[0].value == value


def test_the_type_of_the_birth_holds_for_its_alias() -> None:
    node = EdgeNode(MEANINGS)
    node.decoded(address("NBIRTH"), birth(Metric(name="Room/Temperature", alias=1, datatype=2, int_value=0)))
    message = node.decoded(address("NDATA"), payload(Metric(alias=1, int_value=0xFFF6), seq=1))
    assert message.observations[0].value == -10.0


def test_commands_are_not_ours_and_ours_is_one() -> None:
    body = rebirth_command(BORN_MS)
    assert EdgeNode(MEANINGS).decoded(address("NCMD"), body) == DeviceMessage(ignored=("NCMD",))
    (metric,) = Payload.FromString(body).metrics
    assert (metric.name, metric.boolean_value) == ("Node Control/Rebirth", True)


@pytest.mark.parametrize("body", [b"\xff\xff", b"{}", b"\x12\x7f"])
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        EdgeNode(MEANINGS).decoded(address("NDATA"), body)
    assert refused.value.refusal.reason is Reason.MALFORMED


def test_retained_messages_are_state() -> None:
    message = EdgeNode(MEANINGS).decoded(address("NBIRTH"), birth(PEOPLE), retained=True)
    assert message.is_state


def test_the_examples_of_the_specification(samples: Path) -> None:
    node = EdgeNode(MEANINGS)
    found: dict[str, DeviceMessage] = {}
    for file in sorted((samples / "payloads/sparkplug").glob("*.bin")):
        kind = file.stem[3:]
        device = "Pibrella" if kind.startswith("D") else ""
        if kind == "DDEATH":  # printed after NDEATH, with a seq of its own
            node.decoded(address("NBIRTH"), birth())
        found[kind] = node.decoded(address(kind, device), file.read_bytes())
    at_us = 1_486_144_502_122_000
    assert read(found["NBIRTH"]) == [("is_online", 1, at_us), ("battery_volts", pytest.approx(12.1), at_us)]
    assert read(found["DBIRTH"]) == [("is_online", 1, at_us)]
    assert read(found["NDATA"]) == [("battery_volts", pytest.approx(12.3), at_us)]
    assert found["NDATA"].sequence == SequenceNumber("Casa/edge-1", 2, 256)
    assert found["NCMD"] == DeviceMessage(ignored=("NCMD",))
    assert found["DCMD"] == DeviceMessage(ignored=("DCMD",))
    assert [(one.device, one.value) for one in found["NDEATH"].observations] == [
        ("Casa/edge-1", 0), ("Casa/edge-1/Pibrella", 0),
    ]  # fmt: skip
    assert read(found["DDEATH"]) == [("is_online", 0, at_us)]
