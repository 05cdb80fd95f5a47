"""Evidence in the store: beside the score of an ended period, in every version, and gone with what it speaks of."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from store.connection import Connection
from store.rows import ExclusionRow
from store.score_evidence import read_evidence
from tests.sla_engine.ledger_cases import DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

Decide = Callable[[Iterable[ExclusionRow]], None]


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    """September 2025 with an outage of two hours."""
    found = Months(connection, promise(tmp_path, agreement_text("casa-a1", starts_on="2025-09-01")))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    return found


def test_a_running_period_has_none_and_an_ended_one_has_it(months: Months) -> None:
    months.engine(OCTOBER - DAY)
    assert read_evidence(months.connection, "YEAR", SEPTEMBER, OCTOBER) is None
    months.engine(OCTOBER + DAY)
    found = read_evidence(months.connection, "YEAR", SEPTEMBER, OCTOBER)
    assert found is not None
    ((outage,),) = [one["outages"] for one in found["objectives"]]
    assert (outage["counted_seconds"], outage["bad_intervals"]) == (7_200, 12)
    assert found["raw"]["objectives"][0]["seconds"]["down"] == 7_200


def test_a_decision_after_the_end_is_in_it_with_the_next_pass(months: Months, decide_by_two: Decide) -> None:
    """Notice and quota are the contract's: what does not count says so."""
    months.engine(OCTOBER + DAY)
    half = (OUTAGE[0], OUTAGE[0] + timedelta(hours=1))
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *half, None, "accepted")])
    months.engine(OCTOBER + 2 * DAY)
    found = read_evidence(months.connection, "YEAR", SEPTEMBER, OCTOBER)
    assert found is not None
    assert [(one["exclusion"], one["counted_seconds"]) for one in found["exclusions"]] == [("X", 3_600)]
    ((outage,),) = [one["outages"] for one in found["objectives"]]
    assert (outage["counted_seconds"], outage["excluded_seconds"]) == (3_600, 3_600)
    assert found["raw"]["objectives"][0]["seconds"]["down"] == 7_200, "raw figures know no exclusion"


def test_a_version_has_the_same_evidence_as_the_draft_it_was_made_of(months: Months) -> None:
    months.engine(OCTOBER + DAY)
    (entry,) = months.desk(OCTOBER + 5 * DAY).issue("YEAR", "2025-09")
    assert entry.said()["evidence"] == read_evidence(months.connection, "YEAR", SEPTEMBER, OCTOBER)


def test_it_goes_with_its_score(months: Months) -> None:
    months.engine(OCTOBER + DAY)
    for table in ("verdict", "score"):
        months.connection.execute(f"DELETE FROM {table}".encode())
    assert months.connection.execute("SELECT count(*) FROM score_evidence").fetchone() == (0,)
