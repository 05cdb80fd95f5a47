import shutil
from pathlib import Path

import pytest

from facilities.inventory import DEMO_INVENTORY, read_inventory
from facilities.listing import listing
from facilities.shared_elements import shared_elements
from facilities.topology import carried_circuits
from store.errors import InputError

GOOD = Path(__file__).parent / "good_inventory"

UPLINK = """
[[element]]
code = "casa-uplink"
kind = "uplink"
facility = "casanearshore"
label = "raccordement du parc"
"""
BUILDING = """
[[element]]
code = "shore-a"
kind = "building"
facility = "casanearshore"
label = "Shore A"
parents = ["casa-uplink"]
circuits = ["C-17", "C-18"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(GOOD, tmp_path / "inventory")
    monkeypatch.chdir(tmp_path)
    return Path("inventory")


def test_a_parent_carries_what_its_children_carry(folder: Path) -> None:
    elements = read_inventory(folder).elements
    assert carried_circuits(elements) == {
        "casa-uplink": frozenset({"C-17", "C-18"}),
        "shore-a": frozenset({"C-17", "C-18"}),
        "sonde-1": frozenset({"C-17"}),
    }


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


MISTAKES = {
    "a key nobody knows": (UPLINK + BUILDING + "colour = 1\n", 'element "shore-a": unknown key "colour"'),
    "no label": (
        replaced(UPLINK, 'label = "raccordement du parc"', "") + BUILDING,
        'element "casa-uplink": missing key "label"',
    ),
    "a kind nobody knows": (
        replaced(UPLINK, '"uplink"', '"router"') + BUILDING,
        'element "casa-uplink": key "kind": "router" is not one of: uplink, building, duct, infrastructure,'
        " cable_system, probe",
    ),
    "an uplink without a park": (
        replaced(UPLINK, 'facility = "casanearshore"', "") + BUILDING,
        'element "casa-uplink": missing key "facility" (kind "uplink")',
    ),
    "a park nobody knows": (
        replaced(UPLINK, 'facility = "casanearshore"', 'facility = "nowhere"') + BUILDING,
        'element "casa-uplink": key "facility": no park "nowhere" in parks.toml',
    ),
    "a circuit nobody knows": (
        UPLINK + replaced(BUILDING, '"C-18"', '"C-19"'),
        'element "shore-a": key "circuits": no circuit "C-19" in circuits.toml',
    ),
    "a circuit twice": (
        UPLINK + replaced(BUILDING, '"C-18"', '"C-17"'),
        'element "shore-a": key "circuits": "C-17" is written twice',
    ),
    "a parent nobody knows": (
        BUILDING,
        'element "shore-a": key "parents": no element "casa-uplink" in topology.toml',
    ),
    "a parent of another park": (
        UPLINK + BUILDING + '[[element]]\ncode="x"\nkind="duct"\nlabel="x"\nparents=["shore-a"]\ncircuits=["C-17"]',
        'element "x": key "parents": "shore-a" is at casanearshore, this one at no park',
    ),
    "a circle": (
        UPLINK + 'parents = ["shore-a"]\n' + BUILDING,
        'element "casa-uplink": key "parents": it would be behind itself',
    ),
    "a probe with a parent": (
        UPLINK + BUILDING + '[[element]]\ncode="x"\nkind="probe"\nlabel="x"\nparents=["shore-a"]\ncircuits=["C-17"]',
        'element "x": key "parents": a probe measures circuits, it hangs behind nothing',
    ),
    "behind a probe": (
        replaced(UPLINK, '"uplink"', '"probe"') + BUILDING,
        'element "shore-a": key "parents": "casa-uplink" is a probe: nothing hangs behind one',
    ),
    "an element that carries nothing": (
        UPLINK,
        'element "casa-uplink": key "circuits": it carries none, and no other element names it as a parent',
    ),
    "a code twice": (BUILDING + BUILDING, 'element "shore-a": the code "shore-a" is used twice'),
}


@pytest.mark.parametrize(("text", "line"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_one_exact_line(folder: Path, text: str, line: str) -> None:
    (folder / "topology.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == f"inventory/topology.toml: {line}"


def test_what_circuits_share_is_read_off_them_and_off_the_topology() -> None:
    found = {element.subject: element for element in shared_elements(read_inventory(DEMO_INVENTORY))}
    assert found["park:technopolis"].circuits == {"tech-a1", "tech-b1"}
    assert found["carrier:operateur-a/casanearshore"].circuits == {"casa-a1", "live-1"}
    assert found["carrier:operateur-a"].facility is None
    assert found["carrier:operateur-a"].carrier == "operateur-a"
    assert found["carrier:operateur-a"].label == "Opérateur A (fictif)"
    assert found["uplink:tech-raccordement"].circuits == {"tech-a1", "tech-b1"}
    assert found["cable:cable-nord"].kind == "cable_system"
    assert found["probe:probes.toml"].circuits == {"live-1", "live-2", "live-3"}
    assert "building:casanearshore/A" not in found, "one circuit shares nothing with itself"


def test_entries_and_ducts_are_names_within_a_park(folder: Path) -> None:
    circuits = folder / "circuits.toml"
    text = circuits.read_text(encoding="utf-8").replace(
        'origin = "', 'building_entry = "B"\nduct_route = "D"\norigin = "'
    )
    circuits.write_text(text, encoding="utf-8")
    found = {element.subject: element.circuits for element in shared_elements(read_inventory(folder))}
    assert found["building:casanearshore/B"] == found["duct:casanearshore/D"] == {"C-17", "C-18"}


def test_a_circuit_of_another_park_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(DEMO_INVENTORY, tmp_path / "inventory")
    monkeypatch.chdir(tmp_path)
    topology = Path("inventory/topology.toml")
    text = replaced(topology.read_text(encoding="utf-8"), '"tech-b1"]', '"casa-b1"]')
    topology.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_inventory("inventory")
    assert str(error.value) == (
        'inventory/topology.toml: element "tech-bat-a": key "circuits": "casa-b1" is at casanearshore, not technopolis'
    )


def test_the_listing_names_what_circuits_share() -> None:
    lines = list(listing(read_inventory(DEMO_INVENTORY)))
    assert "  bâtiment tech-bat-a : Bâtiment A ; tech-a1, tech-b1" in lines
    assert "  raccordement tech-raccordement : raccordement du parc ; tech-a1, tech-b1" in lines
    beyond = lines.index("Éléments communs à plusieurs parcs")
    assert lines[beyond + 1].startswith("  câble cable-nord : câble de la côte nord ; casa-a1, tech-a1, fes-a1")
