"""What one scoring is given, and the plain set operations on spans of time it needs: windows, exclusions.

Written from contracts/score.md alone; imports nothing of the project.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from tests.reference.naive_agreement import DAY_NAMES, Agreement, Objective
from tests.reference.naive_rows import ExclusionRow, FreezeRow, IntervalRow, ProbeRow, StateRow, TicketRow
from tests.reference.naive_values import local_second

Span = tuple[int, int]  # half-open [start, end), seconds since 1970


def union(spans: list[Span]) -> list[Span]:
    """The same instants as disjoint spans in order of time; empty spans vanish."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united


def clip(spans: list[Span], start: int, end: int) -> list[Span]:
    return [(max(a, start), min(b, end)) for a, b in spans if max(a, start) < min(b, end)]


def length(spans: list[Span]) -> int:
    return sum(b - a for a, b in spans)


def common(left: list[Span], right: list[Span]) -> list[Span]:
    return [span for a, b in left for span in clip(right, a, b)]


def covers(spans: list[Span], instant: Fraction | int) -> bool:
    return any(a <= instant < b for a, b in spans)


@dataclass
class Case:
    """The agreement, the scored period and the visible rows."""

    agreement: Agreement
    t0: int
    start: int
    end: int
    is_month: bool
    asked_start: int  # the period as asked for, before the agreement cut it
    asked_end: int
    as_of: int | None
    intervals: list[IntervalRow] | None  # None: the option was not given
    probes: list[ProbeRow] | None
    states: list[StateRow] = field(default_factory=list)
    tickets: list[TicketRow] = field(default_factory=list)
    freezes: list[FreezeRow] = field(default_factory=list)
    exclusions: list[ExclusionRow] = field(default_factory=list)

    def hidden(self, instant: Fraction | int) -> bool:
        """`--as-of`: "Hidden is what lies strictly after"."""
        return self.as_of is not None and instant > self.as_of

    def measured_to(self) -> int:
        """Where states cease to hold and open tickets to be measured: the period's end or, before it, `--as-of`."""
        return self.end if self.as_of is None else min(self.end, self.as_of)


def service_windows(case: Case, start: int, end: int) -> list[Span]:
    """The windows of [agreement.service_hours] around [start, end): wall-clock time converted per local day."""
    hours = case.agreement.service_hours
    assert hours is not None
    windows: list[Span] = []
    day = datetime.fromtimestamp(start, UTC).date() - timedelta(days=2)
    last = datetime.fromtimestamp(end, UTC).date() + timedelta(days=2)
    while day <= last:
        if DAY_NAMES[day.weekday()] in hours.days and day not in hours.holidays:
            opens = local_second(case.agreement.zone, day, hours.from_minute)
            closes = local_second(case.agreement.zone, day, hours.to_minute)
            if opens < closes:  # a window inside the hour that a clock change skips may be empty
                windows.append((opens, closes))
        day += timedelta(days=1)
    return union(windows)  # windows that touch at midnight are one


def windows_of(case: Case, objective: Objective) -> list[Span] | None:
    """None: the objective counts around the clock."""
    return service_windows(case, case.start, case.end) if objective.service_hours else None


def exclusion_spans(case: Case, circuit: str) -> list[Span]:
    """ "Exclusions": the accepted ones of this circuit, after notice and quota, united."""
    terms = case.agreement
    maintenance: list[Span] = []
    others: list[Span] = []
    for row in case.exclusions:
        if row.circuit != circuit or row.decision != "accepted":
            continue
        if row.kind != "maintenance":
            others.append((row.starts_at, row.ends_at))
            continue
        if terms.notice_hours is not None and (
            row.announced_at is None or row.announced_at > row.starts_at - terms.notice_hours * 3600
        ):
            continue  # announced too late, or never: ordinary time
        maintenance.append((row.starts_at, row.ends_at))
    maintenance = union(maintenance)
    if terms.quota_hours is not None:
        # Outside the period the quota is not applied; inside, the first so many seconds are excluded.
        far = 10**12
        kept = clip(maintenance, -far, case.start) + clip(maintenance, case.end, far)
        left = terms.quota_hours * 3600
        for a, b in clip(maintenance, case.start, case.end):
            used = min(left, b - a)
            kept.append((a, a + used))
            left -= used
        maintenance = kept
    return union(maintenance + others)
