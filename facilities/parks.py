"""What exists on the ground: organisations, parks with their published figures, and zones people sit in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from facilities.provenance import Fact, NumberFact, PartyFact, PercentFact, Text, Unknown

OrganisationKind = Literal["owner", "manager", "carrier", "infrastructure_carrier", "facility_manager", "authority"]

FACT_UNITS = {
    "latitude": "degree",
    "longitude": "degree",
    "land_ha": "ha",
    "office_m2": "m2",
    "jobs": "job",
    "jobs_target": "job",
    "tenants": "tenant",
    "power_mw": "MW",
}
"""The one unit each figure of a park may be written in: a value in another unit is a mistake, not a variant."""

_WHOLE = ("jobs", "jobs_target", "tenants")
_LIMITS = {"latitude": 90, "longitude": 180}


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body that owns, manages, connects, maintains or regulates. Tenants are not here: see `Tenant`.

    `name` is the word people use, `legal_name` the registered one where it differs.
    """

    code: str
    kind: OrganisationKind
    name: Text
    legal_name: Text | None = None
    parent: str | None = None
    source: Text | tuple[Text, ...]
    note: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The marks of the sources, in the order written."""
        return (self.source,) if isinstance(self.source, str) else self.source


class Park(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One facility: a P2I or, for `facility_type` data_embassy, a data centre.

    `code` is the word used everywhere else (agreements, circuits, topics), `short_code` the one for narrow
    columns. Owner and manager are separate facts because they differ: Tétouan Shore is managed by Tanger
    Med Zones, the other four by Ewane, so who may see a park is never deduced from the word "P2I".
    `name_confirmed = false` keeps the word of the source in `name_in_source`.
    """

    code: str
    short_code: Text
    name: Text | Unknown
    name_confirmed: bool
    name_in_source: Text | None = None
    other_names: tuple[Text, ...] = ()
    facility_type: Literal["offshoring_park", "data_embassy"]
    status: Literal["operational", "announced", "project"]
    city: Text
    region: Text | Unknown
    time_zone: str
    owner: PartyFact
    manager: PartyFact
    partner: PartyFact | None = None
    latitude: NumberFact
    longitude: NumberFact
    land_ha: NumberFact
    office_m2: NumberFact
    jobs: NumberFact
    jobs_target: NumberFact | None = None
    tenants: NumberFact
    occupancy_percent: PercentFact
    power_mw: NumberFact | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name_confirmed and self.name_in_source is None:
            raise ValueError('missing key "name_in_source" (the name is not confirmed)')
        if self.latitude.is_known != self.longitude.is_known:
            raise ValueError('keys "latitude" and "longitude": known together or not at all')
        for key, unit in FACT_UNITS.items():
            fact: NumberFact | None = getattr(self, key)
            if fact is None or fact.value is None:
                continue
            if fact.unit != unit:
                raise ValueError(f'key "{key}": the unit is "{unit}", not "{fact.unit}"')
            if key in _LIMITS:
                if abs(fact.value) > _LIMITS[key]:
                    raise ValueError(f'key "{key}": {fact.value} is beyond ±{_LIMITS[key]} degrees')
            elif fact.value < 0:
                raise ValueError(f'key "{key}": {fact.value} is negative')
            if key in _WHOLE and fact.value % 1:
                raise ValueError(f'key "{key}": {fact.value} is not a whole number')

    @property
    def title(self) -> str:
        """The name for people; a site not yet named is called by its city."""
        return self.city if isinstance(self.name, Unknown) else self.name

    @property
    def is_operational(self) -> bool:
        """True when there is something to measure; readings of any other site would be invented."""
        return self.status == "operational"

    @property
    def facts(self) -> dict[str, Fact]:
        """Every published fact by key, in the order of the file format; absent optional ones left out."""
        named = {key: getattr(self, key) for key in self.__struct_fields__}
        return {key: value for key, value in named.items() if isinstance(value, Fact)}


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The smallest area occupancy is known for: a floor plate (plateau) or part of one, never a seat.

    `capacity_basis` says what the capacity counts, because a rate without its denominator's definition
    means nothing. `tenant` is the only tenant of the zone, absent for a shared or empty one.
    """

    code: str
    facility: str
    building: Text
    floor: Text
    label: Text
    tenant: str | None = None
    capacity_persons: Annotated[int, msgspec.Meta(ge=1)] | Unknown
    capacity_basis: Literal["installed_seats", "lease", "fire_safety", "unknown"]
