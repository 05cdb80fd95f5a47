import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.stamp import SIZE, answer, ntp, reply, request


def test_a_request_is_44_octets_with_the_fields_of_rfc_8762_4_2_1() -> None:
    packet = request(0x01020304, 0x1122334455667788)
    assert len(packet) == SIZE == 44
    assert packet[:12] == bytes.fromhex("01020304 1122334455667788")
    assert packet[12:14] == b"\x3f\xff"  # S = 0: no claim of a synchronised clock; Z = 0: NTP timestamps
    assert packet[14:] == bytes(30)


def test_an_answer_has_the_fields_of_rfc_8762_4_3_1() -> None:
    packet = answer(request(7, 0x1111111111111111), 0x2222222222222222, 0x3333333333333333, 64)
    assert packet is not None
    assert len(packet) == 44
    assert packet[0:4] == struct.pack("!I", 7)  # stateless: the sender's number echoed
    assert packet[4:12] == b"\x33" * 8  # T3
    assert packet[12:16] == b"\x3f\xff\x00\x00"
    assert packet[16:24] == b"\x22" * 8  # T2
    assert packet[24:28] == struct.pack("!I", 7)
    assert packet[28:36] == b"\x11" * 8  # T1, as it came
    assert packet[36:40] == b"\x3f\xff\x00\x00"
    assert packet[40:] == b"\x40\x00\x00\x00"  # TTL


@pytest.mark.parametrize(
    ("unix_nanoseconds", "expected"),
    [
        (0, 0x83AA7E80_00000000),
        (500_000_000, 0x83AA7E80_80000000),
        (1_788_220_800_250_000_000, ((1_788_220_800 + 2_208_988_800) << 32) + (1 << 30)),
        (2_085_978_496_000_000_000, 0),  # 2036-02-07T06:28:16Z: NTP starts again
    ],
)
def test_timestamps_are_ntp(unix_nanoseconds: int, expected: int) -> None:
    assert ntp(unix_nanoseconds) == expected


@given(st.integers(0, 4 * 10**18), st.integers(0, 10**12))
def test_the_residence_survives_the_way_even_where_ntp_wraps(received: int, residence: int) -> None:
    packet = answer(request(1, 0), ntp(received), ntp(received + residence), 255)
    assert packet is not None
    found = reply(packet)
    assert found is not None
    assert abs(found.residence_nanoseconds - residence) <= 2


def test_a_reflector_clock_that_went_back_counts_as_no_residence() -> None:
    packet = answer(request(1, 5), ntp(10**18), ntp(10**18 - 10**9), 255)
    assert packet is not None
    found = reply(packet)
    assert found is not None
    assert found.residence_nanoseconds == 0
    assert found.sent_ntp == 5


@given(st.binary(max_size=43))
def test_what_is_too_short_gets_no_answer_and_is_none(packet: bytes) -> None:
    assert answer(packet, 1, 2, 3) is None
    assert reply(packet) is None


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.binary(max_size=100))
def test_an_answer_is_as_long_as_its_request_and_is_itself_never_answered(seq: int, sent: int, padding: bytes) -> None:
    asked = request(seq, sent) + padding
    answered = answer(asked, ntp(10**18), ntp(10**18 + 1), 255)
    assert answered is not None
    assert len(answered) == len(asked)
    assert answer(answered, 1, 2, 255) is None
