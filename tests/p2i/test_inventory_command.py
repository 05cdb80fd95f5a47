"""`p2i inventory check` opens what only the collectors can read, so that no process finds the mistake at its start."""

import shutil
from pathlib import Path

import pytest

from facilities.inventory import DEMO_INVENTORY, PACKAGED
from p2i.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demonstration, reached by a relative name as a person types it."""
    shutil.copytree(DEMO_INVENTORY, tmp_path / "inventory")
    monkeypatch.chdir(tmp_path)
    return Path("inventory")


@pytest.mark.parametrize(
    ("file", "written", "instead", "line"),
    [
        (
            "sensors.toml",
            '"milesight-vs121"',
            '"milesight-vs12"',
            'sensor "casa-z3-compteur": key "profile": "milesight-vs12": no profile of that name; '
            "docs/sources names them",
        ),
        (
            "sensors.toml",
            '"24e124ffff000001"',
            '"24e124ffff00001"',
            'sensor "casa-z3-compteur": key "device": must be a DevEUI, 16 hexadecimal digits such as '
            '"24e124136b502217"',
        ),
        (
            "feeds.toml",
            'options = { base_topic = "technopolis/z2m" }',
            'options = { basetopic = "technopolis/z2m" }',
            'feed "tech-zigbee": options.basetopic: unknown key',
        ),
        (
            "feeds.toml",
            'topics = ["telegraf/tetouan-shore/+"]',
            'topics = ["telegraf/tetouan-shore/+"]\noptions = { precison = "ms" }',
            'feed "tet-telegraf": options.precison: unknown key',
        ),
        (
            "feeds.toml",
            '{ quantity = "co2_ratio", factor = "0.000001" }',
            '{ quantity = "co2_ratio", factor = 0.000001 }',
            'feed "ouj-gtb": options.metrics."Salle/CO2".factor: must be a number written as text, such as '
            '"0.001" or "1/255"',
        ),
    ],
)
def test_a_mistake_of_a_feed_is_one_line_with_the_file_as_it_was_reached(
    file: str, written: str, instead: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(written) == 1
    (folder / file).write_text(text.replace(written, instead), encoding="utf-8")
    assert main(["inventory", "check", "inventory"]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"inventory/{file}: {line}\n")
    assert main(["inventory", "show", "inventory"]) == 0, "what exists can still be looked at"


def test_a_quantity_that_nothing_is_called_is_refused_with_the_ones_there_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "feeds.toml").read_text(encoding="utf-8")
    (folder / "feeds.toml").write_text(text.replace('quantity = "people"', 'quantity = "persons"'), encoding="utf-8")
    assert main(["inventory", "check", "inventory"]) == 2
    said = 'inventory/feeds.toml: feed "ouj-gtb": options.metrics."Salle/Personnes".quantity: must be one of people, '
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("packaged", sorted(PACKAGED.iterdir()), ids=lambda folder: str(folder.name))
def test_the_packaged_inventories_are_right(packaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "check", str(packaged)]) == 0
    assert capsys.readouterr().err == ""
