"""What a webhook target is sent: our own plain form, or that of GoAlert's or PagerDuty's interface."""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag

from alerting.escalation.entries import Shape
from alerting.escalation.told_text import Said
from store.instants import utc_text

_SUMMARY = 1024  # the longest PagerDuty takes


def webhook(shape: Shape, address: str, said: Said) -> tuple[str, dict[str, Any]]:
    """The URL and the JSON body. The end of a notice closes there what its beginning opened.

    GoAlert (integration "Generic API"): the URL with its token. PagerDuty (Events API v2): the URL with the
    integration's routing key behind `#`, which goes into the body.
    """
    is_over = said.kind == "resolved"
    row = said.notice
    same = said.identity if row is None else f"p2i-{row.notice_id}-{int(row.opened_at.timestamp())}"
    url, key = urldefrag(address)
    match shape:
        case "goalert":
            body: dict[str, Any] = {"summary": said.words.subject[:_SUMMARY], "details": said.words.text, "dedup": same}
            return url, body | ({"action": "close"} if is_over else {})
        case "pagerduty":
            payload = {
                "summary": said.words.subject[:_SUMMARY],
                "source": (row.facility if row is not None else None) or "p2i",
                "severity": "critical" if said.is_urgent else "warning",
                "custom_details": {"text": said.words.text},
            }
            action = "resolve" if is_over else "trigger"
            return url, {"routing_key": key, "event_action": action, "dedup_key": same, "payload": payload}
        case _:
            return url, {
                "version": 1,
                "identity": said.identity,
                "kind": said.kind,
                "title": said.words.subject,
                "text": said.words.text,
                "short": said.words.short,
                "notice": None
                if row is None
                else {
                    "id": row.notice_id,
                    "same": same,
                    "audience": row.audience,
                    "rule": row.rule,
                    "severity": row.severity,
                    "facility": row.facility,
                    "state": row.state,
                    "opened_at": utc_text(row.opened_at),
                    "closed_at": None if row.closed_at is None else utc_text(row.closed_at),
                    "is_demo": row.is_demo,
                },
            }
