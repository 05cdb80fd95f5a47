"""Ten thousand mutated bodies for each decoder of JSON, lines and protobuf: decoded or refused, never a crash."""

import copy
import json
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from collectors.decoders import (
    axis,
    disruptive,
    generic_json,
    identity,
    imbuildings,
    lwm2m,
    meraki_mv,
    shelly,
    telegraf,
    vergesense,
    xovis,
    zigbee2mqtt,
)
from collectors.decoders.json_mapping import json_mapping
from collectors.decoders.meaning import Meaning
from collectors.decoders.sparkplug import Address, EdgeNode
from collectors.decoders.sparkplug_b_pb2 import Metric, Payload, PropertySet, PropertyValue
from collectors.feed_sources import SOURCES
from collectors.observation import QUANTITIES, DeviceMessage
from collectors.reasons import Reason, Refused

NUMBER = 10_000
PERSON = "Fatima Zahra"
VALUES: Sequence[Any] = (
    None, True, False, 0, 1, -1, 2.5, -0.0, 1e300, 1e-300, 10**18, 2**64, 2**63, -(2**31), 327.67, "", "7", PERSON,
    "2026-11-22T00:00:00Z", "2026-09-20T01:30:00", "\u0661", "x" * 300, [], [1], {}, {PERSON: 1}, [[[]]],
)  # fmt: skip

SERIAL = "80:1F:12:D5:30:DC"
INFO = {"version": "5.0", "id": 150, "agent_id": 1005}
SENSOR = {"serial_number": SERIAL, "type": "MULTI_SENSOR", "multisensor_id": 1}
RECORD = {
    "from": 1684325340000, "to": 1684325400000, "samples": 1, "samples_expected": 1,
    "counts": [{"id": 8, "name": "fw", "value": 1}, {"id": 9, "name": "bw", "value": 0}, {"id": 1, "name": "fw-male"}],
}  # fmt: skip
CROSSING = {"category": "SCENE", "type": "LINE_CROSS_FORWARD", "attributes": {"track_id": 4, "geometry_id": 2}}
COUNTED = {
    "category": "COUNT", "type": "COUNT_INCREMENT",
    "attributes": {"logic_id": 4, "counter_name": "fw", "counter_value": 1471},
}  # fmt: skip
XOVIS = (
    {"logics_data": {"package_info": INFO, "sensor_info": SENSOR,
                     "logics": [{"id": 3, "info": "XLT_LINE_IN_OUT_COUNT", "records": [RECORD, RECORD]}]}},
    {"live_data": {"package_info": INFO, "sensor_info": SENSOR, "frames": [
        {"time": 1645780665470, "tracked_objects": [{"track_id": 4, "type": "PERSON"}],
         "events": [CROSSING, COUNTED]}]}},
    {"status_data": {"package_info": INFO, "sensor_info": SENSOR,
                     "states": {"time": {"state": {"details": {"time": "2022-02-25T11:20:05+01:00"}}}}}},
    {"content": {"element": [{"element-id": 0, "data-type": "LINE", "measurement": [
        {"from": "2021-09-23T10:20:00+02:00", "to": "2021-09-23T10:21:00+02:00",
         "value": [{"value": 1, "label": "fw"}]}]}]}, "sensor-info": {"serial-number": SERIAL}},
    {"values": [{"timestamp": 1632385264305, "type": "LineCount", "serial": SERIAL, "direction": "forward",
                 "objectType": "PERSON", "countItem": {"id": 0, "name": "Line 0"}}]},
)  # fmt: skip
REPORT = {
    "building_ref_id": "EA21", "floor_ref_id": "0070", "space_ref_id": "EG7859.43", "space_id": 602439,
    "person_count": 2, "signs_of_life": False, "motion_detected": None, "event_type": "space_report",
    "timestamp": "2024-11-21T13:31:45.000Z", "people": {"count": 2, "coordinates": [[1.5, 2.5]]},
    "environment": {"temperature": {"value": 21.5}, "humidity": {"value": 40}},
}  # fmt: skip
AT = "2022-09-28T14:06:41.604000Z"


def _disruptive(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    data = {"eventType": kind, kind: content | {"updateTime": AT}}
    target = "projects/d0cv6cco848c73ajtmv0/devices/cj5jpe7r23r0008c1pmg"
    return {"event": {"eventId": "d0etq5j", "targetName": target, "eventType": kind, "data": data, "timestamp": AT}}


DISRUPTIVE = (
    _disruptive("co2", {"ppm": 617}),
    _disruptive("deskOccupancy", {"state": "OCCUPIED", "remarks": []}),
    _disruptive("temperature", {"value": 24, "samples": [{"value": 24, "sampleTime": AT}]}),
    _disruptive("networkStatus", {"signalStrength": 45, "cloudConnectors": [{"id": "bdkjbo2v0000uk377c4g"}]}),
)
AXIS = (
    {"apiName": "Axis Retail Data", "apiVersion": "0.4", "data": {"measurements": [{
        "kind": "people-counts", "utcFrom": "2020-12-08T12:19:00Z", "utcTo": "2020-12-08T12:20:00Z",
        "items": [{"direction": "in", "count": 3, "adults": 2}, {"direction": "out", "count": 0}]}]},
     "sensor": {"serial": "accc8ef3d92e", "name": "door"}},
    {"occupancy": 15, "serial": "accc8ef3d92e", "timestamp": "2020-12-03T16:28:05+01:00", "total_in": 100},
)  # fmt: skip
ZIGBEE = (
    {"battery": 68.5, "illuminance": 16848, "illuminance_lux": 48, "linkquality": 123, "occupancy": True,
     "temperature": 27.9, "update": {"state": "idle"}, "last_seen": "2023-03-26T17:40:40.000Z"},
    {"power_l1": 1.5, "energy": 2, "voltage": 231, "last_seen": 1679852440000},
)  # fmt: skip
SHELLY = (
    {"src": "shelly", "method": "NotifyFullStatus", "params": {
        "ts": 1736603810.49, "switch:0": {"apower": 8.9, "aenergy": {"total": 6.5}}, "wifi": {"ssid": "x"},
        "presencezone:200": {"num_objects": 3, "value": True},
        "bthomesensor:200": {"value": 4, "last_updated_ts": 1.7e9},
        "temperature:0": {"tC": 21.3, "errors": []},
        "devicepower:0": {"battery": {"V": 0.43, "percent": 0}, "external": {"present": True}},
        "em:0": {"a_act_power": 1.5, "total_act_power": 4.5, "a_voltage": 230}}},
)  # fmt: skip
MERAKI = ({"ts": 1557349522123, "counts": {"person": 2}}, {"ts": 1557349522123, "counts": {"person": 0, "vehicle": 1}})
GENERIC = ({"uid": "pcm1", "n": 7, "values": [{"time": "1700000000", "type": "count", "in": "34", "state": "BUSY"}]},)
MAPPING = json_mapping(
    "m.toml",
    """
each = "/values"
device = "#/uid"
sequence = "/n"
[instant]
at = "/time"
format = "epoch_seconds"
[[reading]]
at = "/in"
quantity = "people_in_total"
when = { at = "/type", is = "count" }
[[reading]]
at = "/state"
quantity = "occupied"
words = { BUSY = 1, FREE = 0 }
optional = true
""",
)
LWM2M = (
    {"reports": [{"serialNumber": "IMEI:8615", "timestamp": 1675420474870, "resourcePath": "uplinkMsg/0/data",
                  "value": "0204e8eb1b4f131d00010b8f202302031035000000000000"}], "registrations": [], "updates": []},
)  # fmt: skip
PERSONS = (
    {"type": "WiFi", "data": {"observations": [{"clientMac": "aa:bb:cc:dd:ee:ff", "seenEpoch": 1}]}},
    {"user_id": {"user_id": "7"}, "event": {"card_id": 5, "datetime": AT}},
)
LINES = (
    "ping,url=example.org average_response_ms=23.066,packets_received=5i,packets_transmitted=5i 1535747258000000000\n"
    "interface,agent_host=127.0.0.1,ifDescr=wlan\\ 0 ifInOctets=3436617431i,ifOperStatus=1i,"
    'ifPhysAddress="c8:5b" 1575509815000000000\n',
)


def mutated_json(random_: random.Random, bodies: Sequence[Any]) -> bytes:
    """One body with one to three values changed, added or taken away; now and then with a byte broken."""
    value = json.loads(json.dumps(random_.choice(bodies)))
    for _ in range(random_.choice((1, 1, 2, 3))):
        _mutate(random_, value)
    body = json.dumps(value).encode()
    return mutated_bytes(random_, body) if random_.random() < 0.1 else body


def _mutate(random_: random.Random, value: Any) -> None:
    places = list(_places(value))
    if not places:
        return  # an empty object, after what it held was taken away
    holder, key = random_.choice(places)
    inner = [place for place in places if not isinstance(place[0][place[1]], dict | list)]
    if inner and random_.random() < 0.8:
        holder, key = random_.choice(inner)
    chance = random_.random()
    if chance < 0.08:
        del holder[key]
    elif chance < 0.5 and type(holder[key]) in (int, float):
        holder[key] = holder[key] + random_.choice((-1, 1, 0.5, 1000)) if random_.random() < 0.7 else -holder[key]
    elif chance < 0.55 and isinstance(holder, dict):
        holder[random_.choice((PERSON, "value", "errors"))] = copy.deepcopy(random_.choice(VALUES))
    else:
        holder[key] = copy.deepcopy(random_.choice(VALUES))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value: what holds it and under which key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def mutated_bytes(random_: random.Random, body: bytes) -> bytes:
    """The bytes with one changed, cut off, doubled or taken out."""
    place = random_.randrange(len(body) or 1)
    kind = random_.randrange(4)
    if kind == 0:
        return body[:place] + bytes([random_.randrange(256)]) + body[place + 1 :]
    if kind == 1:
        return body[:place]
    if kind == 2:
        return body[:place] + body[place : place + 9] * 2 + body[place:]
    return body[:place] + body[place + 1 :]


def mutated_lines(random_: random.Random) -> bytes:
    """A line with a digit changed, or else broken in a byte."""
    body = random_.choice(LINES).encode()
    digits = [place for place, byte in enumerate(body) if 48 <= byte < 58]
    if random_.random() < 0.6:
        place = random_.choice(digits)
        return body[:place] + bytes([random_.choice(b"0123456789-.ieu")]) + body[place + 1 :]
    return mutated_bytes(random_, body)


def mutated_metrics(random_: random.Random) -> bytes:
    """A payload of metrics with mutated fields, and now and then a broken byte."""
    metric = Metric(name="people", alias=7, datatype=3, int_value=random_.randrange(2**32), timestamp=1_700_000_000_000)
    for field, values in (
        ("alias", (7, 8, 2**64 - 1)), ("timestamp", (0, 2**64 - 1, 1_600_000_000_000)), ("datatype", (0, 1, 8, 12, 99)),
        ("name", ("", "people", PERSON, "bdSeq")), ("is_null", (True,)), ("is_historical", (True,)),
        ("long_value", (0, 2**64 - 1)), ("double_value", (1.5, float("nan"))), ("string_value", (PERSON,)),
        ("bytes_value", (b"\xff",)), ("boolean_value", (True,)),
    ):  # fmt: skip
        if random_.random() < 0.15:
            setattr(metric, field, random_.choice(values))
    if random_.random() < 0.3:
        metric.ClearField("name")
    if random_.random() < 0.2:
        quality = random_.choice((0, 64, 192, 500, 2**32 - 1))
        metric.properties.CopyFrom(PropertySet(keys=["Quality"], values=[PropertyValue(int_value=quality)]))
    payload = Payload(metrics=[metric] * random_.choice((0, 1, 1, 2)), seq=random_.choice((0, 1, 255, 256)))
    payload.timestamp = random_.choice((1_700_000_000_000, 2**64 - 1, 0))
    body = payload.SerializeToString()
    if random_.random() < 0.2:
        held = zlib.compress(mutated_bytes(random_, body) if random_.random() < 0.3 else body)
        algorithm = Metric(name="algorithm", string_value=random_.choice(("DEFLATE", "GZIP", PERSON)))
        body = Payload(uuid="SPBV1.0_COMPRESSED", body=held, metrics=[algorithm]).SerializeToString()
    return mutated_bytes(random_, body) if random_.random() < 0.2 else body


class _Node:
    """A node whose messages come in any order, as if many were lost."""

    def __init__(self) -> None:
        self.node = EdgeNode({"people": Meaning("people")})
        self.random = random.Random(2)

    def decoded(self, body: bytes) -> DeviceMessage:
        kind = self.random.choice(("NBIRTH", "NDATA", "NDATA", "NDATA", "DBIRTH", "DDATA", "DDEATH", "NDEATH"))
        address = Address("G", kind, "N", "D" if kind.startswith("D") else "")
        return self.node.decoded(address, body, retained=self.random.random() < 0.1)


def _recognised(body: bytes) -> DeviceMessage:
    """Recognising a person counts as decoding; what passes is refused here, so that a share can be told."""
    if identity.is_identity_data(body):
        return DeviceMessage()
    raise Refused(Reason.UNDECODABLE, "not recognised")


Decoder = Callable[[bytes], DeviceMessage]
JSON: dict[str, tuple[Decoder, Sequence[Any]]] = {
    "xovis": (xovis.decoded, XOVIS),
    "vergesense": (vergesense.decoded, (REPORT, [REPORT | {"event_type": "space_availability", "state": "occupied"}])),
    "disruptive": (disruptive.decoded, DISRUPTIVE),
    "axis": (axis.decoded, AXIS),
    "zigbee2mqtt": (lambda body: zigbee2mqtt.decoded("zigbee2mqtt/a/b c", body), ZIGBEE),
    "shelly": (
        lambda body: shelly.decoded("s/events/rpc", body, bluetooth={"bthomesensor:200": Meaning("motion_total")}),
        SHELLY,
    ),
    "meraki_mv": (lambda body: meraki_mv.decoded("/merakimv/Q2GV-Y4MD-VSQ6/0", body), MERAKI),
    "generic_json": (lambda body: generic_json.decoded(body, MAPPING), GENERIC),
    "lwm2m": (lambda body: lwm2m.decoded(body, imbuildings.decoded), LWM2M),
    "identity": (_recognised, PERSONS),
}


def survey(decode: Decoder, body: Callable[[], bytes]) -> float:
    """The share of bodies that decode; whatever else happens than an answer or Refused fails the test."""
    good = 0
    details: set[str] = set()
    for _ in range(NUMBER):
        mutant = body()
        try:
            message = decode(mutant)
        except Refused as refused:
            details.add(refused.refusal.detail)
            continue
        good += 1
        assert not any("Fatima" in name for name in message.ignored)
        for one in message.observations:
            assert one.quantity in QUANTITIES
            assert (one.value is None) == (one.reason != "")
            assert one.value is None or one.value == one.value  # no NaN
            assert one.measured_at_us is None or 0 <= one.measured_at_us < 2**63
            assert "Fatima" not in f"{one.channel}{one.quantity}{one.value}{one.reason}"
    assert not any("Fatima" in detail or "\n" in detail for detail in details)
    return good / NUMBER


def test_every_source_is_tried() -> None:
    """ChirpStack and The Things Stack are tried in test_lorawan_mutations.py."""
    tried = {name.replace("_", "-") for name in JSON} | {"telegraf", "sparkplug", "chirpstack", "the-things-stack"}
    assert tried == set(SOURCES) - {"file"} | {"identity"}


@pytest.mark.parametrize("name", JSON)
def test_mutated_json(name: str) -> None:
    random_ = random.Random(5)
    decode, bodies = JSON[name]
    assert survey(decode, lambda: mutated_json(random_, bodies)) >= 0.3


def test_mutated_lines() -> None:
    random_ = random.Random(5)
    assert survey(telegraf.decoded, lambda: mutated_lines(random_)) >= 0.3


def test_mutated_metrics() -> None:
    random_ = random.Random(5)
    assert survey(_Node().decoded, lambda: mutated_metrics(random_)) >= 0.3
