"""An agreement file drafted from a `carrierEthernetSls`: what it says, and a list of what it cannot. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from fractions import Fraction

from facilities.agreement import decimal_text, percent_text
from facilities.calendar import local_midnight, zone
from facilities.instants import epoch_seconds_and_fraction, instant
from facilities.mef_lso import DELAY, Delay, Pair, Sls, circuit_of
from store.errors import InputError

_OFFSET = re.compile(r"[Tt ].*([+-])(\d{2}):?(\d{2})?$", re.ASCII)

REQUIRED = ("id", "tenant", "facility", "time_zone", "monthly_fee", "currency")
"""Keys of [agreement] that the shape has no name for."""

OPTIONAL = (
    "ends_on",
    "credit_combination",
    "credit_cap_percent",
    "[agreement.maintenance]",
    "[agreement.service_hours]",
    "objective.credits",
    "objective.maintenance",
    "objective.unknown",
    "objective.min_coverage_percent",
    "objective.consecutive_high_loss",
)
"""Clauses with a default that the shape says nothing about: the defaults hold until somebody writes them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known from elsewhere: keys of [agreement], the circuit's code, the round trip agreed for a delay."""

    agreement: Mapping[str, str] = field(default_factory=dict)
    circuit: str | None = None
    round_trip_ms: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of the file, and the required keys it lacks; `p2i inventory check` refuses it until they are there."""

    text: str
    missing: tuple[str, ...]


def drafted(sls: Sls, source: str, known: Known, *, without: Sequence[str] = ()) -> Draft:
    """The agreement that `sls` of the file `source` promises, as text.

    A one-way delay becomes a round trip only with `known.round_trip_ms`, a bound that the parties must have agreed:
    no arithmetic makes it from the one-way one (R-14). It is refused without.
    """
    starts_on = _starts_on(sls, source, known.agreement.get("time_zone"))
    circuit = known.circuit or circuit_of(sls.pairs)
    missing = [key for key in REQUIRED if key not in known.agreement]
    missing += ["starts_on"] if starts_on is None else []
    missing += ["objective.circuit"] if circuit is None else []
    lines = [
        f"# Draft from {_comment(source)}, class of service {_comment(sls.cos_name)}.",
        "# The shape does not say, so the defaults hold until they are written: " + ", ".join(OPTIONAL) + ".",
        *(f"# Left out on purpose: {name}." for name in without),
        *_direction(sls.pairs),
        "",
        "[agreement]",
    ]
    for key in REQUIRED:
        given = known.agreement.get(key)
        lines.append(f"# {key} is missing" if given is None else f"{key} = {_text(given)}")
    lines.append("# starts_on is missing" if starts_on is None else f"starts_on = {starts_on.isoformat()}")
    head = ["# circuit is missing" if circuit is None else f"circuit = {_text(circuit)}"]
    lines += [
        "",
        "[[objective]]",
        'id = "availability"',
        *head,
        'indicator = "availability"',
        f"interval_seconds = {sls.interval_seconds}",
        f'loss_threshold = "{decimal_text(sls.loss_threshold)}"',
        f"consecutive_intervals = {sls.consecutive_intervals}",
        f'target_percent = "{percent_text(sls.availability_ratio)}"',
    ]
    ids = {"availability"}
    for ratio in sls.loss_ratios:
        lines += ["", "[[objective]]", f'id = "{_id("loss", ids)}"', *head, 'indicator = "loss"']
        lines.append(f'at_most_percent = "{percent_text(ratio)}"')
    for delay in (*_agreed(sls, source, known.round_trip_ms), *sls.round_trips):
        percentile = percent_text(delay.percentile_ratio)
        lines += ["", "[[objective]]", f'id = "{_id(f"rtt-p{percentile}", ids)}"', *head, 'indicator = "round_trip"']
        lines += [f'percentile = "{percentile}"', f'at_most_ms = "{decimal_text(delay.at_most_ms)}"']
    return Draft("\n".join(lines) + "\n", tuple(missing))


def _agreed(sls: Sls, source: str, round_trip_ms: Fraction | None) -> list[Delay]:
    """The one-way delay as the round trip the parties agreed."""
    if round_trip_ms is None and sls.one_way_delays:
        raise InputError(
            f"{source}: {DELAY}: a one-way delay is no round trip; --round-trip-ms N says the round trip agreed for "
            f"it, --without {DELAY} leaves it out"
        )
    if round_trip_ms is None:
        return []
    if len(sls.one_way_delays) != 1:
        raise InputError(f"--round-trip-ms: stands for one delay, and {source} has {len(sls.one_way_delays)}")
    return [Delay(sls.one_way_delays[0].percentile_ratio, round_trip_ms)]


def _starts_on(sls: Sls, source: str, time_zone: str | None) -> date | None:
    """The civil day of `startTime`: in the agreement's zone when that is known, else in the offset it is written in."""
    if sls.start_time is None:
        return None
    try:
        in_zone = None if time_zone is None else zone(time_zone)
    except InputError as error:
        raise InputError(f"--time-zone: {error}") from None
    try:
        seconds, fraction = epoch_seconds_and_fraction(sls.start_time)
        shift = _offset_seconds(sls.start_time) if in_zone is None else 0
        day = instant(seconds + shift).astimezone(in_zone or UTC).date()
        midnight = local_midnight(day, in_zone) if in_zone else local_midnight(day, zone("UTC")) - shift
    except InputError as error:
        raise InputError(f"{source}: startTime: {error}") from None
    if midnight != seconds or fraction:
        raise InputError(f"{source}: startTime: is not a midnight{f' of {time_zone}' if time_zone else ''}")
    if day.day != 1:
        raise InputError(f"{source}: startTime: months from day {day.day} on; an agreement is scored by civil months")
    return day


def _offset_seconds(text: str) -> int:
    """The offset an ISO 8601 instant is written with."""
    found = _OFFSET.search(text)
    if found is None:
        return 0
    seconds = int(found[2]) * 3600 + int(found[3] or 0) * 60
    return -seconds if found[1] == "-" else seconds


def _direction(pairs: frozenset[Pair]) -> list[str]:
    if len(pairs) == 2:
        return ["# Each direction is promised there and the worse one counts; here the circuit is measured as a whole."]
    (pair,) = pairs
    return [f"# One direction only, from {_comment(pair.from_end)} to {_comment(pair.to_end)}."]


def _id(name: str, ids: set[str]) -> str:
    """`name`, or with a number behind it when it is taken."""
    number, found = 1, name
    while found in ids:
        number += 1
        found = f"{name}-{number}"
    ids.add(found)
    return found


def _comment(text: str) -> str:
    """Text for a comment: on one line, whatever it holds."""
    return json.dumps(text)


def _text(value: str) -> str:
    """A basic string of TOML: that of JSON, with the one control character JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
