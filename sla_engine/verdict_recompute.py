"""Counts what is published again from the facts there are now: whether anybody could have made these versions up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sla_engine.due import epoch_seconds_of
from sla_engine.promised import Promised
from sla_engine.recount import Recount
from sla_engine.verdict_days import days_text
from sla_engine.verdict_difference import same_figures
from sla_engine.verdict_life import Standing, standings
from sla_engine.verdict_verify import Outcome
from store.connection import Connection
from store.errors import InputError
from store.intervals import Interval
from store.ledger import one_moment, read_entries


def recomputed(connection: Connection, promised: Promised, agreement: str, now: datetime) -> Iterator[Outcome]:
    """One outcome per published period of the agreement: its version in force beside what the facts say now.

    The facts may have changed since, which makes a restatement due and nobody a liar; the same facts with other
    figures do not. What cannot be counted any more, such as readings dropped by age, is said and is no fault.
    """
    with one_moment(connection):
        recount = Recount(connection, promised, agreement, now)
        found = standings(read_entries(connection, agreement))
        for _, standing in sorted(found.items()):
            last = standing.last
            period = Interval(epoch_seconds_of(last.period_starts_at), epoch_seconds_of(last.period_ends_at))
            what = f"{agreement} {days_text(period, recount.versions[0].time_zone)} version {last.version}"
            try:
                counted = recount.count(recount.published(last))
            except InputError as error:
                yield Outcome(f"{what}: not computed again: {error}", False)
                continue
            facts_sha256 = counted.made_of["input"]["facts_sha256"]
            if same_figures(last.published(), counted.figures):
                yield Outcome(f"{what}: computed again, the same figures", False)
            elif facts_sha256 == _facts_sha256(standing):
                yield Outcome(f"{what}: the same facts give other figures", True)
            else:
                yield Outcome(f"{what}: the facts have changed and give other figures: a restatement is due", True)


def _facts_sha256(standing: Standing) -> str:
    """That of the facts as last said: by the version, or by the entry that made it final."""
    last = standing.entries[-1] if standing.state == "final" else standing.last
    return str(last.said()["input"]["facts_sha256"])
