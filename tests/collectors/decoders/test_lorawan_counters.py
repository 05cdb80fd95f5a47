"""Small payloads of other makers: values, and what is refused because it is not of their form."""

import pytest

from collectors.decoders import lorawan_counters, lorawan_tektelic
from collectors.decoders.lorawan import PayloadDecoder
from collectors.observation import DeviceMessage
from collectors.reasons import Reason, Refused


def values(message: DeviceMessage) -> dict[tuple[str, str], float | None]:
    return {(found.channel, found.quantity): found.value for found in message.observations}


def test_terabee_counts_in_32_bits_and_names_its_faults() -> None:
    message = lorawan_counters.terabee(1, bytes.fromhex("FFFFFFFF0000000303"))
    assert values(message) == {("", "people_in_total"): 2**32 - 1, ("", "people_out_total"): 3}
    assert {found.modulus for found in message.observations} == {2**32}
    assert message.ignored == ("fault:stuck", "fault:stopped")


def test_hkt_counts_and_battery() -> None:
    message = lorawan_counters.hkt(1, bytes.fromhex("686B740007 0364 070078009600000 0C8000000C9".replace(" ", "")))
    assert values(message) == {
        ("", "battery_ratio"): 1.0,
        ("", "people_in"): 120,
        ("", "people_out"): 150,
        ("", "people_in_total"): 200,
        ("", "people_out_total"): 201,
    }


def test_hkt_with_a_fault_of_its_beam_counts_nobody() -> None:
    message = lorawan_counters.hkt(1, bytes.fromhex("686B740007070078009600000 0C8000000C98301".replace(" ", "")))
    assert values(message)["", "people_in"] is None
    assert values(message)["", "people_in_total"] == 200


def test_browan_motion() -> None:
    message = lorawan_counters.browan_motion(102, bytes.fromhex("010B390500030201"))
    assert values(message) == {
        ("", "occupied"): 1,
        ("", "battery_volts"): 3.6,
        ("", "temperature_celsius"): 25.0,
        ("", "motion_total"): 0x010203,
    }
    assert message.observations[-1].modulus == 2**24


def test_mclimate_air() -> None:
    message = lorawan_counters.mclimate_co2(2, bytes.fromhex("0102B9029F80DE"))
    assert values(message) == {
        ("", "co2_ratio"): 0.000697,
        ("", "temperature_celsius"): 27.1,
        ("", "humidity_ratio"): 0.5,
        ("", "battery_volts"): 3.376,
    }


def test_dragino_air_with_and_without_its_probe() -> None:
    with_probe = lorawan_counters.dragino_lht52(2, bytes.fromhex("0A64020FFF380165E0AA4E"))
    assert values(with_probe)["external", "temperature_celsius"] == -2.0
    without = lorawan_counters.dragino_lht52(2, bytes.fromhex("0A64020F7FFF0165E0AA4E"))
    assert values(without) == {
        ("", "temperature_celsius"): 26.6,
        ("", "humidity_ratio"): 0.527,
        ("external", "temperature_celsius"): None,
    }


def test_tektelic_air_motion_and_battery() -> None:
    message = lorawan_tektelic.decoded(10, bytes.fromhex("036700F204686100BA0BC10A00FF0D0400030B670102"))
    assert values(message) == {
        ("", "temperature_celsius"): 24.2,
        ("", "humidity_ratio"): 0.485,
        ("", "battery_volts"): 3.009,
        ("", "occupied"): 1,
        ("", "motion"): 3,
    }
    assert message.ignored == ("processor_temperature",)
    assert values(lorawan_tektelic.decoded(10, bytes.fromhex("00FF013F0A00010100FF"))) == {
        ("", "battery_volts"): 3.19,
        ("", "occupied"): None,
        ("", "closed"): 0,
    }


def test_answers_to_settings_are_ignored_as_a_whole() -> None:
    assert lorawan_tektelic.decoded(100, b"\x01\x02").ignored == ("settings",)
    assert lorawan_counters.dragino_lht52(5, b"\x01").ignored == ("device_status",)


@pytest.mark.parametrize(
    ("decode", "f_port", "payload"),
    [
        (lorawan_counters.terabee, 1, "0000000000000000"),
        (lorawan_counters.hkt, 1, "686B75000703"),
        (lorawan_counters.hkt, 1, "686B740007FF"),
        (lorawan_counters.browan_motion, 102, "00"),
        (lorawan_counters.browan_motion, 101, "010B390500030201"),
        (lorawan_counters.mclimate_co2, 2, "0402B9029F80DE"),
        (lorawan_counters.dragino_lht52, 3, "0A64020F7FFF0165E0AA4E"),
        (lorawan_tektelic.decoded, 11, "0A00FF"),
        (lorawan_tektelic.decoded, 10, "0A01FF"),
    ],
)
def test_what_is_not_of_the_form_is_refused(decode: PayloadDecoder, f_port: int, payload: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(f_port, bytes.fromhex(payload))
    assert refused.value.refusal.reason == Reason.UNDECODABLE


def test_hkt_cut_short() -> None:
    with pytest.raises(Refused, match="ends inside type 0x07") as refused:
        lorawan_counters.hkt(1, bytes.fromhex("686B7400070700"))
    assert refused.value.refusal.reason == Reason.MALFORMED
