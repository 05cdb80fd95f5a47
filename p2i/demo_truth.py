"""Truth beside score: what the demo put in, what the engine found, and whether they are the same. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

LIVE_TOLERANCE = timedelta(seconds=2)


class Comparison(NamedTuple):
    """One objective's figures: what was put in and what was scored, as text, and whether they are equal."""

    agreement: str
    objective: str
    circuit: str
    truth: str
    scored: str
    is_equal: bool


def compare(document: Mapping[str, Any], truth: Mapping[str, Mapping[str, Any]]) -> list[Comparison]:
    """Every figure of `truth` (by objective id) against the score `document`; a missing one is a difference."""
    found = []
    objectives = {objective["id"]: objective for objective in document["objectives"]}
    for name, figures in truth.items():
        objective = objectives.get(name, {})
        scored = {figure: objective.get(figure) for figure in figures}
        if scored.get("tickets") is not None:
            scored["tickets"] = [_without_verdict(line) for line in scored["tickets"]]
        circuit = str(objective.get("circuit", ""))
        found.append(Comparison(document["agreement"], name, circuit, _text(figures), _text(scored), scored == figures))
    return found


def _without_verdict(ticket: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in ticket.items() if key != "verdict"}


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
        truth = f"{_span(stopped_at, answering_at)}, each edge ± {LIVE_TOLERANCE.seconds} s"
        equal = len(outages) == 1 and all(
            abs(found - true) <= LIVE_TOLERANCE
            for found, true in zip(outages[0], (stopped_at, answering_at), strict=True)
        )
    scored = ", ".join(_span(*outage) for outage in outages) or "no outage"
    return Comparison(document["agreement"], objective["id"], circuit, truth, scored, equal)


def _span(start: datetime, end: datetime) -> str:
    return f"{start:%H:%M:%S}–{end:%H:%M:%S}Z ({(end - start).total_seconds():.0f} s)"


def _text(figures: Mapping[str, Any]) -> str:
    """Figures in one short line: `up 2589600 · down 6000 …`, without the seconds that are zero."""
    parts = []
    for name, value in figures.items():
        if isinstance(value, Mapping):
            parts += [f"{part} {seconds}" for part, seconds in value.items() if seconds != 0]
        elif isinstance(value, list):
            parts += [
                f"{line['ticket']} {line['elapsed_seconds']} s, frozen {line['frozen_seconds']} s" for line in value
            ]
        else:
            parts.append(f"{name} {'—' if value is None else value}")
    return " · ".join(parts)
