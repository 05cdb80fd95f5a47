"""The rows in which scoring and alerting meet, and those an alert consists of. Pure: no I/O."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

Severity = Literal["page", "ticket"]
Change = Literal["opened", "raised", "lowered", "explained", "unexplained", "muted", "unmuted", "closed"]


class LookedBack(NamedTuple):
    """How much of the last `seconds` of service time was measured (`counted_seconds`), and was bad."""

    seconds: int
    bad_seconds: int
    counted_seconds: int


class OutlookRow(NamedTuple):
    """What the engine foresees of a running period of one availability objective; see table `outlook`.

    `windows` are LookedBack, shortest first. `allowed_ratio` is 1 − target. All seconds are service time.
    `service_day_seconds` is the service time of a day that has any: 86400 around the clock. `interval_seconds` is Δt; 0
    where states are cut by the second.
    """

    agreement: str
    objective: str
    period_starts_at: datetime
    period_ends_at: datetime
    circuit: str
    is_demo: bool
    seen_at: datetime
    allowed_ratio: Decimal
    budget_seconds: Decimal
    budget_left_seconds: Decimal
    service_seconds: int
    ahead_seconds: int
    bad_run_seconds: int
    unknown_run_seconds: int
    windows: tuple[LookedBack, ...]
    trend_seconds: int
    trend_down_seconds: int
    breach_at: datetime | None
    payable: Decimal | None
    payable_if_breached: Decimal | None
    currency: str
    service_day_seconds: int = 86400
    interval_seconds: int = 0


class RestoreRow(NamedTuple):
    """The clock of an open ticket under one time-to-restore objective; see table `restore_outlook`.

    `elapsed_seconds` are those at `seen_at`, freezes and time outside service hours aside. `due_at` is when
    `at_most_seconds` will have gone by if nothing more is frozen; None = not within a year.
    """

    agreement: str
    objective: str
    ticket: str
    circuit: str
    is_demo: bool
    opened_at: datetime
    seen_at: datetime
    at_most_seconds: int
    elapsed_seconds: int
    frozen_seconds: int
    due_at: datetime | None


class Trouble(NamedTuple):
    """Something that is wrong now, as the rules found it: what an open alert is the record of.

    `rule` and `subject` together name it; `since_at` is when it began. `facts` are what its messages say, as text and
    integers. `reason` is the fixed word for why the rule holds ("burn_fast", "budget_75", …).
    """

    rule: str
    subject: str
    severity: Severity
    since_at: datetime
    reason: str
    is_demo: bool
    facility: str | None = None
    tenant: str | None = None
    carrier: str | None = None
    circuit: str | None = None
    zone: str | None = None
    agreement: str | None = None
    objective: str | None = None
    period_starts_at: datetime | None = None
    facts: dict[str, Any] = {}  # noqa: RUF012 - never changed; a NamedTuple has no factory


class AlertRow(NamedTuple):
    """One alert as table `alert` has it: a trouble from its opening to its end.

    `quiet_since_at`: since when it is found no more, or only at a lower severity; it closes, or is lowered, after that.
    """

    alert_id: int
    trouble: Trouble
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    cause_id: int | None
    muted_by: str | None
    quiet_since_at: datetime | None = None


class AlertChangeRow(NamedTuple):
    """One step of an alert, with its named reason."""

    alert_id: int
    changed_at: datetime
    change: Change
    reason: str
    detail: dict[str, Any]


class Announcement(NamedTuple):
    """An alert as one audience is told of it: what Alertmanager and the escalator are given.

    `labels` name it and choose its route, `annotations` are its figures as text. `ends_at` None = it lasts.
    """

    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime | None
