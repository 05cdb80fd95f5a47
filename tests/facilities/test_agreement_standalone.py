"""An agreement that names a calendar, as one file with its days: the same agreement, and the contract's keys only."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from facilities.agreement import Agreement
from facilities.agreement_days import forecast_days, refuse_unknown_days
from facilities.agreement_standalone import standalone_agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import month, service_windows, zone
from facilities.civil_calendar import CivilCalendar
from facilities.civil_calendar_toml import calendar_from_toml, read_calendars
from facilities.inventory import DEMO_INVENTORY, read_inventory
from store.errors import InputError
from store.intervals import total_seconds

GOOD = Path(__file__).parent / "good_inventory"
CALENDARS = read_calendars(GOOD / "calendars")
CASABLANCA = zone("Africa/Casablanca")


def named(calendar: str) -> bytes:
    return (GOOD / "agreements" / "b.toml").read_bytes().replace(b'"ma-bureau"', f'"{calendar}"'.encode())


def read(content: bytes, calendars: dict[str, CivilCalendar] | None = None) -> Agreement:
    return agreement_from_toml(content, "b.toml", calendars)


@pytest.mark.parametrize("calendar", ["ma-bureau", "clients-fr"])
def test_what_is_written_out_is_the_same_agreement(calendar: str) -> None:
    content = named(calendar)
    agreement = read(content, CALENDARS)
    written = standalone_agreement(content, agreement)
    assert read(written) == agreement  # without any calendar at hand
    assert agreement.calendar == CALENDARS[calendar].identity
    assert standalone_agreement(written, agreement) == written


def test_a_simple_calendar_leaves_the_four_keys_of_the_contract() -> None:
    simple = calendar_from_toml(
        b'[calendar]\nid = "s"\nversion = 7\nname = "S"\ntime_zone = "Africa/Casablanca"\nstarts_on = 2026-01-01\n'
        b'ends_on = 2028-01-01\ncompiled_on = 2026-11-22\nsource = "C2"\nworked_days = ["mon"]\n'
        b'hours = [{ days = ["mon", "sat"], from = "08:00", to = "24:00" }]\n'
        b'[[holiday]]\non = 2026-11-06\nname = "Marche verte"\nstatus = "fixed"\n',
        "s.toml",
    )
    content = named("s")
    document = tomllib.loads(standalone_agreement(content, read(content, {"s": simple})).decode())
    assert document["agreement"]["service_hours"] == {
        "days": ["mon", "sat"],
        "from": "08:00",
        "to": "24:00",
        "holidays": [date(2026, 11, 6)],
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2028, 1, 1),
        "calendar": {"id": "s", "version": 7, "sha256": simple.identity.sha256},
    }


def test_an_agreement_that_names_none_keeps_its_bytes() -> None:
    demo = read_inventory(DEMO_INVENTORY)
    for code, file in demo.agreement_files.items():
        assert demo.agreement_text(code) == file.read_bytes()
        assert demo.agreements[code].calendar is None


def test_alone_a_file_that_names_a_calendar_is_refused() -> None:
    with pytest.raises(InputError) as error:
        read(named("ma-bureau"))
    assert str(error.value) == (
        'b.toml: agreement.service_hours.calendar: "ma-bureau" is a calendar of an inventory; "p2i inventory agreement '
        'ID" writes this file with its days'
    )


WRITTEN = standalone_agreement(named("ma-bureau"), read(named("ma-bureau"), CALENDARS)).decode()

MISTAKES = [
    ("version = 2\n", "version = 0\n", "calendar.version: must be a whole number, at least 1"),
    ('sha256 = "', 'sha256 = "x', "calendar.sha256: must be 64 hexadecimal digits"),
    ('id = "ma-bureau"', 'id = "ma-bureau"\nname = "x"', "calendar.name: unknown key"),
    (
        "starts_on = 2026-01-01\nends_on = 2028",
        "starts_on = 2026-01-01\nends_on = 2025",
        "ends_on: is not later than starts_on",
    ),
    ('to = "13:00"', 'to = "08:00"', "more_windows[1].to: must be later than from"),
    ("more_windows = [{ days", "more_windows = [{ jours", "more_windows[1].days: is required"),
    (
        "ends_on = 2027-03-09, windows",
        "ends_on = 2027-02-08, windows",
        "seasons[1].ends_on: is not later than starts_on",
    ),
    ('"Ramadan 1448", starts_on', '"Ramadan 1448", from_on', "seasons[1].starts_on: is required"),
    ("2027-03-09, windows", "2027-03-09, hours", "seasons[1].windows: is required"),
    ("forecasts = [2027-02-08", 'forecasts = ["2027-02-08"', "forecasts: must be a list of dates such as 2026-01-01"),
    (
        "starts_on = 2026-01-01",
        'time_zone = "Paris"\nstarts_on = 2026-01-01',
        'time_zone: "Paris" is not a time zone of tzdb',
    ),
    ("forecasts", "forecast", "forecast: unknown key"),
]


@pytest.mark.parametrize(("old", "new", "line"), MISTAKES)
def test_each_mistake_of_the_written_out_keys_is_one_line(old: str, new: str, line: str) -> None:
    assert old in WRITTEN
    with pytest.raises(InputError) as error:
        read(WRITTEN.replace(old, new, 1).encode())
    assert str(error.value).startswith(f"b.toml: agreement.service_hours.{line}")


def test_two_seasons_on_one_day_are_refused() -> None:
    text = WRITTEN.replace(
        "seasons = [\n",
        'seasons = [\n  { name = "Hiver", starts_on = 2027-02-01, ends_on = 2027-02-09, windows = [] },\n',
    )
    with pytest.raises(InputError) as error:
        read(text.encode())
    assert str(error.value) == (
        'b.toml: agreement.service_hours.seasons[2].starts_on: shares days with the season "Hiver"'
    )


def test_ramadan_shortens_the_month_and_the_clients_clock_moves_it() -> None:
    office = read(named("ma-bureau"), CALENDARS)
    assert office.service_hours is not None
    # February 2027: Mon 1 - Fri 5 of ten hours, Saturday 6 of four, then 15 days of six
    february = service_windows(office.service_hours, CASABLANCA, month(2027, 2, CASABLANCA))
    assert total_seconds(february) == (5 * 10 + 4 + 15 * 6) * 3600
    client = read(named("clients-fr"), CALENDARS)
    assert client.service_hours is not None
    # October 2026: Paris leaves summer time on the 25th, Casablanca stays; 22 days of nine hours all the same
    october = service_windows(client.service_hours, CASABLANCA, month(2026, 10, CASABLANCA))
    assert total_seconds(october) == 22 * 9 * 3600
    assert (october[0].starts_at % 86_400, october[-1].starts_at % 86_400) == (7 * 3600, 8 * 3600)


@pytest.mark.parametrize(
    ("year", "number", "days"),
    [
        (2027, 1, ()),
        (2027, 2, (date(2027, 2, 8),)),  # the start of Ramadan
        (2027, 3, (date(2027, 3, 9),)),  # its end, and the feast
        (2027, 8, (date(2027, 8, 14),)),
        (2027, 9, ()),
    ],
)
def test_a_forecast_leaves_its_month_open(year: int, number: int, days: tuple[date, ...]) -> None:
    office = read(named("ma-bureau"), CALENDARS)
    assert forecast_days(office, month(year, number, CASABLANCA)) == days
    assert forecast_days(read(WRITTEN.encode()), month(year, number, CASABLANCA)) == days


def test_a_forecast_on_the_first_leaves_the_month_before_open_too() -> None:
    text = WRITTEN.replace("forecasts = [2027-02-08", "forecasts = [2027-02-01")
    agreement = read(text.encode())
    assert date(2027, 2, 1) in forecast_days(agreement, month(2027, 1, CASABLANCA))
    assert forecast_days(agreement, month(2026, 12, CASABLANCA)) == ()


def test_a_forecast_on_the_last_leaves_the_month_after_open_too() -> None:
    agreement = read(WRITTEN.replace("forecasts = [2027-02-08", "forecasts = [2027-02-28").encode())
    assert date(2027, 2, 28) in forecast_days(agreement, month(2027, 3, CASABLANCA))
    assert forecast_days(agreement, month(2027, 4, CASABLANCA)) == ()


def test_days_the_calendar_does_not_know_are_refused() -> None:
    office = read(named("ma-bureau"), CALENDARS)
    refuse_unknown_days(office, month(2026, 1, CASABLANCA))
    refuse_unknown_days(office, month(2027, 12, CASABLANCA))
    with pytest.raises(InputError) as late:
        refuse_unknown_days(office, month(2028, 1, CASABLANCA))
    assert str(late.value) == 'agreement "AGR-B": calendar "ma-bureau" (2) knows only days before 2028-01-01'
    with pytest.raises(InputError) as early:
        refuse_unknown_days(office, month(2025, 12, CASABLANCA))
    assert str(early.value) == 'agreement "AGR-B": calendar "ma-bureau" (2) knows only days from 2026-01-01 on'


def test_where_no_objective_counts_service_hours_no_day_matters() -> None:
    content = named("ma-bureau").replace(b"service_hours = true", b"service_hours = false")
    agreement = read(content, CALENDARS)
    refuse_unknown_days(agreement, month(2030, 1, CASABLANCA))
    assert forecast_days(agreement, month(2027, 2, CASABLANCA)) == ()


def test_hours_written_by_hand_know_no_end() -> None:
    content = named("ma-bureau").replace(b'calendar = "ma-bureau"', b'days = ["mon"]\nfrom = "08:00"\nto = "18:00"')
    refuse_unknown_days(read(content), month(2099, 1, CASABLANCA))
