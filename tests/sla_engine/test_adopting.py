"""A closed month of which nothing is published is told to follow the inventory again: what moves, and what refuses."""

from pathlib import Path

import psycopg
import pytest

from sla_engine.adopting import adopt
from sla_engine.passes import Scorer
from sla_engine.verdict_command import main
from store.agreement_texts import read_kept_differences
from store.connection import Connection, connect
from store.errors import InputError
from store.intervals import Interval
from store.ledger import TakenMeanwhile, read_entries
from store.text_adoptions import read_text_adoptions
from store.verdicts import read_scores
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

TYPO = agreement_text("casa-a1", starts_on="2025-09-01", fee="100000.00")
MEANT = agreement_text("casa-a1", starts_on="2025-09-01", fee="10000.00")
AMENDMENT = agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED)
CUT, LATER, NOVEMBER = SEPTEMBER + 15 * DAY, OCTOBER + 5 * DAY, OCTOBER + 31 * DAY
WHY = "fee 10 000, not 100 000"


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    """September 2025 with an outage of two hours, scored once after its end by a text with a typo in the fee."""
    found = Months(connection, promise(tmp_path, TYPO))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    return found


def drafts(months: Months) -> list[tuple[str, str, str]]:
    """Start, fee and payable of every draft."""
    return [
        (f"{row.period_starts_at:%m-%d}", row.parsed()["credits"]["fee"], row.parsed()["credits"]["payable"])
        for row in read_scores(months.connection)
        if row.period_starts_at < OCTOBER
    ]


def adopted(months: Months, folder: Path, *texts: str) -> list[str]:
    """Adopts other texts for September and returns the hashes recorded."""
    months.promised = promise(folder, *texts)
    return adopt(months.connection, months.promised, "YEAR", "2025-09", WHY, LATER).record.adopted_sha256


def test_a_typo_found_after_midnight_is_corrected_before_the_month_is_published(months: Months, tmp_path: Path) -> None:
    months.promised = promise(tmp_path, MEANT)
    months.engine(LATER)
    assert drafts(months) == [("08-31", "100000.00", "5000.00")], "nothing moves by itself"
    assert len(read_kept_differences(months.connection)) == 1
    before = read_scores(months.connection)[0].agreement_sha256
    hashes = adopted(months, tmp_path, MEANT)
    assert drafts(months) == [("08-31", "10000.00", "500.00")]
    assert read_kept_differences(months.connection) == []
    month = Interval(SEPTEMBER, OCTOBER)
    (record,) = read_text_adoptions(months.connection, "YEAR", month)
    login = months.connection.execute("SELECT session_user::text").fetchone()
    assert (record.author, record.reason, record.replaced_sha256) == ((login or [""])[0], WHY, [before])
    assert record.adopted_sha256 == hashes == [read_scores(months.connection)[0].agreement_sha256]
    months.connection.commit()
    (entry,) = months.desk(LATER).issue("YEAR", "2025-09")
    assert entry.said()["agreement_sha256"] == hashes[0]
    assert entry.said()["input"]["causes"] == [entry.said()["reason"]]
    assert entry.said()["reason"].startswith("text of the agreement adopted by ")


def test_an_amendment_filed_late_cuts_the_month_and_can_be_taken_back(months: Months, tmp_path: Path) -> None:
    assert len(adopted(months, tmp_path, MEANT, AMENDMENT)) == 2
    assert drafts(months) == [("08-31", "5000.00", "250.00"), ("09-15", "5000.00", "0.00")]
    assert months.engine(LATER + DAY) > 0, "the running month alone"
    assert [start for start, _, _ in drafts(months)] == ["08-31", "09-15"], "and closed again by these texts"
    assert len(adopted(months, tmp_path, MEANT)) == 1
    assert drafts(months) == [("08-31", "10000.00", "500.00")]
    kept = months.connection.execute("SELECT count(*) FROM verdict WHERE period_starts_at < %s", (OCTOBER,)).fetchone()
    assert kept == (1,)


def test_readings_that_come_later_are_scored_by_the_adopted_text(months: Months, tmp_path: Path) -> None:
    months.promised = promise(tmp_path, MEANT)
    adopted(months, tmp_path, MEANT)
    months.promised = promise(tmp_path, TYPO)
    months.connection.execute("UPDATE engine_watermark SET input_xid = '0'")
    months.connection.commit()
    months.engine(LATER + DAY)
    assert drafts(months) == [("08-31", "10000.00", "500.00")]


def test_what_is_published_keeps_its_text(months: Months, tmp_path: Path) -> None:
    months.desk(LATER).issue("YEAR", "2025-09")
    with pytest.raises(InputError) as refused:
        adopted(months, tmp_path, MEANT)
    assert str(refused.value) == (
        "YEAR 2025-09: version 1 is published, so its text stays; a correction is between the parties"
    )
    assert drafts(months) == [("08-31", "100000.00", "5000.00")]


@pytest.mark.parametrize(
    ("month", "line"),
    [
        ("2025-09", "YEAR 2025-09: keeps the texts that the inventory has today; there is nothing to adopt"),
        ("2025-10", "YEAR 2025-10: is not over yet: the engine scores it by the inventory it was started with"),
        ("2025-13", "YEAR 2025-13: "),
    ],
)
def test_where_there_is_nothing_to_adopt_it_says_so(months: Months, month: str, line: str) -> None:
    with pytest.raises(InputError) as refused:
        adopt(months.connection, months.promised, "YEAR", month, WHY, LATER)
    assert str(refused.value).startswith(line)


def test_a_month_whose_readings_are_dropped_keeps_its_score(months: Months, tmp_path: Path) -> None:
    months.connection.execute("UPDATE retention SET dropped_before = %s WHERE relation = 'probe'", (SEPTEMBER + DAY,))
    months.connection.commit()
    with pytest.raises(InputError, match="YEAR 2025-09: readings before 2025-09-01T23:00:00Z are dropped by age"):
        adopted(months, tmp_path, MEANT, AMENDMENT)
    assert drafts(months) == [("08-31", "100000.00", "5000.00")]


def test_of_publishing_and_adopting_at_once_one_comes_through(
    months: Months, tmp_path: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meant = promise(tmp_path, MEANT)
    with connect(dsn, "other") as other:
        score_anew = Scorer.score_anew

        def publish_meanwhile(*given: object, **more: object) -> list[str]:
            if not read_entries(other):
                months.desk(LATER, other).issue("YEAR", "2025-09")
            return score_anew(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Scorer, "score_anew", publish_meanwhile)
        with pytest.raises(TakenMeanwhile):
            adopt(months.connection, meant, "YEAR", "2025-09", WHY, LATER)
    assert drafts(months) == [("08-31", "100000.00", "5000.00")]
    assert len(read_entries(months.connection)) == 1


def test_a_pass_that_looked_before_does_not_bring_the_old_text_back(
    months: Months, tmp_path: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meant = promise(tmp_path, MEANT)
    months.measure("casa-a1", SEPTEMBER - DAY, SEPTEMBER - DAY + DAY / 24)
    months.connection.execute("UPDATE engine_watermark SET input_xid = '0'")
    months.connection.commit()
    scorer = Scorer(months.promised)
    planned = Scorer._planned

    def adopt_meanwhile(self: Scorer, *given: object) -> object:
        plans = planned(self, *given)  # type: ignore[arg-type]
        with connect(dsn, "other") as other:
            adopt(other, meant, "YEAR", "2025-09", WHY, LATER)
        return plans

    monkeypatch.setattr(Scorer, "_planned", adopt_meanwhile)
    scorer.run_pass(months.connection, LATER)
    assert drafts(months) == [("08-31", "10000.00", "500.00")]
    monkeypatch.undo()
    scorer.run_pass(months.connection, LATER)
    assert drafts(months) == [("08-31", "10000.00", "500.00")]
    assert months.connection.execute("SELECT count(*) FROM unscored").fetchone() == (0,)


@pytest.mark.parametrize("deed", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_decided_is_never_changed(months: Months, tmp_path: Path, deed: str) -> None:
    adopted(months, tmp_path, MEANT)
    with pytest.raises(psycopg.errors.RaiseException, match="is refused"):
        months.connection.execute(deed.format("text_adoption").encode())


def test_the_command_says_what_it_did_and_show_repeats_it(
    months: Months, tmp_path: Path, dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    months.promised = promise(tmp_path, MEANT, AMENDMENT)
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(months.promised.inventory.path))
    assert main(["adopt", "YEAR", "2025-09", "--reason", WHY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "YEAR 2025-09 01-15: scored anew by the inventory's text; nothing is published",
        "YEAR 2025-09 16-30: scored anew by the inventory's text; nothing is published",
    ]
    assert lines[2].endswith(f": {WHY}")
    assert (lines[3][:26], lines[4].count(",")) == ("  before: agreement_sha256", 1)
    assert main(["show", "YEAR", "2025-09"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "YEAR 2025-09 01-15: provisional, nothing is published of it yet"
    assert shown[2:] == lines[2:]
    assert main(["issue", "YEAR", "2025-09"]) == 0
    capsys.readouterr()
    main(["show", "YEAR", "2025-09"])
    assert capsys.readouterr().out.splitlines()[-3:] == lines[2:]
    assert main(["adopt", "YEAR", "2025-09", "--reason", WHY]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
