"""Small agreements and timelines written as text, for the tests of the arithmetic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from facilities.agreement import Agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.instants import epoch_seconds
from sla_engine.facts import (
    DOWN,
    UNKNOWN,
    UP,
    CircuitFacts,
    Exclusion,
    Facts,
    IntervalRows,
    ProbeRows,
    StateRows,
)
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, score
from store.intervals import Interval

T0 = epoch_seconds("2026-01-01T00:00:00Z")
DAY = 86_400


def at(text: str) -> int:
    """An instant as epoch seconds."""
    return epoch_seconds(text)


def toml(values: dict[str, Any]) -> str:
    """The keys of one table."""
    lines = []
    for key, value in values.items():
        if isinstance(value, bool):
            lines.append(f"{key} = {str(value).lower()}")
        elif isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d|\[.*\]|\{.*\}", value, re.DOTALL):
            lines.append(f'{key} = "{value}"')
        else:
            lines.append(f"{key} = {value}")
    return "\n".join(lines) + "\n"


def agreement_text(
    *objectives: dict[str, Any],
    maintenance: dict[str, Any] | None = None,
    service_hours: dict[str, Any] | None = None,
    **options: Any,
) -> str:
    """An agreement file; what a test does not say is a UTC agreement of fee 1000 from 2026-01-01 on circuit "c"."""
    table = {
        "id": "A-1", "tenant": "t", "facility": "f", "time_zone": "UTC", "starts_on": "2026-01-01",
        "monthly_fee": "1000", "currency": "MAD", **options,
    }  # fmt: skip
    text = "[agreement]\n" + toml(table)
    if maintenance is not None:
        text += "[agreement.maintenance]\n" + toml(maintenance)
    if service_hours is not None:
        text += "[agreement.service_hours]\n" + toml(service_hours)
    for objective in objectives:
        text += "[[objective]]\n" + toml({"id": objective["indicator"], "circuit": "c", **objective})
    return text


def an_agreement(*objectives: dict[str, Any], **options: Any) -> Agreement:
    """The agreement of `agreement_text`."""
    return agreement_from_toml(agreement_text(*objectives, **options).encode(), "agreement.toml")


def availability_objective(**rules: Any) -> dict[str, Any]:
    """An availability objective that no coverage rule hides."""
    return {"indicator": "availability", "target_percent": "99.9", "min_coverage_percent": "0", **rules}


def letters(timeline: str) -> str:
    """`2g 3b` as `ggbbb`; blanks are for the reader."""
    found = re.findall(r"(\d*)([a-z.])", timeline)
    return "".join(letter * int(count or 1) for count, letter in found)


# sent and lost of each letter: good, bad, loss exactly 0.5, nothing sent
ROWS = {"g": (10, 0), "b": (10, 10), "e": (10, 5), "z": (0, 0)}


def interval_rows(timeline: str, starts_at: int = T0, step: int = 10) -> IntervalRows:
    """One row per letter from `starts_at` on; `u` has no row."""
    places = [(index, ROWS[letter]) for index, letter in enumerate(letters(timeline)) if letter != "u"]
    return IntervalRows(
        np.array([starts_at + step * index for index, _ in places], np.int64),
        np.array([sent for _, (sent, _) in places], np.int64),
        np.array([lost for _, (_, lost) in places], np.int64),
    )


def marked(timeline: str, starts_at: int = T0, step: int = 10) -> list[Interval[int]]:
    """The Δt that `timeline` marks with `x`, as spans of seconds."""
    return [
        Interval(starts_at + step * run.start(), starts_at + step * run.end())
        for run in re.finditer("x+", letters(timeline))
    ]


def customer(span: Interval[int]) -> Exclusion:
    """An accepted exclusion that no notice and no quota concerns."""
    return Exclusion("customer", span, None, "accepted")


def state_rows(timeline: str, starts_at: int = T0, step: int = 1) -> StateRows:
    """`10u 5d`: unknown from the start, down ten steps later. u, d and n are up, down and unknown ("not known")."""
    codes = {"u": UP, "d": DOWN, "n": UNKNOWN}
    states = letters(timeline)
    changes = [i for i, letter in enumerate(states) if i == 0 or letter != states[i - 1]]
    return StateRows(
        np.array([starts_at + step * i for i in changes], np.int64),
        np.array([codes[states[i]] for i in changes], np.int8),
    )


def probe_rows(round_trips: Sequence[int | None], starts_at: int = T0, every: int = 1, per_ms: int = 1) -> ProbeRows:
    """Probes `every` so many seconds; None is a lost one."""
    return ProbeRows(
        np.array([(starts_at + every * i) * 1_000_000 for i in range(len(round_trips))], np.int64),
        np.array([value is not None for value in round_trips], np.bool_),
        np.array([-1 if value is None else value for value in round_trips], np.int64),
        per_ms,
    )


def scored_timeline(
    timeline: str, *, excluded: str = "", as_of: int | None = None, step: int = 10, **rules: Any
) -> AvailabilityResult:
    """The availability of `before | period | after`; without bars all of it is the period."""
    parts = timeline.split("|")
    before, period, after = parts if len(parts) == 3 else (["", *parts, ""] if len(parts) == 1 else [*parts, ""])
    start = T0 + step * len(letters(before))
    end = start + step * len(letters(period))
    facts = CircuitFacts(
        intervals=interval_rows(before + period + after, step=step),
        exclusions=tuple(map(customer, marked(excluded, step=step))),
    )
    agreement = an_agreement(availability_objective(interval_seconds=step, **rules))
    found = score(agreement, Interval(start, end), Facts({"c": facts}), as_of=as_of)
    result = found.results[0]
    assert isinstance(result, AvailabilityResult)
    return result


def scored(
    objectives: list[dict[str, Any]],
    period: Interval[int],
    facts: CircuitFacts,
    *,
    as_of: int | None = None,
    intervals_given: bool = True,
    **options: Any,
) -> Score:
    """The score of one circuit under some objectives."""
    return score(an_agreement(*objectives, **options), period, Facts({"c": facts}, {}, intervals_given), as_of=as_of)
