"""What a trouble is of, and what it says of its place: the same names in every rule. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from alerting.rules.facts import Facts
from facilities.calendar import zone
from store.alert_rows import OutlookRow, Severity, Trouble
from store.instants import utc_text


def period_name(facts: Facts, agreement: str, starts_at: datetime) -> str:
    """The month `2026-11` in the agreement's zone; the day `2026-11-15` of a period that starts inside a month."""
    row = facts.agreements.get(agreement)
    local = starts_at.astimezone(zone(row.time_zone if row else "UTC"))
    return f"{local:%Y-%m}" if local.day == 1 else f"{local:%Y-%m-%d}"


def objective_subject(facts: Facts, agreement: str, objective: str, starts_at: datetime) -> str:
    """`objective:AGREEMENT/OBJECTIVE/PERIOD`."""
    return f"objective:{agreement}/{objective}/{period_name(facts, agreement, starts_at)}"


def of_circuit(
    facts: Facts,
    rule: str,
    subject: str,
    severity: Severity,
    since_at: datetime,
    reason: str,
    circuit: str,
    *,
    is_demo: bool,
    agreement: str | None = None,
    objective: str | None = None,
    period_starts_at: datetime | None = None,
    said: dict[str, Any] | None = None,
) -> Trouble:
    """A trouble of a circuit or of what was promised about it, with its park, tenant and carrier where known."""
    row, text = facts.circuits.get(circuit), facts.agreements.get(agreement or "")
    tenant = row.tenant if row is not None else None
    return Trouble(
        rule, subject, severity, since_at, reason, is_demo,
        facility=row.facility if row is not None else (None if text is None else text.facility),
        tenant=tenant if text is None else text.tenant,
        carrier=None if row is None else row.carrier,
        circuit=circuit,
        agreement=agreement,
        objective=objective,
        period_starts_at=period_starts_at,
        facts=said or {},
    )  # fmt: skip


def of_agreement(
    facts: Facts,
    rule: str,
    subject: str,
    since_at: datetime,
    reason: str,
    agreement: str,
    period_starts_at: datetime,
    said: dict[str, Any],
) -> Trouble:
    """A ticket about a whole agreement and one of its periods."""
    row = facts.agreements.get(agreement)
    return Trouble(
        rule, subject, "ticket", since_at, reason, facts.is_demo if row is None else row.is_demo,
        facility=None if row is None else row.facility,
        tenant=None if row is None else row.tenant,
        agreement=agreement,
        period_starts_at=period_starts_at,
        facts=said,
    )  # fmt: skip


def of_outlook(
    facts: Facts, rule: str, severity: Severity, reason: str, row: OutlookRow, said: dict[str, Any] | None = None
) -> Trouble:
    """A trouble of one objective in its running period, since it was first seen: a budget has no other start."""
    subject = objective_subject(facts, row.agreement, row.objective, row.period_starts_at)
    return of_circuit(
        facts, rule, subject, severity, facts.open.get((rule, subject), row.seen_at), reason, row.circuit,
        is_demo=row.is_demo,
        agreement=row.agreement,
        objective=row.objective,
        period_starts_at=row.period_starts_at,
        said={**outlook_said(row), **(said or {})},
    )  # fmt: skip


def outlook_said(row: OutlookRow) -> dict[str, Any]:
    """What messages say of a budget: seconds and money as text, instants in UTC."""
    return {
        "seen_at": utc_text(row.seen_at),
        "period_ends_at": utc_text(row.period_ends_at),
        "budget_seconds": plain(row.budget_seconds),
        "budget_left_seconds": plain(row.budget_left_seconds),
        "breach_at": None if row.breach_at is None else utc_text(row.breach_at),
        "payable": None if row.payable is None else plain(row.payable),
        "payable_if_breached": None if row.payable_if_breached is None else plain(row.payable_if_breached),
        "currency": row.currency,
    }


def plain(number: Decimal) -> str:
    """A number in digits, never as 1E+3."""
    return format(number, "f")
