"""Feeds of the inventory: every source opened with its options, topics, and what becomes of what devices say."""

import base64
import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import pytest

from collectors.decoders.sparkplug_b_pb2 import Metric, Payload
from collectors.feed_rows import FeedRows, Numbered, feed_rows
from collectors.feeds import Feeds, matches, open_feeds
from collectors.kept_form import why_incomplete
from collectors.rebirth import RebirthRequests
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.sensors import Feed, Sensor, Source
from store.errors import InputError
from store.rows import OccupancyRow, SensorReadingRow

NOW = datetime(2026, 11, 22, 9, 35, tzinfo=UTC)
AT = datetime(2026, 11, 22, 9, 34, 15, tzinfo=UTC)
AT_SECONDS = int(AT.timestamp())
AT_TEXT = "2026-11-22T09:34:15Z"
EUI = "24e124136b502217"


def inventory(feed: Feed, *sensors: Sensor) -> Inventory:
    return dataclasses.replace(
        read_inventory(DEMO_INVENTORY),
        feeds=MappingProxyType({feed.code: feed}),
        sensors=MappingProxyType({one.code: one for one in sensors}),
    )


def feed(source: Any, *topics: str, **options: Any) -> Feed:
    return Feed(code="f", facility="casanearshore", source=source, topics=topics, options=options)


def sensor(device: str, code: str = "s", **more: Any) -> Sensor:
    return Sensor(code=code, feed="f", device=device, label="salle", **more)


def read(
    one: Feed, sensors: tuple[Sensor, ...], topic: str, body: bytes | dict[str, Any], *, retained: bool = False
) -> FeedRows:
    """The rows of one message, by the whole way: the feed is found by the topic."""
    opened = open_feeds(inventory(one, *sensors)).feed_of(topic)
    assert opened is not None
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return feed_rows(opened, topic, payload, NOW, retained=retained)


def values(rows: FeedRows) -> list[tuple[str, str, int | float | None]]:
    assert {row.measured_at for row in rows.readings} <= {AT, NOW}
    return [(row.channel, row.quantity, row.counted if row.value is None else row.value) for row in rows.readings]


LORA_UP = {
    "deviceInfo": {"devEui": EUI},
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": AT_TEXT,
    "devAddr": "00189440",
    "fCnt": 7,
    "fPort": 85,
    "data": base64.b64encode(bytes.fromhex("030001")).decode(),
    "object": {"who": {"count": 3}},
}
TTS_UP = {
    "end_device_ids": {"device_id": "d", "dev_eui": EUI.upper()},
    "uplink_message": {
        "session_key_id": "AY0v",
        "f_port": 85,
        "f_cnt": 2,
        "frm_payload": LORA_UP["data"],
        "received_at": AT_TEXT,
    },
}
SPARKPLUG = Payload(
    timestamp=AT_SECONDS * 1000, seq=0, metrics=[Metric(name="Room/People", datatype=3, int_value=2)]
).SerializeToString()
XOVIS = {
    "logics_data": {
        "package_info": {"version": "5.0", "id": 2, "agent_id": 1003},
        "sensor_info": {"serial_number": "80:1F:12:00:00:01", "type": "SINGLE_SENSOR"},
        "logics": [
            {
                "id": 3,
                "name": "porte",
                "info": "XLT_LINE_IN_OUT_COUNT",
                "records": [
                    {
                        "from": (AT_SECONDS - 60) * 1000,
                        "to": AT_SECONDS * 1000,
                        "counts": [{"id": 1, "name": "fw", "value": 4}, {"id": 2, "name": "bw", "value": 1}],
                    }
                ],
            }
        ],
    }
}
VERGESENSE = {
    "event_type": "space_report",
    "space_ref_id": "EG7859.43",
    "space_id": 602439,
    "person_count": 4,
    "timestamp": AT_TEXT,
}
AXIS = {
    "apiName": "Axis Retail Data",
    "apiVersion": "0.4",
    "data": {
        "utcFrom": "2026-11-22T09:33:15Z",
        "utcTo": AT_TEXT,
        "measurements": [{"kind": "people-counts", "items": [{"direction": "in", "count": 3}]}],
    },
    "sensor": {"serial": "accc8ef3d92e"},
}
DISRUPTIVE = {
    "eventId": "ccq5",
    "targetName": "projects/c3t7/devices/c9j6",
    "eventType": "co2",
    "data": {"eventType": "co2", "co2": {"ppm": 617, "updateTime": AT_TEXT}},
    "timestamp": AT_TEXT,
}
LWM2M = {
    "reports": [
        {
            "serialNumber": "IMEI:1",
            "timestamp": AT_SECONDS * 1000,
            "resourcePath": "uplinkMsg/0/data",
            "value": "0204e8eb1b4f131d00010b8f202302031035000000000000",
        }
    ]
}
SHELLY = {"method": "NotifyStatus", "params": {"ts": AT_SECONDS, "temperature:0": {"tC": 21.5}}}
LINE = f"ping,url=gw packets_transmitted=10i,packets_received=9i {AT_SECONDS}000000000\n".encode()

Case = tuple[Feed, Sensor, str, "bytes | dict[str, Any]", list[tuple[str, str, "int | float | None"]]]
PEOPLE = {"quantity": "people"}
READING = {"at": "/n", "quantity": "people"}
CASES: list[Case] = [
    (
        feed("chirpstack", "application/+/device/+/event/+"),
        sensor(EUI.upper(), profile="milesight-vs340"),
        f"application/a/device/{EUI}/event/up",
        LORA_UP,
        [("", "occupied", 1)],
    ),
    (
        feed("chirpstack", "application/#", object={"who.count": PEOPLE}),
        sensor(EUI, profile="object"),
        f"application/a/device/{EUI}/event/up",
        LORA_UP,
        [("", "people", 3)],
    ),
    (
        feed("the-things-stack", "v3/+/devices/+/up"),
        sensor(EUI, profile="milesight-vs340"),
        "v3/app@tenant/devices/d/up",
        TTS_UP,
        [("", "occupied", 1)],
    ),
    (feed("the-things-stack"), sensor(EUI, profile="milesight-vs340"), "hooks/f", TTS_UP, [("", "occupied", 1)]),
    (
        feed("zigbee2mqtt", "casa/z2m/#", base_topic="casa/z2m"),
        sensor("hall/motion 2"),
        "casa/z2m/hall/motion 2",
        {"occupancy": True, "last_seen": AT_TEXT},
        [("", "occupied", 1)],
    ),
    (
        feed("zigbee2mqtt", "zigbee2mqtt/#"),
        sensor("hall"),
        "zigbee2mqtt/hall",
        {"temperature": None, "humidity": 43.5},
        [("", "temperature_celsius", None), ("", "humidity_ratio", 0.435)],
    ),
    (feed("shelly", "casa/b1/#"), sensor("casa/b1"), "casa/b1/events/rpc", SHELLY,
     [("temperature:0", "temperature_celsius", 21.5)]),
    (
        feed("shelly", "casa/b1/#", bluetooth={"bthomesensor:200": PEOPLE}),
        sensor("casa/b1"),
        "casa/b1/status/bthomesensor:200",
        {"value": 3, "last_updated_ts": AT_SECONDS},
        [("bthomesensor:200", "people", 3)],
    ),
    (
        feed("sparkplug", "spBv1.0/casa/#", metrics={"Room/People": PEOPLE}),
        sensor("casa/b1"),
        "spBv1.0/casa/NBIRTH/b1",
        SPARKPLUG,
        [("", "is_online", 1), ("", "people", 2)],
    ),
    (feed("telegraf", "telegraf/#"), sensor("gw"), "telegraf/casa/poller", LINE,
     [("", "probes_sent", 10), ("", "probes_lost", 1)]),
    (
        feed("telegraf", "t", precision="s", measurements={"room": {"device_tag": "d", "fields": {"n": PEOPLE}}}),
        sensor("r1"),
        "t",
        f"room,d=r1 n=5i {AT_SECONDS}".encode(),
        [("", "people", 5)],
    ),
    (feed("telegraf"), sensor("gw"), "hooks/f", LINE, [("", "probes_sent", 10), ("", "probes_lost", 1)]),
    (feed("xovis"), sensor("80:1f:12:00:00:01"), "hooks/f", XOVIS,
     [("logic_3", "people_in", 4), ("logic_3", "people_out", 1)]),
    (feed("xovis", "xovis/+", forward_is_in=False), sensor("80:1f:12:00:00:01"), "xovis/1", XOVIS,
     [("logic_3", "people_out", 4), ("logic_3", "people_in", 1)]),
    (
        feed("generic-json", device="/id", instant={"at": "/t", "format": "epoch_seconds"}, reading=[READING]),
        sensor("desk-1"),
        "hooks/f",
        {"id": "desk-1", "t": AT_SECONDS, "n": 2},
        [("", "people", 2)],
    ),
    (feed("generic-json", reading=[READING]), sensor("d/1"), "hooks/f/d/1", {"n": 2}, [("", "people", 2)]),
    (feed("vergesense"), sensor("602439"), "hooks/f", VERGESENSE, [("", "people", 4)]),
    (feed("axis"), sensor("ACCC8EF3D92E"), "hooks/f", AXIS, [("", "people_in", 3)]),
    (feed("disruptive"), sensor("c9j6"), "hooks/f", DISRUPTIVE, [("", "co2_ratio", 0.000617)]),
    (
        feed("lwm2m"),
        sensor("IMEI:1"),
        "hooks/f",
        LWM2M,
        [("", "battery_volts", 2.67), ("", "people_in", 0), ("", "people_out", 0)],
    ),
    (
        feed("meraki-mv", "/merakimv/+/+"),
        sensor("Q2GV-ABCD-1234"),
        "/merakimv/Q2GV-ABCD-1234/0",
        {"ts": AT_SECONDS * 1000, "counts": {"person": 6}},
        [("", "people", 6)],
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0].source} {case[2]}" for case in CASES])
def test_a_message_of_every_source_becomes_readings_of_its_sensor(case: Case) -> None:
    opened, one, topic, body, expected = case
    rows = read(opened, (one,), topic, body)
    assert rows.rejected == []
    assert sorted(values(rows), key=str) == sorted(expected, key=str)
    assert {row.sensor for row in rows.readings} == {"s"}


def test_every_source_is_tried() -> None:
    assert {case[0].source for case in CASES} == set(get_args(Source)) - {"file"}, "files have a mapping of their own"


def test_a_feed_of_files_is_neither_subscribed_to_nor_listened_for() -> None:
    feeds = open_feeds(inventory(feed("file"), sensor("bms")))
    assert feeds.topics == []
    assert feeds.feed_of("hooks/f") is None
    assert feeds.by_code["f"].sensor("BMS").code == "s"


MISTAKES: list[tuple[Feed, Sensor, str]] = [
    (feed("axis", qos=1), sensor("a"), 'feeds.toml: feed "f": options.qos: unknown key'),
    (feed("zigbee2mqtt", "z/#", base_topic=""), sensor("a"),
     'feeds.toml: feed "f": options.base_topic: must be a text that is not empty'),
    (feed("sparkplug", "spBv1.0/#"), sensor("a"), 'feeds.toml: feed "f": options.metrics: is required'),
    (feed("sparkplug", "spBv1.0/#", metrics={"n": {"quantity": "folk"}}), sensor("a"),
     'feeds.toml: feed "f": options.metrics."n".quantity: must be one of people, '),
    (feed("shelly", "s/#", bluetooth={"b:1": {"quantity": "people", "unit": "x"}}), sensor("a"),
     'feeds.toml: feed "f": options.bluetooth."b:1".unit: unknown key'),
    (feed("telegraf", precision="h"), sensor("a"),
     'feeds.toml: feed "f": options.precision: must be one of ns, us, ms, s'),
    (feed("telegraf", measurements={"m": {"fields": {}}}), sensor("a"),
     'feeds.toml: feed "f": options.measurements."m".device_tag: is required'),
    (feed("xovis", time_format="utc"), sensor("a"),
     'feeds.toml: feed "f": options.time_format: must be one of ms, s, rfc3339'),
    (feed("xovis", forward_is_in="yes"), sensor("a"),
     'feeds.toml: feed "f": options.forward_is_in: must be true or false'),
    (feed("generic-json"), sensor("a"), 'feeds.toml: feed "f": options.reading: at least one [[reading]] is required'),
    (feed("generic-json", reading=[READING], device="id"), sensor("a"),
     'feeds.toml: feed "f": options.device: must be a JSON pointer such as '),
    (feed("chirpstack", "a/#"), sensor(EUI, profile="milesight"),
     'sensors.toml: sensor "s": key "profile": "milesight": no profile of that name; docs/sources names them'),
    (feed("chirpstack", "a/#"), sensor(EUI, profile="moko-lw004"),
     'sensors.toml: sensor "s": key "profile": "moko-lw004": out of scope: asset and motion trackers'),
    (feed("chirpstack", "a/#"), sensor(EUI, profile="object"),
     'sensors.toml: sensor "s": key "profile": "object" needs options.object of its feed'),
    (feed("chirpstack", "a/#"), sensor("24-E1-24-13-6B-50-22-17", profile="elsys"),
     'sensors.toml: sensor "s": key "device": must be a DevEUI, 16 hexadecimal digits such as "24e124136b502217"'),
    (feed("the-things-stack", "v3/#"), sensor("Bureau 3", profile="elsys"),
     'sensors.toml: sensor "s": key "device": must be a DevEUI such as "24e124136b502217" or, of a device without one'),
    (feed("generic-json", "doors/#", reading=[READING]), sensor("a"),
     'feeds.toml: feed "f": options.device: is required (or device_name): by MQTT no address names the device'),
    (feed("generic-json", "doors/#", reading=[READING], device_name="b"), sensor("a"),
     'feeds.toml: feed "f": options.device_name: no sensor of the feed has the device "b"'),
    (feed("generic-json", reading=[{"at": "/n", "quantity": "people_in"}]), sensor("a", zone="casa-z1"),
     'sensors.toml: sensor "s": key "zone": options of its feed name no people without a channel to count there'),
    (feed("sparkplug", "spBv1.0/#", metrics={"n": PEOPLE}), sensor("a", zone="casa-z1", channel="hall"),
     'sensors.toml: sensor "s": key "zone": options of its feed name no people with channel "hall" to count there'),
    (feed("zigbee2mqtt", "casa/z2m/#"), sensor("a"),
     'feeds.toml: feed "f": options.base_topic: no topic of the feed is below "zigbee2mqtt"'),
]  # fmt: skip


@pytest.mark.parametrize(("opened", "one", "line"), MISTAKES, ids=[line for _, _, line in MISTAKES])
def test_a_wrong_option_or_profile_is_one_line(opened: Feed, one: Sensor, line: str) -> None:
    with pytest.raises(InputError) as error:
        open_feeds(inventory(opened, one))
    assert str(error.value).removeprefix(f"{DEMO_INVENTORY}/").startswith(line)
    assert str(error.value).startswith(f"{DEMO_INVENTORY}/"), "which of two inventories is meant"
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("wanted", "topic", "found"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/B", False),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("+/+", "/b", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "ab", False),
        ("a/+/#", "a", False),
        ("a/+/#", "a/b", True),
        ("#", "a/b", True),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("$SYS/+", "$SYS/uptime", True),
        ("a/+", "a/$b", True),
    ],
)
def test_topics_and_filters(wanted: str, topic: str, found: bool) -> None:
    assert matches(wanted.split("/"), topic.split("/")) is found


def test_a_topic_belongs_to_its_feed_and_a_webhook_to_the_feed_it_names() -> None:
    both = {"m": feed("shelly", "casa/#", "b/+"), "h": feed("xovis")}
    coded = {code: Feed(code=code, facility=one.facility, source=one.source, topics=one.topics)
             for code, one in both.items()}  # fmt: skip
    feeds = open_feeds(dataclasses.replace(inventory(both["m"]), feeds=MappingProxyType(coded)))
    assert feeds.topics == ["casa/#", "b/+"]

    def found(topic: str) -> str | None:
        one = feeds.feed_of(topic)
        return None if one is None else one.feed.code

    assert [found(topic) for topic in ("casa/x/y", "b/1", "c", "hooks/h", "hooks/h/dev/1")] == [
        "m",
        "m",
        None,
        "h",
        "h",
    ]
    # Only the server of webhooks puts messages there, so what a broker delivers is never taken for one:
    assert [found(topic) for topic in ("hooks/m", "hooks/x", "hooks/")] == [None, None, None]
    assert Feeds(()).feed_of("casa/x/y") is None


def zigbee(*sensors: Sensor, retained: bool = False, **state: Any) -> FeedRows:
    return read(feed("zigbee2mqtt", "zigbee2mqtt/#"), sensors, "zigbee2mqtt/hall", state, retained=retained)


def test_a_device_nobody_entered_is_refused_once_and_its_message_kept() -> None:
    rows = zigbee(sensor("other"), occupancy=True, temperature=20.5)
    assert rows.readings == []
    ((refusal, kept),) = rows.rejected
    assert refusal == ("unknown_device", 'feed "f": a device that sensors.toml does not name')
    assert json.loads(kept) == {"occupancy": True, "temperature": 20.5}


def test_of_a_body_about_persons_nothing_is_kept() -> None:
    one = feed("generic-json", reading=[READING])
    rows = read(one, (sensor("d"),), "hooks/f/d", {"n": 2, "badge_id": "4471", "employeeName": "Fatima"})
    assert rows.readings == []
    ((refusal, kept),) = rows.rejected
    assert (refusal.reason, kept) == ("identity", b"")
    assert "4471" not in repr(rows)
    assert "Fatima" not in repr(rows)


def test_retained_state_without_an_instant_is_not_stored_and_with_one_it_is() -> None:
    rows = zigbee(sensor("hall"), retained=True, occupancy=True, temperature=20)
    assert rows == FeedRows([], [], [], [], ["retained state"])
    rows = zigbee(sensor("hall"), retained=True, occupancy=True, last_seen=AT_TEXT)
    assert [row.measured_at for row in rows.readings] == [AT]


def test_what_has_no_instant_was_measured_when_it_came() -> None:
    assert [row.measured_at for row in zigbee(sensor("hall"), occupancy=True).readings] == [NOW]


@pytest.mark.parametrize(
    ("seconds", "reason"), [(AT_SECONDS + 3600, "future"), (0, "clock_not_set"), (946_684_799, "clock_not_set")]
)
def test_an_instant_that_cannot_be_believed_is_refused_and_the_others_stand(seconds: int, reason: str) -> None:
    body = b"ping,url=gw packets_transmitted=10i %d000000000\n" % seconds + LINE
    rows = read(feed("telegraf", "t"), (sensor("gw"),), "t", body)
    assert values(rows) == [("", "probes_sent", 10), ("", "probes_lost", 1)]
    ((refusal, kept),) = rows.rejected
    assert (refusal.reason, kept) == (reason, body)


def test_a_clock_may_run_ahead_five_minutes() -> None:
    body = b"ping,url=gw average_response_ms=10 %d000000000" % (int(NOW.timestamp()) + 300)
    assert len(read(feed("telegraf", "t"), (sensor("gw"),), "t", body).readings) == 1


def test_a_count_keeps_its_modulus_and_no_value_its_reason() -> None:
    one = feed("generic-json", reading=[{"at": "/in", "quantity": "people_in_total", "modulus": 65536}])
    (row,) = read(one, (sensor("d"),), "hooks/f/d", {"in": 65535}).readings
    assert row == SensorReadingRow("s", "", "people_in_total", NOW, 65535, None, "", 65536)
    (row,) = read(one, (sensor("d"),), "hooks/f/d", {"in": None}).readings
    assert row == SensorReadingRow("s", "", "people_in_total", NOW, None, None, "null", 65536)


def counted(where: Sensor, *readings: tuple[str, str, Any]) -> list[OccupancyRow]:
    written: list[dict[str, Any]] = [
        {"at": f"/{number}", "quantity": quantity, **({"channel": channel} if channel else {})}
        for number, (quantity, channel, _) in enumerate(readings)
    ]
    part = {"channel": where.channel} if where.channel else {}  # a zone's sensor has a reading for its people
    written.append({"at": "/none", "quantity": "people", "optional": True, **part})
    body = {str(number): value for number, (_, _, value) in enumerate(readings)}
    rows = read(feed("generic-json", reading=written), (where,), "hooks/f/d", body)
    assert len(rows.readings) == len(readings)  # whatever is occupancy is a reading of its sensor too
    return rows.occupancy


def test_the_people_of_a_zone_are_those_its_part_of_the_device_counts() -> None:
    readings = (("people", "", 9), ("people", "region_1", 4), ("people", "region_2", 5))
    assert counted(sensor("d", zone="casa-z1"), *readings) == [OccupancyRow("casa-z1", NOW, 9)]
    assert counted(sensor("d", zone="casa-z1", channel="region_2"), *readings) == [OccupancyRow("casa-z1", NOW, 5)]
    assert counted(sensor("d"), *readings) == []


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("people_in_total", 7),
        ("people_in", 7),
        ("people_peak", 7),
        ("occupied", 1),
        ("people", None),
        ("people", 100_001),
    ],
)
def test_nothing_else_is_occupancy(quantity: str, value: Any) -> None:
    assert counted(sensor("d", zone="casa-z1"), (quantity, "", value)) == []


def test_numbers_by_which_gaps_are_seen_name_the_feed() -> None:
    one = feed("chirpstack", "application/#")
    rows = read(one, (sensor(EUI, profile="milesight-vs340"),), f"application/a/device/{EUI}/event/up", LORA_UP)
    assert rows.sequence == [Numbered(f"f/{EUI}/00189440", 7, 2**32, rows.readings[0].measured_at)]


def test_a_sparkplug_node_remembers_its_birth_from_message_to_message() -> None:
    one = feed("sparkplug", "spBv1.0/#", metrics={"Room/People": PEOPLE})
    opened = open_feeds(inventory(one, sensor("casa/b1"))).by_code["f"]
    birth = Payload(timestamp=AT_SECONDS * 1000, seq=0, metrics=[Metric(name="Room/People", alias=7, datatype=3)])
    data = Payload(timestamp=AT_SECONDS * 1000, seq=1, metrics=[Metric(alias=7, int_value=5)]).SerializeToString()

    def came(kind: str, payload: bytes) -> FeedRows:
        return feed_rows(opened, f"spBv1.0/casa/{kind}/b1", payload, NOW, retained=False)

    assert [one.refusal.reason for one in came("NDATA", data).rejected] == ["rebirth_needed"]
    came("NBIRTH", birth.SerializeToString())
    assert values(came("NDATA", data)) == [("", "people", 5)]
    assert not opened.nodes["casa", "b1"].needs_rebirth


def test_over_our_restart_what_only_a_birth_could_name_is_in_quarantine_and_the_birth_is_asked_for() -> None:
    one = inventory(feed("sparkplug", "spBv1.0/#", metrics={"Room/People": PEOPLE}), sensor("casa/b1"))
    at_ms = AT_SECONDS * 1000
    born = Payload(timestamp=at_ms, seq=0, metrics=[Metric(name="Room/People", alias=7, datatype=3)])
    data = Payload(timestamp=at_ms, seq=1, metrics=[Metric(alias=7, int_value=5)]).SerializeToString()
    before = open_feeds(one)
    feed_rows(before.by_code["f"], "spBv1.0/casa/NBIRTH/b1", born.SerializeToString(), NOW, retained=False)
    after = open_feeds(one)
    rows = feed_rows(after.by_code["f"], "spBv1.0/casa/NDATA/b1", data, NOW, retained=False)
    ((refusal, kept),) = rows.rejected
    assert (rows.readings, refusal.reason, kept) == ([], "rebirth_needed", data)
    assert [topic for topic, _ in RebirthRequests().due(after, 0.0, at_ms)] == ["spBv1.0/casa/NCMD/b1"]
    assert RebirthRequests().due(before, 0.0, at_ms) == []


OF_FATIMA = "of Fatima"
BODIES: dict[str, bytes | dict[str, Any]] = {
    "axis": AXIS | {"data": AXIS["data"] | {"measurements": [  # type: ignore[operator]
        {"kind": "people-counts", "items": [{"direction": "in", "count": 3, OF_FATIMA: 1}]}]}},
    "chirpstack": LORA_UP | {"object": {"who": {"count": 3}, OF_FATIMA: 1}},
    "disruptive": DISRUPTIVE | {"data": {"eventType": "co2", "co2": {"ppm": 617, "updateTime": AT_TEXT, OF_FATIMA: 1}}},
    "generic-json": {"id": "desk-1", "t": AT_SECONDS, "n": 2, OF_FATIMA: 1},
    "lwm2m": LWM2M | {OF_FATIMA: 1},
    "meraki-mv": {"ts": AT_SECONDS * 1000, "counts": {"person": 6, OF_FATIMA: 1}},
    "shelly": {"method": "NotifyStatus", "params": {"ts": AT_SECONDS, "temperature:0": {"tC": 21.5, OF_FATIMA: 1}}},
    "sparkplug": Payload(
        timestamp=AT_SECONDS * 1000, seq=0, metrics=[Metric(name=OF_FATIMA, datatype=3, int_value=2)]
    ).SerializeToString(),
    "telegraf": LINE.replace(b"packets_received", b"of\\ Fatima=1,packets_received"),
    "the-things-stack": TTS_UP | {"uplink_message": TTS_UP["uplink_message"] | {"decoded_payload": {OF_FATIMA: 1}}},  # type: ignore[operator]
    "vergesense": VERGESENSE | {OF_FATIMA: 1},
    "xovis": json.loads(json.dumps(XOVIS).replace('"bw"', f'"{OF_FATIMA}"')),
    "zigbee2mqtt": {"occupancy": True, "last_seen": AT_TEXT, OF_FATIMA: 1},
}  # fmt: skip


@pytest.mark.parametrize("source", sorted(set(get_args(Source)) - {"file"}))
def test_what_nobody_takes_is_told_in_words_of_ours(source: str) -> None:
    """A misspelt mapping, or a field that a new firmware sends, is counted; a sender's own names are nowhere."""
    written, one, topic, _, _ = next(
        case for case in CASES if (case[0].source == source and case[1].profile in (None, "object"))
        or (source, case[0].source) == ("the-things-stack", source)
    )  # fmt: skip
    if source == "the-things-stack":
        written, one = feed(source, *written.topics, object={"n": PEOPLE}), sensor(EUI, profile="object")
    rows = read(written, (one,), topic, BODIES[source])
    assert {"unknown field", "unmapped field", "unmapped metrics", "unknown count"} & set(rows.ignored)
    assert "Fatima" not in repr(rows)


def test_each_word_is_told_once_of_a_message() -> None:
    rows = zigbee(sensor("hall"), occupancy=True, no_such_field=1, nor_this=2, state="ON")
    assert rows.ignored == ["unknown field", "state"]


def test_a_stored_value_is_a_reading_at_its_own_instant_and_without_one_it_is_none() -> None:
    metrics = [
        Metric(name="Room/People", datatype=3, int_value=2, is_historical=True, timestamp=AT_SECONDS * 1000),
        Metric(name="Room/People", datatype=3, int_value=9, is_historical=True),
    ]
    body = Payload(timestamp=int(NOW.timestamp()) * 1000, seq=1, metrics=metrics).SerializeToString()
    one = feed("sparkplug", "spBv1.0/casa/#", metrics={"Room/People": PEOPLE})
    rows = read(one, (sensor("casa/b1"),), "spBv1.0/casa/NDATA/b1", body)
    assert [(row.counted, row.measured_at, row.is_historical) for row in rows.readings] == [(2, AT, True)]
    ((refusal, kept),) = rows.rejected
    assert refusal == ("off_type", "a stored value without the instant at which it was measured")
    assert kept == body


def test_counts_of_a_minute_and_of_an_hour_are_told_apart() -> None:
    hour = json.loads(json.dumps(XOVIS).replace(str((AT_SECONDS - 60) * 1000), str((AT_SECONDS - 3600) * 1000)))
    rows = [read(feed("xovis"), (sensor("80:1f:12:00:00:01"),), "hooks/f", body) for body in (XOVIS, hour)]
    assert [{str(row.span_seconds) for row in one.readings} for one in rows] == [{"60"}, {"3600"}]


def test_lines_of_the_storage_integration_are_read_one_by_one() -> None:
    later = TTS_UP | {"uplink_message": TTS_UP["uplink_message"] | {"f_cnt": 3, "frm_payload": "!"}}  # type: ignore[operator]
    other = TTS_UP | {"end_device_ids": {"device_id": "d-2"}}
    lines = [json.dumps({"result": one}).encode() for one in (TTS_UP, later, other)]
    sensors = (sensor(EUI, profile="milesight-vs340"), sensor("d-2", "t", profile="milesight-vs340"))
    rows = read(feed("the-things-stack"), sensors, "hooks/f", b"\n\n".join(lines))
    assert [(row.sensor, row.counted) for row in rows.readings] == [("s", 1), ("t", 1)]
    ((refusal, kept),) = rows.rejected
    assert refusal.reason == "malformed"
    assert b'"f_cnt":3' in kept, "one line alone, so that it can be tried again"


def xovis_counts(**names: int) -> dict[str, Any]:
    counts = [{"id": place, "name": name, "value": value} for place, (name, value) in enumerate(names.items())]
    record = {"from": AT_SECONDS * 1000 - 60_000, "to": AT_SECONDS * 1000, "counts": counts}
    logic = {"id": 1, "name": "Salle de Amina", "info": "XLT_4X_ZONE_COUNT", "records": [record]}
    return {"logics_data": {"package_info": {"id": 7, "agent_id": 1}, "sensor_info": {}, "logics": [logic]}}


def xovis_live() -> dict[str, Any]:
    step = {"logic_id": 1, "counter_name": "fw", "counter_value": 12}
    event = {"category": "COUNT", "type": "COUNT_INCREMENT", "attributes": step}
    return {"live_data": {"sensor_info": {}, "frames": [{"time": AT_SECONDS * 1000, "events": [event]}]}}


def xovis_old(**of_element: Any) -> dict[str, Any]:
    measured = {"from": "2026-11-22T10:33:15+01:00", "to": "2026-11-22T10:34:15+01:00"}
    element = {
        "element-id": 1,
        **of_element,
        "measurement": [measured | {"value": [{"label": "fill level", "value": 3}]}],
    }
    return {"sensor-info": {"serial-number": "X-77"}, "content": {"element": [element]}}


def disruptive(kind: str, **data: Any) -> dict[str, Any]:
    data = {kind: {"updateTime": AT_TEXT, **data}}
    return {
        "event": {"targetName": "projects/p/devices/dt-1", "eventType": kind, "data": data},
        "labels": {"name": "A"},
    }


SENT_BY_STRANGERS = [
    ("xovis", xovis_counts(**{"in": 1, "out": 2, "queue-length": 3, "dwell_time": 5, "FW": 6})),
    ("xovis", xovis_live()),
    ("xovis", xovis_old(**{"data-type": "ZONE"})),
    ("xovis", {"values": [{"type": "LineCount", "serial": "XX9", "direction": "forward", "timestamp": 1_700_000_000_000,
                           "objectType": "PERSON", "countItem": {"id": 1, "name": "porte"}}]}),
    ("disruptive", disruptive("connectionStatus", connection="ETHERNET", available=["ETHERNET"])),
    ("vergesense", {"event_type": "sensor_report", "sensor_id": "ABC-123", "person_count": 3, "timestamp": AT_TEXT}),
    ("shelly", {"method": "NotifyStatus",
                "params": {"ts": AT_SECONDS, "temperature:0": {"tC": None, "errors": ["read"]}}}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "body"), SENT_BY_STRANGERS)
def test_a_retry_reads_what_was_sent(source: Any, body: dict[str, Any]) -> None:
    one = feed(source, "a/+/events/rpc") if source == "shelly" else feed(source)
    topic = "a/b/events/rpc" if source == "shelly" else "hooks/f/stranger"
    payload = json.dumps(body).encode()
    rows = read(one, (), topic, payload)
    [refused] = rows.rejected
    assert refused.refusal.reason == "unknown_device"
    assert b"Amina" not in refused.kept
    assert why_incomplete(refused.kept, len(refused.kept)) is None
    opened = open_feeds(inventory(one)).feed_of(topic)
    assert opened is not None
    first, again = (opened.messages(topic, one, retained=False) for one in (payload, refused.kept))
    assert [(list(one.observations), one.sequence) for one in first] == [
        (list(one.observations), one.sequence) for one in again
    ]
    assert first[0].observations


def test_of_a_real_package_of_every_sensor_a_retry_reads_all_or_nothing(samples: Path) -> None:
    compared = 0
    for source in ("xovis", "vergesense", "disruptive", "axis", "lwm2m"):
        for file in sorted(samples.glob("payloads/*/*.json")):
            payload = file.read_bytes()
            rows = read(feed(source), (), "hooks/f/d", payload)
            for refused in rows.rejected:
                if refused.refusal.reason != "unknown_device":
                    continue
                again = read(feed(source), (sensor("d"),), "hooks/f/d", refused.kept)
                assert why_incomplete(refused.kept, 0) or again.rejected or again.readings, file.name
                compared += 1
    assert compared > 10


@pytest.mark.parametrize(
    ("source", "topic", "body"),
    [
        ("zigbee2mqtt", "zigbee2mqtt/salle", {"occupancy": True, "last_seen": "hier (par Amina)"}),
        (
            "vergesense",
            "hooks/f",
            {"event_type": "floor_report", "building_ref_id": "Bât 1", "floor_ref_id": "2", "person_count": 3,
             "timestamp": AT_TEXT},
        ),
    ],
)  # fmt: skip
def test_what_a_retry_would_read_otherwise_is_marked(source: Any, topic: str, body: dict[str, Any]) -> None:
    one = feed(source, "zigbee2mqtt/#") if source == "zigbee2mqtt" else feed(source)
    [refused] = read(one, (sensor("salle"),), topic, body).rejected
    assert why_incomplete(refused.kept, len(refused.kept)) is not None
