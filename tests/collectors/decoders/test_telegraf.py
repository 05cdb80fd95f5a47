"""Tests collectors.decoders.telegraf and line_protocol."""

from pathlib import Path
from typing import Any

import pytest

from collectors.decoders.line_protocol import Line, lines
from collectors.decoders.meaning import Meaning
from collectors.decoders.telegraf import Measurement, decoded
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused


def values(read: DeviceMessage) -> dict[tuple[str, str, str], Any]:
    return {(one.device, one.channel, one.quantity): one.value for one in read.observations}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m f=1", Line("m", {}, {"f": 1.0}, None)),
        ("m,t=a f=1i,g=2u,h=-3i 17", Line("m", {"t": "a"}, {"f": 1, "g": 2, "h": -3}, 17)),
        (r"my\ m\,x,t\=1=a\ b f\ 1=t", Line("my m,x", {"t=1": "a b"}, {"f 1": True}, None)),
        (r'm f="a \"b\" \\ c, d=1 e",g=F', Line("m", {}, {"f": r'a "b" \ c, d=1 e', "g": False}, None)),
        ('m f="two\nlines" 5', Line("m", {}, {"f": "two\nlines"}, 5)),
        (r"m,path=C:\dir f=1e-3", Line("m", {"path": r"C:\dir"}, {"f": 0.001}, None)),
        ("m=1 f=TRUE,g=.5,h=5. -9 ", Line("m=1", {}, {"f": True, "g": 0.5, "h": 5.0}, -9)),
        ("m f=18446744073709551615u", Line("m", {}, {"f": 2**64 - 1}, None)),
    ],
)
def test_one_line(text: str, expected: Line) -> None:
    assert list(lines(text)) == [expected]


def test_lines_comments_and_empty_lines() -> None:
    assert [line.measurement for line in lines("# x\n\na f=1\r\n  b f=2\n\n#\nc f=3 4\n")] == ["a", "b", "c"]
    assert list(lines("")) == list(lines("\n# only\n")) == []


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("m", "line 1: expected fields"),
        ("m f", "line 1: expected the value of a field"),
        ("a f=1\nm f=", "line 2: expected the value of a field"),
        ("m f=1 x", "line 1: expected the end of the line"),
        ("m f=one", "line 1: expected a number, a truth or quoted text"),
        ("m f=9223372036854775808i", "line 1: expected a number, a truth or quoted text"),
        ("m f=-1u", "line 1: expected a number, a truth or quoted text"),
        ('m f="open', "line 1: expected the value of a field"),
        ("m,t f=1", "line 1: expected the value of a tag"),
        (",t=1 f=1", "line 1: expected a measurement"),
        ('a f="x\ny"\nm f=', "line 3: expected the value of a field"),
        ("m f=NaN", "line 1: expected a number, a truth or quoted text"),
    ],
)
def test_a_wrong_line_is_named_by_its_number_and_not_repeated(text: str, detail: str) -> None:
    with pytest.raises(Refused) as refused:
        list(lines(text))
    assert refused.value.refusal == (Reason.MALFORMED, detail)


def test_ping_counts_its_losses_itself() -> None:
    read = decoded(
        b"ping,url=a packets_transmitted=5i,packets_received=3i,percent_packet_loss=99,average_response_ms=2.5 1000"
    )
    assert read.observations == [
        Observation("a", "", "probes_sent", 1, 5),
        Observation("a", "", "round_trip_seconds", 1, 0.0025),
        Observation("a", "", "probes_lost", 1, 2),
    ]


def test_when_all_was_lost_there_is_no_round_trip() -> None:
    read = decoded(b"ping,url=a packets_transmitted=5i,packets_received=0i,result_code=0i 1000")
    assert values(read) == {("a", "", "probes_sent"): 5, ("a", "", "probes_lost"): 5}


def test_more_received_than_sent_is_no_loss_of_less_than_none() -> None:
    read = decoded(b"ping,url=a packets_transmitted=5i,packets_received=6i")
    assert (read.observations[1].value, read.observations[1].reason) == (None, "negative")


def test_the_wider_counter_of_a_line_is_taken_with_its_modulus() -> None:
    read = decoded(b"interface,agent_host=r1,ifDescr=eth0 ifInOctets=5i,ifHCInOctets=4294967301i,ifOperStatus=7i 1000")
    assert read.observations == [
        Observation("r1", "eth0", "octets_in_total", 1, 4294967301, modulus=2**64),
        Observation("r1", "eth0", "oper_up", 1, 0),
    ]


@pytest.mark.parametrize(("status", "value"), [(b"1i", 1), (b"2i", 0), (b"4i", None), (b"0i", None), (b'"up"', None)])
def test_oper_status(status: bytes, value: int | None) -> None:
    read = decoded(b"interface,agent_host=r1,ifDescr=eth0 ifOperStatus=" + status)
    assert read.observations[0].value == value


def test_a_site_maps_its_own_measurements() -> None:
    mapping = {
        "mqtt_consumer": Measurement(
            "topic", None, {"co2": Meaning("co2_ratio", channel="air", factor=Meaning("co2_ratio").factor / 10**6)}
        )
    }
    read = decoded(b"mqtt_consumer,topic=room/1 co2=617 1700000000", mapping, precision="s")
    assert read.observations == [Observation("room/1", "air", "co2_ratio", 1_700_000_000_000_000, 0.000617)]


def test_what_has_no_mapping_is_not_named() -> None:
    read = decoded(b"Fatima,url=a f=1 5\nping f=1 5\nping,url=b Zahra=1 5")
    assert read == DeviceMessage([], ignored=("line without its device", "unmapped field", "unmapped measurement"))


def test_retained_lines_are_state_only_without_instants() -> None:
    assert decoded(b"ping,url=a packets_transmitted=5i,packets_received=5i", retained=True).is_state
    assert not decoded(b"ping,url=a packets_transmitted=5i,packets_received=5i 9000", retained=True).is_state


@pytest.mark.parametrize(("body", "reason"), [(b"\xff", Reason.MALFORMED), (b"x" * 300_000, Reason.OVERSIZED)])
def test_other_bodies_are_refused(body: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        decoded(body)
    assert refused.value.refusal.reason is reason


def test_the_examples_of_the_plugins(samples: Path) -> None:
    folder = samples / "payloads/telegraf"
    assert values(decoded((folder / "ping_readme.influx").read_bytes())) == {
        ("example.org", "", "probes_sent"): 5,
        ("example.org", "", "probes_lost"): 0,
        ("example.org", "", "round_trip_seconds"): 0.023066,
    }
    snmp = decoded((folder / "snmp_readme.influx").read_bytes())
    assert values(snmp) == {
        ("127.0.0.1", "wlan0", "oper_up"): 1,
        ("127.0.0.1", "wlan0", "octets_in_total"): 3436617431,
        ("127.0.0.1", "wlan0", "octets_out_total"): 581368041,
        ("127.0.0.1", "eth0", "oper_up"): 1,
        ("127.0.0.1", "eth0", "octets_in_total"): 3852386380,
        ("127.0.0.1", "eth0", "octets_out_total"): 434865441,
        ("127.0.0.1", "lo", "oper_up"): 1,
        ("127.0.0.1", "lo", "octets_in_total"): 51555569,
        ("127.0.0.1", "lo", "octets_out_total"): 51555569,
    }
    assert {one.measured_at_us for one in snmp.observations} == {1_575_509_815_000_000}
    assert "c8:5b" not in repr(snmp)
    gnmi = decoded((folder / "gnmi_readme.influx").read_bytes())
    assert values(gnmi) == {
        ("10.49.234.115", name, quantity): 0
        for name in ("MgmtEth0/RP0/CPU0/0", "GigabitEthernet0/0/0/0")
        for quantity in ("octets_in_total", "octets_out_total")
    }
    assert {one.measured_at_us for one in gnmi.observations} == {1_559_145_777_425_000}
