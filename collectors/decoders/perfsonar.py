"""perfSONAR: pScheduler results (latency, rtt) and points of the esmond archive (collectors.md §a.8). Pure."""

from collections.abc import Mapping

from collectors.json_fields import (
    JsonObject,
    as_list,
    as_object,
    count_of,
    duration_of,
    epoch_of,
    instant_of_text,
    json_object,
    scaled_of,
)
from collectors.measurement import Measurement
from collectors.reasons import Reason, Refused

DEFAULT_SPACING_US = 1_000_000
"""pScheduler's rtt test sends a packet a second unless its `interval` says otherwise."""
DEFAULT_LATENCY_SPACING = "0.1"
"""And its latency test ten, unless `packet-interval` (in seconds) says otherwise."""
MOST_PACKETS = 1_000_000
_BILLION = 10**9
UNDERSTOOD = {
    "throughput": "throughput has no reading of ours",
    "packet-duplicates": "duplicated packets have no reading of ours",
    "packet-reorders": "reordered packets have no reading of ours",
    "packet-retransmits": "retransmitted packets have no reading of ours",
    "packet-count-sent": "packets sent, without those lost",
    "histogram-owdelay": "one-way delays without counts of loss",
    "histogram-rtt": "a histogram of round trips tells no packet's instant",
    "histogram-ttl": "hops have no reading of ours",
    "packet-trace": "a path has no reading of ours",
    "failures": "the test failed",
}
"""Event types of the archive that are known and become no reading, with why."""


def measurement(content: bytes, packets_sent: int | None = None, event_type: str | None = None) -> Measurement:
    """One record: a pScheduler result, alone or in the record of its run, or one point of the esmond archive.

    `packets_sent` is what the test sends per point, which an archive of lost packets does not say; `event_type` is
    what the points are, where they do not say it themselves. Refused: what is understood and no reading
    (out_of_scope), what the tool says it could not measure (not_measured), counts that contradict each other.
    """
    record = json_object(content)
    if isinstance(record.get("_source"), dict):  # as a search engine exports it
        record = record["_source"]
    if "val" in record and "ts" in record:
        return _point(record, packets_sent, event_type)
    if "model" in record and "fields" in record:
        raise Refused(Reason.OUT_OF_SCOPE, "metadata of an archive: not a measurement")
    return _result(record)


def _point(record: JsonObject, packets_sent: int | None, event_type: str | None) -> Measurement:
    name = event_type or _event_of(record)
    if record.get("is_valid", 1) not in (1, True):
        raise Refused(Reason.NOT_MEASURED, "the archive marks this point as not valid")
    at = epoch_of(record["ts"], "ts")
    value = record["val"]
    if name == "packet-count-lost":
        sent, lost = _known_sent(packets_sent), count_of(value, "val")
    elif name == "packet-loss-rate":
        sent, lost = _loss_rate(value, packets_sent)
    elif name in UNDERSTOOD:
        reason = Reason.NOT_MEASURED if name == "failures" else Reason.OUT_OF_SCOPE
        raise Refused(reason, f"{name}: {UNDERSTOOD[name]}")
    else:
        raise Refused(Reason.OUT_OF_SCOPE, "an event type that is not known; name it in event_type")
    return Measurement("", at, None, *_counts(sent, lost))


def _event_of(record: JsonObject) -> str:
    """The event type of a point of the archive's own files: the second part of `path`, with hyphens."""
    path = record.get("path")
    if isinstance(path, list) and len(path) > 1 and isinstance(path[1], str):
        return path[1].replace("_", "-")
    return ""


def _known_sent(packets_sent: int | None) -> int:
    if packets_sent is None:
        raise Refused(Reason.OUT_OF_SCOPE, "lost packets without those sent; name packets_sent")
    return packets_sent


def _loss_rate(value: object, packets_sent: int | None) -> tuple[int, int]:
    """Packets sent and lost of a loss rate: a fraction as it is, a ratio only if it is a whole number of packets."""
    if isinstance(value, dict):
        return count_of(value.get("denominator"), "denominator"), count_of(value.get("numerator"), "numerator")
    sent = _known_sent(packets_sent)
    ratio = scaled_of(value, 9, "val")
    if not 0 <= ratio <= _BILLION:
        raise Refused(Reason.OUT_OF_RANGE, "a loss rate that is not between 0 and 1")
    lost = (ratio * sent + _BILLION // 2) // _BILLION
    if abs(lost * _BILLION - ratio * sent) > sent:  # further off than the last digit of the ratio can say
        raise Refused(Reason.MALFORMED, "the loss rate is no whole number of packets_sent")
    return sent, lost


def _counts(sent: int, lost: int) -> tuple[int, int]:
    if lost > sent:
        raise Refused(Reason.LOST_EXCEEDS_SENT, "more lost than sent")
    return sent, lost


def _result(record: JsonObject) -> Measurement:
    """A run of the API has the result of both ends together in `result-merged`; archivers get only that."""
    result = record.get("result-merged") or record.get("result", record)
    if result is None:
        raise Refused(Reason.NOT_MEASURED, "the run has no result")
    result = as_object(result, "result")
    if result.get("succeeded", True) is not True:
        raise Refused(Reason.NOT_MEASURED, "pScheduler: the test did not succeed")
    starts_at = _starts_at(record)
    if "roundtrips" in result:
        return _round_trips(result, record, starts_at)
    if "packets-sent" in result:
        return _latency(result, record, starts_at)
    if "summary" in result or "intervals" in result:
        raise Refused(Reason.OUT_OF_SCOPE, f"throughput: {UNDERSTOOD['throughput']}")
    if "paths" in result:
        raise Refused(Reason.OUT_OF_SCOPE, f"trace: {UNDERSTOOD['packet-trace']}")
    raise Refused(Reason.OUT_OF_SCOPE, "a result that is neither of a latency nor of an rtt test")


def _starts_at(record: JsonObject) -> int | None:
    """When the run started, where its record is around the result; a result alone names no instant."""
    schedule = record.get("schedule")
    if isinstance(schedule, dict):
        return instant_of_text(schedule.get("start"), "schedule.start")
    return instant_of_text(record["start-time"], "start-time") if "start-time" in record else None


def _spec(record: JsonObject) -> JsonObject | None:
    test = record.get("test")
    spec = test.get("spec") if isinstance(test, dict) else None
    return spec if isinstance(spec, dict) else None


def _latency(result: JsonObject, record: JsonObject, starts_at: int | None) -> Measurement:
    """Loss by our own count, sent minus received; the histogram must hold the packets that were received.

    The span is the packets' own, not the run's, which has time to get ready in it.
    """
    sent = count_of(result["packets-sent"], "packets-sent")
    received = count_of(result.get("packets-received"), "packets-received")
    if received > sent:
        raise Refused(Reason.LOST_EXCEEDS_SENT, "more received than sent")
    if "packets-lost" in result and count_of(result["packets-lost"], "packets-lost") != sent - received:
        raise Refused(Reason.MALFORMED, "packets-lost is not what was sent and not received")
    histogram = _histogram(as_object(result.get("histogram-latency", {}), "histogram-latency"))
    duplicated = count_of(result.get("packets-duplicated") or 0, "packets-duplicated")
    if histogram and not received <= sum(histogram.values()) <= received + duplicated:
        raise Refused(Reason.MALFORMED, "histogram-latency does not hold the packets received")
    spec = _spec(record)
    span = None
    if spec is not None:
        span = sent * scaled_of(spec.get("packet-interval", DEFAULT_LATENCY_SPACING), 6, "packet-interval")
    return Measurement("", starts_at, span, sent, sent - received, one_way=histogram)


def _histogram(buckets: Mapping[str, object]) -> Mapping[int, int]:
    """Delays in ns to packets; keys are ms as text, and negative where the clocks of both ends disagree."""
    found: dict[int, int] = {}
    for delay, packets in buckets.items():
        nanoseconds = scaled_of(delay, 6, "a delay of histogram-latency")
        found[nanoseconds] = found.get(nanoseconds, 0) + count_of(packets, "packets of histogram-latency")
    return found


def _round_trips(result: JsonObject, record: JsonObject, starts_at: int | None) -> Measurement:
    """The packets of an rtt test by their sequence number from 1; those without an answer are not listed."""
    spec = _spec(record) or {}
    spacing = duration_of(spec["interval"], "interval") // 1000 if "interval" in spec else DEFAULT_SPACING_US
    answers: dict[int, int] = {}
    for value in as_list(result["roundtrips"], "roundtrips"):
        answer = as_object(value, "a round trip")
        if "rtt" not in answer:  # an ICMP error stands in place of an answer
            continue
        sequence = count_of(answer.get("seq"), "seq")
        answers.setdefault(sequence, duration_of(answer["rtt"], "rtt"))
    sent = _sent(result, len(answers))
    if sent > MOST_PACKETS:
        raise Refused(Reason.OUT_OF_RANGE, f"more than {MOST_PACKETS} packets in one result")
    if answers and not (min(answers) >= 1 and max(answers) <= sent):
        raise Refused(Reason.MALFORMED, "a sequence number that is not between 1 and sent")
    if "lost" in result and count_of(result["lost"], "lost") != sent - len(answers):
        raise Refused(Reason.MALFORMED, "lost is not the number of packets without a round trip")
    packets = tuple(answers.get(sequence) for sequence in range(1, sent + 1))
    return Measurement("", starts_at, sent * spacing, sent, packets.count(None), packets, spacing)


def _sent(result: JsonObject, answers: int) -> int:
    """Packets sent; `sent` and `lost` may be missing, and then only a loss of exactly 0 says how many there were."""
    if "sent" in result:
        return count_of(result["sent"], "sent")
    if "lost" in result:
        return answers + count_of(result["lost"], "lost")
    if scaled_of(result.get("loss"), 9, "loss"):
        raise Refused(Reason.MALFORMED, "loss without the number of packets sent or lost")
    return answers
