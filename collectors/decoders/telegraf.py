"""Decodes what Telegraf sends as InfluxDB line protocol, by a mapping of measurements and fields. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from collectors.decoders.json_body import LIMIT_BYTES, name_of_device
from collectors.decoders.line_protocol import Line, lines
from collectors.decoders.meaning import Meaning, meanings, tables_by_name
from collectors.decoders.passed_over import UNMAPPED_FIELD, passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import EpochUnit, epoch_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused
from facilities.toml_table import TomlTable


@dataclass(frozen=True)
class Measurement:
    """How lines of one measurement are read: the tags that name the device and its part, and what the fields mean.

    `lost` names the fields of packets sent and received, of which `probes_lost` is the difference: the percentage a
    device computes is not taken (collectors.md §0.4).
    """

    device_tag: str
    channel_tag: str | None = None
    fields: Mapping[str, Meaning] = field(default_factory=dict)
    lost: tuple[str, str] | None = None


_OPER_STATUS = {"UP": 1, "DOWN": 0, "NOT_PRESENT": 0, "LOWER_LAYER_DOWN": 0}
PING = Measurement(
    "url",
    fields={
        "packets_transmitted": Meaning("probes_sent"),
        "average_response_ms": Meaning("round_trip_seconds", factor=Fraction(1, 1000)),
    },
    lost=("packets_transmitted", "packets_received"),
)
"""Telegraf's `ping` plugin."""
INTERFACE = Measurement(
    "agent_host",
    "ifDescr",
    {
        "ifInOctets": Meaning("octets_in_total", modulus=2**32),
        "ifOutOctets": Meaning("octets_out_total", modulus=2**32),
        "ifHCInOctets": Meaning("octets_in_total", modulus=2**64),
        "ifHCOutOctets": Meaning("octets_out_total", modulus=2**64),
        "ifOperStatus": Meaning("oper_up"),
    },
)
"""Telegraf's `snmp` plugin with the table of its documentation; `ifOperStatus` as RFC 2863 says."""
OPENCONFIG = Measurement(
    "source",
    "name",
    {
        "in-octets": Meaning("octets_in_total", modulus=2**64),
        "out-octets": Meaning("octets_out_total", modulus=2**64),
        "carrier-transitions": Meaning("carrier_transitions_total", modulus=2**64),
        "oper-status": Meaning("oper_up", words=_OPER_STATUS),
        "oper_status": Meaning("oper_up", words=_OPER_STATUS),
    },
)
"""Telegraf's `gnmi` plugin subscribed to /interfaces/interface/state of OpenConfig."""
USUAL: Mapping[str, Measurement] = {"ping": PING, "interface": INTERFACE, "ifcounters": OPENCONFIG}


def decoded(
    body: bytes,
    known: Mapping[str, Measurement] = USUAL,
    *,
    precision: EpochUnit = "ns",
    retained: bool = False,
) -> DeviceMessage:
    """The observations of a body of lines; instants are in `precision` and cut to the microsecond.

    Lines of a measurement without a mapping, or without the tag that names the device, and fields without a meaning
    are not taken, and `ignored` says so. Of 32- and 64-bit counters of one line the wider is taken. When every packet
    was lost Telegraf leaves the response fields out: sent and lost stand alone then. Raises Refused: oversized, or
    malformed with the number of the line; the body is refused whole, for a producer that breaks one line has broken
    the rest.
    """
    if len(body) > LIMIT_BYTES:
        raise Refused(Reason.OVERSIZED, f"{len(body)} bytes; at most {LIMIT_BYTES} are taken")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(Reason.MALFORMED, f"not UTF-8 at byte {error.start}") from None
    observations: list[Observation] = []
    ignored: set[str] = set()
    has_instants = True
    for line in lines(text):
        mapped = known.get(line.measurement)
        device = name_of_device(line.tags.get(mapped.device_tag)) if mapped else None
        if mapped is None or device is None:
            ignored.add("unmapped measurement" if mapped is None else "line without its device")
            continue
        channel = line.tags.get(mapped.channel_tag, "") if mapped.channel_tag else None
        if channel and name_of_device(channel) is None:
            ignored.add("line without its part")
            continue
        at_us = None if line.instant is None else epoch_microseconds(line.instant, precision)
        has_instants = has_instants and at_us is not None
        ignored.update(passed_over(line.fields, {*mapped.fields, *(mapped.lost or ())}, otherwise=UNMAPPED_FIELD))
        observations += _of_line(line, mapped, device, channel, at_us)
    return DeviceMessage(observations, ignored=tuple(sorted(ignored)), is_state=retained and not has_instants)


def measurements(table: TomlTable, key: str) -> Mapping[str, Measurement]:
    """The measurements written under `key`, and the usual ones not written there; InputError for the first mistake."""
    found = dict(USUAL)
    for name, inner in tables_by_name(table, key):
        lost: tuple[str, str] | None = None
        if inner.has("lost"):
            match inner.value("lost"):
                case [str(sent), str(received)]:
                    lost = (sent, received)
                case _:
                    inner.refuse("lost", 'must be the fields of packets sent and received: ["sent", "received"]')
        channel_tag = inner.text("channel_tag") if inner.has("channel_tag") else None
        found[name] = Measurement(inner.text("device_tag"), channel_tag, meanings(inner, "fields"), lost)
        inner.close()
    return found


def _of_line(
    line: Line, mapped: Measurement, device: str, channel: str | None, at_us: int | None
) -> Iterator[Observation]:
    chosen: dict[tuple[str, str], tuple[Meaning, object]] = {}
    for name, raw in line.fields.items():
        meant = mapped.fields.get(name)
        if meant is None:
            continue
        place = (meant.quantity, meant.channel)
        if place not in chosen or (meant.modulus or 0) > (chosen[place][0].modulus or 0):
            chosen[place] = (meant, _state(raw) if meant.quantity == "oper_up" and not meant.words else raw)
    for meant, chosen_raw in chosen.values():
        yield meant.observation(device, chosen_raw, at_us, channel)
    if mapped.lost:
        sent, received = (line.fields.get(name) for name in mapped.lost)
        if sent is not None:
            lost = sent - received if type(sent) is int and type(received) is int else "off_type"
            yield observed(device, channel or "", "probes_lost", at_us, lost)


def _state(raw: object) -> object:
    """ifOperStatus as 1 up or 0 down (RFC 2863: down 2, notPresent 6, lowerLayerDown 7); others, and 0, are neither."""
    return {1: 1, 2: 0, 6: 0, 7: 0}.get(raw, "other") if type(raw) is int else "other"
