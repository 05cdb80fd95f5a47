"""What the files of an inventory must agree on with each other: every code that is named exists and fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from facilities import calendar
from facilities.provenance import PartyFact, Unknown
from facilities.sensors import LORAWAN, topics_overlap
from store.errors import InputError

if TYPE_CHECKING:
    from facilities.inventory import Inventory


class Problem(NamedTuple):
    """One mistake between files: the file and entry it is written in, the key, and what is wrong."""

    file: str
    entry: str
    key: str
    wrong: str

    def __str__(self) -> str:
        return f'{self.entry}: key "{self.key}": {self.wrong}'


def reference_problems(inventory: Inventory) -> Iterator[Problem]:
    """Every mistake between the files, in the order a person would repair them."""
    yield from _label_problems(inventory)
    yield from _organisation_problems(inventory)
    yield from _park_problems(inventory)
    yield from _zone_problems(inventory)
    yield from _circuit_problems(inventory)
    yield from _probe_problems(inventory)
    yield from _feed_problems(inventory)
    yield from _sensor_problems(inventory)
    yield from _calendar_problems(inventory)


def _label_problems(inventory: Inventory) -> Iterator[Problem]:
    """A demonstration carries its label wherever it shows; a real inventory must not look like one."""
    if inventory.is_demo and not inventory.label:
        yield Problem("inventory.toml", "inventory", "label", "a demonstration (demo = true) needs one")
    if not inventory.is_demo and inventory.label:
        yield Problem("inventory.toml", "inventory", "label", "only a demonstration (demo = true) has one")


def _organisation_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, organisation in inventory.organisations.items():
        entry = f'organisation "{code}"'
        if organisation.parent is not None and organisation.parent not in inventory.organisations:
            yield _absent("organisations.toml", entry, "parent", "organisation", organisation.parent)
        for mark in organisation.sources:
            if mark not in inventory.sources:
                yield _absent("organisations.toml", entry, "source", "source", mark)


def _park_problems(inventory: Inventory) -> Iterator[Problem]:
    """Sources and parties of the published facts exist; two parks do not share a short code."""
    holders: dict[str, str] = {}
    for code, park in inventory.parks.items():
        entry = f'park "{code}"'
        holder = holders.setdefault(park.short_code, code)
        if holder != code:
            yield Problem("parks.toml", entry, "short_code", f'"{park.short_code}" is already that of park "{holder}"')
        try:
            calendar.zone(park.time_zone)
        except InputError as error:
            yield Problem("parks.toml", entry, "time_zone", str(error))
        for key, fact in park.facts.items():
            if isinstance(fact, PartyFact) and fact.value is not None:
                # One body may own and manage; a partner may be anybody.
                kinds = ("owner", "manager") if key in ("owner", "manager") else ()
                yield from _party_problems(inventory, "parks.toml", entry, key, fact.value, kinds)
            for mark in fact.sources:
                if mark not in inventory.sources:
                    yield _absent("parks.toml", entry, key, "source", mark)


def _zone_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, zone in inventory.zones.items():
        entry = f'zone "{code}"'
        yield from _site_problems(inventory, "zones.toml", entry, zone.facility)
        if zone.tenant is not None and zone.tenant not in inventory.tenants:
            yield _absent("zones.toml", entry, "tenant", "tenant", zone.tenant)


def _circuit_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, circuit in inventory.circuits.items():
        entry = f'circuit "{code}"'
        yield from _site_problems(inventory, "circuits.toml", entry, circuit.facility)
        if circuit.tenant not in inventory.tenants:
            yield _absent("circuits.toml", entry, "tenant", "tenant", circuit.tenant)
        for key in ("carrier", "infrastructure_carrier"):
            party: str | Unknown = getattr(circuit, key)
            if not isinstance(party, Unknown):
                yield from _party_problems(inventory, "circuits.toml", entry, key, party, (key,))
        if circuit.origin == "simulated" and not inventory.is_demo:
            yield Problem("circuits.toml", entry, "origin", '"simulated" is for a demonstration (demo = true) only')


def _probe_problems(inventory: Inventory) -> Iterator[Problem]:
    for code, probe in inventory.probes.items():
        entry = f'probe "{code}"'
        circuit = inventory.circuits.get(probe.circuit)
        if circuit is None:
            yield _absent("probes.toml", entry, "circuit", "circuit", probe.circuit)
        elif circuit.origin == "simulated":
            yield Problem("probes.toml", entry, "circuit", f'"{probe.circuit}" is simulated: nothing there to probe')


def _feed_problems(inventory: Inventory) -> Iterator[Problem]:
    """The park exists, and a topic belongs to one feed: of two, one would read messages that are not its own."""
    taken: list[tuple[str, str]] = []
    for code, feed in inventory.feeds.items():
        entry = f'feed "{code}"'
        yield from _site_problems(inventory, "feeds.toml", entry, feed.facility)
        for topic in feed.topics:
            for other, holder in taken:
                if topics_overlap(topic, other):
                    wrong = f'"{topic}" and "{other}" of feed "{holder}" have topics in common'
                    yield Problem("feeds.toml", entry, "topics", wrong)
            taken.append((topic, code))


def _sensor_problems(inventory: Inventory) -> Iterator[Problem]:
    """The feed and the zone exist and lie in one park; a device of a feed is one sensor."""
    holders: dict[tuple[str, str], str] = {}
    for code, sensor in inventory.sensors.items():
        entry = f'sensor "{code}"'
        feed = inventory.feeds.get(sensor.feed)
        if feed is None:
            yield _absent("sensors.toml", entry, "feed", "feed", sensor.feed)
            continue
        holder = holders.setdefault((sensor.feed, sensor.device.casefold()), code)
        if holder != code:
            yield Problem("sensors.toml", entry, "device", f'"{sensor.device}" is already that of sensor "{holder}"')
        if feed.source in LORAWAN and sensor.profile is None:
            yield Problem("sensors.toml", entry, "profile", f"needed, to read the bytes of a device of {feed.source}")
        if feed.source not in LORAWAN and sensor.profile is not None:
            yield Problem("sensors.toml", entry, "profile", f"a device of {feed.source} has none")
        if sensor.channel is not None and sensor.zone is None:
            yield Problem("sensors.toml", entry, "channel", 'says which part counts for a zone: needs the key "zone"')
        if sensor.zone is None:
            continue
        zone = inventory.zones.get(sensor.zone)
        if zone is None:
            yield _absent("sensors.toml", entry, "zone", "zone", sensor.zone)
        elif zone.facility != feed.facility:
            yield Problem("sensors.toml", entry, "zone", f'"{sensor.zone}" is at {zone.facility}, not {feed.facility}')


def _calendar_problems(inventory: Inventory) -> Iterator[Problem]:
    """The tenant whose calendar it is, and the sources of its days, are listed."""
    for code, civil in inventory.calendars.items():
        file, entry = f"calendars/{code}.toml", f'calendar "{code}"'
        if civil.tenant is not None and civil.tenant not in inventory.tenants:
            yield _absent(file, entry, "tenant", "tenant", civil.tenant)
        for mark in civil.sources:
            if mark not in inventory.sources:
                yield _absent(file, entry, "source", "source", mark)


def _site_problems(inventory: Inventory, file: str, entry: str, facility: str) -> Iterator[Problem]:
    """A facility that is named exists and is in operation: readings of any other would be invented."""
    park = inventory.parks.get(facility)
    if park is None:
        yield _absent(file, entry, "facility", "park", facility)
    elif not park.is_operational:
        yield Problem(file, entry, "facility", f'park "{facility}" is not operational (status {park.status})')


def _party_problems(
    inventory: Inventory, file: str, entry: str, key: str, code: str, kinds: tuple[str, ...]
) -> Iterator[Problem]:
    """An organisation that is named exists and, where `kinds` are given, is of one of them."""
    organisation = inventory.organisations.get(code)
    if organisation is None:
        yield _absent(file, entry, key, "organisation", code)
    elif kinds and organisation.kind not in kinds:
        wanted = " or ".join(kinds)
        yield Problem(file, entry, key, f'organisation "{code}" is of kind {organisation.kind}, not {wanted}')


def _absent(file: str, entry: str, key: str, what: str, code: str) -> Problem:
    """`code` is named but listed nowhere."""
    return Problem(file, entry, key, f'no {what} "{code}" in {what}s.toml')
