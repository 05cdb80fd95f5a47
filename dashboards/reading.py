"""Reads what a board shows: the documents of a period, the newest reading per circuit, the newest count per zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from dashboards.board import HOME_ZONE
from dashboards.rows import Observed, Scored
from facilities.agreement import Agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import period, zone
from facilities.instants import instant
from store.agreement_texts import read_agreement_texts
from store.connection import Connection
from store.rows import OccupancyRow
from store.transitions import read_states
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores, read_unscored


def read_observed(connection: Connection, now: datetime, *, month: str | None = None) -> Observed:
    """What the store holds at one instant: the documents of the running civil month that have begun, or of another.

    Of a month that an amendment cuts, the part that is over counts as much as the one that runs. `month` is `YYYY-MM`,
    cut in each agreement's own zone; readings and counts are then the newest before its end, in the first of those
    zones and the board's own to reach it, and none at all while the month has not begun.
    All queries see the same snapshot, so that a row and its figures belong together.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if month is None:
            rows = _scores_running(connection, now)
            until: datetime | None = now
        else:
            rows = _scores_of(connection, month)
            until = _last_shown_of(month, rows, now)
        return Observed(
            scored=_scored(connection, rows),
            newest_readings={} if until is None else _newest_readings(connection, until),
            noticed_states=read_states(connection),
            occupancy={} if until is None else _newest_occupancy(connection, until),
            unscored=read_unscored(connection),
        )


def _scored(connection: Connection, rows: Sequence[ScoreRow]) -> list[Scored]:
    """The documents, each with the text it was scored by: what an inventory says today may be another promise."""
    texts = read_agreement_texts(connection, {row.agreement_sha256 for row in rows})
    found = []
    for row in rows:
        kept = texts.get(row.agreement_sha256)
        found.append(Scored(row.parsed(), row.scored_to_at, None if kept is None else _agreement(kept.text)))
    return found


@lru_cache(maxsize=4096)
def _agreement(text: str) -> Agreement:
    """A kept text, read once: a board is drawn anew every few seconds."""
    return agreement_from_toml(text.encode(), "agreement_text")


def _scores_running(connection: Connection, now: datetime) -> list[ScoreRow]:
    """The scores whose period began in the civil month of `now`, each in its own zone."""
    rows = []
    for row in read_scores(connection, overlapping=(now - timedelta(days=32), now + timedelta(microseconds=1))):
        in_zone = zone(row.parsed()["period"]["time_zone"])
        began, local_now = row.period_starts_at.astimezone(in_zone), now.astimezone(in_zone)
        if (began.year, began.month) == (local_now.year, local_now.month):
            rows.append(row)
    return rows


def _scores_of(connection: Connection, month: str) -> list[ScoreRow]:
    """The scores of a civil month. A month of any zone lies within 15 hours of the same month in UTC."""
    in_utc = period(month, zone("UTC"))
    margin = timedelta(hours=15)
    near = (instant(in_utc.starts_at) - margin, instant(in_utc.ends_at) + margin)
    rows = []
    for row in read_scores(connection, overlapping=near):
        span = period(month, zone(row.parsed()["period"]["time_zone"]))
        if instant(span.starts_at) <= row.period_starts_at and row.period_ends_at <= instant(span.ends_at):
            rows.append(row)
    return rows


def _last_shown_of(month: str, rows: Iterable[ScoreRow], now: datetime) -> datetime | None:
    """The last instant whose readings belong under the heading of `month`; None before the month begins.

    Taken from the calendar and not from the periods scored: a month may have none, and that of an agreement that ended
    early is shorter than the month. A reading at the very end belongs to the next month (half-open).
    """
    names = {HOME_ZONE, *(row.parsed()["period"]["time_zone"] for row in rows)}
    spans = [period(month, zone(name)) for name in names]
    if now < instant(min(span.starts_at for span in spans)):
        return None
    return min(now, instant(min(span.ends_at for span in spans)) - timedelta(microseconds=1))


def _newest_readings(connection: Connection, until: datetime) -> dict[str, datetime]:
    """The instant of the newest reading of each circuit before `until`, from the ingest log: one index probe each.

    The log keeps spans: when the newest batch reaches over `until`, its end is cut there.
    """
    rows = connection.execute(
        """
        SELECT circuit, max(newest.at) FROM circuit
        CROSS JOIN (VALUES ('interval'), ('probe'), ('state')) AS kinds (kind)
        CROSS JOIN LATERAL (
            SELECT least(last_at, %(until)s) AS at FROM ingest
            WHERE ingest.kind = kinds.kind AND series_id = circuit_id AND first_at <= %(until)s
            ORDER BY last_at DESC LIMIT 1
        ) AS newest
        GROUP BY circuit
        """,
        {"until": until},
    ).fetchall()
    return dict(rows)


def _newest_occupancy(connection: Connection, until: datetime) -> dict[str, OccupancyRow]:
    rows = connection.execute(
        """
        SELECT zone, newest.measured_at, newest.people FROM zone
        CROSS JOIN LATERAL (
            SELECT measured_at, people FROM occupancy
            WHERE occupancy.zone_id = zone.zone_id AND measured_at <= %(until)s
            ORDER BY measured_at DESC LIMIT 1
        ) AS newest
        """,
        {"until": until},
    ).fetchall()
    return {row[0]: OccupancyRow(*row) for row in rows}
