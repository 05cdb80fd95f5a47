"""Amendments in the inventory: which texts follow each other, which are refused with which line, what is in force."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from facilities.agreement_toml import agreement_from_toml, read_agreement
from facilities.agreement_versions import in_force
from facilities.calendar import month
from facilities.command import main
from facilities.inventory import Inventory, read_inventory
from store.errors import InputError

GOOD = Path(__file__).parent / "good_inventory"
AMENDED = """[agreement.amendment]
number = 1
effective_on = 2026-04-15
signed_on = 2026-03-30
title = "avenant n° 1"

[[objective]]"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The good inventory beside the test, called `inventory`, with an amendment of AGR-A in mid-month."""
    shutil.copytree(GOOD, tmp_path / "inventory")
    monkeypatch.chdir(tmp_path)
    text = Path("inventory/agreements/a.toml").read_text(encoding="utf-8")
    one = text.replace("[[objective]]", AMENDED, 1).replace('target_percent = "99.9"', 'target_percent = "99.5"')
    Path("inventory/agreements/a1.toml").write_text(one, encoding="utf-8")
    return Path("inventory")


def second(folder: Path, effective_on: str = "2026-10-01", number: int = 2) -> Path:
    """A second amendment, made of the first."""
    text = (folder / "agreements" / "a1.toml").read_text(encoding="utf-8")
    text = text.replace("number = 1", f"number = {number}").replace("2026-04-15", effective_on)
    file = folder / "agreements" / "a2.toml"
    file.write_text(text.replace('monthly_fee = "1000.00"', 'monthly_fee = "1500.00"'), encoding="utf-8")
    return file


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def versions(folder: Path) -> tuple[Inventory, list[tuple[int, date, date | None]]]:
    inventory = read_inventory(folder)
    return inventory, [(one.number, one.first_on, one.until_on) for one in inventory.versions["AGR-A"]]


def test_texts_of_one_agreement_follow_each_other(folder: Path) -> None:
    second(folder)
    inventory, found = versions(folder)
    assert found == [
        (0, date(2026, 1, 1), date(2026, 4, 15)),
        (1, date(2026, 4, 15), date(2026, 10, 1)),
        (2, date(2026, 10, 1), date(2027, 1, 1)),
    ]
    assert inventory.agreements["AGR-A"] == inventory.versions["AGR-A"][2], "screens show the last text"
    assert inventory.agreement_files["AGR-A"].name == "a2.toml"
    assert [one.id for one in inventory.agreements_of_tenant("locataire-a")].count("AGR-A") == 3
    amendment = inventory.versions["AGR-A"][1].amendment
    assert amendment is not None
    assert (amendment.title, amendment.signed_on) == ("avenant n° 1", date(2026, 3, 30))


@pytest.mark.parametrize(
    ("day", "number"),
    [("2026-04-14", 0), ("2026-04-15", 1), ("2026-12-31", 1), ("2025-12-31", None), ("2027-01-01", None)],
)
def test_one_text_is_in_force_on_a_day(folder: Path, day: str, number: int | None) -> None:
    texts = read_inventory(folder).versions["AGR-A"]
    found = in_force(texts, date.fromisoformat(day))
    assert (None if found is None else found.number) == number


def test_the_texts_of_a_month_share_its_seconds(folder: Path) -> None:
    original, amended = read_inventory(folder).versions["AGR-A"]
    april = month(2026, 4, original.time_zone)
    before, after = original.covered(april), amended.covered(april)
    assert (before.starts_at, before.ends_at, after.ends_at) == (april.starts_at, after.starts_at, april.ends_at)
    assert original.starts_at == amended.starts_at, "the grid does not start anew"


def test_a_text_alone_says_when_the_next_took_over(folder: Path) -> None:
    inventory = read_inventory(folder)
    original, amended = inventory.versions["AGR-A"]
    text = inventory.agreement_text(original)
    assert b"superseded_on = 2026-04-15\n" in text
    assert agreement_from_toml(text, "alone") == original
    file = folder / "agreements" / "a1.toml"
    assert inventory.agreement_text(amended) == inventory.agreement_text("AGR-A") == file.read_bytes()
    (folder / "agreements" / "a.toml").write_bytes(text)
    assert read_inventory(folder).versions["AGR-A"] == inventory.versions["AGR-A"], "by hand, and not in contradiction"


def test_without_amendments_a_text_is_its_file_byte_for_byte(folder: Path) -> None:
    (folder / "agreements" / "a1.toml").unlink()
    assert read_inventory(folder).agreement_text("AGR-A") == (folder / "agreements" / "a.toml").read_bytes()


def test_the_circuits_of_every_text_are_those_of_the_agreement(folder: Path) -> None:
    """An amendment that adds an objective does not take from the collectors the grid of the text before."""
    inventory = read_inventory(folder)
    assert [one.number for one in inventory.agreements_of_circuit("C-17") if one.id == "AGR-A"] == [0, 1]
    assert [one.number for one in inventory.agreements_on(date(2026, 4, 15)) if one.id == "AGR-A"] == [1]


FILE = "inventory/agreements/a1.toml: agreement."
MISTAKES = [
    ('id = "AGR-A"', 'id = "AGR-X"', 'amendment: no agreement "AGR-X" that it amends'),
    (
        'tenant = "locataire-a"',
        'tenant = "locataire-b"',
        'tenant: is "locataire-b", and in the original (a.toml) "locataire-a"',
    ),
    (
        'facility = "casanearshore"',
        'facility = "oujda-shore"',
        'facility: is "oujda-shore", and in the original (a.toml) "casanearshore"',
    ),
    (
        '"Africa/Casablanca"',
        '"Europe/Paris"',
        'time_zone: is "Europe/Paris", and in the original (a.toml) "Africa/Casablanca"',
    ),
    ('currency = "MAD"', 'currency = "EUR"', 'currency: is "EUR", and in the original (a.toml) "MAD"'),
    (
        "starts_on = 2026-01-01",
        "starts_on = 2026-02-01",
        'starts_on: is "2026-02-01", and in the original (a.toml) "2026-01-01"',
    ),
    ("number = 1", "number = 0", "amendment.number: must be a whole number, at least 1"),
    ("number = 1", "number = 2", "amendment.number: is 2, and there is no amendment 1"),
    (
        "effective_on = 2026-04-15",
        "effective_on = 2026-01-01",
        "amendment.effective_on: must be after starts_on (2026-01-01), from which the original is in force",
    ),
    ("effective_on = 2026-04-15", "effective_on = 2027-01-02", "amendment.effective_on: is after ends_on (2027-01-01)"),
    (
        "effective_on = 2026-04-15",
        'effective_on = "2026-04-15"',
        "amendment.effective_on: must be a date such as 2026-01-01",
    ),
    ("effective_on = 2026-04-15\n", "", "amendment.effective_on: is required"),
    ("signed_on", "signed_at", "amendment.signed_at: unknown key"),
    ('title = "avenant n° 1"', 'title = ""', "amendment.title: must be a text that is not empty"),
    (
        "[agreement.amendment]",
        "superseded_on = 2026-05-01\n[agreement.amendment]",
        "superseded_on: no amendment takes over on 2026-05-01",
    ),
    (
        "[agreement.amendment]",
        "superseded_on = 2026-04-15\n[agreement.amendment]",
        "superseded_on: must be after the first day in force (2026-04-15)",
    ),
    (
        "[agreement.amendment]",
        "scored_from = 2026-05-01\n[agreement.amendment]",
        "scored_from: is for files that p2i writes; an inventory has no use for it",
    ),
    (
        "[agreement.amendment]",
        "scored_from = 2027-01-01\n[agreement.amendment]",
        "scored_from: must be before 2027-01-01, from which this text is no longer in force",
    ),
]


@pytest.mark.parametrize(("old", "new", "line"), MISTAKES)
def test_each_mistake_of_an_amendment_is_one_exact_line(folder: Path, old: str, new: str, line: str) -> None:
    replaced(folder / "agreements" / "a1.toml", old, new)
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == FILE + line


def test_an_amendment_without_its_original_is_refused(folder: Path) -> None:
    (folder / "agreements" / "a.toml").unlink()
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == FILE + 'amendment: no agreement "AGR-A" that it amends'


@pytest.mark.parametrize(
    ("number", "effective_on", "line"),
    [
        (1, "2026-10-01", "amendment.number: 1 is already that of a1.toml"),
        (3, "2026-10-01", "amendment.number: is 3, and there is no amendment 2"),
        (
            2,
            "2026-04-15",
            "amendment.effective_on: 2026-04-15 is not after 2026-04-15, when amendment 1 took effect (a1.toml)",
        ),
        (
            2,
            "2026-03-01",
            "amendment.effective_on: 2026-03-01 is not after 2026-04-15, when amendment 1 took effect (a1.toml)",
        ),
    ],
)
def test_a_second_amendment_comes_after_the_first(folder: Path, number: int, effective_on: str, line: str) -> None:
    second(folder, effective_on, number)
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == f"inventory/agreements/a2.toml: agreement.{line}"


def test_an_agreement_that_has_ended_is_not_amended(folder: Path) -> None:
    replaced(folder / "agreements" / "a.toml", "ends_on = 2027-01-01", "ends_on = 2026-04-01")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == (
        FILE + "amendment.effective_on: 2026-04-15 is after 2026-04-01, when the agreement had ended (a.toml)"
    )


def test_an_amendment_may_prolong_an_agreement_from_its_last_day(folder: Path) -> None:
    replaced(folder / "agreements" / "a.toml", "ends_on = 2027-01-01", "ends_on = 2026-04-15")
    assert versions(folder)[1][-1] == (1, date(2026, 4, 15), date(2027, 1, 1))


def test_two_originals_under_one_id_are_refused(folder: Path) -> None:
    replaced(folder / "agreements" / "a1.toml", AMENDED, "[[objective]]")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == FILE + 'id: "AGR-A" is already that of a.toml'


def test_a_text_is_over_when_the_next_begins_for_other_agreements_too(folder: Path) -> None:
    """Two agreements may not promise one indicator of one circuit on one day; on days apart they may."""
    text = (folder / "agreements" / "a.toml").read_text(encoding="utf-8").replace('"AGR-A"', '"AGR-C"')
    other = folder / "agreements" / "c.toml"
    other.write_text(text.replace("ends_on = 2027-01-01", "ends_on = 2026-04-15"), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == (
        'inventory/agreements/c.toml: objective[availability].circuit: "C-17" has availability in agreement "AGR-A" '
        "over the same days"
    )


def test_the_day_a_text_covers_none_of_is_said_with_its_own_days(folder: Path) -> None:
    amended = read_agreement(folder / "agreements" / "a1.toml")
    with pytest.raises(InputError) as error:
        amended.covered(month(2026, 3, amended.time_zone))
    assert str(error.value) == 'agreement "AGR-A" runs from 2026-04-15 to 2027-01-01 and covers none of it'


def test_check_names_each_text_and_agreement_writes_any(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"{folder}/agreements/a.toml: AGR-A, locataire-a, 1 objective" in lines
    assert f"{folder}/agreements/a1.toml: AGR-A, locataire-a, 1 objective, amendment 1 from 2026-04-15" in lines
    texts = []
    for more in ([], ["--amendment", "1"], ["--amendment", "0"]):
        assert main(["agreement", "AGR-A", str(folder), *more]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] == (folder / "agreements" / "a1.toml").read_text(encoding="utf-8")
    assert "superseded_on = 2026-04-15\n" in texts[2]
    assert main(["agreement", "AGR-A", str(folder), "--amendment", "2"]) == 2
    assert capsys.readouterr().err == f'{folder}: no amendment 2 of agreement "AGR-A"\n'


def test_the_days_that_cut_a_text_come_back_when_it_is_read(folder: Path) -> None:
    inventory = read_inventory(folder)
    amended = replace(inventory.agreements["AGR-A"], scored_from=date(2026, 5, 1), superseded_on=date(2026, 6, 1))
    assert agreement_from_toml(inventory.agreement_text(amended), "alone") == amended
