"""Which segments must be scored now: the running ones, and past ones that new facts can change. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from facilities.agreement import Agreement
from facilities.agreement_days import forecast_days
from facilities.agreement_versions import in_force
from facilities.calendar import local_day, month
from facilities.instants import instant
from sla_engine.segments import Segment, own_grid, segments
from store.instants import microseconds
from store.intervals import Interval
from store.rows import Touched
from store.verdict_rows import ScoredPeriod


@dataclass(frozen=True)
class Plan:
    """What a pass has to do: segments to score (again), drafts whose period is cut otherwise by now, and failures
    (by Segment.unscored_at) of segments that are no more."""

    due: list[Segment]
    stale: list[ScoredPeriod]
    moot: frozenset[int]


@dataclass(frozen=True)
class Contract:
    """The texts of one agreement in order of effect, what was scored of it, and by which texts.

    `kept` are the texts of its scores by their hash; `hash_of` is that of a text of the inventory. A period that was
    scored after its end is closed: it keeps its text, whatever the inventory says later (I15). Only a forecast day
    leaves it open, until the calendar that announces it.
    """

    versions: Sequence[Agreement]
    scored: Sequence[ScoredPeriod]
    kept: Mapping[str, Agreement]
    hash_of: Callable[[Agreement], str]

    def is_closed(self, row: ScoredPeriod) -> bool:
        """Whether the period keeps the text it was scored by."""
        if row.scored_to_at < row.period_ends_at:
            return False
        text = self.kept.get(row.agreement_sha256)
        return text is None or not forecast_days(text, span_of(row))

    def month_of(self, at: int) -> Interval[int]:
        """The civil month of the agreement's zone that contains the epoch second `at`."""
        local = instant(at).astimezone(self.versions[0].time_zone)
        return month(local.year, local.month, self.versions[0].time_zone)

    def closed(self, span: Interval[int] | None = None) -> Iterator[Segment]:
        """The closed segments, in order of time; of one civil month if given.

        Where the text is not kept (it was scored by a release that kept only its hash) the agreement is today's: good
        for naming the segment, never for scoring it.
        """
        for row in filter(self.is_closed, self.scored if span is None else self._scored_in(span)):
            period = span_of(row)
            text = self.kept.get(row.agreement_sha256)
            if text is None:
                first_on = local_day(period.starts_at, self.versions[0].time_zone)
                text = in_force(self.versions, first_on) or self.versions[-1]
            yield Segment(text, self.month_of(period.starts_at), period, row.agreement_sha256)

    def segments(self, span: Interval[int]) -> tuple[Segment, ...]:
        """The segments of a civil month: closed ones as they were scored, the rest by the texts of the inventory."""
        found = segments(self.versions, span, list(self.closed(span)))
        return tuple(replace(one, within=self.own_grid(one.agreement)) for one in found)

    def own_grid(self, text: Agreement) -> dict[str, Interval[int]]:
        """The time in which readings lie on the grid of `text` (sla_engine.segments).

        Which text comes before it and after is what closed periods keep: a file that is changed or removed later
        moves no reading of a closed period to another grid.
        """
        kept = [one.agreement for one in self.closed() if one.kept_sha256 in self.kept]
        return own_grid([*self.versions, *kept], text)

    def plan(self, touched: Iterable[Touched], now: int, failed: frozenset[int] = frozenset()) -> Plan:
        """What to do at `now`, an epoch second. Due are the running segment, and past ones that

        - new facts touch,
        - were last scored while they still ran,
        - are scored already, and new facts touch the month before, whose last state they start with,
        - have an undecided tail, and new facts touch the month after, which decides it,
        - are open because of a forecast day, and the text has changed since,
        - could not be scored before (`failed`, by Segment.unscored_at),
        - or have no score, and another segment of their month is due or was cut: a month is scored whole,
        - or have none after the first month that has one: nothing measured is a verdict, too.
        """
        circuits = {objective.circuit for text in self._texts() for objective in text.objectives}
        touches = [
            (t.circuit, epoch_seconds_of(t.first_at), epoch_seconds_of(t.last_at))
            for t in touched
            if t.circuit in circuits
        ]
        due: list[Segment] = []
        stale: list[ScoredPeriod] = []
        moot = failed
        forgotten = self._forgotten(now)
        for span in self._months_to_look_at(touches, now, failed | forgotten):
            found = self.segments(span)
            known = {span_of(row): row for row in self._scored_in(span)}
            cut = [row for each, row in known.items() if all(one.period != each for one in found)]
            stale += cut
            moot -= {one.unscored_at for one in found}
            begun = [one for one in found if one.period.starts_at <= now]
            wanted = [
                one
                for one in begun
                if one.unscored_at in failed or self._is_due(one, known.get(one.period), touches, now)
            ]
            is_month_due = bool(wanted or cut) or span.contains(now) or span.starts_at in forgotten
            due += [one for one in begun if one in wanted or (is_month_due and one.period not in known)]
        return Plan(due, stale, moot)

    def _texts(self) -> list[Agreement]:
        """The inventory's texts and those that scores keep."""
        hashes = {row.agreement_sha256 for row in self.scored}
        return [*self.versions, *(self.kept[each] for each in hashes if each in self.kept)]

    def _scored_in(self, span: Interval[int]) -> list[ScoredPeriod]:
        """What was scored of a civil month."""
        starts_at, ends_at = instant(span.starts_at), instant(span.ends_at)
        return [row for row in self.scored if starts_at <= row.period_starts_at < ends_at]

    def _is_due(self, one: Segment, row: ScoredPeriod | None, touches: list[tuple[str, int, int]], now: int) -> bool:
        period = one.period
        circuits = {objective.circuit for objective in one.agreement.objectives}

        def is_touched(span: Interval[int]) -> bool:
            return any(
                circuit in circuits and first < span.ends_at and span.starts_at <= last
                for circuit, first, last in touches
            )

        if period.contains(now) or is_touched(period):
            return True
        if row is None:
            return False
        begins = period.starts_at <= self.versions[0].starts_at  # rows before the grid are ignored
        before = Interval(self.month_of(one.month.starts_at - 1).starts_at, period.starts_at)
        after = Interval(period.ends_at, self.month_of(one.month.ends_at).ends_at)
        return (
            epoch_seconds_of(row.scored_to_at) < period.ends_at
            or (not begins and is_touched(before))
            or (row.is_provisional and is_touched(after))
            or (one.kept_sha256 is None and row.agreement_sha256 != self.hash_of(one.agreement))
        )

    def _forgotten(self, now: int) -> frozenset[int]:
        """The starts of months that ended without a score, after the first month that has one."""
        known = {self.month_of(epoch_seconds_of(row.period_starts_at)).starts_at for row in self.scored}
        if not known:
            return frozenset()
        found, span = set(), self.month_of(min(known))
        while span.ends_at <= now:
            found.add(span.starts_at)
            span = self.month_of(span.ends_at)
        return frozenset(found - known)

    def _months_to_look_at(
        self, touches: list[tuple[str, int, int]], now: int, failed: frozenset[int]
    ) -> Iterator[Interval[int]]:
        """The months in which anything can be due or stale, in order: everything else is closed and untouched."""
        looked: set[int] = {self.month_of(now).starts_at, *(self.month_of(at).starts_at for at in failed)}
        looked |= {self.month_of(span_of(row).starts_at).starts_at for row in self.scored if not self.is_closed(row)}
        for _, first, last in touches:
            reached = self.month_of(max(first, self.versions[0].starts_at))
            span = self.month_of(reached.starts_at - 1)  # the tail of the month before may be undecided
            while span.starts_at <= min(last, now):
                looked.add(span.starts_at)
                span = self.month_of(span.ends_at)
            looked.add(span.starts_at)  # and the month after starts with its state
        for starts_at in sorted(looked):
            if starts_at <= now:
                yield self.month_of(starts_at)


def span_of(row: ScoredPeriod) -> Interval[int]:
    """The scored period in epoch seconds."""
    return Interval(epoch_seconds_of(row.period_starts_at), epoch_seconds_of(row.period_ends_at))


def epoch_seconds_of(at: datetime) -> int:
    """An aware instant in whole epoch seconds, cut towards the past."""
    return microseconds(at) // 1_000_000
