"""Publishes the verdicts that are due and closes what nobody contested in time; everything else waits for a person."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from facilities.agreement import Agreement
from facilities.calendar import local_day, period
from p2i.closing.settings import Settings
from p2i.closing.work import Work
from sla_engine.due import epoch_seconds_of
from sla_engine.publishing import Desk
from sla_engine.verdict_days import month_of
from sla_engine.verdict_due import Month, read_months
from sla_engine.verdict_issuing import provisional_from
from store.errors import InputError
from store.intervals import Interval
from store.ledger_chain import LedgerEntry
from store.statements import read_engine_at

log = logging.getLogger("closing")

NEVER_SCORED = (
    "was in force and was never scored, so no statement has it: is p2i engine at work? Where the agreement was filed"
    " after its month: p2i verdict adopt"
)


def publish_due(work: Work) -> None:
    """One look at every month of the tenants that statements are sent to, from their first one on.

    A month with a verdict for want of data, one that could not be scored, or one whose facts changed after it was
    published needs somebody to decide: it is a problem of the pass until then.
    """
    engine_at = read_engine_at(work.connection)
    desk = Desk(work.connection, work.settings.promised, work.now)
    for tenant, recipient in work.settings.recipients.items():
        for agreement in work.settings.agreements(tenant):
            with work.guarded(agreement):
                months = list(read_months(work.connection, work.settings.promised, [agreement], work.now))
                for month in months:
                    if month.text >= recipient.from_month:
                        _look(work, desk, month)
                for text in never_scored(work.settings, agreement, recipient.from_month, months, engine_at):
                    work.problems.found(f"{agreement} {text}", NEVER_SCORED)
            if work.is_stopping():
                return


def never_scored(
    settings: Settings, agreement: str, from_month: str, known: Iterable[Month], engine_at: datetime | None
) -> Iterator[str]:
    """The months from `from_month` on in which the agreement was in force and which the engine has not looked at,
    though it was at work (`engine_at`) when they might have been published: no statement of them can be issued, and
    nothing else says so. An engine that is not at work is told by others."""
    versions, looked_at = settings.inventory.versions[agreement], {month.text for month in known}
    zone, seconds = versions[0].time_zone, 0 if engine_at is None else epoch_seconds_of(engine_at)
    span = month_of(max(period(from_month, zone).starts_at, versions[0].starts_at), zone)
    while span.ends_at <= seconds:
        text = f"{local_day(span.starts_at, zone):%Y-%m}"
        parts = [(one, part) for one in versions if (part := _in_force(one, span)) is not None]
        if text not in looked_at and parts and provisional_from(parts) <= seconds:
            yield text
        span = month_of(span.ends_at, zone)


def _in_force(text: Agreement, month: Interval[int]) -> Interval[int] | None:
    try:
        return text.covered(month)
    except InputError:
        return None


def _look(work: Work, desk: Desk, month: Month) -> None:
    what, now = f"{month.agreement} {month.text}", epoch_seconds_of(work.now)
    if month.is_issue_due(now):
        with work.guarded(what):
            _tell(what, desk.issue(month.agreement, month.text, by_itself=True))
    elif month.is_held(now):
        work.problems.found(what, month.held_line())
    elif any(one.is_upheld for one in month.standing):
        work.problems.found(
            what, f"contest upheld, and not corrected since: p2i verdict restate {what}, or finalise it by name"
        )
    elif month.is_restatement_due():
        work.problems.found(what, f"the facts give other figures now: p2i verdict restate {what}")
    elif month.is_final_due(now):
        with work.guarded(what):
            _tell(what, desk.finalise(month.agreement, month.text))


def _tell(what: str, entries: list[LedgerEntry]) -> None:
    if not entries:
        raise InputError("nothing was written")
    for entry in entries:
        log.info("%s: version %s %s, entry %s, SHA-256 %s", what, entry.version, entry.kind, entry.entry, entry.sha256)
