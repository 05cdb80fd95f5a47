"""Results of measuring tools to rows of one kind, by a mapping; each that cannot be readings is refused alone. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from collectors.decoders.iperf3 import udp_measurements
from collectors.decoders.perfsonar import measurement
from collectors.decoders.ripe_atlas import ping_result
from collectors.file_rows import Record, Rows, checked_rows, columns_of
from collectors.json_fields import plausible_instant
from collectors.kept_input import code_text
from collectors.known import Series, grids_of
from collectors.measurement import Measurement
from collectors.plausibility import LARGEST_COUNT, LARGEST_NANOSECONDS
from collectors.reasons import Reason, Refused, Rejected
from collectors.result_mapping import ResultMapping

_LATE_TIMER_US = 100_000  # tools end an interval when their timer fires


def decoded_results(
    records: Sequence[Record], mapping: ResultMapping, series: Mapping[str, Series], received_at: datetime
) -> Rows:
    """Every record as its rows, all of them or none, or refused with its reason; blank records are neither."""
    numbers: list[tuple[int, ...]] = []
    sources: list[Record] = []
    rejected: list[tuple[int, Rejected]] = []
    for record in records:
        try:
            if record.content is None:
                raise Refused(Reason.OVERSIZED, "a record too long to be read")
            if not record.content.strip():
                continue
            found = [row for one in measurements(record.content, mapping) for row in _rows(one, mapping, series)]
        except Refused as error:
            rejected.append((record.number, Rejected(error.refusal, _kept(record))))
            continue
        numbers += found
        sources += [record] * len(found)
    return checked_rows(
        mapping.kind, columns_of(mapping.kind, numbers), sources, rejected, 0, _kept, received_at, grids_of(series)
    )


def _kept(record: Record) -> bytes:
    """All of it: it is about circuits, and nothing in it is about a person."""
    return record.content or b""


def measurements(content: bytes, mapping: ResultMapping) -> list[Measurement]:
    """What one record of the mapping's format says; raises Refused."""
    match mapping.format:
        case "ripe_atlas":
            return [_ping(content, mapping)]
        case "perfsonar":
            found = measurement(content, mapping.packets_sent, mapping.event_type)
            return [found if found.starts_at_us is not None else found._replace(starts_at_us=mapping.starts_at_us)]
        case "iperf3":
            return udp_measurements(content, mapping.direction)


def _ping(content: bytes, mapping: ResultMapping) -> Measurement:
    result = ping_result(content)
    if mapping.address_family not in (None, result.address_family):
        raise Refused(Reason.OUT_OF_SCOPE, f"measured over IPv{result.address_family}; the mapping asks for the other")
    if not result.is_synchronised and not mapping.accepts_unsynchronised:
        raise Refused(
            Reason.CLOCK_NOT_SET, 'the probe\'s clock is not known to be right (lts); or say unsynchronised = "accept"'
        )
    return Measurement(
        str(result.probe),
        result.measured_at_us,
        None,
        result.sent,
        result.lost,
        result.round_trips,
        mapping.spacing_us,
    )


def _rows(one: Measurement, mapping: ResultMapping, series: Mapping[str, Series]) -> Iterator[tuple[int, ...]]:
    circuit = _circuit(one, mapping, series)
    if one.starts_at_us is None:
        raise Refused(Reason.NAIVE_INSTANT, "the result says not when it was measured; name starts_at in the mapping")
    if not one.sent:
        raise Refused(Reason.NOT_MEASURED, "nothing was sent: nothing is known")
    if one.sent > LARGEST_COUNT:
        raise Refused(Reason.OUT_OF_RANGE, f"a count above {LARGEST_COUNT}")
    if mapping.kind == "intervals":
        _fits_a_grid(one, circuit)
        yield circuit.number, one.starts_at_us, one.sent, one.lost
        return
    if one.round_trips is None or one.spacing_us is None:
        raise Refused(Reason.OUT_OF_SCOPE, 'counts and no round trips; import them with kind = "intervals"')
    for place, round_trip in enumerate(one.round_trips):
        if round_trip is not None and round_trip > LARGEST_NANOSECONDS:
            raise Refused(Reason.OUT_OF_RANGE, "a round trip longer than a day")
        sent_at = plausible_instant(one.starts_at_us + place * one.spacing_us, "the last packet")
        yield circuit.number, sent_at, -1 if round_trip is None else round_trip


def _circuit(one: Measurement, mapping: ResultMapping, series: Mapping[str, Series]) -> Series:
    code = mapping.codes.get(one.source) if mapping.codes else mapping.subject
    if code is None:
        raise Refused(Reason.UNKNOWN_CIRCUIT, "a probe that the mapping's codes do not translate")
    if code not in series:
        raise Refused(Reason.UNKNOWN_CIRCUIT, f"circuit {code_text(code)} is not in the inventory")
    return series[code]


def _fits_a_grid(one: Measurement, circuit: Series) -> None:
    """A test longer than Δt counts packets of the next interval too, which cannot be told apart."""
    if one.span_us is None or not circuit.grids:
        return
    longest = max(grid.length_seconds for grid in circuit.grids)
    if one.span_us > longest * 1_000_000 + _LATE_TIMER_US:
        raise Refused(Reason.OFF_GRID, f"the test lasts longer than the circuit's interval of {longest} s")
