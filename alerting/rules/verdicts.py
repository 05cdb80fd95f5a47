"""What was promised is broken, due or published: ticket clocks, missed objectives, statements, failed scores. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from alerting.rules.facts import Facts
from alerting.rules.naming import objective_subject, of_agreement, of_circuit, period_name, plain
from alerting.rules.thresholds import Rules
from store.alert_rows import RestoreRow, Severity, Trouble
from store.instants import utc_text


def deadlines(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each open ticket whose time to restore is running out, on the ticket's own clock: freezes and nights aside.

    `restore_over` begins when more than all of it is gone; at equality it is still met, as in the score.
    """
    for row in facts.restores:
        reason = _restore_reason(row, now, rules)
        if reason is None:
            continue
        severity: Severity = "page" if reason in _restore_pages(rules) else "ticket"
        yield of_circuit(
            facts, "restore_deadline", f"ticket:{row.agreement}/{row.objective}/{row.ticket}", severity, row.opened_at,
            reason, row.circuit,
            is_demo=row.is_demo,
            agreement=row.agreement,
            objective=row.objective,
            said={
                "ticket": row.ticket,
                "at_most_seconds": row.at_most_seconds,
                "elapsed_seconds": row.elapsed_seconds,
                "frozen_seconds": row.frozen_seconds,
                "due_at": None if row.due_at is None else utc_text(row.due_at),
            },
        )  # fmt: skip


def _restore_reason(row: RestoreRow, now: datetime, rules: Rules) -> str | None:
    if row.elapsed_seconds > row.at_most_seconds or (row.due_at is not None and now > row.due_at):
        return "restore_over"
    reached = [level for level in rules.restore_percents if row.elapsed_seconds * 100 >= level * row.at_most_seconds]
    return f"restore_{max(reached)}" if reached else None


def _restore_pages(rules: Rules) -> set[str]:
    levels = {f"restore_{level}" for level in rules.restore_percents if level >= rules.restore_page_percent}
    return {*levels, "restore_over"}


def breached(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each objective that is missed: of a running period one that can no longer be met.

    It is shown for a while after the period's end, or after it was found where that was later (a late reading, a
    restatement); then it is on the statement.
    """
    shown = timedelta(seconds=rules.breached_shown_seconds)
    for each in facts.judged:
        if each.standing != "breached":
            continue
        last = max(each.period_ends_at, each.breached_at or each.period_ends_at)
        if now - last >= shown:
            continue
        subject = objective_subject(facts, each.agreement, each.objective, each.period_starts_at)
        text = facts.agreements.get(each.agreement)
        since_at = each.breached_at or facts.open.get(("objective_breached", subject), min(now, each.period_ends_at))
        yield of_circuit(
            facts, "objective_breached", subject, "ticket", since_at, "breached", each.circuit,
            is_demo=facts.is_demo if text is None else text.is_demo,
            agreement=each.agreement,
            objective=each.objective,
            period_starts_at=each.period_starts_at,
            said={
                "indicator": each.indicator,
                "period_ends_at": utc_text(each.period_ends_at),
                "is_over": now >= each.period_ends_at,
                "credit": None if each.credit is None else plain(each.credit),
                "currency": each.currency,
            },
        )  # fmt: skip


def statements(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each verdict published within the last day: no trouble, but news for the tenant."""
    shown = timedelta(seconds=rules.statement_shown_seconds)
    newest = {
        (each.agreement, each.period_starts_at): each for each in sorted(facts.published, key=lambda one: one.version)
    }
    for each in newest.values():
        if each.published_at <= now < each.published_at + shown:
            subject = f"statement:{each.agreement}/{period_name(facts, each.agreement, each.period_starts_at)}"
            said = {
                "version": each.version,
                "period_ends_at": utc_text(each.period_ends_at),
                "payable": None if each.payable is None else plain(each.payable),
                "currency": each.currency,
            }
            yield of_agreement(
                facts, "statement_ready", subject, each.published_at, each.kind, each.agreement,
                each.period_starts_at, said,
            )  # fmt: skip


def unscored(facts: Facts) -> Iterator[Trouble]:
    """Each month that was due and could not be scored, with the engine's reason."""
    for row in facts.unscored:
        subject = f"agreement:{row.agreement}/{period_name(facts, row.agreement, row.month_starts_at)}"
        yield of_agreement(
            facts, "unscored", subject, row.failed_at, "unscored", row.agreement, row.month_starts_at,
            {"why": row.reason},
        )  # fmt: skip
