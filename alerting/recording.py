"""What was decided, written down: rows of alerts and their steps, in the transaction of whoever decided."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from alerting.decide import Decided
from alerting.names import Name, name_of
from store.alert_rows import AlertChangeRow, AlertRow
from store.alerts import explain_alerts, open_alerts, update_alerts, write_alert_changes
from store.connection import Connection


def record(
    connection: Connection, result: Sequence[Decided], alerts: Sequence[AlertRow], now: datetime
) -> Counter[tuple[str, str]]:
    """Writes what becomes of the open `alerts` and of new ones; returns how many steps of each (change, rule).

    Of an alert that another process has opened or closed meanwhile nothing is written. The caller commits.
    """
    fresh = [one for one in result if one.before is None]
    known = {name_of(one): one.alert_id for one in alerts}
    ids: dict[Name, int] = {}
    if fresh:
        ids = open_alerts(connection, [(one.trouble, one.muted_by) for one in fresh], now)
    known |= ids
    rows = [_row(one.before, one, known) for one in result if one.before is not None]
    still_open = update_alerts(connection, rows) if rows else set()
    causes = [
        (ids[name_of(one.trouble)], known[one.cause])
        for one in fresh
        if one.cause is not None and one.cause in known and name_of(one.trouble) in ids
    ]
    if causes:
        explain_alerts(connection, causes)
    steps, counts = [], Counter[tuple[str, str]]()
    for one in result:
        name = name_of(one.trouble)
        alert_id = ids.get(name) if one.before is None else one.before.alert_id
        if alert_id is None or (one.before is not None and alert_id not in still_open):
            continue
        for step in one.steps:
            detail = step.detail
            if step.change == "explained" and one.cause in known:
                detail = {**detail, "cause_id": known[one.cause]}
            steps.append(AlertChangeRow(alert_id, now, step.change, step.reason, detail))
            counts[step.change, name[0]] += 1
    if steps:
        write_alert_changes(connection, steps)
    return counts


def _row(before: AlertRow, one: Decided, known: dict[Name, int]) -> AlertRow:
    cause_id = before.cause_id if one.keeps_cause else None
    if one.cause is not None:
        cause_id = known.get(one.cause)
    return before._replace(
        trouble=one.trouble,
        seen_at=one.seen_at,
        quiet_since_at=one.quiet_since_at,
        closed_at=one.closed_at,
        cause_id=cause_id,
        muted_by=one.muted_by,
    )
