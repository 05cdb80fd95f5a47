"""A closed month of which nothing is published follows today's inventory again: on purpose, by name and with a reason.

A month keeps the text it was scored by after its end (I15), so that nobody's promise moves silently. A typo in a fee,
or an amendment that is filed late, is corrected here, before a verdict goes out; after that by what the parties agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from facilities.instants import instant
from sla_engine.counting import READINGS
from sla_engine.due import Contract, epoch_seconds_of, span_of
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from sla_engine.recount import Recount
from sla_engine.segments import Segment
from store.agreement_texts import forget_kept_differences
from store.connection import Connection
from store.errors import InputError
from store.instants import utc_text
from store.intervals import Interval
from store.ledger import one_moment, read_entries
from store.text_adoptions import TextAdoption, write_text_adoption
from store.upkeep import read_dropped_before
from store.verdict_rows import ScoredPeriod
from store.verdicts import forget_score, forget_unscored, read_scored_periods, read_unscored


@dataclass(frozen=True)
class Adopted:
    """What was recorded, and the segments that are scored by the inventory's texts now, in order of time."""

    record: TextAdoption
    segments: tuple[Segment, ...]


def adopt(
    connection: Connection, promised: Promised, agreement: str, month: str, reason: str, now: datetime
) -> Adopted:
    """Scores a month (`YYYY-MM`) anew, by the texts of the inventory and its cuts, and forgets what it kept.

    A month that was over before its agreement was filed was never scored, for nothing new is measured in it: it is
    scored for the first time.
    One transaction: the month has its new scores or its old ones. InputError, in one line, when a segment of it is
    published, when it keeps no text or none other than the inventory's, and when its readings are dropped by age.
    TakenMeanwhile when it was published, or scored, at the same moment.
    """
    try:
        with one_moment(connection, is_alone=True):
            recount = Recount(connection, promised, agreement, now)
            span = recount.month(month)
            _refuse_published(connection, agreement, span)
            scored = read_scored_periods(connection, agreement)
            inside = [row for row in scored if span.contains(span_of(row).starts_at)]
            contract = recount.without(inside)
            found = [one for one in contract.segments(span) if one.period.starts_at <= epoch_seconds_of(now)]
            _refuse_running(span, now)
            _refuse_same(contract, inside, found)
            _refuse_dropped(connection, found, now)
            _forget(connection, agreement, span, inside)
            hashes = Scorer(promised).score_anew(connection, found, inside, now)
            replaced = [row.agreement_sha256 for row in inside]
            record = write_text_adoption(connection, agreement, instant(span.starts_at), reason, replaced, hashes)
            return Adopted(record, tuple(found))
    except InputError as error:
        raise InputError(f"{agreement} {month}: {error}") from error


def _refuse_published(connection: Connection, agreement: str, span: Interval[int]) -> None:
    for entry in read_entries(connection, agreement):
        if span.contains(epoch_seconds_of(entry.period_starts_at)):
            raise InputError(
                f"version {entry.version} is published, so its text stays; a correction is between the parties"
            )


def _refuse_running(span: Interval[int], now: datetime) -> None:
    if epoch_seconds_of(now) < span.ends_at:
        raise InputError("is not over yet: the engine scores it by the inventory it was started with")


def _refuse_same(contract: Contract, inside: Sequence[ScoredPeriod], found: Sequence[Segment]) -> None:
    if inside and not any(contract.is_closed(row) for row in inside):
        raise InputError("keeps no text: nothing of it was scored after its end, so it follows the inventory")
    if not found:
        raise InputError("no text of the inventory is in force in it")
    kept = [(span_of(row), row.agreement_sha256) for row in inside]
    if kept == [(one.period, contract.hash_of(one.agreement)) for one in found]:
        raise InputError("keeps the texts that the inventory has today; there is nothing to adopt")


def _refuse_dropped(connection: Connection, found: Sequence[Segment], now: datetime) -> None:
    gone_before = read_dropped_before(connection, READINGS, now)
    if gone_before is not None and instant(found[0].period.starts_at) < gone_before:
        raise InputError(f"readings before {utc_text(gone_before)} are dropped by age: its score stays as it was")


def _forget(connection: Connection, agreement: str, span: Interval[int], inside: Sequence[ScoredPeriod]) -> None:
    for row in inside:
        forget_score(connection, agreement, row.period_starts_at, row.period_ends_at)
    for failure in read_unscored(connection):
        if failure.agreement == agreement and span.contains(epoch_seconds_of(failure.month_starts_at)):
            forget_unscored(connection, agreement, failure.month_starts_at)
    forget_kept_differences(connection, agreement, instant(span.starts_at), instant(span.ends_at))
