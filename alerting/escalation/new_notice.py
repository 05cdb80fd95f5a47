"""What a notice is as it opens, and how alerts are named in its record. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.notice_rows import Audience, NoticeAlert, NoticeRow

_MOST_NAMED = 20


def new_notice(audience: Audience, group_key: str, lasting: Sequence[NoticeAlert], now: datetime) -> NoticeRow:
    """The notice of a group that begins. What its alerts do not share (a park, a tenant) it does not have."""
    labels = [one.labels for one in lasting]

    def shared(name: str) -> str | None:
        values = {one.get(name) for one in labels}
        return values.pop() if len(values) == 1 else None

    return NoticeRow(
        notice_id=0,
        audience=audience,
        group_key=group_key,
        severity="page" if any(one.get("severity") == "page" for one in labels) else "ticket",
        is_demo=all(one.get("demo") == "true" for one in labels),
        facility=shared("facility"),
        tenant=shared("tenant"),
        rule=shared("alertname") or "several",
        opened_at=now,
        closed_at=None,
        state="open",
        reason="alerts",
        level=0,
        climb=1,
        held_by=None,
        next_step_at=now,
        route=None,
        policy=None,
    )


def once(alerts: Sequence[NoticeAlert]) -> list[NoticeAlert]:
    """Each alert once, as it was named last."""
    return list({one.fingerprint: one for one in alerts}.values())


def named(alerts: Sequence[NoticeAlert]) -> dict[str, object]:
    """How many alerts, and which of ours, for the record; a long list is cut."""
    ids = [one.alert_id for one in alerts if one.alert_id is not None]
    return {"alerts": len(alerts), "alert_ids": ids[:_MOST_NAMED]}
