"""A year of one agreement: two amendments, a contest, late facts, three restatements; and every version stands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from facilities.calendar import month
from facilities.instants import instant
from sla_engine.recount import Recount
from sla_engine.verdict_difference import difference
from sla_engine.verdict_life import standings
from sla_engine.verdict_text import changes
from sla_engine.verdict_verify import verified
from store.canonical import text_sha256
from store.connection import Connection
from store.errors import InputError
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions
from store.ledger import one_moment, read_entries
from store.ledger_chain import LedgerEntry
from store.registry import circuit_numbers
from tests.sla_engine.ledger_cases import Months, agreement_text, promise

ZONE = ZoneInfo("Africa/Casablanca")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ORIGINAL = agreement_text("casa-a1", target="99.9", fee="10000.00")
FIRST = agreement_text(
    "casa-a1", target="99.5", fee="12000.00",
    more='[agreement.amendment]\nnumber = 1\neffective_on = 2025-04-01\ntitle = "avenant n° 1"',
)  # fmt: skip
SECOND = agreement_text(
    "casa-a1", target="99.95", fee="15500.00",
    more='[agreement.amendment]\nnumber = 2\neffective_on = 2025-07-16\ntitle = "avenant n° 2"',
)  # fmt: skip


def starts(number: int) -> datetime:
    """The first instant of a month of 2025 in Casablanca; 13 is January 2026."""
    year, of_year = (2025, number) if number <= 12 else (2026, number - 12)
    return instant(month(year, of_year, ZONE).starts_at)


OUTAGES = {
    2: (starts(2) + 9 * DAY, starts(2) + 9 * DAY + 3 * HOUR),
    5: (starts(5) + 20 * DAY, starts(5) + 20 * DAY + 6 * HOUR),
    7: (starts(7) + 24 * DAY, starts(7) + 24 * DAY + 2 * HOUR),
}
LATE = (starts(5) + 3 * DAY, starts(5) + 5 * DAY)
"""Two days of May whose readings come in the middle of June: they were an outage."""


class Year:
    """2025, told month by month as it would have happened."""

    def __init__(self, months: Months, folder: Path, clerk: Connection, lead: Connection) -> None:
        self.months, self.folder, self.clerk, self.lead = months, folder, clerk, lead
        self.heads: list[str] = []

    def amend(self, *texts: str) -> None:
        self.months.promised = promise(self.folder, *texts)

    def pass_month(self, number: int) -> None:
        """Its readings come in, the engine runs through it and after its end, and on the fifth day it is published."""
        gaps = [LATE] if number == 5 else []
        outages = [OUTAGES[number]] if number in OUTAGES else []
        self.months.measure("casa-a1", starts(number), starts(number + 1), *outages, gaps=gaps)
        self.months.engine(starts(number) + 20 * DAY)
        self.months.engine(starts(number + 1) + DAY)
        self.keep(self.months.desk(starts(number + 1) + 5 * DAY, self.clerk).issue("YEAR", f"2025-{number:02d}"))

    def keep(self, entries: list[LedgerEntry]) -> None:
        """What the tenant is given."""
        self.heads += [entry.sha256 for entry in entries]

    def live(self) -> None:
        desk = self.months.desk
        for number in (1, 2, 3):
            self.pass_month(number)
            if number == 2:  # contested in March, in the middle of everything else
                self.keep(desk(starts(3) + 10 * DAY, self.clerk).contest("YEAR", "2025-02", "our own probe saw it up"))
            if number == 3:
                self.amend(ORIGINAL, FIRST)
                self.keep(
                    desk(starts(4) + 6 * DAY, self.lead).answer(
                        "YEAR", "2025-02", upheld=False, reason="the far end's log shows the cut"
                    )
                )
        for number in (4, 5, 6):
            self.pass_month(number)
            if number == 5:  # the first restatement: two days of May arrive after June 5
                self.months.measure("casa-a1", *LATE, LATE)
                self.months.engine(starts(6) + 15 * DAY)
                self.keep(desk(starts(6) + 15 * DAY, self.clerk).restate("YEAR", "2025-05"))
        self.amend(ORIGINAL, FIRST, SECOND)
        for number in (7, 8):
            self.pass_month(number)
        self.decide_late_works()
        for number in (9, 10, 11, 12):
            self.pass_month(number)

    def decide_late_works(self) -> None:
        """The second and third: works of July accepted in September by a second login, and rejected after all."""
        desk, key = self.months.desk, ("X-JULY", "casa-a1")
        works = Proposal(
            "X-JULY", "casa-a1", "customer", *OUTAGES[7], None, "power works of the tenant", "PV 2025-07-25"
        )
        propose_exclusions(self.clerk, [works], circuit_numbers(self.clerk))
        self.clerk.commit()
        with pytest.raises(InputError, match="another login must accept it"):
            decide_exclusions(self.clerk, [key], "accepted")
        self.clerk.rollback()
        decide_exclusions(self.lead, [key], "accepted")
        self.lead.commit()
        self.keep(desk(starts(9) + 2 * DAY, self.clerk).restate("YEAR", "2025-07"))
        decide_exclusions(self.lead, [key], "rejected", "the works were of another building")
        self.lead.commit()
        self.keep(desk(starts(9) + 9 * DAY, self.clerk).restate("YEAR", "2025-07", "PV 2025-07-25 withdrawn"))


@pytest.fixture
def year(connection: Connection, tmp_path: Path, log_in: Callable[[str], Connection]) -> Year:
    months = Months(connection, promise(tmp_path, ORIGINAL))
    months.register()
    lived = Year(months, tmp_path, log_in("clerk"), log_in("lead"))
    lived.live()
    return lived


def test_a_year_of_one_agreement(year: Year) -> None:
    connection = year.months.connection
    entries = read_entries(connection, "YEAR")
    found = standings(entries)
    versions = {
        f"{at.astimezone(ZONE):%m-%d}": [entry.version for entry in one.versions] for (_, at), one in found.items()
    }
    assert versions == {
        "01-01": [1], "02-01": [1], "03-01": [1], "04-01": [1], "05-01": [1, 2], "06-01": [1], "07-01": [1],
        "07-16": [1, 2, 3], "08-01": [1], "09-01": [1], "10-01": [1], "11-01": [1], "12-01": [1],
    }  # fmt: skip
    assert [entry.kind for entry in entries if entry.kind not in ("issued", "restated")] == ["contested", "answered"]
    every_version_still_verifies(connection, entries, year.heads)
    every_version_explains_its_difference(entries)
    no_closed_period_was_judged_by_a_later_text(entries)
    the_segments_of_the_amended_month_are_the_month(entries)
    the_credits_of_the_last_versions_are_those_of_the_first_and_their_adjustments(entries)
    the_last_versions_are_what_the_facts_say(year, entries)
    the_year_becomes_final(year)


def every_version_still_verifies(connection: Connection, entries: list[LedgerEntry], heads: list[str]) -> None:
    assert len(heads) == len(entries) == 18
    for head in heads:  # each hash that was ever given out
        (outcome,) = verified(connection, "YEAR", head)
        assert outcome.text == f"YEAR: 18 entries, as written; head {entries[-1].sha256}"
    for entry in entries:
        if entry.document is not None:
            assert text_sha256(entry.document) == entry.document_sha256
            texts = connection.execute(
                "SELECT text FROM agreement_text WHERE sha256 = %s", (entry.said()["agreement_sha256"],)
            ).fetchall()
            assert [text_sha256(text) for (text,) in texts] == [entry.said()["agreement_sha256"]]


def every_version_explains_its_difference(entries: list[LedgerEntry]) -> None:
    restated = [entry for entry in entries if entry.kind == "restated"]
    reasons = [entry.said()["input"]["causes"] for entry in restated]
    assert reasons[0] == [
        "readings: intervals of casa-a1 on 3 days from 2025-05-03 to 2025-05-05: 432 rows, before 144"
    ]
    assert reasons[1][0].startswith("exclusion X-JULY of casa-a1 accepted, decided by lead_")
    assert reasons[2][0].startswith("exclusion X-JULY of casa-a1 no longer accepted, decided by lead_")
    assert restated[2].said()["reason"] == "PV 2025-07-25 withdrawn"
    for entry in restated:
        before = next(
            one for one in entries
            if (one.period_starts_at, one.version) == (entry.period_starts_at, entry.version - 1) and one.document
        )  # fmt: skip
        found = difference(before.said(), entry.said(), before.published(), entry.published())
        assert entry.said()["difference"] == found
        assert found["objectives"]
        assert next(iter(changes(found))) == "availability-casa-a1 (casa-a1)"
    verdicts = [entry.said()["difference"]["objectives"][0].get("verdict") for entry in restated[1:]]
    assert verdicts == [{"before": "breached", "after": "met"}, {"before": "met", "after": "breached"}]


def no_closed_period_was_judged_by_a_later_text(entries: list[LedgerEntry]) -> None:
    """Each month keeps the fee of the text that was in force in it."""
    by_text: dict[str, set[str]] = {}
    for entry in entries:
        if entry.document is not None:
            fee = entry.published()["credits"]["fee"]
            by_text.setdefault(f"{entry.period_starts_at.astimezone(ZONE):%m}", set()).add(fee)
    full = {month: fees for month, fees in by_text.items() if month != "07"}
    assert full == {
        **{f"{month:02d}": {"10000.00"} for month in (1, 2, 3)},
        **{f"{month:02d}": {"12000.00"} for month in (4, 5, 6)},
        **{f"{month:02d}": {"15500.00"} for month in (8, 9, 10, 11, 12)},
    }


def the_segments_of_the_amended_month_are_the_month(entries: list[LedgerEntry]) -> None:
    july = month(2025, 7, ZONE)
    first, second = (
        next(entry for entry in entries if entry.document and entry.period_starts_at == at)
        for at in (instant(july.starts_at), datetime(2025, 7, 15, 23, tzinfo=UTC))
    )
    assert first.period_ends_at == second.period_starts_at
    seconds = [one.published()["period"]["seconds"] for one in (first, second)]
    assert sum(seconds) == july.ends_at - july.starts_at
    fees = [Decimal(one.published()["credits"]["fee"]) for one in (first, second)]
    assert fees == [round(Decimal(12000) * 15 / 31, 2), round(Decimal(15500) * 16 / 31, 2)]


def the_credits_of_the_last_versions_are_those_of_the_first_and_their_adjustments(entries: list[LedgerEntry]) -> None:
    said = [entry.said()["credit"] for entry in entries if entry.document]
    owed: Decimal | int = sum(Decimal(each["payable"]) for each in said if each["adjustment"] is None)
    owed += sum(Decimal(each["adjustment"]) for each in said if each["adjustment"] is not None)
    last = {entry.period_starts_at: entry.said()["credit"]["payable"] for entry in entries if entry.document}
    assert owed == sum(Decimal(payable) for payable in last.values())
    assert owed == Decimal("500.00") + Decimal("600.00") + Decimal("400.00")  # February, May, the second half of July


def the_last_versions_are_what_the_facts_say(year: Year, entries: list[LedgerEntry]) -> None:
    last = {entry.period_starts_at: entry for entry in entries if entry.document}
    with one_moment(year.months.connection):
        recount = Recount(year.months.connection, year.months.promised, "YEAR", starts(13) + 40 * DAY)
        for span in recount.closed_months():
            for segment in recount.segments(span):
                counted = recount.count(segment)
                entry = last.pop(instant(segment.period.starts_at))
                assert counted.text == entry.document
                assert counted.made_of["input"]["facts_sha256"] == entry.said()["input"]["facts_sha256"]
    assert last == {}


def the_year_becomes_final(year: Year) -> None:
    desk = year.months.desk(starts(13) + 40 * DAY, year.lead)
    for number in range(1, 13):
        desk.finalise("YEAR", f"2025-{number:02d}")
    assert {one.state for one in standings(read_entries(year.months.connection)).values()} == {"final"}
    (outcome,) = verified(year.months.connection)
    assert not outcome.is_fault
