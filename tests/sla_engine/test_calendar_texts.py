"""Passes over agreements whose service hours come from a calendar: one version is one text, and a forecast is open."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from facilities.inventory import read_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.agreement_texts import CalendarText, read_calendar_text, read_kept_differences, write_calendar_text
from store.connection import Connection
from store.errors import InputError
from store.registry import register_circuits
from store.rows import CircuitRow
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores, read_unscored
from tests.sla_engine.passing import measure

GOOD = Path(__file__).parents[1] / "facilities" / "good_inventory"
NOVEMBER, APRIL = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2027, 4, 5, 12, tzinfo=UTC)
FORECAST = 'on = 2027-03-09\nname = "Aïd al-Fitr"\nstatus = "forecast"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The good inventory with agreement B alone, in force from 2026, its hours those of the calendar ma-bureau."""
    shutil.copytree(GOOD, tmp_path / "inventory")
    (tmp_path / "inventory" / "agreements" / "a.toml").unlink()
    edit(tmp_path / "inventory" / "agreements" / "b.toml", "starts_on = 2027-01-01", "starts_on = 2026-01-01")
    return tmp_path / "inventory"


def edit(file: Path, *replacements: str) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in zip(replacements[::2], replacements[1::2], strict=True):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def a_pass(connection: Connection, folder: Path, now: datetime) -> ScoreRow:
    """The oldest score after a pass with the inventory as it is now."""
    Scorer(Promised.of(read_inventory(folder))).run_pass(connection, now)
    return read_scores(connection)[0]


def test_a_score_names_the_calendar_it_was_made_by_and_its_text_is_kept(connection: Connection, folder: Path) -> None:
    row = a_pass(connection, folder, NOVEMBER)
    assert (row.calendar, row.calendar_version) == ("ma-bureau", 2)
    kept = read_calendar_text(connection, "ma-bureau", 2)
    assert kept is not None
    assert kept.text == (folder / "calendars" / "ma-bureau.toml").read_text(encoding="utf-8")
    assert kept.sha256 == row.calendar_sha256
    assert row.input_xid is not None
    assert row.input_xid > 0


def test_another_text_under_the_same_version_is_refused(connection: Connection, folder: Path) -> None:
    """The engine keeps the score it has and says why in one line; a higher version is scored."""
    before = a_pass(connection, folder, NOVEMBER)
    calendar = folder / "calendars" / "ma-bureau.toml"
    edit(calendar, "on = 2026-11-18", "on = 2026-11-22")
    assert a_pass(connection, folder, NOVEMBER) == before
    (told,) = read_unscored(connection)
    sha256 = read_inventory(folder).calendars["ma-bureau"].identity.sha256
    assert told.reason == (
        f'calendar "ma-bureau" version 2 has another text (SHA-256 {sha256}) than the one verdicts were given by'
        f" ({before.calendar_sha256}): put that text back, or raise the version"
    )
    edit(calendar, "version = 2", "version = 3")
    after = a_pass(connection, folder, NOVEMBER)
    assert (after.calendar_version, read_unscored(connection)) == (3, [])
    assert after.document != before.document


def test_a_forecast_leaves_a_month_open_until_it_is_announced_and_then_it_is_closed(
    connection: Connection, folder: Path
) -> None:
    """Aïd al-Fitr of March 2027: forecast for the 9th, announced for the 10th, and corrected once too late."""
    number = register_circuits(connection, [CircuitRow("C-17", "casanearshore", None, False)])["C-17"]
    measure(connection, number, datetime(2027, 3, 9, 10, tzinfo=UTC), 60)
    assert a_pass(connection, folder, APRIL).calendar_version == 2
    calendar = folder / "calendars" / "ma-bureau.toml"
    announced = FORECAST.replace("03-09", "03-10").replace('"forecast"', '"confirmed"\nconfirmed_on = 2027-03-08')
    season = 'ends_on = 2027-03-09\nstatus = "forecast"'
    edit(calendar, FORECAST, announced, season, season.replace("forecast", "fixed"), "version = 2", "version = 3")
    edit(calendar, "compiled_on = 2026-11-22", "compiled_on = 2027-03-31")
    march = a_pass(connection, folder, APRIL)
    assert march.calendar_version == 3
    assert march.parsed()["objectives"][0]["seconds"]["up"] == 600, "the 9th is a working day, sixty intervals of ten"
    edit(calendar, "on = 2027-03-10", "on = 2027-03-11", "version = 3", "version = 4")
    measure(connection, number, datetime(2027, 3, 11, 10, tzinfo=UTC), 60)
    late = a_pass(connection, folder, APRIL)
    assert (late.calendar_version, late.agreement_sha256) == (3, march.agreement_sha256)
    assert late.parsed()["objectives"][0]["seconds"]["up"] == 1200
    (told,) = read_kept_differences(connection)
    assert told.difference.endswith("the inventory says otherwise today: service hours")


def test_a_calendar_known_by_its_hash_is_not_taken_for_another(connection: Connection) -> None:
    """An agreement with the days written out names the version; the calendar's own file may come later."""
    write_calendar_text(connection, CalendarText("ma", 1, "0" * 64, None))
    write_calendar_text(connection, CalendarText("ma", 1, "0" * 64, None))
    with pytest.raises(InputError, match='calendar "ma" version 1 has another text'):
        write_calendar_text(connection, CalendarText("ma", 1, "1" * 64, None))
