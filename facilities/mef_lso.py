"""The service level specification of MEF LSO (`carrierEthernetSls`) as values, and the spellings two SDKs give it.

Pure. Values carry our units: seconds, ratios in 0..1, milliseconds. The keys are those of the Legato SDK and of the
Sonata SDK, which name and measure the same things differently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

Json = dict[str, Any]
_CODE = re.compile(r"[A-Za-z0-9._-]{1,63}")  # as in an inventory

ROUND_TRIP_KEY = "p2iRoundTripPmMetric"
"""An entry of our own beside the standard ones: the shape has one-way delays only, and half a round trip is none."""


class Pair(NamedTuple):
    """An ordered pair of end points: one direction."""

    from_end: str
    to_end: str


@dataclass(frozen=True, slots=True)
class Delay:
    """This share of frames (or answered probes) within so many milliseconds."""

    percentile_ratio: Fraction
    at_most_ms: Fraction


@dataclass(frozen=True, slots=True)
class Sls:
    """What the shape says of one class of service, as far as an agreement of ours can say it too.

    `start_time` is as written, None when absent. `one_way_delays` are the shape's own, `round_trips` ours.
    """

    start_time: str | None
    cos_name: str
    pairs: frozenset[Pair]
    interval_seconds: int
    loss_threshold: Fraction
    consecutive_intervals: int
    availability_ratio: Fraction
    loss_ratios: tuple[Fraction, ...]
    one_way_delays: tuple[Delay, ...]
    round_trips: tuple[Delay, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """The keys of one SDK. `milliseconds` gives each of its units of time; `whole_times` forbids fractions of them."""

    name: str
    period: str
    number: str
    unit: str
    month: str
    from_end: str
    to_end: str
    availability_pairs: str
    loss_pairs: str
    delay_pairs: str
    loss: str
    milliseconds: Mapping[str, Fraction]
    whole_times: bool


LEGATO = Spelling(
    name="legato",
    period="timeInterval",
    number="number",
    unit="unit",
    month="month",
    from_end="fromUni",
    to_end="toUni",
    availability_pairs="orderedPairs",
    loss_pairs="orderedPairs",
    delay_pairs="orderedPairList",
    loss="oneWayFrameLossRatioObjective",
    milliseconds=MappingProxyType(
        {
            "milliSeconds": Fraction(1),
            "microSeconds": Fraction(1, 10**3),
            "nanoSeconds": Fraction(1, 10**6),
            "seconds": Fraction(10**3),
        }
    ),
    whole_times=False,
)
"""MEF-LSO-Legato-SDK 3cb0c63, serviceSchema/carrierEthernet/carrierEthernetSls.yaml."""

SONATA = Spelling(
    name="sonata",
    period="timeDuration",
    number="timeDurationValue",
    unit="timeDurationUnits",
    month="MONTH",
    from_end="fromCarrierEthernetServiceEndPoint",
    to_end="toCarrierEthernetServiceEndPoint",
    availability_pairs="orderedPairList",
    loss_pairs="orderedPairList",
    delay_pairs="orderedPairList",
    loss="oneWayFlrObjective",
    milliseconds=MappingProxyType(
        {
            "MS": Fraction(1),
            "US": Fraction(1, 10**3),
            "NS": Fraction(1, 10**6),
            "SEC": Fraction(10**3),
            "MIN": Fraction(60 * 10**3),
            "HOUR": Fraction(3600 * 10**3),
        }
    ),
    whole_times=True,
)
"""MEF-LSO-Sonata-SDK 057d523, carrierEthernetCommon/carrierEthernetServiceLevelSpecification.yaml."""

SPELLINGS = MappingProxyType({spelling.name: spelling for spelling in (LEGATO, SONATA)})

AVAILABILITY = "oneWayAvailabilityPmMetric"
LOSS = "oneWayFrameLossRatioPmMetric"
DELAY = "oneWayFrameDelayPmMetric"

UNTAKEN = (
    "oneWayMeanFrameDelayPmMetric",
    "oneWayFrameDelayRangePmMetric",
    "oneWayMeanFrameDelayRangePmMetric",
    "oneWayInterFrameDelayVariationPmMetric",
    "oneWayHighLossIntervalPmMetric",
    "oneWayHighLossIntervalsPmMetric",
    "oneWayConsecutiveHighLossIntervalsPmMetric",
    "oneWayCompositePmMetric",
    "oneWayGroupAvailabilityPmMetric",
)
"""Metrics of either SDK that no objective of an agreement says."""


def ends_of(circuit: str) -> tuple[str, str]:
    """The names an export gives to the two ends of a circuit; an import knows the circuit by them."""
    return f"{circuit}:a_end", f"{circuit}:z_end"


def circuit_of(pairs: frozenset[Pair]) -> str | None:
    """The circuit whose ends `ends_of` named; None for end points of somebody else's naming."""
    for pair in pairs:
        circuit = pair.from_end.removesuffix(":a_end").removesuffix(":z_end")
        if _CODE.fullmatch(circuit) and {pair.from_end, pair.to_end} == set(ends_of(circuit)):
            return circuit
    return None


def json_text(value: Any, indent: str = "") -> str:
    """JSON with two-space indent in which a Decimal is written digit by digit: no figure passes through a float."""
    deeper = indent + "  "
    if isinstance(value, dict):
        rows = [f"{deeper}{json.dumps(key)}: {json_text(item, deeper)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}" if rows else "{}"
    if isinstance(value, list):
        rows = [f"{deeper}{json_text(item, deeper)}" for item in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]" if rows else "[]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
