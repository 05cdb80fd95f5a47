"""iperf3 results, whole (`-J`) or as a stream of events (`--json-stream`): lost and total packets of UDP. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from collectors.json_fields import JsonObject, as_list, as_object, count_of, epoch_of, json_object, scaled_of
from collectors.measurement import Measurement
from collectors.reasons import Reason, Refused

Direction: TypeAlias = Literal["forward", "reverse"]
DRIFT_MICROSECONDS = 100_000
"""How far an interval of iperf3 may lie off its nominal start: it ends one when its timer fires, some ms late."""
_SENTENCE = re.compile(r"[ -~]{1,200}")
_MOST_INTERVALS = 1_000_000
_LONGEST_OMIT = 86_400


def udp_measurements(content: bytes, direction: Direction = "forward") -> list[Measurement]:
    """What a UDP test lost: one measurement per interval where the receiver's own are in it, else one for the whole.

    A sender counts only what it sent, so its intervals say nothing about loss; the totals at the end come from the
    receiver. `direction` matters for `--bidir` only, where `reverse` is what the client received. Refused: an error of
    iperf3 (not_measured, in iperf3's words), TCP (it sends again what was lost: there is no loss to read), and a
    stream cut off before its totals without intervals of a receiver.
    """
    test = _assembled(content)
    if "error" in test:
        raise Refused(Reason.NOT_MEASURED, f"iperf3: {_sentence(test['error'])}")
    start = as_object(test.get("start"), "start")
    settings = as_object(start.get("test_start"), "start.test_start")
    protocol = settings.get("protocol")
    if protocol != "UDP":
        name = protocol if protocol in ("TCP", "SCTP") else "a protocol"
        raise Refused(Reason.OUT_OF_SCOPE, f"{name} sends again what was lost: no loss is measured")
    began = epoch_of(as_object(start.get("timestamp"), "start.timestamp").get("timesecs"), "timesecs")
    began += min(count_of(settings.get("omit", 0), "omit"), _LONGEST_OMIT) * 1_000_000  # iperf3 counts from 0 after it
    suffix = "_bidir_reverse" if direction == "reverse" else ""
    parts = list(_receiver_intervals(test, began, suffix))
    if parts:
        return parts
    if "accepted_connection" in start and settings.get("reverse"):
        raise Refused(Reason.NOT_MEASURED, "iperf3: what arrived is in the client's file only")
    return [_total(as_object(test.get("end"), "end"), settings, began, suffix)]


def _assembled(content: bytes) -> JsonObject:
    """The result as `-J` writes it, whether it came so or event by event."""
    lines = content.split(b"\n")
    if b'"event"' not in lines[0]:
        return json_object(content)
    test: dict[str, Any] = {"intervals": []}
    for line in lines:
        if not line.strip():
            continue
        event = json_object(line)
        match event.get("event"):
            case "interval":
                test["intervals"].append(event.get("data"))
            case "start" | "end" | "error" as name:
                test[name] = event.get("data")
    return test


def _sentence(value: object) -> str:
    return value if isinstance(value, str) and _SENTENCE.fullmatch(value) else "an error without a readable text"


def _receiver_intervals(test: JsonObject, began: int, suffix: str) -> Iterator[Measurement]:
    intervals = as_list(test.get("intervals", []), "intervals")
    if len(intervals) > _MOST_INTERVALS:
        raise Refused(Reason.OUT_OF_RANGE, f"more than {_MOST_INTERVALS} intervals")
    for value in intervals:
        part = as_object(value, "an interval").get(f"sum{suffix}")
        if part is None:
            continue
        part = as_object(part, "the sum of an interval")
        if "lost_packets" not in part or part.get("omitted") is True:
            continue
        start, end = scaled_of(part.get("start"), 6, "start"), scaled_of(part.get("end"), 6, "end")
        if not count_of(part.get("packets"), "packets") or 0 <= end - start < DRIFT_MICROSECONDS:
            continue  # nothing is known, or it is what was left of the last interval when the test ended
        whole = -(-(start - 500_000) // 1_000_000) * 1_000_000
        if abs(start - whole) > DRIFT_MICROSECONDS:
            raise Refused(Reason.TOO_PRECISE, "an interval that starts within a second; use whole seconds (-i 10)")
        yield _counted(part, began + whole, end - start)


def _total(end: JsonObject, settings: Mapping[str, Any], began: int, suffix: str) -> Measurement:
    part = end.get(f"sum_received{suffix}", None if suffix else end.get("sum"))
    if part is None:
        raise Refused(Reason.NOT_MEASURED, "iperf3: the test has no result of its receiver")
    part = as_object(part, f"end.sum_received{suffix}")
    span = scaled_of(part.get("end", part.get("seconds")), 6, "end")
    total = _counted(part, began, span)
    if not total.sent:  # what a server writes about a client that received; and it is no loss of everything either
        raise Refused(Reason.NOT_MEASURED, "iperf3: the receiver counted no packet, or its count is not in this file")
    sender = end.get(f"sum_sent{suffix}")
    omitted = count_of(settings.get("omit", 0), "omit")
    if sender is None or omitted:  # a sender also counts the seconds that were left out at the start
        return total
    sent = count_of(as_object(sender, "end.sum_sent").get("packets", 0), "packets")
    received = total.sent - total.lost
    if not sent:
        return total
    if received > sent:
        raise Refused(Reason.LOST_EXCEEDS_SENT, "more received than sent")
    return total._replace(sent=sent, lost=sent - received)  # the receiver never heard of packets lost at the end


def _counted(part: JsonObject, starts_at: int, span: int) -> Measurement:
    sent, lost = count_of(part.get("packets"), "packets"), count_of(part.get("lost_packets"), "lost_packets")
    if lost > sent:
        raise Refused(Reason.LOST_EXCEEDS_SENT, "more lost than sent")
    if span < 0:
        raise Refused(Reason.NEGATIVE, "an interval that ends before it starts")
    return Measurement("", starts_at, span, sent, lost)


def stream_starts(line: bytes) -> bool:
    """Whether a line is the first of a test in a stream of events (a server writes one test after the other)."""
    if b'"event"' not in line:
        return False
    try:
        event = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(event, dict) and event.get("event") == "start"
