"""Scores and verdicts: the latest document per agreement and period, byte for byte, and a row per objective."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from store.connection import Connection
from store.rows import ObjectiveRow
from store.verdict_rows import BudgetRow, ScoredPeriod, ScoreRow, UnscoredRow, VerdictRow


def read_scored_periods(connection: Connection, agreement: str | None = None) -> list[ScoredPeriod]:
    """Every scored period, or those of one agreement, with its verdicts by objective, without the documents."""
    with connection.cursor(row_factory=class_row(ScoredPeriod)) as cursor:
        cursor.execute(
            """
            SELECT agreement, period_starts_at, period_ends_at, scored_to_at, agreement_sha256,
                   coalesce(bool_or((detail ->> 'provisional_seconds')::bigint > 0), false) AS is_provisional,
                   coalesce(jsonb_object_agg(objective, verdict) FILTER (WHERE objective IS NOT NULL), '{}') AS verdicts
            FROM score LEFT JOIN verdict USING (agreement, period_starts_at, period_ends_at)
            WHERE %(agreement)s::text IS NULL OR agreement = %(agreement)s
            GROUP BY agreement, period_starts_at, period_ends_at, scored_to_at, agreement_sha256
            ORDER BY agreement, period_starts_at
            """,
            {"agreement": agreement},
        )
        return cursor.fetchall()


def write_score(
    connection: Connection,
    row: ScoreRow,
    budgets: Mapping[str, BudgetRow] | None = None,
    promised: Mapping[str, ObjectiveRow] | None = None,
) -> None:
    """Writes the score and its verdicts, replacing those of the same agreement and period; the caller commits.

    `budgets` and what was `promised` by the text it was scored by are by objective; an objective without has none in
    the store.
    """
    columns = ", ".join(ScoreRow._fields)
    places = ", ".join(["%s"] * (len(ScoreRow._fields) - 1)) + ", %s::text::xid8"  # input_xid, a number here, is last
    replaced = ", ".join(f"{name} = excluded.{name}" for name in ScoreRow._fields[3:])
    connection.execute(
        f"INSERT INTO score ({columns}) VALUES ({places})"
        f" ON CONFLICT (agreement, period_starts_at, period_ends_at) DO UPDATE SET {replaced}".encode(),
        row,
    )
    key = (row.agreement, row.period_starts_at, row.period_ends_at)
    objectives: Iterable[dict[str, Any]] = row.parsed()["objectives"]
    kept = []
    for objective in objectives:
        kept.append(objective["id"])
        target = (promised or {}).get(objective["id"])
        targets = (None, None, None) if target is None else target[4:7]
        connection.execute(
            "INSERT INTO verdict (agreement, period_starts_at, period_ends_at, objective, circuit, indicator, verdict,"
            " detail, budget_seconds, budget_left_seconds, target_ratio, at_most_ratio, at_most_seconds)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (agreement, objective, period_starts_at, period_ends_at) DO UPDATE SET"
            " circuit = excluded.circuit, indicator = excluded.indicator, verdict = excluded.verdict,"
            " detail = excluded.detail, budget_seconds = excluded.budget_seconds,"
            " budget_left_seconds = excluded.budget_left_seconds, target_ratio = excluded.target_ratio,"
            " at_most_ratio = excluded.at_most_ratio, at_most_seconds = excluded.at_most_seconds",
            (*key, objective["id"], objective["circuit"], objective["indicator"], objective["verdict"],
             json.dumps(objective), *(budgets or {}).get(objective["id"], (None, None)), *targets),
        )  # fmt: skip
    connection.execute(
        "DELETE FROM verdict WHERE agreement = %s AND period_starts_at = %s AND period_ends_at = %s"
        " AND objective <> ALL (%s)",
        (*key, kept),
    )


def forget_score(connection: Connection, agreement: str, period_starts_at: datetime, period_ends_at: datetime) -> None:
    """Removes a draft and its verdicts: the period was cut otherwise while it still ran; the caller commits."""
    for table in ("verdict", "score"):
        connection.execute(
            f"DELETE FROM {table} WHERE agreement = %s AND period_starts_at = %s AND period_ends_at = %s".encode(),
            (agreement, period_starts_at, period_ends_at),
        )


def hold_score(
    connection: Connection, agreement: str, period_starts_at: datetime, period_ends_at: datetime
) -> str | None:
    """The hash of the text a period is scored by, which nobody else changes before the caller commits; None without."""
    row = connection.execute(
        "SELECT agreement_sha256 FROM score WHERE agreement = %s AND period_starts_at = %s AND period_ends_at = %s"
        " FOR UPDATE",
        (agreement, period_starts_at, period_ends_at),
    ).fetchone()
    return None if row is None else str(row[0])


def read_scores(
    connection: Connection,
    *,
    tenant: str | None = None,
    agreement: str | None = None,
    overlapping: tuple[datetime, datetime] | None = None,
) -> list[ScoreRow]:
    """The scores in the store, by agreement and period; of one tenant, agreement and span of time if given."""
    with connection.cursor(row_factory=class_row(ScoreRow)) as cursor:
        cursor.execute(
            f"SELECT {', '.join(ScoreRow._fields[:-1])}, input_xid::text::bigint AS input_xid FROM score"
            " WHERE (%(tenant)s::text IS NULL OR tenant = %(tenant)s)"
            " AND (%(agreement)s::text IS NULL OR agreement = %(agreement)s)"
            " AND (%(from)s::timestamptz IS NULL OR period_ends_at > %(from)s)"
            " AND (%(to)s::timestamptz IS NULL OR period_starts_at < %(to)s)"
            " ORDER BY agreement, period_starts_at".encode(),
            {
                "tenant": tenant,
                "agreement": agreement,
                "from": overlapping[0] if overlapping else None,
                "to": overlapping[1] if overlapping else None,
            },
        )
        return cursor.fetchall()


def read_verdicts(connection: Connection, *, at: datetime | None = None) -> list[VerdictRow]:
    """The verdicts in the store, by agreement and objective; of the periods that contain `at` if given."""
    with connection.cursor(row_factory=class_row(VerdictRow)) as cursor:
        cursor.execute(
            f"SELECT {', '.join(VerdictRow._fields)} FROM verdict"
            " WHERE %(at)s::timestamptz IS NULL OR (period_starts_at <= %(at)s AND %(at)s < period_ends_at)"
            " ORDER BY agreement, objective, period_starts_at".encode(),
            {"at": at},
        )
        return cursor.fetchall()


def write_unscored(connection: Connection, row: UnscoredRow) -> None:
    """Remembers that a due month could not be scored; `failed_at` stays that of the first time."""
    connection.execute(
        "INSERT INTO unscored (agreement, month_starts_at, failed_at, reason) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (agreement, month_starts_at) DO UPDATE SET reason = excluded.reason",
        row,
    )


def forget_unscored(connection: Connection, agreement: str, month_starts_at: datetime) -> None:
    """The month was scored after all."""
    connection.execute(
        "DELETE FROM unscored WHERE agreement = %s AND month_starts_at = %s", (agreement, month_starts_at)
    )


def read_unscored(connection: Connection) -> list[UnscoredRow]:
    """The months that were due and could not be scored, by agreement."""
    with connection.cursor(row_factory=class_row(UnscoredRow)) as cursor:
        cursor.execute(
            "SELECT agreement, month_starts_at, failed_at, reason FROM unscored ORDER BY agreement, month_starts_at"
        )
        return cursor.fetchall()
