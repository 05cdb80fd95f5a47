"""Calendars as files: what one says, one bad file per mistake with its exact line, and every key documented."""

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from facilities.calendar import TZDB_VERSION, zone
from facilities.civil_calendar import CivilCalendar
from facilities.civil_calendar_toml import calendar_from_toml, read_calendars
from facilities.inventory import REAL_INVENTORY
from store.errors import InputError

FOLDER = Path(__file__).parent / "good_inventory" / "calendars"
GOOD = (FOLDER / "ma-bureau.toml").read_text(encoding="utf-8")
CASABLANCA = zone("Africa/Casablanca")


def read(text: str) -> CivilCalendar:
    return calendar_from_toml(text.encode(), "calendars/ma-bureau.toml")


def test_the_identity_is_the_text() -> None:
    identity = read(GOOD).identity
    assert (identity.id, identity.version) == ("ma-bureau", 2)
    assert identity.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert read(GOOD + "# a word\n").identity != identity


def test_what_a_calendar_says() -> None:
    calendar = read(GOOD)
    assert calendar.worked_days == frozenset(range(5))
    assert (calendar.starts_on, calendar.ends_on) == (date(2026, 1, 1), date(2028, 1, 1))
    assert calendar.sources == ("C2",)
    assert calendar.holidays[0].confirmed_on == date(2026, 3, 19)
    # 2027-08-14 has two names and is one day off
    assert len(calendar.holidays) == 6
    assert len(calendar.days_off) == 5


def test_a_forecast_counts_and_is_named() -> None:
    calendar = read(GOOD)
    assert date(2027, 3, 9) in calendar.days_off
    # the season's first day, and the day after its last, are forecast as well: the moon moves both
    assert calendar.forecasts == {date(2027, 2, 8), date(2027, 3, 9), date(2027, 8, 14)}


def test_service_hours_follow_the_season_and_not_beyond_it() -> None:
    hours = read(GOOD).service_hours(CASABLANCA)
    assert hours is not None

    def shown(day: date) -> list[tuple[int, int]]:
        return [(window.from_minute, window.to_minute) for window in hours.windows_on(day)]

    assert shown(date(2027, 2, 5)) == [(480, 1080)]  # the Friday before Ramadan
    assert shown(date(2027, 2, 6)) == [(540, 780)]  # a Saturday
    assert shown(date(2027, 2, 8)) == [(540, 900)]  # its first day, a Monday
    assert shown(date(2027, 2, 13)) == []  # its Saturdays have no hours
    assert shown(date(2027, 3, 8)) == [(540, 900)]  # its last day
    assert shown(date(2027, 3, 9)) == []  # Aïd al-Fitr
    assert shown(date(2027, 3, 10)) == [(480, 1080)]
    assert hours.time_zone is None  # the agreement's own clock


def test_seasons_may_follow_one_another_to_the_end_of_the_calendar() -> None:
    first = GOOD.replace("ends_on = 2027-03-09", "ends_on = 2027-03-03")
    season = '[[season]]\nname = "Fermé"\nstarts_on = 2027-03-03\nends_on = 2028-01-01\nstatus = "fixed"\nhours = []\n'
    hours = read(first + season).service_hours(CASABLANCA)
    assert hours is not None
    assert [len(list(hours.windows_on(date(2027, 3, day)))) for day in (2, 3, 4)] == [1, 0, 0]
    assert next(hours.windows_on(date(2027, 3, 2))).to_minute == 900
    ordinary = read(first).service_hours(CASABLANCA)
    assert ordinary is not None
    assert next(ordinary.windows_on(date(2027, 3, 3))).to_minute == 1080


def test_what_is_announced_today_is_compiled_today() -> None:
    calendar = read(GOOD.replace("confirmed_on = 2026-03-19", "confirmed_on = 2026-11-22"))
    assert calendar.holidays[0].confirmed_on == calendar.compiled_on


def test_a_client_keeps_its_own_clock() -> None:
    hours = read_calendars(FOLDER)["clients-fr"].service_hours(CASABLANCA)
    assert hours is not None
    assert hours.time_zone == zone("Europe/Paris")


def test_a_calendar_that_only_counts_days_gives_no_hours() -> None:
    real = read_calendars(REAL_INVENTORY / "calendars")
    assert set(real) == {"es", "fr", "ma"}
    assert real["ma"].service_hours(CASABLANCA) is None


def test_the_moroccan_calendar_has_the_days_of_the_decrees_and_no_moon_is_certain() -> None:
    moroccan = read_calendars(REAL_INVENTORY / "calendars")["ma"]
    fixed = {(holiday.on.month, holiday.on.day) for holiday in moroccan.holidays if holiday.status == "fixed"}
    # p2i-domain §4.5
    assert fixed == {(1, 1), (1, 11), (1, 14), (5, 1), (7, 30), (8, 14), (8, 20), (8, 21), (10, 31), (11, 6), (11, 18)}
    lunar = [(holiday.on.isoformat(), holiday.status) for holiday in moroccan.holidays if holiday.status != "fixed"]
    assert lunar == [
        (day, "forecast")
        for day in (
            *("2026-03-20", "2026-05-27", "2026-06-16", "2026-08-25"),
            *("2027-03-09", "2027-05-16", "2027-06-06", "2027-08-14"),
        )
    ]


HOLIDAY = 'on = 2026-11-06\nname = "Marche verte"\nstatus = "fixed"'

# what is replaced, by what, and the line without its "calendars/ma-bureau.toml: "
MISTAKES = [
    ("[calendar]", "[calender]", "calendar: is required"),
    ("[[holiday]]", "[[holidays]]", "holidays: unknown key"),
    ('id = "ma-bureau"', 'id = "ma bureau"', 'calendar.id: letters, digits, ".", "_" and "-" only, at most 63'),
    ("version = 2", "version = 0", "calendar.version: must be a whole number, at least 1"),
    ("version = 2", "", "calendar.version: is required"),
    ('country = "MA"', 'country = "Maroc"', 'calendar.country: must be two capitals of ISO 3166, such as "MA"'),
    ('"Africa/Casablanca"', '"Africa/Casa"', 'calendar.time_zone: "Africa/Casa" is not a time zone of tzdb {tzdb}'),
    ("ends_on = 2028-01-01", "ends_on = 2026-01-01", "calendar.ends_on: is not later than starts_on"),
    ("ends_on = 2028-01-01", "ends_on = 2082-01-01", "calendar.ends_on: is more than 30 years after starts_on"),
    ("compiled_on = 2026-11-22", "", "calendar.compiled_on: is required"),
    ('source = "C2"', "source = []", "calendar.source: must be a mark of sources.toml, or a list of them"),
    ('source = "C2"', 'sources = "C2"', "calendar.source: is required"),
    (
        'worked_days = ["mon", "tue", "wed", "thu", "fri"]',
        "worked_days = []",
        "calendar.worked_days: must not be empty",
    ),
    (
        'worked_days = ["mon"',
        'worked_days = ["lun"',
        "calendar.worked_days: must be a list of mon, tue, wed, thu, fri, sat, sun",
    ),
    ('to = "13:00"', 'to = "08:00"', "calendar.hours[2].to: must be later than from"),
    (
        'from = "09:00", to = "13:00"',
        'from = "9h", to = "13:00"',
        'calendar.hours[2].from: must be a time of day such as "08:00", or "24:00" for the midnight that ends it',
    ),
    ('to = "13:00"', 'until = "13:00"', "calendar.hours[2].to: is required"),
    ('to = "13:00"', 'to = "13:00", zone = "UTC"', "calendar.hours[2].zone: unknown key"),
    (
        HOLIDAY,
        HOLIDAY.replace("2026-11-06", '"2026-11-06"'),
        "holiday[2026-11-06].on: must be a date such as 2026-01-01",
    ),
    (HOLIDAY, HOLIDAY.replace("on = 2026-11-06", ""), "holiday[2].on: is required"),
    (
        HOLIDAY,
        HOLIDAY.replace("2026", "2025"),
        "holiday[2025-11-06].on: is outside the days of the calendar, from 2026-01-01 to before 2028-01-01",
    ),
    (
        HOLIDAY,
        HOLIDAY.replace("2026-11-06", "2028-01-01"),
        "holiday[2028-01-01].on: is outside the days of the calendar, from 2026-01-01 to before 2028-01-01",
    ),
    (HOLIDAY, HOLIDAY.replace('name = "Marche verte"', ""), "holiday[2026-11-06].name: is required"),
    (
        HOLIDAY,
        f"{HOLIDAY}\n[[holiday]]\n{HOLIDAY}",
        'holiday[2026-11-06].name: "Marche verte" is listed twice on this day',
    ),
    (
        HOLIDAY,
        HOLIDAY.replace("fixed", "civil"),
        "holiday[2026-11-06].status: must be one of fixed, forecast, confirmed",
    ),
    (HOLIDAY, HOLIDAY.replace('status = "fixed"', ""), "holiday[2026-11-06].status: is required"),
    ("confirmed_on = 2026-03-19", "", "holiday[2026-03-20].confirmed_on: is required"),
    (
        "confirmed_on = 2026-03-19",
        "confirmed_on = 2026-11-23",
        "holiday[2026-03-20].confirmed_on: is later than compiled_on (2026-11-22) of the calendar",
    ),
    (
        'status = "confirmed"',
        'status = "forecast"',
        "holiday[2026-03-20].confirmed_on: is written with the status confirmed only, not with forecast",
    ),
    (
        "starts_on = 2027-02-08",
        "starts_on = 2025-02-08",
        "season[Ramadan 1448].starts_on: is outside the days of the calendar, from 2026-01-01 to before 2028-01-01",
    ),
    (
        "ends_on = 2027-03-09",
        "ends_on = 2028-03-09",
        "season[Ramadan 1448].ends_on: is outside the days of the calendar, from 2026-01-01 to before 2028-01-01",
    ),
    ("ends_on = 2027-03-09", "ends_on = 2027-02-08", "season[Ramadan 1448].ends_on: is not later than starts_on"),
    ("hours = [{", "heures = [{", "season[Ramadan 1448].hours: is required"),
    (
        "[[season]]",
        '[[season]]\nname = "Hiver"\nstarts_on = 2027-01-01\nends_on = 2027-02-09\nstatus = "fixed"\nhours = []\n'
        "[[season]]",
        'season[Ramadan 1448].starts_on: shares days with the season "Hiver"',
    ),
    (
        "hours = [\n",
        "heures = [\n",
        "calendar.heures: unknown key",
    ),
]


@pytest.mark.parametrize(("old", "new", "line"), [pytest.param(*mistake, id=mistake[2]) for mistake in MISTAKES])
def test_each_mistake_is_one_exact_line(old: str, new: str, line: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as error:
        read(GOOD.replace(old, new, 1) if old != "[[holiday]]" else GOOD.replace(old, new))
    assert str(error.value) == f"calendars/ma-bureau.toml: {line.replace('{tzdb}', TZDB_VERSION)}"


def test_a_season_needs_weekly_hours_to_replace() -> None:
    start, end = GOOD.index("hours = [\n"), GOOD.index("[[holiday]]")
    with pytest.raises(InputError) as error:
        read(GOOD[:start] + GOOD[end:])
    assert str(error.value) == (
        "calendars/ma-bureau.toml: season[Ramadan 1448].hours: replace weekly hours, and this calendar has none "
        "(calendar.hours)"
    )


def test_what_is_not_toml_has_a_line() -> None:
    with pytest.raises(InputError) as error:
        read(GOOD.replace("version = 2", "version = "))
    assert str(error.value).startswith("calendars/ma-bureau.toml:3: not TOML: ")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ma.toml").mkdir()
    with pytest.raises(InputError) as error:
        read_calendars(tmp_path)
    assert str(error.value) == f"{tmp_path}/ma.toml: cannot be read: Is a directory"


def test_every_key_is_documented_and_no_other() -> None:
    document = (Path(__file__).parents[2] / "docs" / "inventory.md").read_text(encoding="utf-8")
    section = re.split(r"\n## ", document[document.index("\n## calendars/*.toml") + 1 :])[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    documented = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    written = {key for text in (FOLDER / name for name in ("ma-bureau.toml", "clients-fr.toml")) for key in _keys(text)}
    assert documented == written


def _keys(file: Path) -> set[str]:
    return set(re.findall(r"^(\w+) = ", file.read_text(encoding="utf-8"), re.MULTILINE))
