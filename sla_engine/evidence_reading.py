"""Evidence of a segment from the store: its score, and the same facts scored again without exclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sla_engine.evidence import evidence, without_exclusions
from sla_engine.facts import Facts
from sla_engine.from_store import read_facts
from sla_engine.scoring import Score, score
from sla_engine.segments import Segment
from store.connection import Connection
from store.exclusion_rows import Decided


def read_evidence_of(
    connection: Connection,
    segment: Segment,
    circuits: Mapping[str, int],
    facts: Facts,
    result: Score,
    exclusions: Sequence[Decided],
) -> dict[str, Any]:
    """What `result`, the score of an ended segment from `facts`, rests on.

    Without an accepted exclusion the raw score is the score. Else the facts are read again without any, for how far
    around the period readings matter depends on them.
    """
    raw = result
    if any(each.decision == "accepted" for known in facts.circuits.values() for each in known.exclusions):
        plain = read_facts(connection, result.agreement, result.period, circuits, within=segment.within, exclusions=())
        raw = score(result.agreement, segment.month, without_exclusions(plain))
    return evidence(result, raw, facts, exclusions)
