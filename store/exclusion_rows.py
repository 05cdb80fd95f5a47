"""Exclusions as rows: what is proposed, what was decided, and every act on the way. Pure."""

from datetime import datetime
from typing import NamedTuple

from store.rows import Decision, ExclusionKind, ExclusionRow

Key = tuple[str, str]  # id and circuit


class Proposal(NamedTuple):
    """What somebody asks not to count, and why; `announced_at` None = nobody was told before."""

    exclusion: str
    circuit: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime | None
    reason: str | None = None
    evidence: str | None = None

    @property
    def terms(self) -> tuple[object, ...]:
        """What a decision is about: kind, span and announcement. Changing one of them asks for a new decision."""
        return self[2:6]


class Decided(NamedTuple):
    """An exclusion as it stands. Authors are None when it was recorded before authors were.

    `reason` is that of its last act, `proposed_reason` that of the proposal that was decided on.
    """

    exclusion: str
    circuit: str
    kind: ExclusionKind
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime | None
    decision: Decision
    proposed_by: str | None
    proposed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    evidence: str | None
    proposed_reason: str | None = None

    @property
    def key(self) -> Key:
        """Its id and circuit."""
        return self.exclusion, self.circuit

    @property
    def terms(self) -> tuple[object, ...]:
        """What a decision is about, as of a `Proposal`."""
        return self[2:6]

    @property
    def is_announced_before_proposed(self) -> bool:
        """Whether the announcement is told by its proposer alone: nobody could see it here at that time."""
        return self.announced_at is not None and (self.proposed_at is None or self.announced_at < self.proposed_at)

    def row(self) -> ExclusionRow:
        """What the arithmetic reads of it."""
        return ExclusionRow(*self[:7])


class ExclusionEvent(NamedTuple):
    """One act on one exclusion: what it was (`from_…`, None for the first) and what it became.

    `connected_as` differs from `acted_by` only where a superuser took another login's name.
    """

    circuit: str
    acted_at: datetime
    acted_by: str
    connected_as: str
    from_decision: Decision | None
    to_decision: Decision
    from_terms: tuple[str, datetime, datetime, datetime | None] | None
    terms: tuple[str, datetime, datetime, datetime | None]
    reason: str | None
    evidence: str | None
