"""The score that the engine stored of a period, and how far it has read the facts of it."""

from facilities.agreement import Agreement
from facilities.instants import instant
from sla_engine.due import epoch_seconds_of
from store.connection import Connection
from store.intervals import Interval
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores


def read_stored_score(connection: Connection, agreement: Agreement, period: Interval[int]) -> ScoreRow | None:
    """The stored score of exactly this scored `period` (epoch seconds) of the agreement, None where there is none."""
    ends = instant(period.starts_at), instant(period.ends_at)
    rows = read_scores(connection, tenant=agreement.tenant, overlapping=ends)
    key = (agreement.id, *ends)
    return next((row for row in rows if (row.agreement, row.period_starts_at, row.period_ends_at) == key), None)


def scored_to(stored: ScoreRow | None, now: int) -> int:
    """The instant, in epoch seconds, to which the engine scored it last; `now` where it has not."""
    return now if stored is None else epoch_seconds_of(stored.scored_to_at)
