"""Segments of a month counted anew from the facts in the store, for publishing: never a draft that may be stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from facilities.agreement import Agreement
from facilities.agreement_days import forecast_days
from facilities.calendar import TZDB_VERSION, period
from facilities.instants import instant
from sla_engine.counting import READINGS
from sla_engine.document import document, document_text
from sla_engine.due import Contract, epoch_seconds_of, span_of
from sla_engine.evidence_reading import read_evidence_of
from sla_engine.facts_digest import Decided, facts_record, facts_sha256
from sla_engine.from_store import read_facts
from sla_engine.promised import KeptTexts, Promised
from sla_engine.scoring import score
from sla_engine.segments import Segment
from sla_engine.verdict_issuing import terms
from store.canonical import text_sha256
from store.changes import snapshot_xid
from store.connection import Connection
from store.errors import InputError
from store.exclusions import read_decided
from store.instants import utc_text
from store.intervals import Interval
from store.ledger_chain import LedgerEntry
from store.promises import read_freezes, read_tickets
from store.registry import circuit_numbers
from store.upkeep import read_dropped_before
from store.verdict_rows import ScoredPeriod
from store.verdicts import read_scored_periods, read_unscored

Json = dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """A segment as the facts have it now: its document, and what a version says it was made of.

    `decided_by` says who decided which exclusion (by id and circuit), and when.
    """

    segment: Segment
    text: str
    figures: Json
    made_of: Json
    decided_by: Mapping[tuple[str, str], str]


class Recount:
    """One moment of the store: the segments of an agreement's months, and their scores by the texts they keep."""

    def __init__(self, connection: Connection, promised: Promised, agreement: str, now: datetime) -> None:
        if agreement not in promised.inventory.versions:
            raise InputError(f'no agreement "{agreement}" in {promised.inventory.path}')
        self.connection, self.now, self.agreement = connection, now, agreement
        self.versions = promised.inventory.versions[agreement]
        scored = read_scored_periods(connection, agreement)
        self.calendars = promised.inventory.calendars
        self._kept = KeptTexts(promised)
        self._contract = self._kept.contract(connection, agreement, scored)
        self._unscored = {
            row.month_starts_at: row.reason for row in read_unscored(connection) if row.agreement == agreement
        }

    def month(self, text: str) -> Interval[int]:
        """The civil month `YYYY-MM` in the agreement's time zone, in epoch seconds."""
        if "/" in text:
            raise InputError(f'"{text}" is not a month such as 2026-09')
        return period(text, self.versions[0].time_zone)

    def segments(self, month: Interval[int]) -> tuple[Segment, ...]:
        """The segments of a month, closed ones as they are; InputError when no text is in force in it."""
        found = self._contract.segments(month)
        if not found:
            raise InputError("no text of the agreement is in force in it")
        return found

    def published(self, last: LedgerEntry) -> Segment:
        """The segment of a published version, by the text that version was made by, whatever became of its draft.

        InputError where that text is not kept.
        """
        period = Interval(epoch_seconds_of(last.period_starts_at), epoch_seconds_of(last.period_ends_at))
        sha256 = last.said()["agreement_sha256"]
        kept = self._kept.read(self.connection, sha256)
        if kept is None:
            raise InputError(f"the text it was published by is not kept (SHA-256 {sha256})")
        month = self._contract.month_of(period.starts_at)
        before = (one for one in self._contract.segments(month) if one.period.starts_at < period.starts_at)
        return Segment(kept, month, period, sha256, next(before, None) is None, self._contract.own_grid(kept))

    @property
    def zone(self) -> ZoneInfo:
        """The agreement's time zone."""
        return self.versions[0].time_zone

    def without(self, scored: Collection[ScoredPeriod]) -> Contract:
        """The agreement as if these periods had never been scored: they keep no text and no cut."""
        return replace(self._contract, scored=[row for row in self._contract.scored if row not in scored])

    def closed_months(self) -> list[Interval[int]]:
        """The months with a segment that was scored after its end, in order."""
        months = {one.month.starts_at: one.month for one in self._contract.closed()}
        return [months[starts_at] for starts_at in sorted(months)]

    def listed_months(self) -> list[Interval[int]]:
        """The closed months, and those that are over and cannot be closed: not scored, or open for a forecast day.

        In order. A month that the engine has only not come to is not among them.
        """
        unscored = {epoch_seconds_of(at) for at in self._unscored}
        scored = {span_of(row).starts_at for row in self._contract.scored if row.scored_to_at >= row.period_ends_at}
        months = {span.starts_at: span for span in self.closed_months()}
        for span in map(self._contract.month_of, unscored | scored):
            is_over = span.ends_at <= epoch_seconds_of(self.now)
            if span.starts_at not in months and is_over and self._contract.segments(span):
                months[span.starts_at] = span
        return [months[starts_at] for starts_at in sorted(months)]

    def count(self, segment: Segment) -> Counted:
        """The segment's score from all facts there are, by the text it keeps.

        InputError where the engine has not closed it, could not score it, or its readings are dropped by age: what
        would be published is not what is in force, or not from all facts.
        """
        for why in self.refusals(segment):
            raise InputError(why)
        assert segment.kept_sha256 is not None
        agreement = self._kept.agreements[segment.kept_sha256]
        circuits = circuit_numbers(self.connection)
        facts = read_facts(self.connection, agreement, segment.period, circuits, within=segment.within)
        result = score(agreement, segment.month, facts)
        exclusions = read_decided(self.connection, circuits=facts.circuits)
        tickets = read_tickets(self.connection, facts.circuits)
        freezes = read_freezes(self.connection, {row.ticket for row in tickets})
        decided = Decided(tickets, freezes, [each.row() for each in exclusions])
        record = facts_record(agreement, segment.period, facts, decided)
        text = document_text(result)
        made_of = {
            "document_sha256": text_sha256(text),
            "agreement_sha256": segment.kept_sha256,
            "calendar": _calendar(agreement),
            "software_version": version("p2i"),
            "tzdb": TZDB_VERSION,
            "terms": terms(agreement.closing, self.calendars),
            "input": {
                "watermark": str(snapshot_xid(self.connection)),
                "scored_to_at": utc_text(self.now),
                "facts_sha256": facts_sha256(record),
                "facts": record,
            },
            "evidence": read_evidence_of(self.connection, segment, circuits, facts, result, exclusions),
        }
        who = {
            each.key: f"{each.decided_by} at {utc_text(each.decided_at)}"
            for each in exclusions
            if each.decided_by is not None and each.decided_at is not None
        }
        return Counted(segment, text, document(result), made_of, who)

    def refusals(self, segment: Segment) -> Iterator[str]:
        """Why the segment cannot be counted for publishing, one line each, the first cause first; nothing if it can."""
        for day in forecast_days(segment.agreement, segment.period)[:1]:
            yield f"the calendar only forecasts {day}: a version that announces it must come first"
        if reason := self._unscored.get(instant(segment.unscored_at)):
            yield f"could not be scored: {reason}"
        if segment.kept_sha256 is None:
            yield "the engine has not scored it since it ended (p2i engine --once)"
        elif segment.kept_sha256 not in self._kept.agreements:
            yield f"the text it was scored by is not kept (SHA-256 {segment.kept_sha256})"
        gone_before = self._dropped_before
        if gone_before is not None and segment.period.starts_at < epoch_seconds_of(gone_before):
            yield f"readings before {utc_text(gone_before)} are dropped by age; what is left is not what happened"

    @cached_property
    def _dropped_before(self) -> datetime | None:
        return read_dropped_before(self.connection, READINGS, self.now)


def _calendar(agreement: Agreement) -> Json | None:
    identity = agreement.calendar
    if identity is None:
        return None
    return {"id": identity.id, "version": identity.version, "sha256": identity.sha256}
