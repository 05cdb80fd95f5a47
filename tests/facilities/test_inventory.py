"""The two packaged inventories: the real one says what its sources say and no more, the demo is fictional."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from facilities.agreement import AvailabilityObjective
from facilities.inventory import DEMO_INVENTORY, REAL_INVENTORY, Inventory, inventory_path, read_inventory
from facilities.provenance import Fact, PartyFact, Unknown


@pytest.fixture(scope="module")
def real() -> Inventory:
    return read_inventory(REAL_INVENTORY)


@pytest.fixture(scope="module")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


# The seed block of p2i-domain §1.4, None being its NULL. Dates the block leaves out come from §1.1 to §1.3.
SEED: dict[str, dict[str, tuple[str, str] | None]] = {
    "CASA": {
        "land_ha": ("53", "2021-03"),
        "office_m2": ("270000", "2021-03"),
        "jobs": ("30000", "2020-01"),
        "tenants": ("100", "2020"),
        "occupancy_percent": None,
        "latitude": ("33.52991", "unknown"),
        "longitude": ("-7.64201", "unknown"),
    },
    "TECH": {
        "land_ha": ("107", "unknown"),
        "office_m2": ("70000", "2020-01"),
        "jobs": ("8000", "2020-01"),
        "tenants": None,
        "occupancy_percent": None,
        "latitude": ("33.99162", "unknown"),
        "longitude": ("-6.72202", "unknown"),
    },
    "FES": {
        "land_ha": ("22", "2023-11"),
        "office_m2": ("30000", "2023-11"),
        "jobs": ("2000", "2020-01"),
        "tenants": None,
        "occupancy_percent": ("80", "2023-11"),
        "latitude": ("34.00878", "unknown"),
        "longitude": ("-4.96022", "unknown"),
    },
    "OUJ": {
        "land_ha": None,
        "office_m2": ("7500", "2013-06"),
        "jobs": ("200", "2020-01"),
        "tenants": None,
        "occupancy_percent": None,
        "latitude": ("34.76978", "unknown"),
        "longitude": ("-1.93704", "unknown"),
    },
    "TET": {
        "land_ha": ("20", "2023"),
        "office_m2": ("20230", "unknown"),
        "jobs": ("1500", "2023"),
        "tenants": None,
        "occupancy_percent": ("90", "2023"),
        "latitude": ("35.65196", "unknown"),
        "longitude": ("-5.30783", "unknown"),
    },
    "CTV": {"land_ha": ("6.5", "2025-05"), "jobs_target": ("20000", "2025-05")},
    "AGA": {},
    "DAK": {},
    "LAA": {},
    "IGD": {"power_mw": ("500", "2025-11")},
}
FIGURES = (
    "latitude",
    "longitude",
    "land_ha",
    "office_m2",
    "jobs",
    "jobs_target",
    "tenants",
    "occupancy_percent",
    "power_mw",
)


def test_every_figure_is_that_of_the_seed_and_nothing_is_added(real: Inventory) -> None:
    written = {}
    for park in real.parks.values():
        figures = {key: fact for key, fact in park.facts.items() if key in FIGURES}
        written[park.short_code] = {
            key: (str(fact.value), fact.as_of)  # type: ignore[attr-defined]
            for key, fact in figures.items()
            if fact.is_known
        }
    expected = {code: {key: value for key, value in row.items() if value is not None} for code, row in SEED.items()}
    assert written == expected


def test_statuses_and_zones_of_the_real_parks(real: Inventory) -> None:
    statuses = {park.short_code: park.status for park in real.parks.values()}
    assert [code for code, status in statuses.items() if status == "operational"] == [
        "CASA",
        "TECH",
        "FES",
        "OUJ",
        "TET",
    ]
    assert [code for code, status in statuses.items() if status == "announced"] == ["CTV", "AGA", "DAK", "LAA"]
    assert [code for code, status in statuses.items() if status == "project"] == ["IGD"]
    southern = {park.short_code for park in real.parks.values() if park.time_zone == "Africa/El_Aaiun"}
    assert southern == {"DAK", "LAA", "IGD"}
    assert {park.time_zone for park in real.parks.values()} == {"Africa/El_Aaiun", "Africa/Casablanca"}


def test_tetouan_shore_is_not_managed_by_ewane(real: Inventory) -> None:
    parties = {park.short_code: (park.owner.value, park.manager.value) for park in real.parks.values()}
    assert parties["TET"] == ("tanger-med", "tanger-med-zones")
    assert {parties[code] for code in ("CASA", "TECH", "FES", "OUJ")} == {("cdg", "ewane")}
    assert parties["CTV"] == (None, "ewane")
    assert {parties[code] for code in ("AGA", "DAK", "LAA", "IGD")} == {(None, None)}
    assert real.organisations["ewane"].legal_name == "Ewane Assets"
    assert real.organisations["tanger-med-zones"].parent == "tanger-med"


def test_lyon_stays_the_word_of_the_source(real: Inventory) -> None:
    unconfirmed = [park for park in real.parks.values() if not park.name_confirmed]
    assert [park.name_in_source for park in unconfirmed] == ["Lyon"]
    assert unconfirmed[0].city == "Laâyoune (à confirmer — source : « Lyon »)"
    assert isinstance(unconfirmed[0].name, Unknown)
    assert unconfirmed[0].title == unconfirmed[0].city


def test_the_data_embassy_is_a_project_without_seats(real: Inventory) -> None:
    site = real.parks["igoudar-dakhla"]
    assert site.facility_type == "data_embassy"
    assert not site.is_operational
    assert site.power_mw is not None
    assert (site.power_mw.value, site.power_mw.unit) == (Decimal(500), "MW")
    assert {park.facility_type for park in real.parks.values() if park is not site} == {"offshoring_park"}


def test_more_than_a_hundred_is_not_a_hundred(real: Inventory) -> None:
    assert real.parks["casanearshore"].tenants.qualifier == "more_than"


def test_nothing_is_promised_or_measured_in_the_real_inventory(real: Inventory) -> None:
    assert not real.is_demo
    assert real.label == ""
    assert real.labelled("texte") == "texte"
    for held in (real.circuits, real.zones, real.tenants, real.agreements, real.probes):
        assert not held


def test_every_source_is_used_and_every_mark_in_a_note_is_listed(real: Inventory) -> None:
    facts: list[Fact] = [fact for park in real.parks.values() for fact in park.facts.values()]
    used = {mark for fact in facts for mark in fact.sources}
    used |= {mark for organisation in real.organisations.values() for mark in organisation.sources}
    used |= {mark for calendar in real.calendars.values() for mark in calendar.sources}
    notes = [fact.note for fact in facts] + [park.note for park in real.parks.values()]
    used |= {mark for note in notes for mark in re.findall(r"\[([CS][^\]]*)\]", note)}
    assert used == set(real.sources)


def test_the_demo_names_no_real_organisation(real: Inventory, demo: Inventory) -> None:
    assert demo.is_demo
    assert demo.label == "DÉMO"
    assert demo.labelled("Casanearshore") == "DÉMO · Casanearshore"
    names = [one.name for one in demo.organisations.values()] + [one.name for one in demo.tenants.values()]
    assert all(re.search(r"\(ficti(f|ve)\)$", name) for name in names)
    assert not set(demo.organisations) & set(real.organisations)
    figures = [fact for park in demo.parks.values() for fact in park.facts.values() if not isinstance(fact, PartyFact)]
    assert not any(fact.is_known for fact in figures)


def test_the_demo_reuses_names_and_codes_of_the_operational_parks(real: Inventory, demo: Inventory) -> None:
    def identities(inventory: Inventory) -> set[tuple[str, str, str, str]]:
        return {
            (park.code, park.short_code, park.title, park.time_zone)
            for park in inventory.parks.values()
            if park.is_operational
        }

    assert identities(demo) == identities(real)


def test_the_demo_has_two_simulated_circuits_and_three_zones_per_park(demo: Inventory) -> None:
    for park in demo.parks:
        simulated = [circuit for circuit in demo.circuits_of(park) if circuit.origin == "simulated"]
        assert len(simulated) == 2
        assert len(demo.zones_of(park)) == 3
        assert all(isinstance(zone.capacity_persons, int) for zone in demo.zones_of(park))
    measured = [circuit.code for circuit in demo.circuits.values() if circuit.origin == "measured"]
    assert measured == ["live-1", "live-2", "live-3"]
    assert [probe.circuit for probe in demo.probes.values()] == measured
    assert {probe.host for probe in demo.probes.values()} == {"127.0.0.1"}
    assert demo.probes["probe-live-1"].timeout_seconds == 1


def test_every_demo_circuit_is_promised_once_to_its_tenant(demo: Inventory) -> None:
    assert len(demo.tenants) == 6
    for circuit in demo.circuits.values():
        agreements = demo.agreements_of_circuit(circuit.code)
        assert [agreement.tenant for agreement in agreements] == [circuit.tenant]
        assert agreements[0].availability_of(circuit.code) is not None
    assert {agreement.starts_on for agreement in demo.agreements.values()} == {datetime.date(2026, 1, 1)}
    assert {str(agreement.time_zone) for agreement in demo.agreements.values()} == {"Africa/Casablanca"}


def test_the_demo_agreements_show_the_variety_of_contracts(demo: Inventory) -> None:
    objectives = [objective for agreement in demo.agreements.values() for objective in agreement.objectives]
    availability = [one for one in objectives if isinstance(one, AvailabilityObjective)]
    shapes = {(one.interval_seconds, one.consecutive_intervals) for one in availability}
    assert shapes == {(10, 10), (60, 5), (300, 1), (1, 5)}
    assert {one.indicator for one in objectives} == {"availability", "loss", "round_trip", "time_to_restore"}
    assert any(agreement.service_hours for agreement in demo.agreements.values())
    assert any(agreement.maintenance.monthly_quota_hours for agreement in demo.agreements.values())
    assert {agreement.credit_combination for agreement in demo.agreements.values()} == {"sum", "max"}
    assert all(one.tiers for one in availability)


def test_the_live_agreement_asks_for_an_honest_coverage(demo: Inventory) -> None:
    live = [demo.agreements_of_circuit(f"live-{number}")[0].availability_of(f"live-{number}") for number in (1, 2, 3)]
    for objective in live:
        assert objective is not None
        assert (objective.interval_seconds, objective.consecutive_intervals, objective.consecutive_high_loss) == (
            1,
            5,
            2,
        )
        assert objective.min_coverage_ratio * 100 == 95


def test_queries_by_park_tenant_and_day(demo: Inventory) -> None:
    assert [tenant.code for tenant in demo.tenants_of("oujda-shore")] == ["locataire-d"]
    assert [circuit.code for circuit in demo.circuits_of_tenant("locataire-a")] == ["casa-a1", "tech-a1"]
    assert {one.id for one in demo.agreements_of_tenant("locataire-b")} == {"DEMO-CASA-B", "DEMO-TET-B"}
    assert demo.agreements_on(datetime.date(2025, 12, 31)) == ()
    assert len(demo.agreements_on(datetime.date(2026, 1, 1))) == len(demo.agreements)
    assert demo.circuits_of("agadir") == ()


def test_an_agreement_ends_before_its_last_day() -> None:
    inventory = read_inventory(Path(__file__).parent / "good_inventory")
    assert [one.id for one in inventory.agreements_on(datetime.date(2026, 12, 31))] == ["AGR-A"]
    assert [one.id for one in inventory.agreements_on(datetime.date(2027, 1, 1))] == ["AGR-B"]


def test_the_file_of_an_agreement_is_the_one_that_was_read(demo: Inventory) -> None:
    assert set(demo.agreement_files) == set(demo.agreements)
    for code, file in demo.agreement_files.items():
        assert f'id = "{code}"' in file.read_text(encoding="utf-8")


def test_what_was_read_cannot_be_changed(demo: Inventory) -> None:
    with pytest.raises(TypeError):
        demo.circuits["casa-a1"] = demo.circuits["casa-b1"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        demo.circuits["casa-a1"].facility = "technopolis"  # type: ignore[misc]
    moved = msgspec.structs.replace(demo.probes["probe-live-1"], port=50001)
    assert (moved.port, demo.probes["probe-live-1"].port) == (50001, 8621)


def test_the_folder_is_the_argument_then_the_environment_then_the_real_one() -> None:
    assert inventory_path("here", {"P2I_INVENTORY": "there"}) == Path("here")
    assert inventory_path(None, {"P2I_INVENTORY": "there"}) == Path("there")
    assert inventory_path(None, {"P2I_INVENTORY": ""}) == REAL_INVENTORY
    assert inventory_path(None, {}) == REAL_INVENTORY
