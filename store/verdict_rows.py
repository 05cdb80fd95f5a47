"""The rows in which scores and verdicts are kept. Pure: no I/O, so that arithmetic may use them."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple


class ScoreRow(NamedTuple):
    """One scored period of one agreement.

    `document` is the text of contracts/score, byte for byte. `scored_to_at` is the `--as-of` it was scored with:
    what lies after it was hidden. `scored_at` is when the engine computed it. The text of the agreement is kept under
    its hash (store.agreement_texts), and so is that of the calendar its service hours came from, None without one.
    Everything written by transactions before `input_xid` was seen. None: scored before these were kept.
    """

    agreement: str
    period_starts_at: datetime
    period_ends_at: datetime
    tenant: str
    facility: str
    is_demo: bool
    document: str
    agreement_sha256: str
    software_version: str
    tzdb_version: str
    scored_to_at: datetime
    scored_at: datetime
    calendar: str | None = None
    calendar_version: int | None = None
    calendar_sha256: str | None = None
    input_xid: int | None = None

    def parsed(self) -> dict[str, Any]:
        """The document as objects; figures are the text and integers of the contract."""
        return dict(json.loads(self.document))


class VerdictRow(NamedTuple):
    """One objective's verdict in one period; `detail` is its part of the document."""

    agreement: str
    objective: str
    circuit: str
    indicator: str
    period_starts_at: datetime
    period_ends_at: datetime
    verdict: str
    detail: dict[str, Any]


class BudgetRow(NamedTuple):
    """The outage seconds an availability objective allows in its period, and those left; negative = missed."""

    budget_seconds: Decimal
    budget_left_seconds: Decimal


class ScoredPeriod(NamedTuple):
    """What the engine must remember of a scored period. `is_provisional`: later readings may still change its tail."""

    agreement: str
    period_starts_at: datetime
    period_ends_at: datetime
    scored_to_at: datetime
    is_provisional: bool
    verdicts: dict[str, str]
    agreement_sha256: str = ""


class UnscoredRow(NamedTuple):
    """A month that was due and could not be scored; `month_starts_at` is that of the whole civil month.

    Of a month in two segments the later one has a row of its own, with the instant at which it starts.
    """

    agreement: str
    month_starts_at: datetime
    failed_at: datetime
    reason: str


class KeptDifference(NamedTuple):
    """A closed period that keeps the text it was scored by, and what the inventory says otherwise today."""

    agreement: str
    period_starts_at: datetime
    period_ends_at: datetime
    difference: str
    noticed_at: datetime
