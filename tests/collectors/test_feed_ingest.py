"""Messages of other makers' devices, over a real broker into a real database: the feeds of the demonstration."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from collectors.decoders.sparkplug_b_pb2 import Metric, Payload
from collectors.registration import registered
from facilities.inventory import Inventory
from store.connection import connect

if TYPE_CHECKING:
    from tests.collectors.conftest import Message, Site

AT = "2026-09-08T09:00:00Z"
AT_SECONDS = 1_788_858_000
LORAWAN = "application/7f1c/device/{}/event/up"


def uplink(eui: str, payload: str, counter: int, at: str = AT) -> Message:
    body = {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": at,
        "deviceInfo": {"devEui": eui, "deviceName": "Bureau de Amina"},
        "devAddr": "00189440",
        "fCnt": counter,
        "fPort": 85,
        "data": base64.b64encode(bytes.fromhex(payload)).decode(),
    }
    return LORAWAN.format(eui), json.dumps(body).encode()


def sparkplug(kind: str, seq: int, *metrics: Metric, device: str = "") -> Message:
    body = Payload(timestamp=AT_SECONDS * 1000, seq=seq, metrics=metrics).SerializeToString()
    return f"spBv1.0/oujda-shore/{kind}/b1{device and '/' + device}", body


def shelly(device: str, params: dict[str, Any]) -> Message:
    frame = {"src": "x", "method": "NotifyStatus", "params": {"ts": AT_SECONDS, **params}}
    return f"fes-shore/b1/{device}/events/rpc", json.dumps(frame).encode()


MESSAGES: list[Message] = [
    uplink("24e124ffff000001", "04C9030800A106CD05", 1),
    uplink("24e124ffff000002", "84CC011108110185CCE803E90301", 1),
    (
        "technopolis/z2m/bâtiment B/salle 4",
        json.dumps({"occupancy": True, "illuminance": 48, "temperature": None, "last_seen": AT}).encode(),
    ),
    shelly("presence-2", {"presence:0": {"num_objects": 12}}),
    shelly("compteur-3", {"switch:0": {"apower": 8.9, "aenergy": {"total": 6.5}}}),
    sparkplug("NBIRTH", 0, Metric(name="bdSeq", datatype=8, long_value=0)),
    sparkplug("DBIRTH", 1, Metric(name="Salle/Personnes", alias=7, datatype=3, int_value=20), device="plateau-2"),
    sparkplug("DDATA", 2, Metric(alias=7, int_value=21, timestamp=AT_SECONDS * 1000 + 5000), device="plateau-2"),
    (
        "telegraf/tetouan-shore/poller-1",
        f"interface,agent_host=192.0.2.10,ifDescr=ge-0/0/1 ifHCInOctets={2**63 + 5}u,ifOperStatus=1i"
        f" {AT_SECONDS}000000000\n".encode(),
    ),
]
READINGS = {
    ("casa-z3-compteur", "", "people", 3),
    ("casa-z3-compteur", "", "people_peak", 5),
    *(("casa-z3-compteur", f"region_{region}", "occupied", int(region in (1, 6, 8))) for region in range(1, 9)),
    ("casa-z3-porte", "", "people_in_total", 4353),
    ("casa-z3-porte", "", "people_out_total", 4360),
    ("casa-z3-porte", "", "people_in", 1000),
    ("casa-z3-porte", "", "people_out", 1001),
    ("tech-z3-mouvement", "", "occupied", 1),
    ("tech-z3-mouvement", "", "illuminance_lux", 48.0),
    ("tech-z3-mouvement", "", "temperature_celsius", "null"),
    ("fes-z2-presence", "presence:0", "people", 12),
    ("fes-compteur", "switch:0", "power_watts", 8.9),
    ("fes-compteur", "switch:0", "energy_joules_total", 23400.0),
    ("ouj-passerelle", "", "is_online", 1),
    ("ouj-z2-salle", "", "is_online", 1),
    ("ouj-z2-salle", "", "people", 20),
    ("ouj-z2-salle", "", "people", 21),
    ("tet-routeur", "ge-0/0/1", "octets_in_total", 2**63 + 5),
    ("tet-routeur", "ge-0/0/1", "oper_up", 1),
}
OCCUPANCY = [("casa-z3", 3, 0), ("fes-z2", 12, 0), ("ouj-z2", 20, 0), ("ouj-z2", 21, 5)]


@pytest.fixture
def demo_site(site: Site, demo: Inventory) -> Site:
    with connect(site.dsn, "tests") as connection:
        site.known = registered(connection, demo)
    return site


def stored(site: Site) -> set[tuple[Any, ...]]:
    rows = site.rows(
        "SELECT sensor, channel, quantity, counted, value, reason FROM sensor_reading"
        " JOIN sensor_series USING (series_id) LEFT JOIN absence USING (absence_id)"
    )
    return {
        (sensor, channel, quantity, reason or (value if counted is None else int(counted)))
        for sensor, channel, quantity, counted, value, reason in rows
    }


def test_devices_of_five_makers_become_readings_and_occupancy(demo_site: Site, eventually: Callable[..., None]) -> None:
    with demo_site.collecting():
        demo_site.publish(*MESSAGES)
        eventually(lambda: stored(demo_site) == READINGS)
    assert demo_site.rows("SELECT reason, detail FROM quarantine") == []
    assert demo_site.rows(f"SELECT DISTINCT date_trunc('minute', measured_at) = '{AT}' FROM sensor_reading") == [
        (True,)
    ]
    counted = demo_site.rows(
        f"SELECT zone, people, extract(epoch FROM measured_at - '{AT}')::int FROM occupancy JOIN zone USING (zone_id)"
        " ORDER BY zone, measured_at"
    )
    assert counted == OCCUPANCY
    assert demo_site.rows("SELECT DISTINCT modulus::text FROM sensor_series WHERE quantity ~ 'total$' ORDER BY 1") == [
        ("18446744073709551616",), ("65536",), (None,),
    ]  # fmt: skip


def test_what_is_delivered_again_is_stored_once(demo_site: Site, eventually: Callable[..., None]) -> None:
    with demo_site.collecting():
        demo_site.publish(*MESSAGES)
        eventually(lambda: stored(demo_site) == READINGS)
    with demo_site.collecting():
        demo_site.publish(*MESSAGES, uplink("24e124ffff000001", "04C9040800A1", 2, "2026-09-08T09:10:00Z"))
        eventually(lambda: len(demo_site.rows("SELECT FROM occupancy")) == len(OCCUPANCY) + 1)
    ((rows,),) = demo_site.rows("SELECT count(*) FROM sensor_reading")
    assert rows == len(READINGS) + 9  # people, and eight regions
    assert demo_site.rows("SELECT reason, detail FROM quarantine") == []


def test_refused_messages_are_in_quarantine_and_do_not_hold_up_the_others(
    demo_site: Site, eventually: Callable[..., None]
) -> None:
    badge = json.dumps({"occupancy": True, "badge_id": "4471"}).encode()
    with demo_site.collecting():
        demo_site.publish(
            uplink("24e124ffff0000ff", "04C9040800A1", 1),
            uplink("24e124ffff000001", "03F403", 1),
            uplink("24e124ffff000001", "04C9040800A1", 2, "2126-09-08T09:00:00Z"),
            ("technopolis/z2m/bâtiment B/salle 4", badge),
            ("fes-shore/b1/compteur-3/events/rpc", b"{"),
            sparkplug("NDATA", 9, Metric(alias=7, int_value=3)),
            *MESSAGES,
        )
        eventually(lambda: stored(demo_site) == READINGS)
    found = demo_site.rows("SELECT reason, origin, payload FROM quarantine ORDER BY reason")
    assert [(reason, origin) for reason, origin, _ in found] == [
        ("future", LORAWAN.format("24e124ffff000001")),
        ("identity", "technopolis/z2m/bâtiment B/salle 4"),
        ("malformed", "fes-shore/b1/compteur-3/events/rpc"),
        ("rebirth_needed", "spBv1.0/oujda-shore/NDATA/b1"),
        ("undecodable", LORAWAN.format("24e124ffff000001")),
        ("unknown_device", LORAWAN.format("24e124ffff0000ff")),
    ]
    assert {reason: bytes(kept) for reason, _, kept in found}["identity"] == b""


def test_a_frame_that_cannot_be_decoded_has_come_and_is_no_gap(
    demo_site: Site, eventually: Callable[..., None]
) -> None:
    eui = "24e124ffff000001"
    with demo_site.collecting():
        demo_site.publish(
            uplink(eui, "04C9030800A106CD05", 41),
            uplink(eui, "03F403", 42),
            uplink(eui, "04C9030800A106CD05", 43, "2026-09-08T09:10:00Z"),
            uplink(eui, "04C9030800A106CD05", 45, "2026-09-08T09:20:00Z"),
        )
        eventually(lambda: demo_site.rows("SELECT count(*) FROM gap") == [(1,)])
    assert demo_site.rows("SELECT reason FROM quarantine") == [("undecodable",)]
    assert demo_site.rows("SELECT messages, missing::text FROM gap") == [(1, "{[44,45)}")]


def test_another_value_for_an_instant_is_a_conflict_of_the_message(
    demo_site: Site, eventually: Callable[..., None]
) -> None:
    later = shelly("presence-2", {"presence:0": {"num_objects": 13}})
    with demo_site.collecting():
        demo_site.publish(shelly("presence-2", {"presence:0": {"num_objects": 12}}))
        eventually(lambda: len(demo_site.rows("SELECT FROM sensor_reading")) == 1)
        demo_site.publish(later)
        demo_site.publish(("p2i/v1/fes-shore/edge/x", b"{}"))
        eventually(lambda: demo_site.rows("SELECT FROM quarantine WHERE reason = 'topic'"))
    assert stored(demo_site) == {("fes-z2-presence", "presence:0", "people", 12)}
    found = demo_site.rows("SELECT origin, payload FROM quarantine WHERE reason = 'conflict'")
    assert found == [later]  # once, though the zone holds another count, too


def test_a_count_that_another_source_of_the_zone_contradicts_is_a_conflict_of_the_message(
    demo_site: Site, eventually: Callable[..., None]
) -> None:
    demo_site.execute(
        f"INSERT INTO occupancy (zone_id, measured_at, people, received_at) SELECT zone_id, '{AT}', 3, now() FROM zone"
        " WHERE zone = 'fes-z2'"
    )
    message = shelly("presence-2", {"presence:0": {"num_objects": 12}})
    with demo_site.collecting():
        demo_site.publish(message)
        eventually(lambda: demo_site.rows("SELECT FROM quarantine"))
    assert stored(demo_site) == {("fes-z2-presence", "presence:0", "people", 12)}
    assert demo_site.rows("SELECT source, reason, origin, payload FROM quarantine") == [("mqtt", "conflict", *message)]
