"""What the board shows, before it is drawn: one row per circuit and per zone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from dashboards.standing import Standing
from facilities.agreement import Agreement
from facilities.budget import Budget
from facilities.instants import epoch_seconds
from store.rows import OccupancyRow
from store.verdict_rows import UnscoredRow

Why = Literal["no_agreement", "not_scored", "no_availability", "no_measurement"]


class Scored(NamedTuple):
    """One document of contracts/score, parsed, and the instant it was scored to (its `--as-of`).

    `promised` is the text it was scored by; None where the store keeps only its hash.
    """

    document: Mapping[str, Any]
    scored_to_at: datetime
    promised: Agreement | None = None

    @property
    def agreement(self) -> str:
        """The id of the agreement that was scored."""
        return str(self.document["agreement"])

    @property
    def ends_at(self) -> int:
        """The end of the scored period, an epoch second."""
        return epoch_seconds(str(self.document["period"]["ends_at"]))


class Observed(NamedTuple):
    """What the store holds for a board.

    `newest_readings` by circuit, `occupancy` by zone; `noticed_states` the state each (agreement, circuit) was last
    noticed to change to, and when it changed; `unscored` the months that could not be scored, and why.
    """

    scored: Sequence[Scored]
    newest_readings: Mapping[str, datetime]
    noticed_states: Mapping[tuple[str, str], tuple[str, datetime]]
    occupancy: Mapping[str, OccupancyRow]
    unscored: Sequence[UnscoredRow] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """An amount excluding VAT: due as things stand, or (`is_due` false) what the first tier below the target costs."""

    amount: Decimal
    currency: str
    is_due: bool


@dataclass(frozen=True, slots=True)
class CircuitState:
    """What a circuit does now: `down` since an instant, `up`, or `unknown`; None where no period is running."""

    state: Literal["up", "down", "unknown"]
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CircuitRow:
    """One circuit under one agreement. Whatever is not known is None, and `why` says why there is no availability.

    `standing` is that of the worst of `objectives`; `objective` and `indicator` name it. `days` are those of the month
    it speaks of where an amendment cuts it ("16–30"), or nothing.
    """

    park: str
    park_code: str
    circuit: str
    tenant: str
    agreement: str | None
    standing: Standing
    objective: str | None
    indicator: str | None
    objectives: tuple[tuple[str, Standing], ...]
    availability_percent: str | None
    target_ratio: Fraction | None
    budget: Budget | None
    coverage_ratio: Fraction | None
    credit: Credit | None
    state: CircuitState | None
    newest_reading_at: datetime | None
    why: Why | None
    days: str = ""


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """The newest count of one zone; None where nothing was counted, `capacity_persons` None when unknown."""

    park: str
    park_code: str
    zone: str
    label: str
    people: int | None
    capacity_persons: int | None
    measured_at: datetime | None
    is_stale: bool

    @property
    def occupancy_ratio(self) -> Fraction | None:
        """people / capacity; above 1 is shown as it is, for it is what was counted."""
        if self.people is None or self.capacity_persons is None:
            return None
        return Fraction(self.people, self.capacity_persons)


@dataclass(frozen=True, slots=True)
class Heading:
    """What the board says about itself: whose it is, of which month, and up to when every score is complete.

    `complete_to_at` is the earliest instant any shown document was scored to, None when there is none;
    `failed_agreements` are those whose month could not be scored, with the reason.
    """

    label: str
    title: str
    month: str
    time_zone: str
    tzdb_version: str
    now: datetime
    local_now: datetime
    complete_to_at: datetime | None
    foreign_agreements: tuple[str, ...] = ()
    failed_agreements: tuple[tuple[str, str], ...] = ()
    away_since_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board."""

    heading: Heading
    circuits: tuple[CircuitRow, ...]
    zones: tuple[ZoneRow, ...]
