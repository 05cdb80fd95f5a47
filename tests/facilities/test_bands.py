"""Limits of the air: what a file may say, each mistake as one line, and what the rules make of it."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from facilities.inventory import DEMO_INVENTORY, read_inventory
from store.errors import InputError

BAND = '[[band]]\ncode="b"\nquantity="humidity_ratio"\nzones=["casa-1"]\nat_least="0.30"\nat_most="0.70"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(Path(__file__).parent / "good_inventory", tmp_path / "inventory")
    monkeypatch.chdir(tmp_path)
    return Path("inventory")


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def with_zone(folder: Path) -> str:
    """The file's text with the first zone of the inventory."""
    zone = next(iter(read_inventory(folder).zones))
    return replaced(BAND, "casa-1", zone)


def read_with(folder: Path, text: str) -> None:
    (folder / "bands.toml").write_text(text, encoding="utf-8")
    read_inventory(folder)


def test_limits_are_exactly_what_is_written(folder: Path) -> None:
    (folder / "bands.toml").write_text(with_zone(folder), encoding="utf-8")
    (band,) = read_inventory(folder).bands.values()
    assert (band.least, band.most, band.facility) == (Decimal("0.30"), Decimal("0.70"), None)


MISTAKES = {
    "no limit": ('at_least="0.30"\nat_most="0.70"\n', "", 'missing key "at_least" or "at_most"'),
    "no text": ('"0.30"', "0.30", 'key "at_least": expected text, got a number'),
    "no number": ('"0.30"', '"30 %"', 'key "at_least": "30 %" is not a number such as "20" or "0.30"'),
    "a percentage": (
        '"0.30"', '"30"',
        'key "at_least": "30" is not between 0 and 1 (30 % is "0.30", 1000 ppm "0.0010")',
    ),
    "upside down": ('"0.70"', '"0.20"', 'key "at_most": "0.20" is below at_least "0.30"'),
    "nowhere": ("zones", "# zones", 'either key "facility" or key "zones", and not both'),
    "in two ways": ("zones", 'facility="casanearshore"\nzones', 'either key "facility" or key "zones", and not both'),
    "another quantity": (
        "humidity_ratio", "noise",
        'key "quantity": "noise" is not one of: temperature_celsius, humidity_ratio, co2_ratio',
    ),
    "a key nobody reads": ("at_least", "minimum", 'unknown key "minimum"'),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_one_exact_line(folder: Path, old: str, new: str, line: str) -> None:
    with pytest.raises(InputError) as error:
        read_with(folder, replaced(with_zone(folder), old, new))
    assert str(error.value) == f'inventory/bands.toml: band "b": {line}'


def test_places_exist_and_have_one_band_of_a_quantity(folder: Path) -> None:
    zone, good = next(iter(read_inventory(folder).zones)), with_zone(folder)
    with pytest.raises(
        InputError, match=r'^inventory/bands.toml: band "b": key "zones": no zone "casa-1" in zones.toml$'
    ):
        read_with(folder, BAND)
    again = replaced(good, '"b"', '"c"')
    with pytest.raises(InputError) as error:
        read_with(folder, good + again)
    wrong = f'"{zone}" has a band of humidity_ratio already, "b"'
    assert str(error.value) == f'inventory/bands.toml: band "c": key "zones": {wrong}'
    with pytest.raises(InputError, match=r'no park "nowhere" in parks\.toml'):
        read_with(folder, replaced(BAND, 'zones=["casa-1"]', 'facility="nowhere"'))


def test_the_demonstration_shows_what_the_file_looks_like() -> None:
    bands = read_inventory(DEMO_INVENTORY).bands
    assert {one.quantity: (one.least, one.most) for one in bands.values()} == {
        "temperature_celsius": (Decimal(20), Decimal(26)),
        "co2_ratio": (None, Decimal("0.0012")),
    }
