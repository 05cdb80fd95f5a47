"""Verdicts published from a real store: what each act writes, what it refuses, and that the ledger adds up."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from sla_engine.publishing import Desk
from sla_engine.verdict_life import standings
from store.canonical import text_sha256
from store.connection import Connection, connect
from store.errors import InputError
from store.ledger import TakenMeanwhile, read_entries
from store.ledger_chain import faults
from store.rows import ExclusionRow
from store.verdicts import read_scores
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

ISSUED = OCTOBER + 5 * DAY
Decide = Callable[[Iterable[ExclusionRow]], None]
Act = Callable[[Desk], object]


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    """September 2025 with an outage of two hours, scored by the engine after its end."""
    found = Months(connection, promise(tmp_path, agreement_text("casa-a1", starts_on="2025-09-01")))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    return found


def test_version_1_is_the_document_of_the_engine_and_says_what_it_was_made_of(months: Months) -> None:
    (entry,) = months.desk(ISSUED).issue("YEAR", "2025-09")
    draft = next(row for row in read_scores(months.connection) if row.period_starts_at == SEPTEMBER)
    assert entry.document == draft.document
    said = entry.said()
    assert (entry.kind, entry.version, said["reason"], said["difference"]) == ("issued", 1, "", None)
    assert said["agreement_sha256"] == draft.agreement_sha256
    assert said["document_sha256"] == text_sha256(draft.document)
    assert said["calendar"] is None
    assert said["occurred_at"] == "2025-10-05T23:00:00Z"
    assert said["credit"] == {"payable": "500.00", "adjustment": None, "currency": "MAD"}
    assert said["terms"] == {"lateness_hours": 24, "contest_days": 30}
    assert said["input"]["facts"]["circuits"][0]["readings"][0]["rows"] == 30 * 144
    assert faults(read_entries(months.connection)) == []


def test_a_month_is_a_draft_until_its_tail_is_decided_and_late_readings_had_their_time(months: Months) -> None:
    earliest = OCTOBER + 2 * timedelta(minutes=10) + DAY  # (n − 1) Δt and 24 h
    with pytest.raises(InputError, match=r"YEAR 2025-09: is a draft until 2025-10-01T23:20:00Z; nothing is published"):
        months.desk(earliest - timedelta(seconds=1)).issue("YEAR", "2025-09")
    assert months.desk(earliest).issue("YEAR", "2025-09")[0].version == 1


def test_nothing_is_published_twice(months: Months) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    with pytest.raises(InputError, match="YEAR 2025-09: is published already: version 1"):
        months.desk(ISSUED).issue("YEAR", "2025-09")
    with pytest.raises(InputError, match="nothing to restate: the facts give the figures that are published"):
        months.desk(ISSUED).restate("YEAR", "2025-09", "to be sure")


@pytest.mark.parametrize(
    ("agreement", "month", "wrong"),
    [
        ("YEAR", "2025-08", "YEAR 2025-08: no text of the agreement is in force in it"),
        ("YEAR", "2025-13", "YEAR 2025-13: "),
        ("YEAR", "2025-09-01T00:00:00Z/2025-09-02T00:00:00Z", "is not a month such as 2026-09"),
        ("NONE", "2025-09", 'NONE 2025-09: no agreement "NONE" in '),
    ],
)
def test_what_is_no_month_of_an_agreement_is_refused(months: Months, agreement: str, month: str, wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        months.desk(ISSUED).issue(agreement, month)
    assert wrong in str(refused.value)


def test_a_month_the_engine_has_not_closed_or_could_not_score_is_refused(months: Months) -> None:
    months.connection.execute("DELETE FROM verdict")
    months.connection.execute("DELETE FROM score")
    months.connection.commit()
    with pytest.raises(InputError, match="the engine has not scored it since it ended"):
        months.desk(ISSUED).issue("YEAR", "2025-09")
    months.connection.execute(
        "INSERT INTO unscored VALUES ('YEAR', %s, now(), 'the reading at … lies off its grid')", (SEPTEMBER,)
    )
    months.connection.commit()
    with pytest.raises(InputError, match="could not be scored: the reading at … lies off its grid"):
        months.desk(ISSUED).issue("YEAR", "2025-09")


def test_a_month_whose_readings_are_gone_by_age_is_refused(months: Months) -> None:
    months.connection.execute("UPDATE retention SET dropped_before = %s WHERE relation = 'probe'", (SEPTEMBER + DAY,))
    months.connection.commit()
    with pytest.raises(InputError, match="readings before 2025-09-01T23:00:00Z are dropped by age"):
        months.desk(ISSUED).issue("YEAR", "2025-09")


def test_what_is_published_is_counted_at_that_moment_and_not_an_old_draft(
    months: Months, decide_by_two: Decide
) -> None:
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    (entry,) = months.desk(ISSUED).issue("YEAR", "2025-09")  # no pass of the engine since
    assert entry.published()["objectives"][0]["seconds"]["down"] == 0
    assert entry.said()["credit"]["payable"] == "0.00"


def test_a_late_exclusion_makes_a_version_2_that_says_who_decided_it(months: Months, decide_by_two: Decide) -> None:
    (first,) = months.desk(ISSUED).issue("YEAR", "2025-09")
    decide_by_two([ExclusionRow("X-7", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    (entry,) = months.desk(ISSUED + DAY).restate("YEAR", "2025-09")
    said = entry.said()
    assert (entry.kind, entry.version, entry.previous_sha256) == ("restated", 2, first.sha256)
    assert said["reason"].startswith("exclusion X-7 of casa-a1 accepted, decided by approver_")
    assert said["input"]["causes"] == [said["reason"]]
    assert said["credit"] == {"payable": "0.00", "adjustment": "-500.00", "currency": "MAD"}
    (change,) = said["difference"]["objectives"]
    assert change["verdict"] == {"before": "breached", "after": "met"}
    assert change["seconds"] == {
        "down": {"before": 7200, "after": 0},
        "excluded": {"before": 0, "after": 7200},
    }
    assert [each["id"] for each in said["difference"]["exclusions"]["came"]] == ["X-7"]
    assert said["difference"]["readings"] == []
    assert said["difference"]["rules"] == {}


def test_late_readings_are_named_by_day_and_number(months: Months) -> None:
    other = Months(months.connection, months.promised)
    months.connection.execute(
        "DELETE FROM circuit_interval WHERE starts_at >= %s AND starts_at < %s", (OUTAGE[0], OUTAGE[1])
    )
    months.connection.commit()
    months.desk(ISSUED).issue("YEAR", "2025-09")
    other.measure("casa-a1", *OUTAGE, OUTAGE)
    (entry,) = months.desk(ISSUED + DAY).restate("YEAR", "2025-09", "the collector of the park was cut off")
    assert entry.said()["reason"] == "the collector of the park was cut off"
    assert entry.said()["input"]["causes"] == [
        "readings: intervals of casa-a1 on 2 days from 2025-09-09 to 2025-09-10: 288 rows, before 276"
    ]


def test_contested_answered_and_final(months: Months) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    with pytest.raises(InputError, match="may be contested until 2025-11-04T23:00:00Z"):
        months.desk(ISSUED + 29 * DAY).finalise("YEAR", "2025-09")
    (entry,) = months.desk(ISSUED + 29 * DAY).contest("YEAR", "2025-09", "our router was up")
    assert (entry.kind, entry.version, entry.said()["reason"]) == ("contested", 1, "our router was up")
    acts: tuple[tuple[str, Act], ...] = (
        ("is contested already, since 2025-11-03T23:00:00Z", lambda desk: desk.contest("YEAR", "2025-09", "again")),
        ("is contested since 2025-11-03T23:00:00Z; answer that first", lambda desk: desk.finalise("YEAR", "2025-09")),
    )
    for refused, act in acts:
        with pytest.raises(InputError, match=refused):
            act(months.desk(ISSUED + 60 * DAY))
    (answer,) = months.desk(ISSUED + 40 * DAY).answer("YEAR", "2025-09", upheld=False, reason="its log says otherwise")
    assert (answer.kind, answer.said()["answer"]) == ("answered", "rejected")
    (last,) = months.desk(ISSUED + 40 * DAY).finalise("YEAR", "2025-09")
    assert (last.kind, last.entry) == ("final", 4)
    acts = (
        ("is final already, since", lambda desk: desk.contest("YEAR", "2025-09", "once more")),
        ("is final; there is no contest", lambda desk: desk.answer("YEAR", "2025-09", upheld=True, reason="so")),
        ("is final since 2025-11-14T23:00:00Z; no new version", lambda desk: desk.restate("YEAR", "2025-09")),
        ("is final already, since", lambda desk: desk.finalise("YEAR", "2025-09")),
    )
    for refused, act in acts:
        with pytest.raises(InputError, match=refused):
            act(months.desk(ISSUED + 50 * DAY))
    assert faults(read_entries(months.connection)) == []


def test_after_its_days_a_version_cannot_be_contested_and_a_new_one_can(months: Months, decide_by_two: Decide) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    with pytest.raises(InputError, match="version 1 could be contested until 2025-11-04T23:00:00Z"):
        months.desk(ISSUED + 30 * DAY).contest("YEAR", "2025-09", "late")
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    with pytest.raises(InputError, match="the facts give other figures than are published: restate it first"):
        months.desk(ISSUED + 30 * DAY).finalise("YEAR", "2025-09")
    months.desk(ISSUED + 30 * DAY).restate("YEAR", "2025-09")
    (entry,) = months.desk(ISSUED + 31 * DAY).contest("YEAR", "2025-09", "that was no works of ours")
    assert entry.version == 2


def test_a_restatement_of_a_contested_month_leaves_the_contest_to_be_answered(
    months: Months, decide_by_two: Decide
) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    months.desk(ISSUED + DAY).contest("YEAR", "2025-09", "works of ours")
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
    (standing,) = standings(read_entries(months.connection)).values()
    assert (standing.state, standing.last.version) == ("contested", 2)
    months.desk(ISSUED + 3 * DAY).answer("YEAR", "2025-09", upheld=True, reason="version 2")
    (standing,) = standings(read_entries(months.connection)).values()
    assert standing.state == "issued"


def test_the_author_is_the_login_whatever_the_session_pretends(
    months: Months, log_in: Callable[[str], Connection]
) -> None:
    amina = log_in("amina")
    (entry,) = months.desk(ISSUED, amina).issue("YEAR", "2025-09")
    assert entry.author.startswith("amina_")


def wait_until_written(connection: Connection, writers: int) -> None:
    """Returns when so many sessions stand before the ledger with their entry."""
    while True:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE relation = 'verdict_entry'::regclass AND NOT granted"
        ).fetchone()
        if row == (writers,):
            return


def test_of_two_issuers_at_once_one_wins_and_the_other_says_so_in_one_line(dsn: str, months: Months) -> None:
    with connect(dsn, "tests") as one, connect(dsn, "tests") as other, ThreadPoolExecutor() as threads:
        months.connection.execute("LOCK TABLE verdict_entry IN SHARE MODE")  # reading goes on, writing waits
        issued = [threads.submit(months.desk(ISSUED, each).issue, "YEAR", "2025-09") for each in (one, other)]
        wait_until_written(months.connection, 2)
        months.connection.commit()
        errors = [error for each in issued if (error := each.exception()) is not None]
    (lost,) = errors
    assert isinstance(lost, TakenMeanwhile)
    assert "\n" not in str(lost)
    assert [entry.kind for entry in read_entries(months.connection)] == ["issued"]


def test_an_issuer_killed_before_its_end_leaves_nothing_half(dsn: str, months: Months, tmp_path: Path) -> None:
    """Two segments, the second of which is never written: neither is there, and the next one publishes both."""
    months.promised = promise(
        tmp_path,
        agreement_text("casa-a1", starts_on="2025-09-01"),
        agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
    )
    months.connection.execute("DELETE FROM verdict")
    months.connection.execute("DELETE FROM score")
    months.connection.execute("DELETE FROM engine_watermark")
    months.connection.commit()
    months.engine(OCTOBER + DAY)
    with connect(dsn, "tests") as doomed, ThreadPoolExecutor() as threads:
        pid = doomed.info.backend_pid
        months.connection.execute("LOCK TABLE verdict_entry IN SHARE MODE")
        issued = threads.submit(months.desk(ISSUED, doomed).issue, "YEAR", "2025-09")
        wait_until_written(months.connection, 1)
        months.connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        months.connection.commit()
        assert isinstance(issued.exception(), psycopg.OperationalError)
    assert read_entries(months.connection) == []
    assert len(months.desk(ISSUED).issue("YEAR", "2025-09")) == 2
    assert faults(read_entries(months.connection)) == []
