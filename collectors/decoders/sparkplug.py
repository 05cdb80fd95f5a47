"""Decodes Sparkplug B of one edge node: births tell names and types, data may carry aliases alone. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from collectors.decoders.json_body import name_of_device
from collectors.decoders.meaning import Meaning
from collectors.decoders.passed_over import passed_over
from collectors.decoders.quantity_value import observed
from collectors.decoders.source_instant import epoch_microseconds
from collectors.decoders.sparkplug_b_pb2 import Metric, Payload
from collectors.decoders.sparkplug_payload import opened
from collectors.decoders.sparkplug_value import doubt_of, value_of
from collectors.observation import DeviceMessage, Observation, SequenceNumber
from collectors.reasons import Reason, Refused, numbered

MODULUS = 256
"""Of `seq` and `bdSeq`."""
REBIRTH = "Node Control/Rebirth"
"""The metric of the NCMD that makes a node send its births again; see `rebirth_command`."""
_PROTOCOL = frozenset({"bdSeq", "Node Control", "Device Control"})
"""Metrics of Sparkplug's own, by the first level of their names: nothing is lost when nobody maps them."""
_TYPES = frozenset({"NBIRTH", "NDATA", "NDEATH", "NCMD", "DBIRTH", "DDATA", "DDEATH", "DCMD"})


class Address(NamedTuple):
    """Whose message of which kind it is; `device` is "" for the edge node itself."""

    group: str
    kind: str
    node: str
    device: str

    @property
    def name(self) -> str:
        """The device's name in observations: GROUP/NODE or GROUP/NODE/DEVICE."""
        return "/".join(part for part in (self.group, self.node, self.device) if part)


class _Known(NamedTuple):
    name: str
    datatype: int


def sparkplug_address(topic: str) -> Address | None:
    """The address a topic names; None for the state of a host application (`spBv1.0/STATE/…`), which is not ours.

    Raises Refused (topic): not spBv1.0/GROUP/TYPE/NODE[/DEVICE] with a known type, or no printable names.
    """
    levels = topic.split("/")
    if levels[0] != "spBv1.0":
        raise Refused(Reason.TOPIC, "not below spBv1.0")
    if levels[1:2] == ["STATE"]:
        return None
    of_device = len(levels) == 5
    if len(levels) not in (4, 5) or levels[2] not in _TYPES or of_device != levels[2].startswith("D"):
        raise Refused(Reason.TOPIC, "not spBv1.0/GROUP/TYPE/NODE[/DEVICE] with a known type")
    if any(name_of_device(name) is None for name in (levels[1], *levels[3:])):
        raise Refused(Reason.TOPIC, "a group, node or device without up to 200 printable characters")
    return Address(levels[1], levels[2], levels[3], levels[4] if of_device else "")


def rebirth_command(sent_at_ms: int) -> bytes:
    """The payload to publish on spBv1.0/GROUP/NCMD/NODE so that the node sends its births again."""
    metric = Metric(name=REBIRTH, timestamp=sent_at_ms, datatype=11, boolean_value=True)
    return Payload(timestamp=sent_at_ms, metrics=[metric]).SerializeToString()


class EdgeNode:
    """What a host must remember of one edge node between its messages; they must come in order of arrival.

    `needs_rebirth` is True when messages are missing (a gap in `seq`) or births were never seen (after our restart):
    publish `rebirth_command` then. It turns False with the next NBIRTH.
    """

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        """`meanings` are quantities by metric name: names are the site's own; others are not taken."""
        self.needs_rebirth = False
        self._meanings = meanings
        self._is_born = False
        self._birth_number: int | None = None
        self._last_seq: int | None = None
        self._known: dict[str, dict[str, _Known]] = {}  # by device ("" = node), by metric name
        self._aliases: dict[int, tuple[str, _Known]] = {}  # aliases are unique in a node: (device, metric)

    def decoded(self, address: Address, payload: bytes, *, retained: bool = False) -> DeviceMessage:
        """What one payload says.

        Values take the metric's own instant, else the payload's; stored ones (`is_historical`) have their own or none,
        for the payload's is when they were sent. A value of bad or stale quality is none. A birth also says that its
        device is online, a death that it is not; an NDEATH was written when the node connected, so its instant says
        nothing and its `bdSeq` must be that of the last birth. Commands are not ours. Raises Refused: malformed,
        off_type, rebirth_needed (data without a birth, or an alias no birth has told).
        """
        if address.kind in ("NCMD", "DCMD"):
            return DeviceMessage(ignored=(address.kind,))
        message = opened(payload)
        if address.kind == "NDEATH":
            return self._node_death(address, message, retained)
        sequence = self._counted(address, message)
        with numbered(sequence):
            return self._read(address, message, sequence, retained)

    def _read(
        self, address: Address, message: Payload, sequence: SequenceNumber | None, retained: bool
    ) -> DeviceMessage:
        if address.kind == "DDEATH":
            instant = _milliseconds(message, "timestamp")
            self._known.pop(address.device, None)
            offline = observed(address.name, "", "is_online", instant, False)
            return DeviceMessage((offline,), sequence, is_state=retained)
        if address.kind in ("NBIRTH", "DBIRTH"):
            self._birth(address, message)
        elif not self._is_born or address.device not in self._known:
            self.needs_rebirth = True
            if any(metric.HasField("alias") and not metric.name for metric in message.metrics):
                raise Refused(Reason.REBIRTH_NEEDED, "data with aliases and no birth before it; a rebirth is needed")
        return self._message(address, message, sequence, retained)

    def _node_death(self, address: Address, message: Payload, retained: bool) -> DeviceMessage:
        number = next((_whole(metric) for metric in message.metrics if metric.name == "bdSeq"), None)
        if self._birth_number is not None and number is not None and number != self._birth_number:
            return DeviceMessage(ignored=("NDEATH of an earlier session",))
        names = [address.name, *(f"{address.name}/{device}" for device in sorted(self._known) if device)]
        self._is_born = False
        self._last_seq = self._birth_number = None
        self._known.clear()
        self._aliases.clear()
        return DeviceMessage([observed(name, "", "is_online", None, False) for name in names], is_state=retained)

    def _counted(self, address: Address, message: Payload) -> SequenceNumber | None:
        if not message.HasField("seq"):
            return None
        if message.seq >= MODULUS:
            raise Refused(Reason.OUT_OF_RANGE, '"seq" is above 255')
        expected = None if self._last_seq is None else (self._last_seq + 1) % MODULUS
        if address.kind != "NBIRTH" and expected is not None and message.seq != expected:
            self.needs_rebirth = True
        self._last_seq = message.seq
        return SequenceNumber(f"{address.group}/{address.node}", message.seq, MODULUS)

    def _birth(self, address: Address, message: Payload) -> None:
        if address.kind == "NBIRTH":
            self._known.clear()
            self._aliases.clear()
            self._is_born, self.needs_rebirth = True, False
            numbers = [_whole(metric) for metric in message.metrics if metric.name == "bdSeq"]
            self._birth_number = numbers[0] if numbers else None
        elif not self._is_born:
            self.needs_rebirth = True
        known = {metric.name: _Known(metric.name, metric.datatype) for metric in message.metrics if metric.name}
        self._known[address.device] = known
        for metric in message.metrics:
            if metric.HasField("alias") and metric.name:
                self._aliases[metric.alias] = (address.device, known[metric.name])

    def _message(
        self, address: Address, message: Payload, sequence: SequenceNumber | None, retained: bool
    ) -> DeviceMessage:
        sent_at_us = _milliseconds(message, "timestamp")
        observations: list[Observation] = []
        if address.kind in ("NBIRTH", "DBIRTH"):
            observations.append(observed(address.name, "", "is_online", sent_at_us, True))
        others: list[str] = []
        for metric in message.metrics:
            known = self._metric(address, metric)
            meant = self._meanings.get(known.name)
            if meant is None:
                others.append(str(known.name).partition("/")[0])  # protobuf gives bytes where it is not UTF-8
                continue
            otherwise_us = None if metric.is_historical else sent_at_us
            instant = _milliseconds(metric, "timestamp") if metric.HasField("timestamp") else otherwise_us
            read = meant.observation(address.name, value_of(metric, metric.datatype or known.datatype), instant)
            if read.value is not None and (doubt := doubt_of(metric)):
                read = read._replace(value=None, reason=doubt)
            observations.append(read._replace(is_historical=metric.is_historical))
        return DeviceMessage(
            observations, sequence, passed_over(others, _PROTOCOL, otherwise="unmapped metrics"), is_state=retained
        )

    def _metric(self, address: Address, metric: Metric) -> _Known:
        if metric.name:
            return self._known.get(address.device, {}).get(metric.name, _Known(metric.name, metric.datatype))
        device, known = self._aliases.get(metric.alias, ("", None)) if metric.HasField("alias") else ("", None)
        if known is None or device != address.device:
            self.needs_rebirth = True
            raise Refused(Reason.REBIRTH_NEEDED, "an alias that no birth has told; a rebirth is needed")
        return known


def _milliseconds(of: Payload | Metric, field: str) -> int | None:
    if not of.HasField("timestamp"):
        return None
    return epoch_microseconds(of.timestamp, "ms", f'"{field}"')


def _whole(metric: Metric) -> int | None:
    value = value_of(metric, metric.datatype)
    return value if isinstance(value, int) else None
