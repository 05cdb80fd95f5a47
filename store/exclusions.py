"""Exclusions as decisions: proposed by one login, decided by another, every act kept (migration 0012)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg

from store.connection import Connection
from store.errors import InputError
from store.exclusion_rows import Decided, ExclusionEvent, Key, Proposal
from store.rows import Decision, ExclusionRow

_COLUMNS = (
    "exclusion, circuit, kind, starts_at, ends_at, announced_at, decision, proposed_by, proposed_at, decided_by,"
    " decided_at, reason, evidence"
)


def propose_exclusions(connection: Connection, proposals: Sequence[Proposal], circuits: Mapping[str, int]) -> int:
    """Proposes in the name of this connection's login; returns how many were new or changed. The caller commits.

    What is known in the same words stays as it is, whatever was decided. What says something else than before becomes
    a proposal of this login, even when it had been accepted. Raises KeyError for an unregistered circuit, InputError
    with the database's sentence when it refuses.
    """
    columns = list(zip(*proposals, strict=True)) or [()] * len(Proposal._fields)
    columns[1] = tuple(circuits[circuit] for circuit in columns[1])
    with _refusals():
        return connection.execute(
            "INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, announced_at, decision, reason,"
            " evidence) SELECT exclusion, circuit_id, kind, starts_at, ends_at, announced_at, 'proposed', reason,"
            " evidence FROM unnest(%s::text[], %s::integer[], %s::text[], %s::timestamptz[], %s::timestamptz[],"
            " %s::timestamptz[], %s::text[], %s::text[]) AS proposal (exclusion, circuit_id, kind, starts_at, ends_at,"
            " announced_at, reason, evidence) ON CONFLICT (exclusion, circuit_id) DO UPDATE SET kind = excluded.kind,"
            " starts_at = excluded.starts_at, ends_at = excluded.ends_at, announced_at = excluded.announced_at,"
            " decision = 'proposed', reason = excluded.reason, evidence = excluded.evidence WHERE (exclusion.kind,"
            " exclusion.starts_at, exclusion.ends_at, exclusion.announced_at) IS DISTINCT FROM (excluded.kind,"
            " excluded.starts_at, excluded.ends_at, excluded.announced_at)"
            " OR (exclusion.reason, exclusion.evidence) IS DISTINCT FROM (excluded.reason, excluded.evidence) AND"
            " (exclusion.decision = 'proposed' OR exclusion.decision = 'rejected' AND exclusion.proposed_by IS NULL)",
            [list(column) for column in columns],
        ).rowcount


def decide_exclusions(
    connection: Connection, keys: Sequence[Key], decision: Decision, reason: str | None = None
) -> int:
    """Accepts or rejects in the name of this connection's login; returns how many changed. The caller commits.

    What is decided so already stays. With a `reason` it replaces the proposal's, which the events keep. Raises
    InputError with the database's sentence when it refuses: for example an acceptance by the proposer.
    """
    with _refusals():
        return connection.execute(
            "UPDATE exclusion SET decision = %s, reason = coalesce(%s, reason) FROM circuit, unnest(%s::text[],"
            " %s::text[]) AS chosen (exclusion, circuit) WHERE circuit.circuit = chosen.circuit"
            " AND exclusion.circuit_id = circuit.circuit_id AND exclusion.exclusion = chosen.exclusion"
            " AND exclusion.decision <> %s",
            (decision, reason, [key[0] for key in keys], [key[1] for key in keys], decision),
        ).rowcount


def write_exclusions(
    proposing: Connection,
    deciding: Connection,
    rows: Iterable[ExclusionRow],
    circuits: Mapping[str, int],
    reason: str | None = None,
) -> None:
    """Brings exclusions and their decisions into the store as two logins would: one proposes, the other decides.

    Both connections commit. They must be of two logins when an accepted exclusion has begun. Raises KeyError for an
    unregistered circuit.
    """
    known = list(rows)
    propose_exclusions(proposing, [Proposal(*row[:6], reason) for row in known], circuits)
    proposing.commit()
    for decision in ("accepted", "rejected"):
        decide_exclusions(deciding, [row[:2] for row in known if row.decision == decision], decision)
    deciding.commit()


def read_decided(
    connection: Connection,
    *,
    circuits: Iterable[str] | None = None,
    exclusions: Iterable[str] | None = None,
    decision: Decision | None = None,
    for_change: bool = False,
) -> list[Decided]:
    """The exclusions to which all that is given applies, by start, id and circuit.

    `for_change` keeps everybody else from changing them until the caller's transaction ends.
    """
    found = connection.execute(
        f"SELECT {_COLUMNS}, (SELECT event.reason FROM exclusion_event AS event"
        " WHERE event.exclusion = exclusion.exclusion AND event.circuit_id = exclusion.circuit_id"
        " AND to_decision = 'proposed' ORDER BY event_id DESC LIMIT 1) FROM exclusion JOIN circuit USING (circuit_id)"
        " WHERE (%(circuits)s::text[] IS NULL OR circuit = ANY (%(circuits)s))"
        " AND (%(exclusions)s::text[] IS NULL OR exclusion = ANY (%(exclusions)s))"
        " AND (%(decision)s::text IS NULL OR decision = %(decision)s) ORDER BY starts_at, exclusion, circuit"
        f"{' FOR UPDATE OF exclusion' if for_change else ''}".encode(),
        {
            "circuits": None if circuits is None else list(circuits),
            "exclusions": None if exclusions is None else list(exclusions),
            "decision": decision,
        },
    ).fetchall()
    return [Decided(*row) for row in found]


def read_exclusion_events(connection: Connection, exclusion: str) -> list[ExclusionEvent]:
    """Every act on the exclusion of this id, on all its circuits, in order."""
    found = connection.execute(
        "SELECT circuit, acted_at, acted_by, connected_as, from_decision, to_decision, from_kind, from_starts_at,"
        " from_ends_at, from_announced_at, kind, starts_at, ends_at, announced_at, reason, evidence"
        " FROM exclusion_event JOIN circuit USING (circuit_id) WHERE exclusion = %s ORDER BY event_id",
        (exclusion,),
    ).fetchall()
    return [
        ExclusionEvent(
            circuit=row[0],
            acted_at=row[1],
            acted_by=row[2],
            connected_as=row[3],
            from_decision=row[4],
            to_decision=row[5],
            from_terms=None if row[6] is None else row[6:10],
            terms=row[10:14],
            reason=row[14],
            evidence=row[15],
        )
        for row in found
    ]


def own_login(connection: Connection) -> str:
    """The login in whose name this connection acts."""
    row = connection.execute("SELECT session_user::text").fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def _refusals() -> Iterator[None]:
    """What the database's rules refuse, as one sentence."""
    try:
        yield
    except (psycopg.errors.RaiseException, psycopg.errors.CheckViolation) as error:
        raise InputError(error.diag.message_primary or "the database refused") from error
