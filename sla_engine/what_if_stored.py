"""The comparison from the store: the facts of one moment, by the texts the engine scores each segment by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from facilities.instants import instant
from facilities.inventory import Inventory
from sla_engine.due import Contract
from sla_engine.from_store import exclusion_of, read_facts
from sla_engine.promised import read_contract
from sla_engine.scoring import score
from sla_engine.segments import Segment
from sla_engine.stored_score import read_stored_score, scored_to
from sla_engine.what_if import Change, Comparison, Named, circuits_of, supposed
from store.connection import Connection
from store.errors import InputError
from store.intervals import Interval
from store.promises import read_exclusions
from store.registry import circuit_numbers
from store.rows import ExclusionRow
from store.upkeep import read_dropped_before

Compared = list[tuple[Comparison, int]]
"""The comparison of each segment, and the instant to which it was read, in epoch seconds."""


def stored_comparisons(
    connection: Connection,
    inventory: Inventory,
    agreement: str,
    month: Interval[int],
    exclude: Sequence[str],
    without: Sequence[str],
    *,
    now: int,
) -> Compared:
    """The month's segments as the engine scores them and as it would, from the facts of one moment of the store.

    A segment that runs is read to where the engine last scored it, to `now` (epoch seconds) when it has not. What
    `after` says is what the next pass writes once the exclusion is decided so, from the same readings. Only reads.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        contract = read_contract(connection, inventory, agreement)
        found = contract.segments(month)
        if not found:
            raise InputError("--period: the agreement is not in force then")
        _require_texts(contract, found)
        _require_readings(connection, found[0].period.starts_at, now)
        circuits = {name for segment in found for name in circuits_of(segment.agreement)}
        rows = read_exclusions(connection, circuits)
        known = [Named(row.exclusion, row.circuit, exclusion_of(row)) for row in rows]
        changes, supposed_to_be = supposed(known, exclude, without, sorted(circuits))
        return [
            _compared(connection, segment, changes, known, supposed_to_be, now)
            for segment in found
            if segment.period.starts_at <= now
        ]


def _compared(
    connection: Connection,
    segment: Segment,
    changes: list[Change],
    known: list[Named],
    supposed_to_be: list[Named],
    now: int,
) -> tuple[Comparison, int]:
    agreement, numbers = segment.agreement, circuit_numbers(connection)
    at = scored_to(read_stored_score(connection, agreement, segment.period), now)
    as_of = at if segment.period.contains(at) else None
    scores = []
    for named in (known, supposed_to_be):  # read twice: how far around the period matters can depend on exclusions
        rows = [_row(one) for one in named]
        facts = read_facts(
            connection,
            agreement,
            segment.period,
            numbers,
            as_of=as_of,
            within=segment.within,
            exclusions=rows,
        )
        scores.append(score(agreement, segment.month, facts, as_of=as_of))
    comparison = Comparison(scores[0], scores[1], tuple(changes), tuple(known), tuple(supposed_to_be))
    return comparison, segment.period.ends_at if as_of is None else as_of


def _require_texts(contract: Contract, found: Iterable[Segment]) -> None:
    for one in found:
        if one.kept_sha256 is not None and one.kept_sha256 not in contract.kept:
            raise InputError(f"agreement {one.agreement.id}: the text this month was scored by is not kept")


def _require_readings(connection: Connection, starts_at: int, now: int) -> None:
    gone_before = read_dropped_before(connection, ("circuit_interval", "probe", "circuit_state"), instant(now))
    if gone_before is not None and instant(starts_at) < gone_before:
        raise InputError(
            f"--period: readings before {gone_before:%Y-%m-%dT%H:%M:%SZ} are dropped by age; ask of the archive's files"
        )


def _row(named: Named) -> ExclusionRow:
    one = named.exclusion
    announced_at = None if one.announced_at is None else instant(one.announced_at)
    span = instant(one.span.starts_at), instant(one.span.ends_at)
    return ExclusionRow(named.id, named.circuit, one.kind, *span, announced_at, one.decision)
