"""A civil month cut where an amendment takes over: one score each, and closed ones keep the text they were scored by.

By contracts/score a text covers the part of a month in which it is in force and its fee is prorated by seconds to that
part; so the seconds of a month's segments add up to the month, and no outage is lost or counted twice (R-28, spec 5.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from facilities.agreement import Agreement
from facilities.agreement_days import hours_that_count
from facilities.calendar import local_day, local_midnight, service_windows
from store.errors import InputError
from store.intervals import Interval, subtract

FOR_EVER = 2**40  # beyond every instant that can be written


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a civil month scored by one text: `agreement.covered(month)` is `period`, in epoch seconds.

    `kept_sha256` is the hash of the text a closed segment was scored by; None for one that follows the inventory.
    `is_first` of its month. `within` is the time in which a circuit's readings lie on its grid (`own_grid`).
    """

    agreement: Agreement
    month: Interval[int]
    period: Interval[int]
    kept_sha256: str | None = None
    is_first: bool = True
    within: Mapping[str, Interval[int]] = field(default_factory=dict)

    @property
    def unscored_at(self) -> int:
        """The instant under which it is remembered when it cannot be scored: that of the month for the first."""
        return self.month.starts_at if self.is_first else self.period.starts_at


def segments(
    versions: Iterable[Agreement], month: Interval[int], closed: Sequence[Segment] = ()
) -> tuple[Segment, ...]:
    """The segments of a civil month in order of time; none where no text is in force.

    The `closed` ones stay as they are: an amendment that reaches back does not cut them again, and the rest of the
    month is that of the text in force there, with the day from which it is scored, or to which, written in.
    """
    free = subtract([month], [one.period for one in closed])
    found = list(closed)
    for version in versions:
        whole = _covered(version, month)
        if whole is not None:
            found += [_cut(version, month, whole, part) for gap in free if (part := gap.clipped(whole)) is not None]
    found.sort(key=lambda one: one.period.starts_at)
    return tuple(replace(one, is_first=number == 0) for number, one in enumerate(found))


def whole_contract(versions: Sequence[Agreement]) -> Agreement:
    """The last text as if it were in force as long as the contract is: for saying when that is."""
    return replace(versions[-1], amendment=None, scored_from=None)


def own_grid(versions: Iterable[Agreement], agreement: Agreement) -> dict[str, Interval[int]]:
    """The time in which readings lie on the grid of this text, for circuits whose Δt an amendment changed.

    The machine looks at readings before and after its period. Those of another Δt are not its Δt: there it starts
    anew, and what follows leaves its tail undecided. A circuit that is absent has one grid all along. Of two texts of
    one number the later one in `versions` counts.
    """
    by_number = {one.number: one for one in versions}
    before, after = by_number.get(agreement.number - 1), by_number.get(agreement.number + 1)
    found = {}
    for circuit in dict.fromkeys(objective.circuit for objective in agreement.objectives):
        starts_at, ends_at = -FOR_EVER, FOR_EVER
        if before is not None and _has_other_grid(before, agreement, circuit):
            starts_at = local_midnight(agreement.first_on, agreement.time_zone)
        if after is not None and agreement.until_on is not None and _has_other_grid(after, agreement, circuit):
            ends_at = local_midnight(agreement.until_on, agreement.time_zone)
        if (starts_at, ends_at) != (-FOR_EVER, FOR_EVER):
            found[circuit] = Interval(starts_at, ends_at)
    return found


def differences(closed: Segment, versions: Sequence[Agreement]) -> list[str]:
    """What the inventory's texts say today of a closed segment that the text it keeps does not, as words; or nothing.

    Values count, for this period: comments, days of other periods, and who signed what and when make no difference.
    """
    today = [one for one in segments(versions, closed.month) if one.period.clipped(closed.period) is not None]
    if [one.period for one in today] != [closed.period]:
        spans = ", ".join(_days(one) for one in today) or "nothing is in force"
        return [f"its month is cut otherwise ({spans})"]
    return list(_differing(closed.agreement, today[0].agreement, closed.period))


def _differing(kept: Agreement, today: Agreement, period: Interval[int]) -> Iterator[str]:
    elsewhere = {"ends_on", "calendar", "amendment", "superseded_on", "scored_from", "service_hours", "objectives"}
    for each in fields(Agreement):
        if each.name not in elsewhere and getattr(kept, each.name) != getattr(today, each.name):
            yield each.name
    before = {one.id: one for one in kept.objectives}
    after = {one.id: one for one in today.objectives}
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield f"objective {name}"
    if [*before] != [*after] and before.keys() == after.keys():
        yield "the order of objectives"
    if _windows(kept, period) != _windows(today, period):
        yield "service hours"


def _windows(agreement: Agreement, period: Interval[int]) -> list[Interval[int]] | None:
    hours = hours_that_count(agreement)
    return None if hours is None else service_windows(hours, agreement.time_zone, period)


def _covered(version: Agreement, month: Interval[int]) -> Interval[int] | None:
    try:
        return version.covered(month)
    except InputError:
        return None  # not in force in this month


def _cut(version: Agreement, month: Interval[int], whole: Interval[int], part: Interval[int]) -> Segment:
    """The segment of `part`; where that is less than the text covers, a closed one has the rest, by days."""
    if part.starts_at > whole.starts_at:
        version = replace(version, scored_from=local_day(part.starts_at, version.time_zone))
    if part.ends_at < whole.ends_at:
        version = replace(version, superseded_on=local_day(part.ends_at, version.time_zone))
    return Segment(version, month, part)


def _has_other_grid(one: Agreement, other: Agreement, circuit: str) -> bool:
    here, there = one.availability_of(circuit), other.availability_of(circuit)
    if here is None or there is None:
        return False
    return (here.method, here.interval_seconds) != (there.method, there.interval_seconds)


def _days(segment: Segment) -> str:
    zone = segment.agreement.time_zone
    return f"{local_day(segment.period.starts_at, zone)} to {local_day(segment.period.ends_at, zone)}"
