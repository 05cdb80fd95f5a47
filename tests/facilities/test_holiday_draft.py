"""`p2i inventory holidays`: what python-holidays says of a year as tables a calendar file can hold."""

import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from facilities.civil_calendar_toml import calendar_from_toml, read_calendars
from facilities.command import main
from facilities.holiday_draft import holiday_draft
from facilities.inventory import REAL_INVENTORY
from store.errors import InputError

GOOD = Path(__file__).parent / "good_inventory" / "calendars" / "jours-seuls.toml"


def test_without_the_library_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert main(["holidays", "--country", "MA", "--year", "2027"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == 'python-holidays is not installed; run: pip install "p2i[calendars]"\n'


def test_the_draft_of_morocco_tells_the_moon_from_the_law() -> None:
    pytest.importorskip("holidays", reason="python-holidays is an extra")
    drafted = tomllib.loads(holiday_draft("MA", 2027))["holiday"]
    assert {"on": date(2027, 3, 9), "name": "Fête de la rupture du jeûne", "status": "forecast"} in drafted
    assert {"on": date(2027, 10, 31), "name": "Fête de l'Unité", "status": "fixed"} in drafted
    # 14 August 2027 is two days off in one, and each has its own line
    assert [one["status"] for one in drafted if one["on"] == date(2027, 8, 14)] == ["fixed", "forecast"]
    ours = read_calendars(REAL_INVENTORY / "calendars")["ma"]
    by_law = {one["on"] for one in drafted if one["status"] == "fixed"}
    assert by_law == {one.on for one in ours.holidays if one.status == "fixed" and one.on.year == 2027}


def test_the_draft_can_be_pasted_into_a_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("holidays", reason="python-holidays is an extra")
    assert main(["holidays", "--country", "ES", "--subdivision", "MD", "--year", "2026", "--language", "es"]) == 0
    drafted = capsys.readouterr().out
    assert drafted.startswith("# Draft by python-holidays ")
    calendar = calendar_from_toml(GOOD.read_bytes() + drafted.encode(), "es.toml")
    assert date(2026, 1, 6) in calendar.days_off
    assert calendar.forecasts == frozenset()


@pytest.mark.parametrize(
    ("country", "year", "subdivision", "line"),
    [
        ("XX", 2027, None, "python-holidays: Country XX not available"),
        ("ES", 2027, "XX", "python-holidays: Entity `ES` does not have subdivision XX"),
        ("MA", 1900, None, "python-holidays: knows no holiday of MA in 1900"),
    ],
)
def test_what_the_library_does_not_know_is_a_line(country: str, year: int, subdivision: str | None, line: str) -> None:
    pytest.importorskip("holidays", reason="python-holidays is an extra")
    with pytest.raises(InputError) as error:
        holiday_draft(country, year, subdivision)
    assert str(error.value) == line
