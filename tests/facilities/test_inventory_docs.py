"""Every key of the inventory's models is documented, and the documentation names no key that does not exist."""

import re
from pathlib import Path

import msgspec
import pytest

from facilities.bands import Band
from facilities.circuits import Circuit, Probe, Tenant
from facilities.inventory import Heading
from facilities.inventory_folder import FILES
from facilities.parks import FACT_UNITS, Organisation, Park, Zone
from facilities.provenance import NumberFact, PartyFact, PercentFact, Source
from facilities.sensors import Feed, Sensor
from facilities.topology import Element

DOCUMENT = (Path(__file__).parents[2] / "docs" / "inventory.md").read_text(encoding="utf-8")
SECTIONS: dict[str, tuple[type[msgspec.Struct], ...]] = {
    "### Published figures": (NumberFact, PercentFact, PartyFact),
    "## inventory.toml": (Heading,),
    "## sources.toml": (Source,),
    "## organisations.toml": (Organisation,),
    "## parks.toml": (Park,),
    "## tenants.toml": (Tenant,),
    "## zones.toml": (Zone,),
    "## circuits.toml": (Circuit,),
    "## probes.toml": (Probe,),
    "## feeds.toml": (Feed,),
    "## sensors.toml": (Sensor,),
    "## topology.toml": (Element,),
    "## bands.toml": (Band,),
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_table_of_a_section_holds_the_keys_of_its_model(heading: str) -> None:
    section = re.split(r"\n#+ ", DOCUMENT[DOCUMENT.index(f"\n{heading}") + 1 :])[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    documented = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    assert documented == {key for model in SECTIONS[heading] for key in model.__struct_fields__}


def test_every_file_has_a_section() -> None:
    for file in (*FILES, "agreements/*.toml"):
        assert f"\n## {file}" in DOCUMENT


def test_the_units_are_those_of_the_table() -> None:
    rows = {
        key: cells[2].strip(" `")
        for line in DOCUMENT.splitlines()
        if line.startswith("| `") and len(cells := line.split("|")) == 5
        for key in re.findall(r"`([^`]+)`", cells[1])
    }
    assert {key: rows[key] for key in FACT_UNITS} == FACT_UNITS
