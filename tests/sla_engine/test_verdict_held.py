"""Months that wait for a day of a calendar, and months that wait for somebody: nothing publishes those by itself."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from facilities.inventory import read_inventory
from sla_engine.promised import Promised
from sla_engine.verdict_command import main
from sla_engine.verdict_due import Month, read_months
from sla_engine.verdict_held import in_one_line
from store.connection import Connection
from store.errors import InputError
from store.ledger import read_entries
from store.verdicts import read_scores
from tests.sla_engine.ledger_cases import AMENDED, DAY, HOUR, OCTOBER, SEPTEMBER, Months, agreement_text, promise

CALENDAR = """
[calendar]
id = "jours"
version = 1
name = "Jours"
time_zone = "Africa/Casablanca"
starts_on = 2025-01-01
ends_on = 2026-01-01
compiled_on = 2025-01-01
source = "DEMO"
worked_days = ["mon", "tue", "wed", "thu", "fri"]
"""
FEAST = '[[holiday]]\non = 2025-10-03\nname = "Aïd"\nstatus = "forecast"\n'
CLOSING = '[agreement.closing]\nissue_days = 5\nissue_day_kind = "ouvres"\ncalendar = "jours"\n'
PLAIN = agreement_text("casa-a1", starts_on="2025-09-01")
WAITING = agreement_text("casa-a1", starts_on="2025-09-01", more=CLOSING)
PROVISIONAL = OCTOBER + 20 * timedelta(minutes=1) + DAY
FIFTH_DAY = datetime(2025, 10, 6, 23, tzinfo=UTC)
"""The midnight that begins Tuesday 7 October 2025 in Casablanca: 1, 2, 3, 6, 7 are the jours ouvrés after September."""
SCARCE = ((SEPTEMBER + 2 * DAY, SEPTEMBER + 22 * DAY),)
REVIEW = "review: casa-a1 availability-casa-a1: insufficient data, coverage 33.3333 %, and at least 50 % is asked for"


def with_calendar(folder: Path, calendar: str | None, *texts: str) -> Promised:
    """The inventory of `promise` with agreements that may name the calendar `jours`, and that calendar, if any."""
    place = promise(folder, PLAIN).inventory.path
    (place / "calendars").mkdir()
    if calendar is not None:
        (place / "calendars" / "jours.toml").write_text(calendar)
    for number, text in enumerate(texts):
        (place / "agreements" / f"{number}.toml").write_text(text)
    return Promised.of(read_inventory(place))


def september(connection: Connection, promised: Promised, gaps: tuple[tuple[datetime, datetime], ...] = ()) -> Months:
    found = Months(connection, promised)
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, gaps=gaps)
    found.engine(OCTOBER + DAY)
    return found


def the_month(months: Months, now: datetime) -> Month:
    (month, *_) = read_months(months.connection, months.promised, ["YEAR"], now)
    return month


def seconds(at: datetime) -> int:
    return round(at.timestamp())


def notes(months: Months, now: datetime) -> list[str]:
    return [f"{line.state}: {line.note}" for line in the_month(months, now).listed(seconds(now))]


def test_a_month_is_due_when_its_day_begins_and_by_hand_as_soon_as_it_is_provisional(
    connection: Connection, tmp_path: Path
) -> None:
    months = september(connection, with_calendar(tmp_path, CALENDAR, WAITING))
    month = the_month(months, PROVISIONAL)
    assert (month.provisional_from(), month.issuable_from()) == (seconds(PROVISIONAL), seconds(FIFTH_DAY))
    assert not month.is_issue_due(seconds(FIFTH_DAY) - 1)
    assert month.is_issue_due(seconds(FIFTH_DAY))
    assert notes(months, PROVISIONAL - HOUR) == [
        "draft: may be issued from 2025-10-01T23:20:00Z; issue is due from 2025-10-06T23:00:00Z"
    ]
    assert notes(months, PROVISIONAL) == ["provisional: issue is due from 2025-10-06T23:00:00Z"]
    assert notes(months, FIFTH_DAY) == ["provisional: issue is due"]
    with pytest.raises(InputError, match="YEAR 2025-09: is published by itself from 2025-10-06T23:00:00Z"):
        months.desk(FIFTH_DAY - HOUR).issue("YEAR", "2025-09", by_itself=True)
    (entry,) = months.desk(PROVISIONAL).issue("YEAR", "2025-09")
    identity = months.promised.inventory.calendars["jours"].identity
    assert entry.said()["terms"] == {
        "lateness_hours": 24,
        "contest_days": 30,
        "issue_days": 5,
        "issue_day_kind": "ouvres",
        "issue_calendar": {"id": "jours", "version": 1, "sha256": identity.sha256},
    }
    month = the_month(months, FIFTH_DAY)
    assert (month.held(), month.is_held(seconds(FIFTH_DAY)), month.is_issue_due(seconds(FIFTH_DAY))) == (
        [],
        False,
        False,
    )


def test_the_day_itself_publishes(connection: Connection, tmp_path: Path) -> None:
    months = september(connection, with_calendar(tmp_path, CALENDAR, WAITING))
    (entry,) = months.desk(FIFTH_DAY).issue("YEAR", "2025-09", by_itself=True)
    assert entry.version == 1


def test_the_announcement_moves_the_day_of_a_closed_month_and_no_hash(connection: Connection, tmp_path: Path) -> None:
    months = september(connection, with_calendar(tmp_path, CALENDAR + FEAST, WAITING))
    (before,) = [row.agreement_sha256 for row in read_scores(connection) if row.period_starts_at == SEPTEMBER]
    assert notes(months, PROVISIONAL) == [
        "provisional: issue is due from 2025-10-07T23:00:00Z;"
        " 2025-10-03 is only forecast: the announcement may move this"
    ]
    seen = FEAST.replace("10-03", "10-04").replace('"forecast"', '"confirmed"\nconfirmed_on = 2025-10-03')
    announced = CALENDAR.replace("version = 1", "version = 2").replace(
        "compiled_on = 2025-01-01", "compiled_on = 2025-10-03"
    )
    months.promised = with_calendar(tmp_path, announced + seen, WAITING)
    months.engine(PROVISIONAL)
    (after,) = [row.agreement_sha256 for row in read_scores(connection) if row.period_starts_at == SEPTEMBER]
    assert (after, notes(months, PROVISIONAL)) == (before, ["provisional: issue is due from 2025-10-06T23:00:00Z"])


@pytest.mark.parametrize(
    ("calendar", "wrong"),
    [
        (
            CALENDAR.replace("ends_on = 2026-01-01", "ends_on = 2025-10-03"),
            'calendar "jours" version 1 knows 2025-01-01 to before 2025-10-03, not 2025-10-03',
        ),
        (None, 'calendar "jours", whose days it is published by, is not in the inventory'),
    ],
    ids=["too short", "gone"],
)
def test_a_calendar_that_does_not_say_holds_the_month_and_stops_nobody(
    connection: Connection, tmp_path: Path, calendar: str | None, wrong: str
) -> None:
    """The closed month keeps the text that names the calendar, whatever the inventory says later."""
    months = september(connection, with_calendar(tmp_path, CALENDAR, WAITING))
    months.promised = with_calendar(tmp_path, calendar, WAITING if calendar else PLAIN)
    month = the_month(months, FIFTH_DAY)
    assert (month.issuable_from(), month.held(), month.is_issue_due(seconds(FIFTH_DAY))) == (None, [wrong], False)
    assert (month.is_held(seconds(PROVISIONAL) - 1), month.is_held(seconds(PROVISIONAL))) == (False, True)
    assert notes(months, FIFTH_DAY) == [f"provisional: {wrong}; p2i verdict issue YEAR 2025-09 publishes it"]
    with pytest.raises(InputError, match=re.escape(f"YEAR 2025-09: {wrong}")):
        months.desk(FIFTH_DAY).issue("YEAR", "2025-09", by_itself=True)
    assert months.desk(FIFTH_DAY).issue("YEAR", "2025-09")[0].version == 1


def test_the_month_of_an_amendment_waits_for_the_later_of_its_two_days(connection: Connection, tmp_path: Path) -> None:
    amended = agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=f"{AMENDED}{CLOSING}")
    months = september(connection, with_calendar(tmp_path, CALENDAR, PLAIN, amended))
    assert the_month(months, PROVISIONAL).issuable_from() == seconds(FIFTH_DAY)
    assert notes(months, PROVISIONAL) == ["provisional: issue is due from 2025-10-06T23:00:00Z"] * 2


def test_too_little_data_waits_for_somebody(connection: Connection, tmp_path: Path) -> None:
    months = september(connection, promise(tmp_path, PLAIN), SCARCE)
    now = seconds(FIFTH_DAY)
    month = the_month(months, FIFTH_DAY)
    assert (month.held(), month.is_held(now), month.is_issue_due(now)) == ([REVIEW], True, False)
    assert not month.is_held(month.provisional_from() - 1), "there is time left for readings to come"
    assert notes(months, FIFTH_DAY) == [
        f"provisional: {REVIEW}; look at it (p2i statement), then p2i verdict issue YEAR 2025-09 --reason"
    ]
    (entry,) = months.desk(FIFTH_DAY).issue("YEAR", "2025-09", "the collector was cut off; looked at with the tenant")
    assert entry.published()["objectives"][0]["verdict"] == "insufficient_data"


def test_what_is_counted_is_looked_at_and_not_an_old_draft(connection: Connection, tmp_path: Path) -> None:
    months = september(connection, promise(tmp_path, PLAIN))
    connection.execute("DELETE FROM circuit_interval WHERE starts_at >= %s AND starts_at < %s", SCARCE[0])
    connection.commit()
    assert the_month(months, FIFTH_DAY).is_issue_due(seconds(FIFTH_DAY)), "no pass of the engine since"
    with pytest.raises(InputError, match=re.escape(f"YEAR 2025-09: {REVIEW}")):
        months.desk(FIFTH_DAY).issue("YEAR", "2025-09", by_itself=True)
    assert read_entries(connection) == []


def test_of_a_month_in_two_the_part_that_waits_is_named(connection: Connection, tmp_path: Path) -> None:
    amended = agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED)
    gap = (SEPTEMBER + 16 * DAY, SEPTEMBER + 29 * DAY)
    months = september(connection, promise(tmp_path, PLAIN, amended), (gap,))
    assert [line[:50] for line in the_month(months, FIFTH_DAY).held()] == [
        "2025-09 16-30: review: casa-a1 availability-casa-a1: insufficient"[:50]
    ]


def test_a_month_that_was_never_scored_is_listed_and_held(connection: Connection, tmp_path: Path) -> None:
    """The engine could not score it, not even as a draft: it must not be silent for that."""
    months = Months(connection, promise(tmp_path, PLAIN))
    months.register()
    connection.execute("INSERT INTO unscored VALUES ('YEAR', %s, now(), 'off the grid')", (SEPTEMBER,))
    connection.commit()
    assert the_month(months, FIFTH_DAY).held() == ["could not be scored: off the grid"]
    assert notes(months, FIFTH_DAY) == ["provisional: could not be scored: off the grid"]
    assert list(read_months(connection, months.promised, ["YEAR"], OCTOBER - DAY)) == [], "it is not over"


def test_a_month_that_a_forecast_leaves_open_is_listed_and_held(connection: Connection, tmp_path: Path) -> None:
    hours = (
        '[agreement.service_hours]\ndays = ["mon", "tue", "wed", "thu", "fri"]\nfrom = "08:00"\nto = "18:00"\n'
        "holidays = [2025-09-10]\nforecasts = [2025-09-10]\n"
    )
    text = agreement_text("casa-a1", starts_on="2025-09-01", more=hours)
    text = text.replace('indicator = "availability"', 'indicator = "availability"\nservice_hours = true')
    months = september(connection, promise(tmp_path, text))
    assert the_month(months, FIFTH_DAY).held() == [
        "the calendar only forecasts 2025-09-10: a version that announces it must come first"
    ]
    assert not the_month(months, FIFTH_DAY).is_issue_due(seconds(FIFTH_DAY))


def test_the_command_tells_each_held_month_in_one_line_and_publishes_the_others(
    connection: Connection,
    dsn: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    months = Months(connection, promise(tmp_path, PLAIN))
    months.register()
    months.measure("casa-a1", SEPTEMBER, OCTOBER + 32 * DAY, gaps=SCARCE)
    for passed in (1, 33):
        months.engine(OCTOBER + passed * DAY)
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(months.promised.inventory.path))
    assert main(["issue", "--due"]) == 1
    out, err = capsys.readouterr()
    assert err == f"YEAR 2025-09: {REVIEW}; look at it (p2i statement), then p2i verdict issue YEAR 2025-09 --reason\n"
    assert out.startswith("YEAR 2025-10: version 1 issued")
    assert main(["show", "YEAR", "2025-09"]) == 0
    assert capsys.readouterr().out == (f"YEAR 2025-09: provisional, nothing is published of it yet\n{REVIEW}\n")
    assert main(["restate", "--due"]) == 0
    assert main(["issue", "YEAR", "2025-09", "--reason", "looked at"]) == 0
    capsys.readouterr()
    assert main(["issue", "--due"]) == 0
    assert capsys.readouterr().err == ""


def test_many_lines_are_told_in_one() -> None:
    assert in_one_line(["a", "b", "c"]) == "a; b; c"
    assert in_one_line(["a", "b", "c", "d", "e"]) == "a; b; c; and 2 more"
