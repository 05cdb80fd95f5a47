"""Truth beside score: what the demo put in, what the engine found, and whether they are the same. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

LIVE_TOLERANCE = timedelta(seconds=2)


class Comparison(NamedTuple):
    """One figure: what was put in and what was scored, as text, and whether they are equal."""

    agreement: str
    objective: str
    circuit: str
    figure: str
    truth: str
    scored: str
    is_equal: bool


def compare(document: Mapping[str, Any], truth: Mapping[str, Mapping[str, Any]]) -> list[Comparison]:
    """Every figure of `truth` (by objective id) against the score `document`; a missing one is a difference."""
    found = []
    objectives = {objective["id"]: objective for objective in document["objectives"]}
    for name, figures in truth.items():
        objective = objectives.get(name, {})
        for figure, expected in figures.items():
            scored = objective.get(figure)
            if figure == "tickets" and scored is not None:
                scored = [{key: value for key, value in line.items() if key != "verdict"} for line in scored]
            found.append(
                Comparison(
                    document["agreement"], name, str(objective.get("circuit", "")), figure,
                    _text(expected), _text(scored), scored == expected,
                )
            )  # fmt: skip
    return found


def compare_outage(
    document: Mapping[str, Any], circuit: str, stopped_at: datetime | None, answering_at: datetime | None
) -> Comparison:
    """A live circuit's outages against the moments its reflector really stopped and answered again.

    Edges may differ by two Δt of one second: a probe on its way when the reflector stops, a reflector that is
    still starting. `stopped_at` None: the reflector was never stopped, and no outage may be found.
    """
    objective = next(each for each in document["objectives"]
                     if each["circuit"] == circuit and each["indicator"] == "availability")  # fmt: skip
    outages = [(datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"]))
               for each in objective["outages"]]  # fmt: skip
    if stopped_at is None or answering_at is None:
        truth, equal = "no outage", not outages
    else:
        truth = _span(stopped_at, answering_at)
        equal = len(outages) == 1 and all(
            abs(found - true) <= LIVE_TOLERANCE
            for found, true in zip(outages[0], (stopped_at, answering_at), strict=True)
        )
    scored = ", ".join(_span(*outage) for outage in outages) or "no outage"
    return Comparison(document["agreement"], objective["id"], circuit, "outage", truth, scored, equal)


def _span(start: datetime, end: datetime) -> str:
    return f"{start:%H:%M:%S}–{end:%H:%M:%S}Z ({(end - start).total_seconds():.0f} s)"


def _text(value: Any) -> str:
    """A figure in one short line: `up 2589600 · down 6000 …`, without the zeros that say nothing."""
    if isinstance(value, Mapping):
        return " · ".join(f"{name} {part}" for name, part in value.items() if part != 0) or "0"
    if isinstance(value, list):
        return ", ".join(f"{line['ticket']} {line['elapsed_seconds']} s" for line in value) or "none"
    return "—" if value is None else str(value)
