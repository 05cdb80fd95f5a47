"""What the figures of a score rest on, beside them: raw figures, where unknown and excluded time lies, outages. Pure.

Everything here is computed from the facts by the functions that scored them, so that anyone can compute it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.instants import instant_text
from sla_engine.availability import Clauses
from sla_engine.document import document
from sla_engine.due import epoch_seconds_of
from sla_engine.exclusions import counting_exclusions
from sla_engine.facts import DOWN, UNKNOWN, CircuitFacts, Facts, IntervalRows
from sla_engine.indicators import aggregated
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score, availability, clauses, grid
from sla_engine.spans import SECONDS, Axis, Spans
from sla_engine.timeline import Timeline, measured_intervals, measured_states
from store.errors import P2IError
from store.exclusion_rows import Decided
from store.intervals import Interval, clip, intersection, subtract, total_seconds

Json = dict[str, Any]


def evidence(score: Score, raw: Score, facts: Facts, exclusions: Sequence[Decided]) -> Json:
    """What a score of an ended period rests on, as a JSON object of text and integers.

    `raw` is the score of the same facts as if no exclusion had been accepted (`without_exclusions`). `exclusions` are
    those on record for the circuits, of which the ones that touch the period are told, with author and decision.
    Raises P2IError when a span does not add up to the seconds of the score: it would be drawn where it is not.
    """
    return {
        "raw": {"objectives": _raw(raw), "credits": document(raw)["credits"]},
        "objectives": [
            _objective(score, result, facts) for result in score.results if isinstance(result, AvailabilityResult)
        ],
        "exclusions": [
            {**_exclusion(row), "counted_seconds": _counted(row, score, facts)}
            for row in exclusions
            if _touches(row, score.period)
        ],
    }


def without_exclusions(facts: Facts) -> Facts:
    """The facts as if nobody had asked for anything not to count."""
    circuits = {name: replace(each, exclusions=()) for name, each in facts.circuits.items()}
    return replace(facts, circuits=circuits)


def _raw(raw: Score) -> list[Json]:
    """The raw figures of every objective: those of the document but the ones that say nothing of the raw count."""
    return [
        {key: value for key, value in found.items() if key not in ("circuit", "indicator", "outages", "tickets")}
        for found in document(raw)["objectives"]
    ]


def _objective(score: Score, result: AvailabilityResult, facts: Facts) -> Json:
    agreement, period = score.agreement, score.period
    # One circuit has one count of time, that of its first availability objective (sla_engine.scoring).
    objective = agreement.availability_of(result.objective.circuit) or result.objective
    circuit = facts.of(objective.circuit)
    left_out = clauses(agreement, objective, circuit, period)
    axis, timeline, rows = _measured(agreement, objective, circuit, period, facts)
    spans = _spans(score, objective, facts, left_out, axis, timeline)
    for name, found in spans._asdict().items():
        if total_seconds(found) != getattr(result.tally, name):
            raise P2IError(
                f'agreement "{agreement.id}", objective "{objective.id}": the {name} spans hold'
                f" {total_seconds(found)} s, the score {getattr(result.tally, name)} s"
            )
    return {
        "id": result.objective.id,
        "circuit": objective.circuit,
        "interval_seconds": None if objective.method == "states" else axis.step_seconds,
        "excluded": [_span(one) for one in spans.excluded],
        "unknown": [_span(one) for one in spans.unknown],
        "outages": [_outage(one, spans, axis, timeline, rows) for one in result.tally.outages],
    }


class _Spans(NamedTuple):
    """Where time of a kind lies, in seconds; the names are those of the tally."""

    down: list[Interval[int]]
    excluded: list[Interval[int]]
    unknown: list[Interval[int]]


def _spans(
    score: Score, objective: AvailabilityObjective, facts: Facts, left_out: Clauses, axis: Axis, timeline: Timeline
) -> _Spans:
    """Where the time lies that did not count as up, by the same order of precedence as the tally."""
    period = score.period
    service = [period] if left_out.windows is None else clip(_seconds(axis, axis.inside(left_out.windows)), period)
    forgiven = intersection(service, _seconds(axis, axis.touched(left_out.exclusions)))
    counted = availability(score.agreement, objective, period, facts)
    available = _seconds(axis, counted.feeding)
    down = subtract(intersection(service, counted.tally.outages), forgiven)
    known = [*available, *down]
    if objective.maintenance == "exclude":
        return _Spans(down, forgiven, subtract(service, [*forgiven, *known]))
    measured = _seconds(axis, Spans.where(timeline.edges, timeline.exists & (timeline.conditions != UNKNOWN)))
    return _Spans(down, [], subtract(service, [*known, *intersection(forgiven, measured)]))


def _measured(
    agreement: Agreement, objective: AvailabilityObjective, circuit: CircuitFacts, period: Interval[int], facts: Facts
) -> tuple[Axis, Timeline, IntervalRows | None]:
    if objective.method == "states":
        return SECONDS, measured_states(circuit.states, period, None), None
    axis, rows = grid(agreement, objective.circuit), circuit.intervals
    if not facts.intervals_given:
        rows = None if circuit.probes is None else aggregated(axis, circuit.probes)
    cells = Interval(axis.number(period.starts_at), axis.number(period.ends_at))
    return axis, measured_intervals(objective, axis, rows, cells, None), rows


def _outage(
    outage: Interval[int],
    spans: _Spans,
    axis: Axis,
    timeline: Timeline,
    rows: IntervalRows | None,
) -> Json:
    """What was measured in one outage: how many Δt were bad, good or unknown, the first and the last bad one, and what
    was sent and lost; and how many of its seconds count as down, and how many were excluded."""
    said = {
        **_span(outage),
        "counted_seconds": total_seconds(intersection([outage], spans.down)),
        "excluded_seconds": total_seconds(intersection([outage], spans.excluded)),
    }
    if rows is None:
        return said
    bad = Spans.where(timeline.edges, timeline.exists & (timeline.conditions == DOWN))
    unknown = Spans.where(timeline.edges, timeline.exists & (timeline.conditions == UNKNOWN))
    first, last = axis.number(outage.starts_at), axis.number(outage.ends_at)
    inside = bad.clipped(first, last)
    n_bad, n_unknown = inside.total(), unknown.clipped(first, last).total()
    part = slice(*np.searchsorted(rows.starts_at, (outage.starts_at, outage.ends_at)).tolist())
    return {
        **said,
        "bad_intervals": n_bad,
        "unknown_intervals": n_unknown,
        "good_intervals": last - first - n_bad - n_unknown,
        "first_bad_at": instant_text(axis.seconds(int(inside.starts[0]))) if n_bad else None,
        "last_bad_at": instant_text(axis.seconds(int(inside.ends[-1]) - 1)) if n_bad else None,
        "sent": int(rows.sent[part].sum()),
        "lost": int(rows.lost[part].sum()),
    }


def _seconds(axis: Axis, spans: Spans) -> list[Interval[int]]:
    return [Interval(axis.seconds(one.starts_at), axis.seconds(one.ends_at)) for one in spans.as_intervals()]


def _span(span: Interval[int]) -> Json:
    return {"starts_at": instant_text(span.starts_at), "ends_at": instant_text(span.ends_at)}


def _touches(row: Decided, period: Interval[int]) -> bool:
    return row.starts_at.timestamp() < period.ends_at and period.starts_at < row.ends_at.timestamp()


def _exclusion(row: Decided) -> Json:
    """An exclusion as it stood, with who asked and who decided; None where nobody did or it was not recorded."""
    return {
        "exclusion": row.exclusion,
        "circuit": row.circuit,
        "kind": row.kind,
        "starts_at": _text(row.starts_at),
        "ends_at": _text(row.ends_at),
        "announced_at": _text(row.announced_at),
        "decision": row.decision,
        "proposed_by": row.proposed_by,
        "proposed_at": _text(row.proposed_at),
        "decided_by": row.decided_by,
        "decided_at": _text(row.decided_at),
        "proposed_reason": row.proposed_reason,
        "reason": row.reason,
        "evidence": row.evidence,
    }


def _counted(row: Decided, score: Score, facts: Facts) -> int:
    """How many of its seconds in the period the contract lets count: none of one announced late, or beyond a quota."""
    if row.decision != "accepted":
        return 0
    counting = counting_exclusions(facts.of(row.circuit).exclusions, score.agreement.maintenance, score.period)
    own = clip([Interval(epoch_seconds_of(row.starts_at), epoch_seconds_of(row.ends_at))], score.period)
    return total_seconds(intersection(counting, own))


def _text(at: datetime | None) -> str | None:
    return None if at is None else instant_text(epoch_seconds_of(at))
