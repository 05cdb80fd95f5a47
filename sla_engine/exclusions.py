"""Which decided exclusions count, after notice and quota: clauses of the agreement, in seconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from facilities.agreement import Maintenance
from sla_engine.facts import Exclusion
from store.intervals import Interval, clip, subtract, union


def counting_exclusions(
    exclusions: Iterable[Exclusion], conditions: Maintenance, period: Interval[int]
) -> list[Interval[int]]:
    """The excluded time of one circuit, inside and outside the scored `period`, as disjoint spans of seconds.

    Only accepted exclusions count (R-27). A maintenance must also have been announced at least
    `notice_hours` before its own start; one without announcement fails any notice. Of the qualifying
    maintenance inside the period only the first `monthly_quota_hours` count, in order of time, whatever
    else covers them: the rest is ordinary time. The quota says nothing about other months.
    """
    accepted = [exclusion for exclusion in exclusions if exclusion.decision == "accepted"]
    others = [exclusion.span for exclusion in accepted if exclusion.kind != "maintenance"]
    maintenance = _qualifying(accepted, conditions)
    if conditions.monthly_quota_hours is None:
        return union(others + maintenance)
    inside = _first_seconds(clip(maintenance, period), conditions.monthly_quota_hours * 3600)
    return union(others + subtract(maintenance, [period]) + inside)


def beyond_quota_seconds(exclusions: Iterable[Exclusion], conditions: Maintenance, period: Interval[int]) -> int:
    """The seconds of accepted, announced maintenance inside the `period` that are ordinary time: beyond the quota."""
    if conditions.monthly_quota_hours is None:
        return 0
    maintenance = _qualifying([one for one in exclusions if one.decision == "accepted"], conditions)
    asked = sum(span.ends_at - span.starts_at for span in clip(maintenance, period))
    return max(0, asked - conditions.monthly_quota_hours * 3600)


def announced_in_time(maintenance: Exclusion, notice_hours: int | None) -> bool:
    """Whether it was announced at least so many hours before its own start; no announcement fails any notice."""
    if notice_hours is None:
        return True
    if maintenance.announced_at is None:
        return False
    return maintenance.span.starts_at - maintenance.announced_at >= notice_hours * 3600


def _qualifying(accepted: Iterable[Exclusion], conditions: Maintenance) -> list[Interval[int]]:
    return [
        exclusion.span
        for exclusion in accepted
        if exclusion.kind == "maintenance" and announced_in_time(exclusion, conditions.notice_hours)
    ]


def _first_seconds(spans: list[Interval[int]], seconds: int) -> list[Interval[int]]:
    """The first `seconds` seconds of disjoint sorted `spans`."""
    kept: list[Interval[int]] = []
    for span in spans:
        length = min(span.ends_at - span.starts_at, seconds)
        kept.append(Interval(span.starts_at, span.starts_at + length))
        seconds -= length
    return kept
