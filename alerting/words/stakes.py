"""What an alert may cost: budget that is left, when it is gone, and the credit that would be due. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerting.words.page import Row
from alerting.words.said import Said
from alerting.words.spelling import duration, moment, money
from alerting.words.tongue import Tongue


def stakes(said: Said, tongue: Tongue, *, is_tenant: bool = False, is_well: bool = False) -> Iterator[Row]:
    """Rows of what is known of it; none for an alert without a running period.

    Of what is well again (`is_well`) only the budget: when it would be gone was foreseen for its going on.
    """
    if left := budget_left(said, tongue):
        yield Row(tongue("row.budget"), left)
    if is_well:
        return
    if breach_at := said.instant("breach_at"):
        condition = f"breach.{said.text('reason') or ''}"
        key = condition if tongue.has(condition) else "breach"
        yield Row(tongue("row.breach"), tongue(key, at=moment(breach_at, tongue.language)))
    if credit := _credit(said, tongue):
        yield Row(tongue("row.credit.tenant" if is_tenant else "row.credit"), credit)


def budget_left(said: Said, tongue: Tongue) -> str:
    """`12 min sur 21 min`, whole minutes cut downwards; below zero how far it is exceeded; empty when unknown."""
    left, whole = said.decimal("budget_left_seconds"), said.decimal("budget_seconds")
    if left is None:
        return ""
    language = tongue.language
    if left <= 0:
        return tongue("budget.gone", over=duration(int(-left), language))
    spoken = duration(int(left), language)
    return spoken if whole is None else tongue("budget", left=spoken, whole=duration(int(whole), language))


def budget_left_short(said: Said, tongue: Tongue) -> str:
    """The same for a short message; empty when unknown or gone."""
    left = said.decimal("budget_left_seconds")
    return "" if left is None or left <= 0 else tongue("budget.short", left=duration(int(left), tongue.language))


def _credit(said: Said, tongue: Tongue) -> str:
    """What this breach would add to the credit of the period; nothing where it adds nothing."""
    if_breached, already = said.decimal("payable_if_breached"), said.decimal("payable")
    if if_breached is None:
        return ""
    currency = said.text("currency", 3) or "MAD"
    at_stake = if_breached - (already or 0)
    if at_stake <= 0:
        return ""
    amount = money(at_stake, currency, tongue.language)
    if not already:
        return tongue("credit", amount=amount)
    return tongue("credit.on_top", amount=amount, already=money(already, currency, tongue.language))
