import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from store.connection import Connection
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores, read_verdicts, write_score

SEPTEMBER = datetime(2026, 8, 31, 23, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def document(*objectives: tuple[str, str]) -> str:
    """A document with the fields the store looks at; the rest is opaque to it."""
    listed: list[dict[str, Any]] = [
        {"id": name, "circuit": "casa-a1", "indicator": name, "verdict": verdict, "value_percent": "99.8921"}
        for name, verdict in objectives
    ]
    return json.dumps({"agreement": "AGR-1", "objectives": listed}, indent=2) + "\n"


def score(starts_at: datetime, ends_at: datetime, text: str, agreement: str = "AGR-1", tenant: str = "a") -> ScoreRow:
    return ScoreRow(
        agreement, starts_at, ends_at, tenant, "casanearshore", True, text, "0" * 64, "0.1.0", "2026f", ends_at, ends_at
    )


def test_a_document_comes_back_byte_for_byte(connection: Connection) -> None:
    row = score(SEPTEMBER, OCTOBER, document(("availability", "met")).replace("casa-a1", "Salé – « A »  "))
    write_score(connection, row)
    assert read_scores(connection) == [row]
    assert read_scores(connection)[0].parsed()["objectives"][0]["circuit"] == "Salé – « A »  "


def test_a_newer_score_of_the_period_replaces_the_older(connection: Connection) -> None:
    write_score(connection, score(SEPTEMBER, OCTOBER, document(("availability", "met"), ("loss", "met"))))
    newer = score(SEPTEMBER, OCTOBER, document(("availability", "breached"), ("gtr", "open")))
    write_score(connection, newer)
    assert read_scores(connection) == [newer]
    assert [(row.objective, row.verdict) for row in read_verdicts(connection)] == [
        ("availability", "breached"),
        ("gtr", "open"),
    ]


def test_a_score_leaves_other_periods_and_agreements_alone(connection: Connection) -> None:
    text = document(("availability", "met"))
    write_score(connection, score(SEPTEMBER, OCTOBER, text))
    write_score(connection, score(OCTOBER, NOVEMBER, text))
    write_score(connection, score(OCTOBER, NOVEMBER, document(("loss", "breached")), agreement="AGR-2", tenant="b"))
    write_score(connection, score(OCTOBER, NOVEMBER, document(("loss", "met"))))
    assert [(row.agreement, row.objective, row.verdict) for row in read_verdicts(connection)] == [
        ("AGR-1", "availability", "met"),
        ("AGR-1", "loss", "met"),
        ("AGR-2", "loss", "breached"),
    ]


def test_periods_are_half_open_when_asked_for_a_span(connection: Connection) -> None:
    write_score(connection, score(SEPTEMBER, OCTOBER, document(("availability", "met"))))
    write_score(connection, score(OCTOBER, NOVEMBER, document(("availability", "met"))))

    def starts(from_at: datetime, to_at: datetime) -> list[datetime]:
        return [row.period_starts_at for row in read_scores(connection, overlapping=(from_at, to_at))]

    assert starts(SEPTEMBER, OCTOBER) == [SEPTEMBER]
    assert starts(OCTOBER - SECOND, OCTOBER + SECOND) == [SEPTEMBER, OCTOBER]
    assert starts(NOVEMBER, NOVEMBER + SECOND) == []


def test_one_tenant_sees_its_own_scores_only(connection: Connection) -> None:
    write_score(connection, score(SEPTEMBER, OCTOBER, document(("availability", "met"))))
    write_score(connection, score(SEPTEMBER, OCTOBER, document(("loss", "met")), agreement="AGR-2", tenant="b"))
    assert [row.agreement for row in read_scores(connection, tenant="b")] == ["AGR-2"]
    assert read_scores(connection, tenant="c") == []


def test_verdicts_at_an_instant_are_those_of_the_period_that_contains_it(connection: Connection) -> None:
    write_score(connection, score(SEPTEMBER, OCTOBER, document(("availability", "met"))))
    write_score(connection, score(OCTOBER, NOVEMBER, document(("availability", "breached"))))
    assert [row.verdict for row in read_verdicts(connection, at=OCTOBER - SECOND)] == ["met"]
    assert [row.verdict for row in read_verdicts(connection, at=OCTOBER)] == ["breached"]
    assert read_verdicts(connection, at=OCTOBER)[0].detail["value_percent"] == "99.8921"


def test_a_word_that_is_no_verdict_is_refused(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        write_score(connection, score(SEPTEMBER, OCTOBER, document(("availability", "ok"))))
