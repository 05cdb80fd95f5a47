"""Reads what a statement is made of: the scores of a tenant's month and what is on record about its circuits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from facilities.agreement import Agreement
from facilities.calendar import period, zone
from facilities.instants import instant
from store.connection import Connection
from store.promises import read_exclusions, read_freezes, read_tickets
from store.rows import ScoreRow
from store.verdicts import read_scores

Json = dict[str, Any]


def newest_month(connection: Connection, tenant: str) -> str | None:
    """The newest civil month (`YYYY-MM`, in its agreement's zone) in which the tenant was scored; None if never."""
    months = [
        f"{row.period_starts_at.astimezone(zone(row.parsed()['period']['time_zone'])):%Y-%m}"
        for row in read_scores(connection, tenant=tenant)
    ]
    return max(months, default=None)


def read_month(connection: Connection, tenant: str, month: str) -> list[ScoreRow]:
    """The tenant's scores of a civil month, cut in each agreement's own zone; a part of a month is one of them."""
    in_utc = period(month, zone("UTC"))
    margin = timedelta(hours=15)  # no civil month of any zone starts or ends further from the same month in UTC
    near = (instant(in_utc.starts_at) - margin, instant(in_utc.ends_at) + margin)
    rows = []
    for row in read_scores(connection, tenant=tenant, overlapping=near):
        span = period(month, zone(row.parsed()["period"]["time_zone"]))
        if instant(span.starts_at) <= row.period_starts_at and row.period_ends_at <= instant(span.ends_at):
            rows.append(row)
    return rows


def read_registers(
    connection: Connection, agreement: Agreement, starts_at: datetime, ends_at: datetime
) -> dict[str, list[Json]]:
    """The exclusions that touch `[starts_at, ends_at)`, the tickets opened in it and their freezes, as JSON objects."""
    circuits = list(dict.fromkeys(objective.circuit for objective in agreement.objectives))
    tickets = [row for row in read_tickets(connection, circuits) if starts_at <= row.opened_at < ends_at]
    exclusions = [
        row for row in read_exclusions(connection, circuits) if row.starts_at < ends_at and starts_at < row.ends_at
    ]
    return {
        "exclusions": [
            {
                "exclusion": row.exclusion,
                "circuit": row.circuit,
                "kind": row.kind,
                "starts_at": _instant(row.starts_at),
                "ends_at": _instant(row.ends_at),
                "announced_at": None if row.announced_at is None else _instant(row.announced_at),
                "decision": row.decision,
            }
            for row in exclusions
        ],
        "tickets": [
            {
                "ticket": row.ticket,
                "circuit": row.circuit,
                "opened_at": _instant(row.opened_at),
                "restored_at": None if row.restored_at is None else _instant(row.restored_at),
            }
            for row in tickets
        ],
        "freezes": [
            {
                "ticket": row.ticket,
                "starts_at": _instant(row.starts_at),
                "ends_at": _instant(row.ends_at),
                "reason": row.reason,
            }
            for row in read_freezes(connection, {row.ticket for row in tickets})
        ],
    }


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
