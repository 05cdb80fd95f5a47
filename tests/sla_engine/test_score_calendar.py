"""An agreement that names a calendar: scored in memory, from the file written out, and from a hand-written one."""

import json
import shutil
from pathlib import Path

import pytest

from facilities.calendar import month
from facilities.command import main as inventory_main
from facilities.inventory import Inventory, read_inventory
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.document import document_text
from sla_engine.score import main
from sla_engine.scoring import score

GOOD = Path(__file__).parents[1] / "facilities" / "good_inventory"
# BH-4: eight to six from Monday to Friday, two holidays, one outage of which an hour lies in service time
PLAIN = """[calendar]
id = "ma-bureau"
version = 3
name = "Maroc, heures de bureau"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
ends_on = 2028-01-01
compiled_on = 2026-11-22
source = "C2"
worked_days = ["mon", "tue", "wed", "thu", "fri"]
hours = [{ days = ["mon", "tue", "wed", "thu", "fri"], from = "08:00", to = "18:00" }]
[[holiday]]
on = 2026-11-06
name = "Marche verte"
status = "fixed"
[[holiday]]
on = 2026-11-18
name = "Fête de l'indépendance"
status = "fixed"
"""
BY_HAND = """[agreement.service_hours]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "08:00"
to = "18:00"
holidays = [2026-11-06, 2026-11-18]
"""
NAMED = '[agreement.service_hours]\ncalendar = "ma-bureau"\n'


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inventory:
    """The good inventory with agreement B in force from 2026, by states, in a folder of its own."""
    folder = tmp_path / "inventory"
    shutil.copytree(GOOD, folder)
    (folder / "agreements" / "a.toml").unlink()
    file = folder / "agreements" / "b.toml"
    text = file.read_text(encoding="utf-8").replace("starts_on = 2027-01-01", "starts_on = 2026-01-01")
    file.write_text(
        text.replace('indicator = "availability"', 'indicator = "availability"\nmethod = "states"'), "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return read_inventory("inventory")


def states(*changes: tuple[str, str]) -> None:
    rows = "".join(f"{at},C-17,{state}\n" for at, state in changes)
    Path("states.csv").write_text(f"at,circuit,state\n{rows}", encoding="utf-8")


def scored(capsys: pytest.CaptureFixture[str], file: str, period: str) -> str:
    assert main(["--agreement", file, "--period", period, "--states", "states.csv"]) == 0
    return capsys.readouterr().out


def written_out(capsys: pytest.CaptureFixture[str]) -> str:
    assert inventory_main(["agreement", "AGR-B", "inventory"]) == 0
    Path("agreement.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    return "agreement.toml"


def in_memory(inventory: Inventory, year: int, number: int) -> str:
    agreement = inventory.agreements["AGR-B"]
    facts = read_facts(agreement, FactFiles(states="states.csv"))
    return document_text(score(agreement, month(year, number, agreement.time_zone), facts))


@pytest.mark.usefixtures("inventory")
def test_three_ways_to_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    Path("inventory/calendars/ma-bureau.toml").write_text(PLAIN, encoding="utf-8")
    states(
        ("2026-11-01T00:00:00Z", "up"),
        ("2026-11-12T17:00:00Z", "down"),
        ("2026-11-12T20:00:00Z", "up"),
    )
    by_name = scored(capsys, written_out(capsys), "2026-11")
    text = Path("inventory/agreements/b.toml").read_text(encoding="utf-8")
    assert NAMED in text
    Path("by-hand.toml").write_text(text.replace(NAMED, BY_HAND), encoding="utf-8")
    assert scored(capsys, "by-hand.toml", "2026-11") == by_name
    assert in_memory(read_inventory("inventory"), 2026, 11) == by_name
    objective = json.loads(by_name)["objectives"][0]
    assert objective["value_percent"] == "99.4736"
    assert objective["seconds"]["up"] + objective["seconds"]["down"] == 190 * 3600


def test_ramadan_hours_come_through_the_file(inventory: Inventory, capsys: pytest.CaptureFixture[str]) -> None:
    # Monday 15 February 2027, 14:00 to 17:00: an hour of it within Ramadan's nine to three
    states(("2027-02-01T00:00:00Z", "up"), ("2027-02-15T14:00:00Z", "down"), ("2027-02-15T17:00:00Z", "up"))
    document = scored(capsys, written_out(capsys), "2027-02")
    assert document == in_memory(inventory, 2027, 2)
    seconds = json.loads(document)["objectives"][0]["seconds"]
    assert seconds["down"] == 3600
    assert seconds["up"] == (5 * 10 + 4 + 15 * 6 - 1) * 3600
    assert sum(seconds.values()) == 28 * 86_400


@pytest.mark.usefixtures("inventory")
def test_the_file_of_the_inventory_is_not_scored_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--agreement", "inventory/agreements/b.toml", "--period", "2026-11"]) == 2
    assert capsys.readouterr().err == (
        'inventory/agreements/b.toml: agreement.service_hours.calendar: "ma-bureau" is a calendar of an inventory; '
        '"p2i inventory agreement ID" writes this file with its days\n'
    )


@pytest.mark.usefixtures("inventory")
def test_an_agreement_nobody_wrote_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert inventory_main(["agreement", "AGR-Z", "inventory"]) == 2
    assert capsys.readouterr().err == 'inventory: no agreement "AGR-Z"\n'


@pytest.mark.usefixtures("inventory")
def test_a_calendar_edited_under_its_old_version_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("inventory", "before")
    file = Path("inventory/calendars/ma-bureau.toml")
    moved = file.read_text(encoding="utf-8").replace("on = 2027-03-09\n", "on = 2027-03-10\n", 1)
    file.write_text(moved, encoding="utf-8")
    assert inventory_main(["check", "inventory", "--since", "before"]) == 2
    assert capsys.readouterr().err == (
        "inventory/calendars/ma-bureau.toml: calendar.version: the text has changed since version 2, so the version "
        "must be above it\n"
    )
    file.write_text(moved.replace("version = 2", "version = 3"), encoding="utf-8")
    assert inventory_main(["check", "inventory", "--since", "before"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "inventory/calendars/ma-bureau.toml: version 2 -> 3, days changed: 2027-03-09, 2027-03-10"
