"""RIPE Atlas ping results of every firmware generation (collectors.md §a.9). Pure.

Written from the published description of the format; the GPL-licensed parser is not used.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from collectors.json_fields import as_list, as_object, count_of, epoch_of, json_object, scaled_of
from collectors.reasons import Reason, Refused

UNSYNCHRONISED_SECONDS = 3600
"""Beyond this long without a look at a controller's clock an instant is not believed (collectors.md §a.9)."""
LARGEST_RESULT = 10_000
"""Packets in one result; Atlas sends at most 16."""
_DAY_NANOSECONDS = 86_400 * 10**9


class PingResult(NamedTuple):
    """One ping result.

    `seconds_since_sync` is None when the firmware does not say, -1 when the probe does not know. `round_trips` are in
    ns in the order of sending, None for a lost packet; the whole is None where the firmware (before 4400) tells only
    counts. `sent` and `lost` are counted from the packets where there are any.
    """

    measurement: int
    probe: int
    firmware: int
    address_family: int
    measured_at_us: int
    seconds_since_sync: int | None
    sent: int
    lost: int
    duplicates: int
    round_trips: tuple[int | None, ...] | None

    @property
    def is_synchronised(self) -> bool:
        """Whether the probe's clock may be believed; firmware that does not say is believed."""
        lts = self.seconds_since_sync
        return lts is None or 0 <= lts <= UNSYNCHRONISED_SECONDS


def ping_result(content: bytes) -> PingResult:
    """Decodes one result; Refused for other types of measurement, and for counts that contradict each other.

    min, avg and max are -1 without an answer: they are not read, every figure comes from the packets or the counts.
    """
    record = json_object(content)
    if record.get("type") != "ping":
        raise Refused(Reason.OUT_OF_SCOPE, "a RIPE Atlas result that is not a ping")
    sent, received = count_of(record.get("sent"), "sent"), count_of(record.get("rcvd"), "rcvd")
    if received > sent:
        raise Refused(Reason.LOST_EXCEEDS_SENT, "more received than sent")
    listed = _packets(record["result"]) if "result" in record else None
    if listed is not None:
        _agree(listed, sent, received)
    elif not received and 0 < sent <= LARGEST_RESULT:
        listed = _Listed((None,) * sent, 0)
    packets = None if listed is None else listed.round_trips
    return PingResult(
        measurement=count_of(record.get("msm_id"), "msm_id"),
        probe=count_of(record.get("prb_id"), "prb_id"),
        firmware=count_of(record.get("fw", 0), "fw"),
        address_family=_address_family(record),
        measured_at_us=epoch_of(record.get("timestamp"), "timestamp"),
        seconds_since_sync=_since_sync(record.get("lts")),
        sent=sent if packets is None else len(packets),
        lost=sent - received if packets is None else packets.count(None),
        duplicates=count_of(record.get("dup", 0), "dup"),
        round_trips=packets,
    )


class _Listed(NamedTuple):
    round_trips: tuple[int | None, ...]
    errors: int


def _packets(value: object) -> _Listed:
    """The packets of `result`: a duplicate belongs to a packet that is listed, an error is a packet that never left.

    An answer after the timeout comes as a lost packet and a duplicate, and is lost (late counts as lost, once).
    """
    entries: Sequence[Any] = as_list(value, "result")
    if len(entries) > LARGEST_RESULT:
        raise Refused(Reason.OUT_OF_RANGE, f"more than {LARGEST_RESULT} packets in one result")
    found: list[int | None] = []
    errors = 0
    for value in entries:
        entry = as_object(value, "an entry of result")
        if "rtt" in entry:
            nanoseconds = scaled_of(entry["rtt"], 6, "rtt")
            if not 0 <= nanoseconds <= _DAY_NANOSECONDS:
                raise Refused(Reason.OUT_OF_RANGE, "a round trip below 0 or longer than a day")
            if not entry.get("dup"):
                found.append(nanoseconds)
        elif entry.get("x") == "*":
            found.append(None)
        elif "error" in entry:
            errors += 1
    return _Listed(tuple(found), errors)


def _agree(listed: _Listed, sent: int, received: int) -> None:
    packets = listed.round_trips
    if len(packets) - packets.count(None) != received:
        raise Refused(Reason.MALFORMED, "rcvd is not the number of answers in result")
    if sent not in (len(packets), len(packets) + listed.errors):
        raise Refused(Reason.MALFORMED, "sent is not the number of packets in result")


def _address_family(record: Any) -> int:
    if "af" in record:
        family = count_of(record["af"], "af")
        if family not in (4, 6):
            raise Refused(Reason.OUT_OF_RANGE, "af is neither 4 nor 6")
        return family
    address = record.get("dst_addr", record.get("addr", ""))
    return 6 if isinstance(address, str) and ":" in address else 4


def _since_sync(value: object) -> int | None:
    if value is None:
        return None
    seconds = scaled_of(value, 0, "lts")
    return seconds if seconds >= 0 else -1
