"""Of which alerts a message has gone out, and to which audience."""

from collections.abc import Iterable

from store.connection import Connection


def read_told(connection: Connection, alert_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """By alert each audience that has a notice of it, and whether a message of that notice was sent since it began.

    A message that says that a notice is over tells of no alert. An alert without any notice is absent.
    """
    rows = connection.execute(
        "SELECT alert_id, audience, bool_or(EXISTS (SELECT FROM message WHERE message.notice_id = notice.notice_id"
        " AND message.kind <> 'resolved' AND message.sent_at >= notice_alert.starts_at))"
        " FROM notice_alert JOIN notice USING (notice_id) WHERE alert_id = ANY (%s)"
        " GROUP BY alert_id, audience ORDER BY alert_id, audience",
        (sorted(alert_ids),),
    ).fetchall()
    found: dict[int, dict[str, bool]] = {}
    for alert_id, audience, was_sent in rows:
        found.setdefault(alert_id, {})[audience] = was_sent
    return found
