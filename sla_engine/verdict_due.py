"""Where every month stands, and what is due to be done: read from the ledger and the drafts, nothing is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from facilities.calendar import local_day
from facilities.instants import instant, instant_text
from sla_engine.due import epoch_seconds_of
from sla_engine.promised import Promised
from sla_engine.recount import Recount
from sla_engine.segments import Segment
from sla_engine.verdict_days import days_text, month_of
from sla_engine.verdict_life import Standing, is_restatement_due, provisional_from, standings, unpublished_state
from sla_engine.verdict_text import Listed
from store.connection import Connection
from store.intervals import Interval
from store.ledger import one_moment, read_entries
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores


@dataclass(frozen=True)
class Month:
    """One month of an agreement: its published periods, or when its first version may come.

    `drafts` are the scores of the engine by the starts of their periods.
    """

    agreement: str
    time_zone: ZoneInfo
    span: Interval[int]
    standing: tuple[Standing, ...]
    segments: tuple[Segment, ...]
    drafts: dict[datetime, ScoreRow]

    @property
    def text(self) -> str:
        """`YYYY-MM`."""
        return f"{local_day(self.span.starts_at, self.time_zone):%Y-%m}"

    @property
    def instants(self) -> Interval[datetime]:
        """Its span as aware instants."""
        return Interval(instant(self.span.starts_at), instant(self.span.ends_at))

    def issuable_from(self) -> int:
        """When its first version may be published, an epoch second."""
        return provisional_from([(one.agreement, one.period) for one in self.segments])

    def is_issue_due(self, now: int) -> bool:
        """Whether it is provisional and nobody has published it."""
        return not self.standing and now >= self.issuable_from()

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
            state, at = unpublished_state(self.issuable_from(), now), self.issuable_from()
            note = "issue is due" if state == "provisional" else f"may be issued from {instant_text(at)}"
            for segment in self.segments:
                yield Listed(self.agreement, days_text(segment.period, self.time_zone), "-", state, "", "", note)


def read_months(
    connection: Connection, promised: Promised, agreements: Iterable[str], now: datetime
) -> Iterator[Month]:
    """Every month of the agreements that was scored after its end or has a published period, in order."""
    for agreement in agreements:
        with one_moment(connection):
            recount = Recount(connection, promised, agreement, now)
            found = standings(read_entries(connection, agreement))
            drafts = {row.period_starts_at: row for row in read_scores(connection, agreement=agreement)}
            zone = recount.versions[0].time_zone
            spans = {span.starts_at: span for span in recount.closed_months()}
            for _, starts_at in found:
                span = month_of(epoch_seconds_of(starts_at), zone)
                spans[span.starts_at] = span
            months = []
            for _, span in sorted(spans.items()):
                standing = tuple(found[key] for key in sorted(found) if span.contains(epoch_seconds_of(key[1])))
                segments = () if standing else recount.segments(span)
                within = {at: row for at, row in drafts.items() if span.contains(epoch_seconds_of(at))}
                months.append(Month(agreement, zone, span, standing, segments, within))
        yield from months
