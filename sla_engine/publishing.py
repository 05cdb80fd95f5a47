"""What may be done to the verdicts of a month: each act is one transaction, and leaves entries in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from facilities.instants import instant
from sla_engine.due import epoch_seconds_of
from sla_engine.promised import Promised
from sla_engine.recount import Counted, Recount
from sla_engine.verdict_adoption import sentence
from sla_engine.verdict_difference import adjustment, causes, difference, same_figures
from sla_engine.verdict_held import in_one_line, reviews
from sla_engine.verdict_issuing import issuable_from, provisional_from, refuse_by_itself, refuse_early
from sla_engine.verdict_life import (
    Standing,
    refuse_answering,
    refuse_contesting,
    refuse_finalising,
    refuse_open_tickets,
    refuse_restating,
    refuse_unstated,
    standings,
)
from sla_engine.verdict_possible import part, possible
from store.connection import Connection
from store.errors import InputError
from store.instants import utc_text
from store.intervals import Interval
from store.ledger import one_moment, read_entries, write_entry
from store.ledger_chain import LedgerEntry
from store.statements import read_stated
from store.text_adoptions import read_text_adoptions

Json = dict[str, Any]
UNEXPLAINED = "computed anew: no fact and no rule on record changed"


@dataclass(frozen=True)
class Desk:
    """Where verdicts are published, in the name of the connection's login, at the instant `now`.

    A month is `YYYY-MM`, a civil month in the agreement's time zone. An act is on all its segments to which it can be
    done, each having its own time to contest, and is refused when there is none; it is written whole or not at all.
    InputError, in one line that names both, when an act is refused; TakenMeanwhile when another one came first.
    """

    connection: Connection
    promised: Promised
    now: datetime

    def issue(self, agreement: str, month: str, reason: str = "", *, by_itself: bool = False) -> list[LedgerEntry]:
        """Publishes version 1 of a month, once it is no draft any more, as the facts are at this moment.

        `by_itself` is for who publishes what is due without looking at it: then it is refused before the day that the
        agreement names, too, and when a verdict of what was counted must be looked at by somebody first.
        """
        with self._month(agreement, month, is_alone=True) as (recount, span, standing):
            if standing:
                raise InputError(f"is published already: version {standing[0].last.version}")
            parts = recount.segments(span)
            spans = [(one.agreement, one.period) for one in parts]
            refuse_early(provisional_from(spans), self._seconds)
            if by_itself:
                refuse_by_itself(issuable_from(spans, recount.calendars), self._seconds)
            counted = [recount.count(one) for one in parts]
            looked_at_first = [line for each in counted for line in reviews(each.segment, each.figures)]
            if looked_at_first and not (reason and not by_itself):
                raise InputError(
                    f"{in_one_line(looked_at_first)}; whoever looked at it says with --reason what was found"
                )
            adopted = [sentence(each) for each in read_text_adoptions(self.connection, agreement, _instants(span))]
            return [self._publish(agreement, each, None, reason, adopted) for each in counted]

    def restate(self, agreement: str, month: str, reason: str = "") -> list[LedgerEntry]:
        """Publishes a next version of every segment whose figures the facts now say otherwise.

        Without a `reason` it is what changed between the two versions. InputError when nothing did.
        """
        with self._month(agreement, month) as (recount, _, standing):
            stated = read_stated(self.connection, recount.versions[0].tenant, month, agreement)
            for one in standing:
                refuse_unstated(one, stated.get(one.last.period_starts_at))
            still_open = possible(recount.zone, standing, refuse_restating)
            changed = [
                (counted, one)
                for counted, one in self._counted(recount, still_open)
                if not same_figures(one.last.published(), counted.figures)
            ]
            if not changed:
                raise InputError("nothing to restate: the facts give the figures that are published")
            return [self._publish(agreement, counted, one, reason) for counted, one in changed]

    def contest(self, agreement: str, month: str, reason: str) -> list[LedgerEntry]:
        """Records that a party contests the version in force, of every segment that may still be contested."""
        with self._month(agreement, month) as (recount, _, standing):
            still_open = possible(recount.zone, standing, lambda one: refuse_contesting(one, self._seconds))
            return [self._record("contested", agreement, one, {"reason": reason}) for one in still_open]

    def answer(self, agreement: str, month: str, *, upheld: bool, reason: str) -> list[LedgerEntry]:
        """Records the answer to a contest: it was right (`upheld`: a correction follows, or came), or it was not."""
        with self._month(agreement, month) as (recount, _, standing):
            contested = possible(recount.zone, standing, refuse_answering)
            said = {"answer": "upheld" if upheld else "rejected", "reason": reason}
            return [self._record("answered", agreement, one, said) for one in contested]

    def finalise(self, agreement: str, month: str) -> list[LedgerEntry]:
        """Closes what nobody contested in time of a month; refused while the facts say something else than it does."""
        with self._month(agreement, month) as (recount, _, standing):
            closing = possible(recount.zone, standing, lambda one: refuse_finalising(one, self._seconds))
            counted = list(self._counted(recount, closing))
            for each, one in counted:
                try:
                    if not same_figures(one.last.published(), each.figures):
                        raise InputError("the facts give other figures than are published: restate it first")
                    refuse_open_tickets(one)
                except InputError as error:
                    raise InputError(f"{part(recount.zone, one, standing)}{error}") from error
            return [self._record("final", agreement, one, _closing(each)) for each, one in counted]

    @contextmanager
    def _month(
        self, agreement: str, month: str, *, is_alone: bool = False
    ) -> Iterator[tuple[Recount, Interval[int], list[Standing]]]:
        """One moment of the store: its facts, the month, and what is published of it, in order of time."""
        try:
            with one_moment(self.connection, is_alone=is_alone):
                recount = Recount(self.connection, self.promised, agreement, self.now)
                span = recount.month(month)
                found = standings(read_entries(self.connection, agreement))
                starts = sorted(at for _, at in found if span.contains(epoch_seconds_of(at)))
                yield recount, span, [found[agreement, at] for at in starts]
        except InputError as error:
            raise InputError(f"{agreement} {month}: {error}") from error

    @staticmethod
    def _counted(recount: Recount, standing: Sequence[Standing]) -> Iterator[tuple[Counted, Standing]]:
        for one in standing:
            yield recount.count(recount.published(one.last)), one

    def _publish(
        self, agreement: str, counted: Counted, before: Standing | None, reason: str, adopted: Sequence[str] = ()
    ) -> LedgerEntry:
        """Writes one version; `before` has the one it follows, `adopted` what was decided of a first one's text."""
        last = None if before is None else before.last
        change, why, owed = None, list(adopted), None
        if last is not None:
            change = difference(last.said(), counted.made_of, last.published(), counted.figures)
            why = causes(change, counted.decided_by)
            owed = adjustment(last.published(), counted.figures)
        made_of = {**counted.made_of, "input": {**counted.made_of["input"], "causes": why}}
        said = {
            **made_of,
            "kind": "issued" if last is None else "restated",
            "period": _period(instant(counted.segment.period.starts_at), instant(counted.segment.period.ends_at)),
            "version": 1 if last is None else last.version + 1,
            "occurred_at": utc_text(self.now),
            "reason": reason or "; ".join(why) or (UNEXPLAINED if last else ""),
            "difference": change,
            "credit": {
                "payable": counted.figures["credits"]["payable"],
                "adjustment": owed,
                "currency": counted.segment.agreement.currency,
            },
        }
        return write_entry(self.connection, agreement, said, counted.text)

    def _record(self, kind: str, agreement: str, one: Standing, said: Json) -> LedgerEntry:
        """Writes what happened to the version in force."""
        last = one.last
        body = {
            **said,
            "kind": kind,
            "period": _period(last.period_starts_at, last.period_ends_at),
            "version": last.version,
            "occurred_at": utc_text(self.now),
            "document_sha256": None,
        }
        return write_entry(self.connection, agreement, body)

    @property
    def _seconds(self) -> int:
        return epoch_seconds_of(self.now)


def _closing(counted: Counted) -> Json:
    """What the last entry of a period says: late facts that changed no figure are in its hash of facts, too."""
    said = {name: counted.made_of["input"][name] for name in ("watermark", "scored_to_at", "facts_sha256")}
    return {"reason": "not contested in time", "input": said}


def _instants(span: Interval[int]) -> Interval[datetime]:
    return Interval(instant(span.starts_at), instant(span.ends_at))


def _period(starts_at: datetime, ends_at: datetime) -> Json:
    return {"starts_at": utc_text(starts_at), "ends_at": utc_text(ends_at)}
