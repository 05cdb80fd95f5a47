"""Where every month stands, and what is due to be done: read from the ledger and the drafts, nothing is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from facilities.agreement import Agreement
from facilities.calendar import local_day
from facilities.civil_calendar import CivilCalendar
from facilities.instants import instant, instant_text
from sla_engine.due import epoch_seconds_of
from sla_engine.promised import Promised
from sla_engine.recount import Recount
from sla_engine.segments import Segment
from sla_engine.verdict_days import days_text, month_of
from sla_engine.verdict_held import REVIEW, days_of_part, in_one_line, reviews
from sla_engine.verdict_issuing import issuable_from, issue_forecasts, provisional_from, unpublished_state
from sla_engine.verdict_life import Standing, is_restatement_due, standings
from sla_engine.verdict_text import Listed
from store.connection import Connection
from store.errors import InputError
from store.intervals import Interval
from store.ledger import one_moment, read_entries
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores


@dataclass(frozen=True)
class Month:
    """One month of an agreement: its published periods, or when its first version may come.

    `drafts` are the scores of the engine by the starts of their periods, `refused` why a segment cannot be counted at
    all, by the start of its period; `calendars` are those of the inventory.
    """

    agreement: str
    time_zone: ZoneInfo
    span: Interval[int]
    standing: tuple[Standing, ...]
    segments: tuple[Segment, ...]
    drafts: dict[datetime, ScoreRow]
    refused: Mapping[int, str]
    calendars: Mapping[str, CivilCalendar]

    @property
    def text(self) -> str:
        """`YYYY-MM`."""
        return f"{local_day(self.span.starts_at, self.time_zone):%Y-%m}"

    @property
    def instants(self) -> Interval[datetime]:
        """Its span as aware instants."""
        return Interval(instant(self.span.starts_at), instant(self.span.ends_at))

    def provisional_from(self) -> int:
        """When the first version of a month without any may be published by somebody, an epoch second."""
        return provisional_from(self._parts)

    def issuable_from(self) -> int | None:
        """When that is published by itself, an epoch second; None where no calendar says (`held`)."""
        try:
            return issuable_from(self._parts, self.calendars)
        except InputError:
            return None

    def held(self) -> list[str]:
        """What keeps it from being published by itself, one line each; nothing when it is a matter of time alone.

        It cannot be counted, a verdict must be looked at first, or no calendar says on which day; in the last two cases
        somebody may publish it by name. Ask once it is provisional: before that the engine may only be late.
        """
        if self.standing:
            return []
        found = []
        for segment in self.segments:
            draft, why = self.drafts.get(instant(segment.period.starts_at)), self.refused.get(segment.period.starts_at)
            if why is not None:
                found.append(f"{days_of_part(segment)}{why}")
            elif draft is not None:
                found += reviews(segment, draft.parsed())
        try:
            issuable_from(self._parts, self.calendars)
        except InputError as error:
            found.append(str(error))
        return found

    def held_line(self) -> str:
        """The same in one line, with the command that publishes it where one does."""
        held = self.held()
        command = f"p2i verdict issue {self.agreement} {self.text}"
        by_hand = f"; {command} publishes it"
        if any(REVIEW in line for line in held):
            by_hand = f"; look at it (p2i statement), then {command} --reason"
        return f"{in_one_line(held)}{'' if self.refused else by_hand}"

    def is_held(self, now: int) -> bool:
        """Whether it would be due but for what holds it."""
        return not self.standing and now >= (self.issuable_from() or self.provisional_from()) and bool(self.held())

    def is_issue_due(self, now: int) -> bool:
        """Whether it is to be published by itself: its day has come, nobody has published it and nothing holds it."""
        return not self.standing and now >= (self.issuable_from() or self.provisional_from()) and not self.held()

    def is_restatement_due(self) -> bool:
        """Whether the engine has a newer score of a published period with other figures."""
        return any(self.differs(one) for one in self.standing)

    def is_final_due(self, now: int) -> bool:
        """Whether a segment of it can be closed: nobody may contest it any more, and nothing is to be corrected first.

        What was contested rightly and never corrected is no routine: somebody finalises it by name.
        """
        closing = [one for one in self.standing if one.state == "issued" and now >= one.closes_at]
        return bool(closing) and not any(one.is_upheld or one.open_tickets or self.differs(one) for one in closing)

    def differs(self, one: Standing) -> bool:
        """Whether the draft of a published period says something else than its version in force."""
        draft = self.drafts.get(one.last.period_starts_at)
        return draft is not None and is_restatement_due(one, draft.parsed(), draft.scored_at)

    def listed(self, now: int) -> Iterator[Listed]:
        """Its lines in the list."""
        for one in self.standing:
            last, credit = one.last, one.last.said()["credit"]
            period = Interval(epoch_seconds_of(last.period_starts_at), epoch_seconds_of(last.period_ends_at))
            published_at, payable = last.said()["occurred_at"], f"{credit['payable']} {credit['currency']}"
            note = "restatement due" if self.differs(one) else ""
            if not note and one.is_upheld:
                note = "contest upheld, not corrected"
            if not note and one.open_tickets and now >= one.closes_at:
                note = f"ticket {one.open_tickets[0]} is open"
            if not note and one.state == "issued":
                note = "final is due" if now >= one.closes_at else f"contest until {instant_text(one.closes_at)}"
            yield Listed(
                self.agreement,
                days_text(period, self.time_zone),
                str(last.version),
                one.state,
                published_at,
                payable,
                note,
            )
        if not self.standing:
            state, note = unpublished_state(self.provisional_from(), now), self._unpublished_note(now)
            for segment in self.segments:
                yield Listed(self.agreement, days_text(segment.period, self.time_zone), "-", state, "", "", note)

    @property
    def _parts(self) -> list[tuple[Agreement, Interval[int]]]:
        return [(one.agreement, one.period) for one in self.segments]

    def _unpublished_note(self, now: int) -> str:
        earliest, at = self.provisional_from(), self.issuable_from()
        if now >= earliest and self.held():
            return self.held_line()
        if at is not None and now >= at:
            return "issue is due"
        notes = [] if now >= earliest else [f"may be issued from {instant_text(earliest)}"]
        if at is not None and at > earliest:
            notes.append(f"issue is due from {instant_text(at)}")
            forecasts = issue_forecasts(self._parts, self.calendars)
            notes += [f"{day} is only forecast: the announcement may move this" for day in forecasts]
        return "; ".join(notes)


def read_months(
    connection: Connection, promised: Promised, agreements: Iterable[str], now: datetime
) -> Iterator[Month]:
    """Every month of the agreements that is over and was looked at by the engine, or has a published period, in order.

    Months that could not be scored are among them: they are held.
    """
    for agreement in agreements:
        with one_moment(connection):
            recount = Recount(connection, promised, agreement, now)
            found = standings(read_entries(connection, agreement))
            drafts = {row.period_starts_at: row for row in read_scores(connection, agreement=agreement)}
            zone = recount.versions[0].time_zone
            spans = {span.starts_at: span for span in recount.listed_months()}
            for _, starts_at in found:
                span = month_of(epoch_seconds_of(starts_at), zone)
                spans[span.starts_at] = span
            months = []
            for _, span in sorted(spans.items()):
                standing = tuple(found[key] for key in sorted(found) if span.contains(epoch_seconds_of(key[1])))
                segments = () if standing else recount.segments(span)
                within = {at: row for at, row in drafts.items() if span.contains(epoch_seconds_of(at))}
                refused = {one.period.starts_at: why for one in segments for why in list(recount.refusals(one))[:1]}
                months.append(Month(agreement, zone, span, standing, segments, within, refused, recount.calendars))
        yield from months
