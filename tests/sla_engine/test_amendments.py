"""Passes over contracts that change: what is closed keeps its text, whatever the inventory says later (I15)."""

import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from facilities.calendar import month, zone
from facilities.instants import instant
from facilities.registration import register_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.agreement_texts import read_agreement_texts, read_kept_differences
from store.connection import Connection
from store.doctor import findings
from store.registry import register_circuits
from store.rows import CircuitRow
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores, read_unscored, read_verdicts
from tests.sla_engine.passing import AGREEMENT, NOW, made, measure, promise

CASABLANCA = zone("Africa/Casablanca")
SEPTEMBER = month(2026, 9, CASABLANCA)
AMENDED = AGREEMENT.replace(
    "[[objective]]", "[agreement.amendment]\nnumber = {number}\neffective_on = {day}\n[[objective]]"
)


def amended(day: str, number: int = 1, target: str = "99.9", fee: str = "1000.00") -> str:
    text = AMENDED.format(number=number, day=day).replace('target_percent = "99.9"', f'target_percent = "{target}"')
    return text.replace('"1000.00"', f'"{fee}"').replace('below_percent = "99.9"', f'below_percent = "{target}"')


AMENDED = AMENDED.replace("{ at_least", "{{ at_least").replace('"5" }]', '"5" }}]')


@pytest.fixture
def number(connection: Connection) -> int:
    """The number of the circuit, measured since the agreement began, by the minute and without loss, to now."""
    return register_circuits(connection, [CircuitRow("casa-b1", "casanearshore", None, True)])["casa-b1"]


def a_pass(connection: Connection, promised: Promised, now: datetime = NOW) -> Scorer:
    scorer = Scorer(promised)
    scorer.run_pass(connection, now)
    return scorer


def rows(connection: Connection) -> dict[str, ScoreRow]:
    """The scores by the local days of their periods: `09-01/09-15`, the last day not included."""
    return {
        f"{row.period_starts_at.astimezone(CASABLANCA):%m-%d}/{row.period_ends_at.astimezone(CASABLANCA):%m-%d}": row
        for row in read_scores(connection)
    }


def verdict(row: ScoreRow) -> Any:
    return row.parsed()["objectives"][0]["verdict"]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CASABLANCA).astimezone(UTC)


def test_a_month_of_two_segments_has_two_scores(connection: Connection, tmp_path: Path, number: int) -> None:
    measure(connection, number, instant(SEPTEMBER.starts_at), 30 * 1440 + 60)
    measure(connection, number, local("2026-09-15 23:30"), 1, lost=9)  # refused: already measured
    promised = promise(tmp_path, AGREEMENT, amended("2026-09-16", target="95", fee="1600.00"))
    a_pass(connection, promised)
    found = rows(connection)
    assert list(found) == ["09-01/09-16", "09-16/10-01", "10-01/11-01"]
    first, second = found["09-01/09-16"].parsed(), found["09-16/10-01"].parsed()
    # Of 721 hours (the clock goes back on the 20th) 360 are in the first segment and 361 in the second.
    assert (first["period"]["seconds"], second["period"]["seconds"]) == (360 * 3600, 361 * 3600)
    assert first["period"]["seconds"] + second["period"]["seconds"] == SEPTEMBER.ends_at - SEPTEMBER.starts_at
    assert (first["credits"]["fee"], second["credits"]["fee"]) == ("499.31", "801.11")
    assert len({row.agreement_sha256 for row in found.values()}) == 2
    texts = read_agreement_texts(connection, [row.agreement_sha256 for row in found.values()])
    assert sorted((each.amendment_number, str(each.effective_on)) for each in texts.values()) == [
        (0, "2026-08-01"), (1, "2026-09-16"),
    ]  # fmt: skip
    targets = connection.execute("SELECT target_ratio FROM verdict ORDER BY period_starts_at").fetchall()
    assert [str(each) for (each,) in targets] == ["0.999", "0.95", "0.95"]


def test_a_segment_without_any_fact_is_scored_with_the_rest_of_its_month(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    """Nothing was measured after the cut, and no engine ran that month: nothing but its month makes it due."""
    measure(connection, number, local("2026-09-02"), 600)
    a_pass(connection, promise(tmp_path, AGREEMENT, amended("2026-09-16")))
    found = rows(connection)
    assert list(found) == ["09-01/09-16", "09-16/10-01", "10-01/11-01"]
    assert verdict(found["09-16/10-01"]) == "insufficient_data"


def test_a_month_in_which_nothing_was_measured_and_no_engine_ran_has_a_verdict(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    promised = promise(tmp_path, AGREEMENT)
    measure(connection, number, local("2026-08-02"), 600)
    a_pass(connection, promised, local("2026-08-20"))
    a_pass(connection, promised, local("2026-10-20"))
    assert list(rows(connection)) == ["08-01/09-01", "09-01/10-01", "10-01/11-01"]
    assert verdict(rows(connection)["09-01/10-01"]) == "insufficient_data"


def test_an_outage_across_the_cut_is_in_both_scores(connection: Connection, tmp_path: Path, number: int) -> None:
    """23:50 to 00:20 over the midnight of the 16th; the readings before and after it are good."""
    measure(connection, number, local("2026-09-15 20:00"), 230)
    measure(connection, number, local("2026-09-15 23:50"), 30, lost=10)
    measure(connection, number, local("2026-09-16 00:20"), 200)
    a_pass(connection, promise(tmp_path, AGREEMENT, amended("2026-09-16")))
    first, second = (rows(connection)[name].parsed()["objectives"][0] for name in ("09-01/09-16", "09-16/10-01"))
    assert [each["seconds"] for each in first["outages"]] == [600]
    assert [each["seconds"] for each in second["outages"]] == [1200]
    assert (first["provisional_seconds"], second["provisional_seconds"]) == (0, 0)


def test_a_changed_target_does_not_judge_a_closed_month_again(
    connection: Connection, tmp_path: Path, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Met at 99.9 %; then the file says 100 % from the start; then late data arrives, which would breach that."""
    measure(connection, number, instant(SEPTEMBER.starts_at), 20 * 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    before = rows(connection)["09-01/10-01"]
    assert verdict(before) == "met"

    stricter = promise(tmp_path, AGREEMENT.replace('"99.9"', '"100"'))
    with caplog.at_level(logging.WARNING, "sla_engine"):
        a_pass(connection, stricter)
        a_pass(connection, stricter)  # a restart tells nothing twice
    assert [record.getMessage() for record in caplog.records] == [
        "agreement SMALL: the closed period 2026-09-01 to 2026-10-01 keeps the text it was scored by"
        f" (SHA-256 {before.agreement_sha256}); the inventory says otherwise today: objective availability"
    ]
    assert rows(connection)["09-01/10-01"]._replace(input_xid=None) == before._replace(input_xid=None)

    measure(connection, number, instant(SEPTEMBER.starts_at) + timedelta(days=21), 1440)
    measure(connection, number, instant(SEPTEMBER.starts_at) + timedelta(days=22), 20, lost=10)
    a_pass(connection, stricter)
    late = rows(connection)["09-01/10-01"]
    assert late.agreement_sha256 == before.agreement_sha256
    assert verdict(late) == "met", "99.93 % of what is known, by the target it was judged by"
    assert late.parsed()["objectives"][0]["seconds"]["down"] == 1200
    assert verdict(rows(connection)["10-01/11-01"]) == "insufficient_data"
    assert rows(connection)["10-01/11-01"].agreement_sha256 != before.agreement_sha256, "a running one follows the file"

    told = [each for each in findings(connection, NOW) if each.question == "agreements"]
    assert [(each.level, each.text) for each in told] == [
        ("warning", f"SMALL: {read_kept_differences(connection)[0].difference}")
    ]
    a_pass(connection, promise(tmp_path, AGREEMENT))
    assert read_kept_differences(connection) == []


def test_screens_show_the_target_a_month_was_judged_by(connection: Connection, tmp_path: Path, number: int) -> None:
    measure(connection, number, instant(SEPTEMBER.starts_at), 1440)
    register_inventory(connection, promise(tmp_path, AGREEMENT).inventory, NOW)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    edited = promise(tmp_path, AGREEMENT.replace('"99.9"', '"100"'))
    register_inventory(connection, edited.inventory, NOW)
    a_pass(connection, edited)
    targets = "SELECT month, target_ratio FROM reporting.verdict WHERE agreement = 'SMALL' ORDER BY month"
    assert connection.execute(targets).fetchall() == [("2026-09", Decimal("0.999")), ("2026-10", Decimal(1))]
    connection.execute("UPDATE verdict SET target_ratio = NULL")  # as a release that did not keep it left it
    assert connection.execute(targets).fetchall() == [("2026-09", Decimal(1)), ("2026-10", Decimal(1))]


def test_a_comment_is_no_difference(
    connection: Connection, tmp_path: Path, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    measure(connection, number, instant(SEPTEMBER.starts_at), 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    before = rows(connection)["09-01/10-01"]
    commented = promise(tmp_path, "# signed by both\n" + AGREEMENT.replace("[[", "\n# the only one\n[["))
    with caplog.at_level(logging.WARNING, "sla_engine"):
        a_pass(connection, commented)
    measure(connection, number, instant(SEPTEMBER.starts_at) + timedelta(days=1), 1440)
    a_pass(connection, commented)
    after = rows(connection)["09-01/10-01"]
    assert (caplog.records, read_kept_differences(connection)) == ([], [])
    assert after.agreement_sha256 == before.agreement_sha256 != rows(connection)["10-01/11-01"].agreement_sha256
    assert after.document != before.document


def test_an_amendment_that_reaches_back_leaves_closed_periods_as_they_were(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    """September was scored as one; then an amendment of the 10th is filed in October: it counts from October on."""
    measure(connection, number, instant(SEPTEMBER.starts_at), 5 * 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    before = rows(connection)["09-01/10-01"]
    promised = promise(tmp_path, AGREEMENT, amended("2026-09-10", fee="1600.00"))
    a_pass(connection, promised)
    measure(connection, number, instant(SEPTEMBER.starts_at) + timedelta(days=20), 1440)
    a_pass(connection, promised)
    found = rows(connection)
    assert list(found) == ["09-01/10-01", "10-01/11-01"]
    assert found["09-01/10-01"].agreement_sha256 == before.agreement_sha256
    assert (found["09-01/10-01"].parsed()["credits"]["fee"], found["10-01/11-01"].parsed()["credits"]["fee"]) == (
        "1000.00", "1600.00",
    )  # fmt: skip
    (told,) = read_kept_differences(connection)
    assert "its month is cut otherwise (2026-09-01 to 2026-09-10, 2026-09-10 to 2026-10-01)" in told.difference


def test_a_draft_of_a_running_month_is_cut_when_an_amendment_is_filed(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    """Scored whole on the 5th; on the 12th an amendment of the 10th is filed: two segments, and no third score."""
    october = instant(month(2026, 10, CASABLANCA).starts_at)
    measure(connection, number, october, 5 * 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    assert list(rows(connection)) == ["10-01/11-01"]
    a_pass(connection, promise(tmp_path, AGREEMENT, amended("2026-10-10", fee="1600.00")), october + timedelta(days=11))
    found = rows(connection)
    assert list(found) == ["10-01/10-10", "10-10/11-01"]
    assert found["10-01/10-10"].scored_to_at == october + timedelta(days=11), "closed: it was scored after its end"
    assert len(read_verdicts(connection)) == 2


def test_an_amendment_moved_within_the_running_month_is_scored_from_where_the_closed_part_ends(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    """Closed to the 10th; then the file says the 8th: the rest is its own, and says from which day it is scored."""
    october = instant(month(2026, 10, CASABLANCA).starts_at)
    measure(connection, number, october, 12 * 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT, amended("2026-10-10")), october + timedelta(days=12))
    moved = promise(tmp_path, AGREEMENT, amended("2026-10-08", fee="1600.00"))
    scorer = a_pass(connection, moved, october + timedelta(days=12, minutes=1))
    found = rows(connection)
    assert list(found) == ["10-01/10-10", "10-10/11-01"]
    texts = read_agreement_texts(connection, [row.agreement_sha256 for row in found.values()])
    assert "scored_from = 2026-10-10\n" in texts[found["10-10/11-01"].agreement_sha256].text
    assert found["10-10/11-01"].parsed()["credits"]["fee"] == "1135.48"  # 22 of 31 days of 1600
    assert scorer.run_pass(connection, october + timedelta(days=12, minutes=2)) == 1, "only the running one"


def test_passes_that_go_on_over_the_cut_write_what_an_engine_started_after_it_writes(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    """Minute passes over the midnight of the cut, an outage across it; then the same from nothing."""
    promised = promise(tmp_path, AGREEMENT, amended("2026-10-03", target="95", fee="1600.00"))
    start, cut = local("2026-10-02 20:00"), local("2026-10-03 00:00")
    running = Scorer(promised)
    for minute in range(0, 480, 5):
        at = start + timedelta(minutes=minute)
        measure(connection, number, at, 5, lost=10 if 220 <= minute < 270 else 0)
        if minute == 300:
            running = Scorer(promised)  # restarted in the middle
        running.run_pass(connection, at + timedelta(minutes=5))
    now = start + timedelta(minutes=480)
    found = made(connection)
    assert [row.period_starts_at for row in found] == [local("2026-10-01 00:00"), cut]
    connection.execute("DELETE FROM verdict")
    connection.execute("DELETE FROM score")
    connection.commit()
    a_pass(connection, promised, now)
    anew = [row._replace(scored_to_at=now, scored_at=now) for row in found]
    assert made(connection) == anew
    assert [row.parsed()["objectives"][0]["seconds"]["down"] for row in found] == [20 * 60, 30 * 60]


def test_late_facts_before_the_cut_change_what_follows_it(connection: Connection, tmp_path: Path, number: int) -> None:
    """The segment after the cut starts with the state the one before it ends with."""
    promised = promise(tmp_path, AGREEMENT, amended("2026-09-16"))
    measure(connection, number, local("2026-09-16 00:00"), 4, lost=10)  # four bad minutes of n = 5
    measure(connection, number, local("2026-09-16 00:04"), 300)
    a_pass(connection, promised)
    assert rows(connection)["09-16/10-01"].parsed()["objectives"][0]["seconds"]["down"] == 0
    measure(connection, number, local("2026-09-15 23:59"), 1, lost=10)
    a_pass(connection, promised)
    assert rows(connection)["09-16/10-01"].parsed()["objectives"][0]["seconds"]["down"] == 240


def test_one_segment_that_cannot_be_scored_does_not_hide_the_other(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    promised = promise(tmp_path, AGREEMENT, amended("2026-09-16"))
    measure(connection, number, instant(SEPTEMBER.starts_at), 60)
    measure(connection, number, local("2026-09-20 12:00") + timedelta(seconds=7), 1)
    a_pass(connection, promised)
    assert list(rows(connection)) == ["09-01/09-16", "10-01/11-01"]
    (told,) = read_unscored(connection)
    assert told.month_starts_at == local("2026-09-16 00:00")
    connection.execute("DELETE FROM circuit_interval WHERE starts_at > '2026-09-20'")
    connection.commit()
    assert Scorer(promised).run_pass(connection, NOW) == 2
    assert "09-16/10-01" in rows(connection)
    assert read_unscored(connection) == []


def test_a_score_of_a_release_that_kept_only_hashes_gets_its_text_where_it_still_is(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    """Upgraded and amended in one go: the original as it stood alone is found again by its hash."""
    measure(connection, number, instant(SEPTEMBER.starts_at), 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    forget_texts(connection)
    before = rows(connection)["09-01/10-01"].agreement_sha256
    measure(connection, number, instant(SEPTEMBER.starts_at) + timedelta(days=1), 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT, amended("2026-11-01")))
    assert rows(connection)["09-01/10-01"].agreement_sha256 == before
    assert read_agreement_texts(connection, [before])[before].text == AGREEMENT


def test_where_the_text_is_not_kept_late_facts_are_refused_and_the_score_stays(
    connection: Connection, tmp_path: Path, number: int
) -> None:
    measure(connection, number, instant(SEPTEMBER.starts_at), 1440)
    a_pass(connection, promise(tmp_path, AGREEMENT))
    forget_texts(connection)
    before = made(connection)[0]
    edited = AGREEMENT.replace('"99.9"', '"100"')
    measure(connection, number, instant(SEPTEMBER.starts_at) + timedelta(days=1), 1440)
    a_pass(connection, promise(tmp_path, edited))
    assert made(connection)[0] == before
    (told,) = read_unscored(connection)
    assert told.reason == (
        f"the text of the agreement it was scored by is not kept (SHA-256 {before.agreement_sha256}): its score stays"
        " as it was; with that text back in the inventory for one pass it is kept and scored by"
    )
    a_pass(connection, promise(tmp_path, AGREEMENT))
    assert read_unscored(connection) == []
    assert made(connection)[0].document != before.document


def forget_texts(connection: Connection) -> None:
    """As a release before this one left it."""
    connection.execute("ALTER TABLE agreement_text DISABLE TRIGGER text_stays")
    connection.execute("DELETE FROM agreement_text")
    connection.execute("ALTER TABLE agreement_text ENABLE TRIGGER text_stays")
    connection.commit()


@pytest.mark.parametrize("table", ["agreement_text", "calendar_text"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET sha256 = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_kept_texts_are_never_changed(connection: Connection, table: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match=f"{table} keeps every text that a score was made by"):
        connection.execute(statement.format(table).encode())


def test_a_kept_text_is_what_its_hash_says(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("INSERT INTO agreement_text VALUES (%s, 'A', 0, '2026-01-01', 'x')", ("0" * 64,))
