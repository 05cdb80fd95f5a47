"""The inventory as a French listing for people: every figure with its source and date, or « à confirmer »."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from facilities.civil_calendar import CivilCalendar
from facilities.inventory import Inventory
from facilities.parks import Park, Zone
from facilities.provenance import TO_CONFIRM, UNDATED, Fact, NumberFact, PartyFact, PercentFact, Unknown
from facilities.sensors import Feed
from facilities.topology import carried_circuits

_KINDS = {
    "owner": "propriétaire",
    "manager": "gestionnaire",
    "carrier": "opérateur télécom",
    "infrastructure_carrier": "opérateur d'infrastructure",
    "facility_manager": "mainteneur",
    "authority": "autorité",
}
_STATUSES = {"operational": "en exploitation", "announced": "annoncé", "project": "projet"}
_TYPES = {"offshoring_park": "parc d'offshoring", "data_embassy": "centre de données (« data embassy »)"}
_FACTS = {
    "owner": "propriétaire",
    "manager": "gestionnaire",
    "partner": "partenaire",
    "latitude": "latitude",
    "longitude": "longitude",
    "land_ha": "terrain",
    "office_m2": "bureaux",
    "jobs": "emplois hébergés",
    "jobs_target": "emplois visés",
    "tenants": "locataires",
    "occupancy_percent": "occupation publiée",
    "power_mw": "puissance",
}
_UNITS = {"degree": "°", "ha": "ha", "m2": "m²", "job": "", "tenant": "", "MW": "MW", "percent": "%"}
_ORIGINS = {"measured": "mesuré", "simulated": "simulé"}
_INDICATORS = {
    "availability": "disponibilité",
    "loss": "perte de paquets",
    "round_trip": "temps d'aller-retour",
    "time_to_restore": "délai de rétablissement (GTR)",
}
_ELEMENTS = {
    "uplink": "raccordement",
    "building": "bâtiment",
    "duct": "conduite",
    "infrastructure": "infrastructure",
    "cable_system": "câble",
    "probe": "point de mesure",
}
_BASES = {
    "installed_seats": "postes installés",
    "lease": "bail",
    "fire_safety": "sécurité incendie",
    "unknown": f"base {TO_CONFIRM}",
}
_NBSP = "\N{NO-BREAK SPACE}"
_GROUP = "\N{NARROW NO-BREAK SPACE}"


def listing(inventory: Inventory) -> Iterator[str]:
    """The lines of the listing: heading, organisations, parks with all they hold, then the sources."""
    yield inventory.labelled(f"{inventory.name} — établi le {inventory.heading.compiled_on:%d/%m/%Y}")
    yield ""
    yield "Organisations"
    for organisation in inventory.organisations.values():
        legal = f" ({organisation.legal_name})" if organisation.legal_name else ""
        parent = f", rattaché à {inventory.organisations[organisation.parent].name}" if organisation.parent else ""
        note = f" — {organisation.note}" if organisation.note else ""
        yield f"  {organisation.name}{legal} : {_KINDS[organisation.kind]}{parent} {_marks(organisation.sources)}{note}"
    for park in inventory.parks.values():
        yield ""
        yield from _park(inventory, park)
    if any(element.facility is None for element in inventory.elements.values()):
        yield ""
        yield "Éléments communs à plusieurs parcs"
        yield from _elements(inventory, None)
    if inventory.calendars:
        yield ""
        yield "Calendriers"
    for calendar in inventory.calendars.values():
        whose = "" if calendar.tenant is None else f" de {inventory.tenants[calendar.tenant].name}"
        yield f"  {calendar.name} [{calendar.id}, version {calendar.identity.version}]{whose} : {_days_off(calendar)}"
    yield ""
    yield "Sources"
    for mark, source in inventory.sources.items():
        yield f"  [{mark}] {source.reference}"


def _days_off(calendar: CivilCalendar) -> str:
    """The days off, those that are only forecast, and the days the calendar knows."""
    forecast = f", dont {len(calendar.forecasts)} prévisions {TO_CONFIRM}" if calendar.forecasts else ""
    known = f"du {calendar.starts_on:%d/%m/%Y} au {calendar.ends_on - timedelta(days=1):%d/%m/%Y}"
    return f"{len(calendar.holidays)} jours fériés{forecast}, {known} {_marks(calendar.sources)}"


def _park(inventory: Inventory, park: Park) -> Iterator[str]:
    """One park: its place, its published figures, and what the inventory holds there."""
    doubt = f" — nom {TO_CONFIRM}" if isinstance(park.name, Unknown) or not park.name_confirmed else ""
    source = "" if park.name_in_source is None else f" (source : « {park.name_in_source} »)"
    yield inventory.labelled(f"{park.title} [{park.code}, {park.short_code}]{doubt}{source}")
    yield f"  {_TYPES[park.facility_type]}, {_STATUSES[park.status]} ; {park.city}"
    yield f"  région : {park.region} ; heure : {park.time_zone}"
    for key, fact in park.facts.items():
        yield f"  {_FACTS[key]:<20} {fact_text(fact, inventory)}"
    if park.note:
        yield f"  {'note':<20} {park.note}"
    for zone in inventory.zones_of(park.code):
        tenant = inventory.tenants[zone.tenant].name if zone.tenant else "commun ou libre"
        place = f"{zone.building}, {zone.floor}, {zone.label}"
        yield f"  zone {zone.code} : {place} ; {_capacity(zone)} ; {tenant}"
    for circuit in inventory.circuits_of(park.code):
        carrier = inventory.organisations[circuit.carrier].name
        tenant = inventory.tenants[circuit.tenant].name
        yield f"  circuit {circuit.code} : {tenant} ; {carrier} ; {_rate(circuit.cir_bps)} ; {_ORIGINS[circuit.origin]}"
    yield from _elements(inventory, park.code)
    yield from _devices(inventory, park)
    for agreement in inventory.agreements.values():
        if agreement.facility == park.code:
            indicators = ", ".join(sorted({_INDICATORS[one.indicator] for one in agreement.objectives}))
            yield f"  contrat {agreement.id} : {inventory.tenants[agreement.tenant].name} ; {indicators}"


def _elements(inventory: Inventory, facility: str | None) -> Iterator[str]:
    """What circuits share by the topology, at one park, or beyond one."""
    carried = carried_circuits(inventory.elements)
    for code, element in inventory.elements.items():
        if element.facility == facility:
            circuits = ", ".join(one for one in inventory.circuits if one in carried[code])
            yield f"  {_ELEMENTS[element.kind]} {code} : {element.label} ; {circuits}"


def _devices(inventory: Inventory, park: Park) -> Iterator[str]:
    """What measures at one park: the probes of its circuits, its feeds, and the sensors behind each."""
    for code, probe in inventory.probes.items():
        if inventory.circuits[probe.circuit].facility == park.code:
            yield f"  sonde {code} : circuit {probe.circuit}"
    for feed in (one for one in inventory.feeds.values() if one.facility == park.code):
        yield f"  flux {feed.code} : {feed.source} ; {_way(feed)}"
        for sensor in (one for one in inventory.sensors.values() if one.feed == feed.code):
            part = f" ({sensor.channel})" if sensor.channel else ""
            counts = f" ; compte {sensor.zone}{part}" if sensor.zone else ""
            yield f"    capteur {sensor.code} : {sensor.label} ; {sensor.device}{counts}"


def _way(feed: Feed) -> str:
    """How a feed's messages come to us."""
    if feed.topics:
        return f"MQTT {', '.join(feed.topics)}"
    return f"POST /hooks/{feed.code}" if feed.is_webhook else "fichiers (p2i import)"


def fact_text(fact: Fact, inventory: Inventory) -> str:
    """A fact as one French phrase: value, then date and sources, then the note; the unknown is « à confirmer ».

    A qualifier stays with its value (`> 100`), because ">100" is not 100.
    """
    note = f" — {fact.note}" if fact.note else ""
    if not fact.is_known:
        return TO_CONFIRM + note
    shown = ""
    if isinstance(fact, PartyFact):
        shown = inventory.organisations[fact.value or ""].name
    elif isinstance(fact, NumberFact) and fact.value is not None:
        sign = {"more_than": f">{_NBSP}", "about": f"environ{_NBSP}", None: ""}[fact.qualifier]
        unit = _UNITS[fact.unit or ""]
        shown = sign + french_number(fact.value) + (_NBSP + unit if unit else "")
    elif isinstance(fact, PercentFact) and fact.value is not None:
        shown = f"{french_number(fact.value)}{_NBSP}% (définition : {fact.definition})"
    doubt = f" ({TO_CONFIRM})" if fact.to_confirm else ""
    return f"{shown}{doubt}, {_french_date(fact.as_of or UNDATED)} {_marks(fact.sources)}{note}"


def french_number(number: Decimal) -> str:
    """`1 234,5`: groups with U+202F and a decimal comma, as fr-FR; fr-MA would group with dots."""
    return f"{number:,f}".replace(",", _GROUP).replace(".", ",")


def _french_date(as_of: str) -> str:
    """`2021-03` as 03/2021; an undated source is said to be one."""
    return "sans date" if as_of == UNDATED else "/".join(reversed(as_of.split("-")))


def _marks(marks: tuple[str, ...]) -> str:
    return "".join(f"[{mark}]" for mark in marks)


def _capacity(zone: Zone) -> str:
    """The capacity with what it counts: the denominator of every rate of this zone."""
    persons = zone.capacity_persons
    unit = "" if isinstance(persons, Unknown) else f"{_NBSP}personnes"
    return f"capacité {persons}{unit} ({_BASES[zone.capacity_basis]})"


def _rate(bits_per_second: int | Unknown) -> str:
    """A committed rate in Mbit/s, the unit of the trade."""
    if isinstance(bits_per_second, Unknown):
        return f"débit {bits_per_second}"
    return f"{french_number(Decimal(bits_per_second) / 1_000_000)}{_NBSP}Mbit/s"
