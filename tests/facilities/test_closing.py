"""`[agreement.closing]`: when a month may be published, on which day it is by itself, and when it is final."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from facilities.agreement_standalone import standalone_agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.civil_calendar import CivilCalendar
from facilities.civil_calendar_toml import read_calendars
from facilities.closing import Closing, IssueDays
from facilities.inventory import REAL_INVENTORY, read_inventory
from store.errors import InputError
from tests.sla_engine.cases import agreement_text

GOOD = Path(__file__).parent / "good_inventory"
MOROCCO = read_calendars(REAL_INVENTORY / "calendars")["ma"]
FIVE_DAYS = 'issue_days = 5\nissue_day_kind = "ouvres"\ncalendar = "ma"\n'


def closing(table: str, calendars: dict[str, CivilCalendar] | None = None) -> Closing:
    return agreement_from_toml(f"{agreement_text()}{table}".encode(), "agreement.toml", calendars).closing


def test_without_the_table_a_day_of_lateness_and_thirty_to_contest() -> None:
    assert closing("") == closing("[agreement.closing]\n") == Closing(lateness_hours=24, contest_days=30)


def test_each_key_stands_alone() -> None:
    assert closing("[agreement.closing]\nlateness_hours = 0\n") == Closing(0, 30)
    assert closing("[agreement.closing]\ncontest_days = 45\n") == Closing(24, 45)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("lateness_hours = -1", "agreement.closing.lateness_hours: must be a whole number, at least 0"),
        ('contest_days = "30"', "agreement.closing.contest_days: must be a whole number, at least 0"),
        ("contest_day = 30", "agreement.closing.contest_day: unknown key"),
        (FIVE_DAYS.replace("5", "-1"), "agreement.closing.issue_days: must be a whole number, at least 0"),
        (FIVE_DAYS.replace("5", "500"), "agreement.closing.issue_days: must be at most 366"),
        (FIVE_DAYS.replace("ouvres", "ouvrés"), "agreement.closing.issue_day_kind: must be one of ouvres, ouvrables"),
        ("issue_days = 5", "agreement.closing.issue_day_kind: is required"),
        ('issue_days = 0\nissue_day_kind = "ouvres"', "agreement.closing.calendar: is required"),
        ('calendar = "ma"', "agreement.closing.calendar: says of which days issue_days are, which is not there"),
        ('issue_day_kind = "ouvres"', "agreement.closing.issue_day_kind: says of which days issue_days are"),
    ],
)
def test_mistakes_are_one_line(line: str, wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        closing(f"[agreement.closing]\n{line}\n")
    assert str(refused.value).startswith(f"agreement.toml: {wrong}")


def test_days_of_a_calendar_are_named_and_not_written_out() -> None:
    expected = Closing(issue=IssueDays(5, "ouvres", "ma"))
    assert closing(f"[agreement.closing]\n{FIVE_DAYS}") == expected, "a text that stands alone is read without it"
    assert closing(f"[agreement.closing]\n{FIVE_DAYS}", {"ma": MOROCCO}) == expected
    content = f"{agreement_text()}[agreement.closing]\n{FIVE_DAYS}".encode()
    agreement = agreement_from_toml(content, "agreement.toml", {"ma": MOROCCO})
    assert standalone_agreement(content, agreement) == content, "no version of the calendar is another text"


def test_a_calendar_that_is_not_in_the_inventory_is_refused() -> None:
    with pytest.raises(InputError, match=r'agreement.toml: agreement.closing.calendar: no calendar "ma" in calendars/'):
        closing(f"[agreement.closing]\n{FIVE_DAYS}", {})


def test_the_calendar_of_another_tenant_is_refused(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "inventory")
    file = tmp_path / "inventory" / "agreements" / "b.toml"
    text = f"{file.read_text()}\n[agreement.closing]\n{FIVE_DAYS}".replace('"ma"', '"clients-fr"')
    file.write_text(text)
    assert read_inventory(tmp_path / "inventory").agreements["AGR-B"].closing.issue is not None
    file.write_text(text.replace("locataire-a", "locataire-b").replace("C-17", "C-18"))
    with pytest.raises(
        InputError, match=r'agreement.closing.calendar: "clients-fr" is that of tenant "locataire-a", not'
    ):
        read_inventory(tmp_path / "inventory")


def test_the_day_and_the_forecasts_that_could_move_it() -> None:
    february, aid = date(2027, 2, 28), date(2027, 3, 9)  # Aïd al-Fitr is forecast for that Tuesday
    assert IssueDays(5, "ouvres", "ma").day(MOROCCO, february) == date(2027, 3, 5)
    assert IssueDays(5, "ouvres", "ma").forecasts(MOROCCO, february) == ()
    assert IssueDays(6, "ouvres", "ma").day(MOROCCO, february) == date(2027, 3, 8)
    assert IssueDays(6, "ouvres", "ma").forecasts(MOROCCO, february) == (aid,), "a day earlier it would be a day later"
    assert IssueDays(7, "ouvres", "ma").day(MOROCCO, february) == date(2027, 3, 10)
    assert IssueDays(7, "ouvrables", "ma").day(MOROCCO, february) == date(2027, 3, 8), "the Saturday counts"
