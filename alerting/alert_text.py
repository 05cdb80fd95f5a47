"""Alerts as lines for whoever asks at a terminal, and as JSON for whatever reads them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from alerting.announcements import NOT_FOR_ON_CALL
from store.alert_rows import AlertChangeRow, AlertRow
from store.instants import utc_text

Sent = Mapping[int, Mapping[str, bool]]
"""By alert and audience with a notice of it: whether a message has gone out."""
NOBODY: Sent = MappingProxyType({})
HEADINGS = ("ALERT", "SEVERITY", "RULE", "SUBJECT", "SINCE", "REASON", "TOLD")


def table(
    alerts: Sequence[AlertRow], by_id: Mapping[int, AlertRow], sent: Sent = NOBODY, label: str = ""
) -> Iterator[str]:
    """A heading and one line per alert, columns as wide as they need; what is invented bears its label."""
    rows = [HEADINGS, *(_cells(one, by_id, sent, label) for one in alerts)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS) - 1)]
    for row in rows:
        left = "  ".join(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True))
        yield f"{left}  {row[-1]}".rstrip()


def whether_told(alert: AlertRow, by_id: Mapping[int, AlertRow], sent: Sent = NOBODY) -> str:
    """Whether somebody on call was told of it, and if not, why: in one phrase.

    "yes" only once a message has gone out; "to be told" while the escalator has it; "nobody yet" where it does not.
    """
    if alert.closed_at is not None:
        return f"over since {utc_text(alert.closed_at)}"
    if alert.muted_by is not None:
        return f"no: muted by {alert.muted_by}"
    if alert.cause_id is not None:
        return f"no: explained by {_cause(alert.cause_id, by_id)}"
    if alert.quiet_since_at is not None:
        ending = f"not found since {utc_text(alert.quiet_since_at)}, about to end or to be lowered"
        return f"{_told(alert, sent)}; {ending}"
    return _told(alert, sent)


def shown(
    alert: AlertRow,
    changes: Sequence[AlertChangeRow],
    explained: Sequence[AlertRow],
    by_id: Mapping[int, AlertRow],
    sent: Sent = NOBODY,
) -> Iterator[str]:
    """One alert whole: what it is of, since when, whether it is told, its figures, its steps and what it explains."""
    trouble = alert.trouble
    demo = " (invented)" if trouble.is_demo else ""
    yield f"alert {alert.alert_id}: {trouble.rule} of {trouble.subject}, {trouble.severity}{demo}"
    yield f"  since    {utc_text(trouble.since_at)}, noticed {utc_text(alert.opened_at)}"
    yield f"  reason   {trouble.reason}"
    yield f"  told     {whether_told(alert, by_id, sent)}"
    for name in ("facility", "tenant", "carrier", "circuit", "zone", "agreement", "objective"):
        if (value := getattr(trouble, name)) is not None:
            yield f"  {name:<8} {value}"
    for name, value in sorted(trouble.facts.items()):
        if value is not None:
            yield f"  {name}: {_value(value)}"
    yield "  steps"
    for change in changes:
        detail = f" {json.dumps(change.detail, ensure_ascii=False, sort_keys=True)}" if change.detail else ""
        yield f"    {utc_text(change.changed_at)}  {change.change}: {change.reason}{detail}"
    if explained:
        yield f"  explains {len(explained)}"
        for row in table(explained, by_id, sent):
            yield f"    {row}"


def as_json(alert: AlertRow) -> dict[str, Any]:
    """The alert as it stands in the table, instants as text."""
    fields = {"alert_id": alert.alert_id, **alert.trouble._asdict()}
    fields |= {name: getattr(alert, name) for name in AlertRow._fields if name not in ("alert_id", "trouble")}
    return {name: utc_text(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def _cells(alert: AlertRow, by_id: Mapping[int, AlertRow], sent: Sent, label: str) -> tuple[str, ...]:
    trouble = alert.trouble
    number = f"{alert.alert_id} {label}" if trouble.is_demo and label else str(alert.alert_id)
    since, told = utc_text(trouble.since_at), whether_told(alert, by_id, sent)
    return number, trouble.severity, trouble.rule, trouble.subject, since, trouble.reason, told


def _told(alert: AlertRow, sent: Sent) -> str:
    """Of an alert that is to be told: who was."""
    of_it = sent.get(alert.alert_id, {})
    others = " and ".join(audience for audience, was_sent in of_it.items() if was_sent and audience != "on_call")
    if alert.trouble.rule in NOT_FOR_ON_CALL and others:
        return f"yes: {others}"
    if of_it.get("on_call"):
        return "yes"
    return ("to be told" if of_it else "nobody yet") + (f"; {others} told already" if others else "")


def _cause(cause_id: int, by_id: Mapping[int, AlertRow]) -> str:
    cause = by_id.get(cause_id)
    return f"alert {cause_id}" + ("" if cause is None else f" ({cause.trouble.rule} of {cause.trouble.subject})")


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
