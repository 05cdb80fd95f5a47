"""An agreement's objectives on one circuit in the `carrierEthernetSls` shape, and what of them the shape cannot say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    RoundTripObjective,
    TimeToRestoreObjective,
    decimal_text,
    percent_text,
)
from facilities.instants import instant
from facilities.mef_lso import AVAILABILITY, DELAY, LOSS, ROUND_TRIP_KEY, Json, Spelling, ends_of
from store.errors import InputError


class Export(NamedTuple):
    """The document, and one line for each thing of the agreement that it leaves out."""

    document: Json
    left_out: list[str]


def exported(
    agreement: Agreement, circuit: str | None, spelling: Spelling, *, cos_name: str, one_way_ms: Fraction | None = None
) -> Export:
    """The objectives of `agreement` on `circuit` (None: its only one) as the shape writes them.

    Refused, with the clause in the line, is what the shape would state as something else: an objective counted by
    states, by service hours, with loss = C bad or with maintenance as up time, and months that do not start on the
    first. A round trip goes out under a key of our own; as a one-way delay only with `one_way_ms`, the bound that the
    parties agreed for one direction, because half of a round trip is no one-way delay (R-14, RFC 5481 §8.5).
    """
    name = _circuit(agreement, circuit)
    availability = _availability(agreement, name)
    if agreement.starts_on.day != 1:
        raise InputError(f"{agreement.id}: starts_on: is not the first of a month, and months of the shape run from it")
    objectives = [one for one in agreement.objectives if one.circuit == name]
    for one in objectives:
        if one.service_hours:
            raise InputError(f"{agreement.id}: {one.id}.service_hours: the shape counts around the clock")
    losses = [one for one in objectives if isinstance(one, LossObjective)]
    round_trips = [one for one in objectives if isinstance(one, RoundTripObjective)]
    if spelling.whole_times and len(losses) > 1:
        raise InputError(f"{agreement.id}: {losses[1].id}: the shape of {spelling.name} has one loss objective")
    if one_way_ms is not None and len(round_trips) != 1:
        raise InputError(f"--one-way-ms: stands for one round trip, and circuit {name} has {len(round_trips)}")
    a_end, z_end = ends_of(name)
    pairs = [{spelling.from_end: a, spelling.to_end: z} for a, z in ((a_end, z_end), (z_end, a_end))]
    entry: Json = {
        "cosName": cos_name,
        "deltaT": availability.interval_seconds,
        "thresholdC": _number(availability.loss_threshold),
        "consecutiveIntervalN": availability.consecutive_intervals,
        AVAILABILITY: [
            {
                spelling.availability_pairs: pairs,
                "oneWayAvailabilityObjective": _number(availability.target_ratio * 100),
            }
        ],
    }
    if losses:
        entry[LOSS] = [{spelling.loss_pairs: pairs, spelling.loss: _number(one.at_most_ratio * 100)} for one in losses]
    if round_trips and one_way_ms is not None:
        entry[DELAY] = [
            {
                spelling.delay_pairs: pairs,
                "oneWayFdPercentile": _number(round_trips[0].percentile_ratio * 100),
                "oneWayFdObjective": _time(one_way_ms, spelling, "--one-way-ms"),
            }
        ]
    elif round_trips:
        entry[ROUND_TRIP_KEY] = [
            {
                spelling.delay_pairs: pairs,
                "roundTripPercentile": _number(one.percentile_ratio * 100),
                "roundTripObjective": _time(one.at_most_ms, spelling, f"{agreement.id}: {one.id}.at_most_ms"),
            }
            for one in round_trips
        ]
    document: Json = {
        spelling.period: {spelling.number: 1, spelling.unit: spelling.month},
        "startTime": instant(agreement.starts_at).astimezone(agreement.time_zone).isoformat(),
        "slsCosNameEntry": [entry],
    }
    return Export(document, _left_out(agreement, name, availability, one_way_ms))


def _circuit(agreement: Agreement, circuit: str | None) -> str:
    names = list(dict.fromkeys(one.circuit for one in agreement.objectives))
    if circuit is None and len(names) == 1:
        return names[0]
    if circuit is None:
        raise InputError(f"--circuit: is required, {agreement.id} has objectives on {', '.join(names) or 'none'}")
    if circuit not in names:
        raise InputError(f'--circuit: {agreement.id} has no objective on "{circuit}"')
    return circuit


def _availability(agreement: Agreement, circuit: str) -> AvailabilityObjective:
    found = agreement.availability_of(circuit)
    if found is None:
        raise InputError(
            f"{agreement.id}: circuit {circuit} has no availability objective, and the shape counts available time only"
        )
    where = f"{agreement.id}: {found.id}"
    if found.method == "states":
        raise InputError(f"{where}.method: states have no deltaT, thresholdC and consecutiveIntervalN")
    if found.threshold_is_bad:
        raise InputError(f"{where}.threshold_is_bad: in the shape a loss equal to thresholdC is good")
    if found.maintenance == "up":
        raise InputError(f"{where}.maintenance: in the shape maintenance leaves the time that counts")
    return found


def _left_out(
    agreement: Agreement, circuit: str, availability: AvailabilityObjective, one_way_ms: Fraction | None
) -> list[str]:
    lines = [
        "parties, fee, currency, end, credits and their cap",
        "the ids of objectives, and the time zone: startTime has an offset only",
        "which maintenance counts: decision, notice, quota",
        f"unknown time ({availability.unknown}, {availability.unknown_window}): the shape takes no frames for no loss",
        f"the minimum coverage of {percent_text(availability.min_coverage_ratio)} %",
        f"high-loss counting (p = {availability.consecutive_high_loss}, {availability.high_loss_counting})",
        "that a circuit is measured as a whole: the shape means each direction and takes the worse one",
    ]
    if availability.maintenance_window == "splice":
        lines.append("that excluded time is spliced out of the state machine")
    for one in agreement.objectives:
        if one.circuit == circuit and isinstance(one, TimeToRestoreObjective):
            lines.append(f"{one.id}: at most {one.at_most_seconds} s to restore")
        if one.circuit == circuit and isinstance(one, RoundTripObjective) and one_way_ms is not None:
            lines.append(f"{one.id}: the round trip of at most {decimal_text(one.at_most_ms)} ms itself")
    others = list(dict.fromkeys(one.circuit for one in agreement.objectives if one.circuit != circuit))
    return [*lines, *(f"circuit {name}: a document of its own" for name in others)]


def _number(value: Fraction) -> Decimal:
    return Decimal(decimal_text(value))


def _time(milliseconds: Fraction, spelling: Spelling, where: str) -> Json:
    """A time in milliseconds; where the shape wants whole numbers, in the largest unit below that makes it one."""
    if not spelling.whole_times:
        return {spelling.number: _number(milliseconds), spelling.unit: next(iter(spelling.milliseconds))}
    for unit, length in spelling.milliseconds.items():
        if length <= 1 and (milliseconds / length).denominator == 1:
            return {spelling.number: int(milliseconds / length), spelling.unit: unit}
    raise InputError(f"{where}: is finer than a nanosecond, the least the shape of {spelling.name} can say")
