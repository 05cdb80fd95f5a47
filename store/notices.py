"""Notices and what became of them: one open notice per audience and group, its alerts, and its steps in their order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.connection import Connection
from store.notice_rows import Audience, NoticeAlert, NoticeRow, NoticeStep, Settled, Step

_NOTICE = ", ".join(NoticeRow._fields)
_ALERT = ", ".join(NoticeAlert._fields)


def _notices(connection: Connection, rest: str, values: Mapping[str, Any]) -> list[NoticeRow]:
    with connection.cursor(row_factory=class_row(NoticeRow)) as cursor:
        return cursor.execute(f"SELECT {_NOTICE} FROM notice {rest}".encode(), values).fetchall()


def open_notice(connection: Connection, audience: Audience, group_key: str) -> NoticeRow | None:
    """The open notice of a group, locked until the transaction ends; None when nothing of it lasts."""
    found = _notices(
        connection,
        "WHERE audience = %(audience)s AND group_key = %(key)s AND closed_at IS NULL FOR UPDATE",
        {"audience": audience, "key": group_key},
    )
    return found[0] if found else None


def begin_notice(connection: Connection, row: NoticeRow) -> NoticeRow:
    """The open notice of the row's group, locked: the row written as a new one, or the one another process just began.

    The number of `row` is not looked at.
    """
    columns = NoticeRow._fields[1:]
    connection.execute(
        f"INSERT INTO notice ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        " ON CONFLICT (audience, group_key) WHERE closed_at IS NULL DO NOTHING".encode(),
        row[1:],
    )
    begun = open_notice(connection, row.audience, row.group_key)
    assert begun is not None  # ours, or the one that ours ran into
    return begun


def closed_by_hand(
    connection: Connection, audience: Audience, group_key: str, fingerprints: Sequence[str]
) -> list[tuple[int, NoticeAlert]]:
    """Those of the alerts that last in notices of the group that are closed, each with its notice's number.

    Only a person closes a notice of which something lasts.
    """
    rows = connection.execute(
        f"SELECT notice_id, {_ALERT} FROM notice JOIN notice_alert USING (notice_id) WHERE audience = %s"
        " AND group_key = %s AND closed_at IS NOT NULL AND ends_at IS NULL AND fingerprint = ANY (%s)"
        " ORDER BY notice_id".encode(),
        (audience, group_key, list(fingerprints)),
    ).fetchall()
    return [(row[0], NoticeAlert(*row[1:])) for row in rows]


def notice(connection: Connection, notice_id: int, *, lock: bool = False) -> NoticeRow | None:
    """One notice by its number; with `lock` nobody else changes it until the transaction ends."""
    found = _notices(connection, f"WHERE notice_id = %(id)s{' FOR UPDATE' if lock else ''}", {"id": notice_id})
    return found[0] if found else None


def due_notices(connection: Connection, now: datetime, at_most: int) -> list[NoticeRow]:
    """Notices that go on now, the most severe and longest due first, locked; what another process has is left."""
    return _notices(
        connection,
        "WHERE next_step_at <= %(now)s ORDER BY severity, next_step_at, notice_id LIMIT %(most)s"
        " FOR UPDATE SKIP LOCKED",
        {"now": now, "most": at_most},
    )


def list_notices(connection: Connection, *, closed: bool = False, newest: int = 100) -> list[NoticeRow]:
    """The open notices, the most severe and oldest first; with `closed` the newest of all."""
    rest = "ORDER BY notice_id DESC" if closed else "WHERE closed_at IS NULL ORDER BY severity, opened_at, notice_id"
    return _notices(connection, f"{rest} LIMIT %(newest)s", {"newest": newest})


def save_notice(connection: Connection, row: NoticeRow) -> None:
    """Writes what may change of a notice: everything but its number, its group and when it was opened."""
    connection.execute(
        "UPDATE notice SET severity = %s, is_demo = %s, closed_at = %s, state = %s, reason = %s, level = %s,"
        " climb = %s, held_by = %s, next_step_at = %s, route = %s, policy = %s WHERE notice_id = %s",
        (row.severity, row.is_demo, row.closed_at, row.state, row.reason, row.level, row.climb, row.held_by,
         row.next_step_at, row.route, row.policy, row.notice_id),
    )  # fmt: skip


def alerts_of(
    connection: Connection, notice_id: int, *, lasting: bool = False, at_most: int | None = None
) -> list[NoticeAlert]:
    """The alerts of a notice, those that last first, each in the order of their beginning."""
    lasts = " AND ends_at IS NULL" if lasting else ""
    with connection.cursor(row_factory=class_row(NoticeAlert)) as cursor:
        return cursor.execute(
            f"SELECT {_ALERT} FROM notice_alert WHERE notice_id = %s{lasts}"
            " ORDER BY ends_at IS NOT NULL, starts_at, fingerprint LIMIT %s".encode(),
            (notice_id, at_most),
        ).fetchall()


def write_alerts(connection: Connection, notice_id: int, alerts: Iterable[NoticeAlert]) -> None:
    """Writes alerts of a notice, or what is new of them."""
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO notice_alert (notice_id, {_ALERT}) VALUES (%s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (notice_id, fingerprint) DO UPDATE SET alert_id = excluded.alert_id,"
            " labels = excluded.labels, annotations = excluded.annotations, starts_at = excluded.starts_at,"
            " ends_at = excluded.ends_at".encode(),
            [
                (notice_id, one.fingerprint, one.alert_id, Jsonb(one.labels), Jsonb(one.annotations), *one[4:])
                for one in alerts
            ],
        )


def write_step(
    connection: Connection, notice_id: int, at: datetime, step: Step, actor: str, via: str, **detail: Any
) -> None:
    """Writes down what happened to a notice; such a row is never changed."""
    write_steps(connection, [notice_id], at, step, actor, via, **detail)


def write_steps(
    connection: Connection, notice_ids: Sequence[int], at: datetime, step: Step, actor: str, via: str, **detail: Any
) -> None:
    """Writes down what happened to several notices alike."""
    connection.execute(
        "INSERT INTO notice_step (notice_id, stepped_at, step, actor, via, detail)"
        " SELECT notice_id, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS notices (notice_id)",
        (at, step, actor, via, Jsonb(detail), list(notice_ids)),
    )


def steps_of(connection: Connection, notice_id: int) -> list[NoticeStep]:
    """What happened to a notice, in its order."""
    with connection.cursor(row_factory=class_row(NoticeStep)) as cursor:
        columns = ", ".join(NoticeStep._fields)
        return cursor.execute(
            f"SELECT {columns} FROM notice_step WHERE notice_id = %s ORDER BY step_id".encode(), (notice_id,)
        ).fetchall()


def standing_alerts(connection: Connection, alert_ids: Sequence[int]) -> dict[int, Settled | None]:
    """How these alerts stand by our own record: over, explained by another, muted, or None = to be told.

    A number that is absent is of no alert of ours.
    """
    return dict(
        connection.execute(
            "SELECT alert_id, CASE WHEN closed_at IS NOT NULL THEN 'over' WHEN muted_by IS NOT NULL THEN 'muted'"
            " WHEN cause_id IS NOT NULL THEN 'explained' END FROM alert WHERE alert_id = ANY (%s)",
            (list(alert_ids),),
        ).fetchall()
    )


def notices_to_settle(connection: Connection) -> list[int]:
    """The open notices with an alert that lasts for them, and by our own record need not be told of any more.

    A cause spares only those on call: a tenant is told of its outage whatever explains it. A maintenance spares all.
    """
    return [
        number
        for (number,) in connection.execute(
            "SELECT DISTINCT notice_id FROM notice JOIN notice_alert USING (notice_id) JOIN alert USING (alert_id)"
            " WHERE notice.closed_at IS NULL AND notice_alert.ends_at IS NULL AND (alert.closed_at IS NOT NULL"
            " OR muted_by IS NOT NULL OR audience = 'on_call' AND cause_id IS NOT NULL) ORDER BY notice_id"
        ).fetchall()
    ]


def beat(connection: Connection, process: str, at: datetime, detail: str = "") -> None:
    """Writes down that a part of alerting is alive; never an earlier sign over a later one."""
    connection.execute(
        "INSERT INTO heartbeat (process, beat_at, detail) VALUES (%s, %s, %s) ON CONFLICT (process) DO UPDATE"
        " SET beat_at = excluded.beat_at, detail = excluded.detail WHERE heartbeat.beat_at <= excluded.beat_at",
        (process, at, detail),
    )


def beats(connection: Connection) -> dict[str, datetime]:
    """When each part of alerting last gave a sign of life."""
    return dict(connection.execute("SELECT process, beat_at FROM heartbeat").fetchall())


def notices_standing(connection: Connection) -> dict[tuple[str, str, str], int]:
    """How many open notices there are of each audience, severity and state."""
    rows = connection.execute(
        "SELECT audience, severity, state, count(*) FROM notice WHERE closed_at IS NULL GROUP BY 1, 2, 3"
    ).fetchall()
    return {(audience, severity, state): count for audience, severity, state, count in rows}
