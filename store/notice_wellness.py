"""How the alerts of a notice stand by our own record: well again since when, and ended when."""

from __future__ import annotations

from collections.abc import Sequence

from store.connection import Connection
from store.notice_rows import NoticeAlert

_STANDING = ("well_since", "ended_at")


def as_recorded(connection: Connection, alerts: Sequence[NoticeAlert]) -> list[NoticeAlert]:
    """The alerts with annotations `well_since` or `ended_at` as our record has them now.

    Alertmanager tells of a changed annotation only when it repeats itself: a circuit that answers again would be told
    as out meanwhile. Alerts that are not ours stay as they were announced.
    """
    numbers = [one.alert_id for one in alerts if one.alert_id is not None]
    rows = connection.execute(
        "SELECT alert_id, closed_at IS NOT NULL, facts->>'well_since' FROM alert WHERE alert_id = ANY (%s)", (numbers,)
    ).fetchall()
    recorded = {number: (is_closed, well_since) for number, is_closed, well_since in rows}
    return [
        one if one.alert_id not in recorded else one._replace(annotations=_standing(one, *recorded[one.alert_id]))
        for one in alerts
    ]


def _standing(one: NoticeAlert, is_closed: bool, well_since: str | None) -> dict[str, str]:
    kept = {name: text for name, text in one.annotations.items() if name not in _STANDING}
    return kept if well_since is None else kept | {"ended_at" if is_closed else "well_since": well_since}
