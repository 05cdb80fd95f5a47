"""Two segments of one month, each with its own time to contest: neither locks the other."""

from pathlib import Path

import pytest

from sla_engine.verdict_due import read_months
from sla_engine.verdict_life import standings
from store.connection import Connection
from store.errors import InputError
from store.ledger import read_entries
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

ISSUED = OCTOBER + 5 * DAY
AT_ONCE = f"{AMENDED}[agreement.closing]\ncontest_days = 0\n"


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    """September 2025 published: its first half may be contested for 30 days, what the amendment rules not at all."""
    texts = (
        agreement_text("casa-a1", starts_on="2025-09-01"),
        agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AT_ONCE),
    )
    found = Months(connection, promise(tmp_path, *texts))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    found.desk(ISSUED).issue("YEAR", "2025-09")
    return found


def states(months: Months) -> list[str]:
    return [one.state for _, one in sorted(standings(read_entries(months.connection)).items())]


def test_a_contest_is_of_the_segments_that_are_still_open(months: Months) -> None:
    (entry,) = months.desk(ISSUED + DAY).contest("YEAR", "2025-09", "our router was up")
    assert entry.period_starts_at == SEPTEMBER
    assert states(months) == ["contested", "issued"]


def test_what_may_not_be_contested_any_more_is_closed_alone(months: Months) -> None:
    (month,) = read_months(months.connection, months.promised, ["YEAR"], ISSUED + DAY)
    assert month.is_final_due(int((ISSUED + DAY).timestamp()))
    (entry,) = months.desk(ISSUED + DAY).finalise("YEAR", "2025-09")
    assert entry.period_starts_at == SEPTEMBER + 15 * DAY
    (month,) = read_months(months.connection, months.promised, ["YEAR"], ISSUED + DAY)
    assert not month.is_final_due(int((ISSUED + DAY).timestamp()))
    assert len(months.desk(ISSUED + DAY).contest("YEAR", "2025-09", "our router was up")) == 1
    assert states(months) == ["contested", "final"]
    assert len(months.desk(ISSUED + DAY).answer("YEAR", "2025-09", upheld=True, reason="it was")) == 1
    months.measure("casa-a1", SEPTEMBER - DAY / 24, SEPTEMBER)
    with pytest.raises(InputError, match="YEAR 2025-09: nothing to restate"):
        months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
    months.desk(ISSUED + 31 * DAY).finalise("YEAR", "2025-09")
    assert states(months) == ["final", "final"]


def test_a_refusal_names_every_segment(months: Months) -> None:
    with pytest.raises(InputError) as refused:
        months.desk(ISSUED + 31 * DAY).contest("YEAR", "2025-09", "too late")
    assert str(refused.value) == (
        "YEAR 2025-09: 2025-09 01-15: version 1 could be contested until 2025-11-04T23:00:00Z;"
        " 2025-09 16-30: version 1 could be contested until 2025-10-05T23:00:00Z"
    )
    months.desk(ISSUED + DAY).finalise("YEAR", "2025-09")
    with pytest.raises(InputError) as refused:
        months.desk(ISSUED + 2 * DAY).finalise("YEAR", "2025-09")
    assert str(refused.value) == (
        "YEAR 2025-09: 2025-09 01-15: may be contested until 2025-11-04T23:00:00Z;"
        " 2025-09 16-30: is final already, since 2025-10-06T23:00:00Z"
    )
