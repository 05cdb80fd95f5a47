"""What an approver must know before deciding, as sentences: rules that surprise, with this month's numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from facilities.agreement import AvailabilityObjective
from facilities.budget import ahead_seconds, budget
from sla_engine.document import percent
from sla_engine.exclusions import announced_in_time, beyond_quota_seconds
from sla_engine.facts import Exclusion
from sla_engine.results import AvailabilityResult, Result, TimeToRestoreResult
from sla_engine.scoring import Score
from sla_engine.what_if import Change, Comparison, Named
from store.intervals import Interval


class Note(NamedTuple):
    """One sentence, and the name of the rule it speaks of."""

    rule: str
    text: str


def notes(comparison: Comparison, number: int, as_of: int) -> list[Note]:
    """The notes on one objective of the comparison, by its number in the agreement."""
    before, after = comparison.before.results[number], comparison.after.results[number]
    changes = [one for one in comparison.changes if one.circuit == before.objective.circuit]
    if not changes:
        return []
    if isinstance(before, TimeToRestoreResult):
        return [Note("tickets", "Exclusions do not touch tickets; a freeze stops their clock (p2i ticket freeze).")]
    found = list(_conditions(comparison, changes))
    if isinstance(before, AvailabilityResult) and isinstance(after, AvailabilityResult):
        found += _availability(comparison, before, after, changes, as_of)
    return found


def allowed_seconds(score: Score, result: Result, as_of: int) -> tuple[Fraction, Fraction] | None:
    """The outage seconds an availability objective allows in its period, and those left; None where there are none."""
    if not isinstance(result, AvailabilityResult):
        return None
    period, hours = score.period, score.agreement.service_hours
    rest = Interval(as_of, period.ends_at) if period.contains(as_of) else None
    ahead = ahead_seconds(
        result.tally.unknown, rest, hours if result.objective.service_hours else None, score.agreement.time_zone
    )
    found = budget(result.objective.target_ratio, result.tally.up, result.tally.down, ahead)
    return None if found is None else (found.allowed_seconds, found.left_seconds)


def seconds_text(seconds: Fraction | int) -> str:
    """Seconds for people: as they are, with at most three decimals, cut towards zero."""
    exact = abs(Fraction(seconds))
    whole, rest = divmod(exact.numerator * 1000 // exact.denominator, 1000)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "") + " s"


def _conditions(comparison: Comparison, changes: list[Change]) -> Iterator[Note]:
    """Why the contract would not let it count: outside the period, announced too late, beyond the quota."""
    agreement, period = comparison.before.agreement, comparison.before.period
    notice_hours = agreement.maintenance.notice_hours
    for one in changes:
        name = f'"{one.id}"' if one.id else "It"
        span = one.after.span
        if span.clipped(period) is None:
            yield Note("period", f"{name} lies outside the period.")
        if one.after.kind == "maintenance" and not announced_in_time(one.after, notice_hours):
            told = "was not announced"
            if one.after.announced_at is not None:
                early = span.starts_at - one.after.announced_at
                told = (
                    f"was announced {_hours(early)} before its start" if early > 0 else "was announced after its start"
                )
            counts = "would not count" if one.is_added else "does not count, accepted as it is"
            yield Note("notice", f"{name} {told}, and {notice_hours} h are agreed: it {counts}.")
    circuit = changes[0].circuit
    more = [
        beyond_quota_seconds(_of(named, circuit), agreement.maintenance, period)
        for named in (comparison.exclusions_before, comparison.exclusions_after)
    ]
    if more[0] != more[1]:
        hours = agreement.maintenance.monthly_quota_hours
        yield Note(
            "quota",
            f"Of maintenance {hours} h a month are agreed, earliest first: {seconds_text(more[1])} of it would be"
            f" ordinary time, and {seconds_text(more[0])} are now.",
        )


def _availability(
    comparison: Comparison, before: AvailabilityResult, after: AvailabilityResult, changes: list[Change], as_of: int
) -> Iterator[Note]:
    is_added = all(one.is_added for one in changes)
    old, new = before.tally, after.tally
    yield from _time(before.objective, before, after, is_added=is_added)
    fell = before.ratio is not None and after.ratio is not None and after.ratio < before.ratio
    if is_added and fell and old.up > new.up:
        yield Note(
            "I5",
            f"{seconds_text(old.up - new.up)} of it were up, and excluding up time lowers the percentage: from"
            f" {percent(before.ratio)} % to {percent(after.ratio)} %, although no outage is added.",
        )
    elif not is_added and before.ratio is not None and after.ratio is not None and after.ratio > before.ratio:
        yield Note(
            "I5",
            f"{seconds_text(new.up - old.up)} of it were up, and counting them again raises the percentage: from"
            f" {percent(before.ratio)} % to {percent(after.ratio)} %.",
        )
    if is_added and new.down > old.down:
        yield Note(
            "splice",
            f"{seconds_text(new.down - old.down)} more count as an outage: the contract takes excluded time out before"
            ' it looks for bad runs (maintenance_window = "splice"), and what lay on both sides now touches.',
        )
    yield from _budget(comparison, before, after, as_of)
    if before.verdict != after.verdict and "insufficient_data" in (before.verdict, after.verdict):
        yield Note(
            "coverage",
            f"The measured share goes from {percent(before.coverage_ratio)} % to {percent(after.coverage_ratio)} %,"
            f" and {percent(before.objective.min_coverage_ratio)} % are needed for a verdict.",
        )


def _time(
    objective: AvailabilityObjective, before: AvailabilityResult, after: AvailabilityResult, *, is_added: bool
) -> Iterator[Note]:
    """Where it changes no second, or only which seconds are unknown."""
    old, new = before.tally, after.tally
    if (old.up, old.down) != (new.up, new.down):
        return
    if objective.maintenance == "up" and old.unknown == new.unknown:
        yield Note("up", 'The contract counts excluded time as up (maintenance = "up"), and it was up or unknown.')
    elif old.unknown != new.unknown:
        moved = seconds_text(abs(old.unknown - new.unknown))
        what = "were unknown already: excluding them" if is_added else "become unknown again: that"
        yield Note("unknown", f"{moved} of it {what} changes the percentage by nothing.")
    elif old.excluded == new.excluded:
        where = "outside service hours, or " if objective.service_hours else ""
        yield Note("nothing", f"No second changes: it does not count, or lies {where}in time that is excluded anyway.")


def _budget(
    comparison: Comparison, before: AvailabilityResult, after: AvailabilityResult, as_of: int
) -> Iterator[Note]:
    old = allowed_seconds(comparison.before, before, as_of)
    new = allowed_seconds(comparison.after, after, as_of)
    if old is None or new is None or new[0] >= old[0]:
        return
    used = new[0] - new[1]
    text = (
        f"The outage the target allows shrinks with the time that counts: from {seconds_text(old[0])} to"
        f" {seconds_text(new[0])}, of which {seconds_text(used)} are used."
    )
    if before.verdict == "met" and after.verdict == "breached":
        text += " That turns the objective from met to breached."
    yield Note("FC-1", text)


def _of(named: tuple[Named, ...], circuit: str) -> list[Exclusion]:
    return [one.exclusion for one in named if one.circuit == circuit]


def _hours(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours} h" + (f" {rest // 60} min" if rest >= 60 else "")
