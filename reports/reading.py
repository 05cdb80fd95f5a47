"""Reads what a statement is made of: the scores of a tenant's month and what is on record about its circuits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from facilities.agreement import Agreement
from facilities.calendar import period, zone
from facilities.instants import instant
from facilities.inventory import Inventory
from reports.evidence import Told
from reports.premises import QUANTITIES, premises
from store.connection import Connection
from store.exclusions import read_decided
from store.premises import read_comfort_month, read_occupancy_month
from store.premises_rows import ComfortMonth, OccupancyMonth
from store.promises import read_freezes, read_tickets
from store.verdict_rows import ScoreRow
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
        row
        for row in read_decided(connection, circuits=circuits)
        if row.starts_at < ends_at and starts_at < row.ends_at
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
                "proposed_by": row.proposed_by,
                "proposed_at": None if row.proposed_at is None else _instant(row.proposed_at),
                "decided_by": row.decided_by,
                "decided_at": None if row.decided_at is None else _instant(row.decided_at),
                "proposed_reason": row.proposed_reason,
                "reason": row.reason,
                "evidence": row.evidence,
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


def read_told(connection: Connection, agreement: Agreement, starts_at: datetime, ends_at: datetime) -> list[Told]:
    """The alerts of the agreement's circuits that lasted in `[starts_at, ends_at)`, with the notices they went into."""
    circuits = list(dict.fromkeys(objective.circuit for objective in agreement.objectives))
    rows = connection.execute(
        "SELECT alert_id, rule, circuit, since_at, closed_at,"
        " ARRAY(SELECT DISTINCT notice_id FROM notice_alert WHERE notice_alert.alert_id = alert.alert_id ORDER BY 1)"
        " FROM alert WHERE circuit = ANY (%s) AND since_at < %s AND (closed_at IS NULL OR closed_at > %s)"
        " ORDER BY since_at, alert_id",
        (circuits, ends_at, starts_at),
    ).fetchall()
    return [Told(row[0], row[1], row[2], row[3], row[4], tuple(row[5])) for row in rows]


def read_premises(connection: Connection, inventory: Inventory, tenant: str, month: str, now: datetime) -> Json:
    """The tenant's own zones in a civil month of their parks' zones, up to `now`."""
    zones = [code for code, one in inventory.zones.items() if one.tenant == tenant]
    by_park: dict[str, list[str]] = {}
    for code in zones:
        by_park.setdefault(inventory.zones[code].facility, []).append(code)
    spans: dict[str, tuple[int, int]] = {}
    occupancy: list[OccupancyMonth] = []
    comfort: list[ComfortMonth] = []
    for park, codes in by_park.items():
        span = period(month, zone(inventory.parks[park].time_zone))
        spans[park] = (span.starts_at, max(span.starts_at, min(span.ends_at, int(now.timestamp()))))
        ends = (instant(span.starts_at), instant(span.ends_at))
        occupancy += read_occupancy_month(connection, codes, *ends)
        comfort += read_comfort_month(connection, codes, QUANTITIES, *ends)
    return premises(inventory, zones, spans, occupancy, comfort)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
