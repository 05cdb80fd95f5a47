"""What the air of a room may be, where somebody has promised or decided it: `bands.toml`, checked against the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from facilities.problem import Problem, absent, site_problems

if TYPE_CHECKING:
    from facilities.inventory import Inventory

FILE = "bands.toml"
Quantity = Literal["temperature_celsius", "humidity_ratio", "co2_ratio"]
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The limits of one quantity, both of them allowed, for the sensors of some zones or for those of one park.

    Of a zone that has a band of its own the band of its park does not hold.
    """

    code: str
    quantity: Quantity
    at_least: str | None = None
    at_most: str | None = None
    facility: str | None = None
    zones: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError('missing key "at_least" or "at_most"')
        for key, written in (("at_least", self.at_least), ("at_most", self.at_most)):
            if written is None:
                continue
            if not _NUMBER.fullmatch(written):
                raise ValueError(f'key "{key}": "{written}" is not a number such as "20" or "0.30"')
            if self.quantity.endswith("_ratio") and not 0 <= Decimal(written) <= 1:
                raise ValueError(f'key "{key}": "{written}" is not between 0 and 1 (30 % is "0.30", 1000 ppm "0.0010")')
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f'key "at_most": "{self.at_most}" is below at_least "{self.at_least}"')
        if (self.facility is None) == (not self.zones):
            raise ValueError('either key "facility" or key "zones", and not both')
        for place, zone in enumerate(self.zones):
            if zone in self.zones[:place]:
                raise ValueError(f'key "zones": "{zone}" is written twice')

    @property
    def least(self) -> Decimal | None:
        """The lower limit, exactly as written; None = there is none."""
        return None if self.at_least is None else Decimal(self.at_least)

    @property
    def most(self) -> Decimal | None:
        """The upper limit, exactly as written; None = there is none."""
        return None if self.at_most is None else Decimal(self.at_most)


def band_problems(inventory: Inventory) -> Iterator[Problem]:
    """Parks and zones exist, and of one quantity a place has one band: of two nobody could say which was meant."""
    holders: dict[tuple[str, str], str] = {}
    for code, band in inventory.bands.items():
        entry = f'band "{code}"'
        if band.facility is not None:
            yield from site_problems(inventory, FILE, entry, band.facility)
        for zone in band.zones:
            if zone not in inventory.zones:
                yield absent(FILE, entry, "zones", "zone", zone)
        key = "zones" if band.zones else "facility"
        for place in band.zones or (band.facility or "",):
            if (holder := holders.setdefault((f"{key} {place}", band.quantity), code)) != code:
                yield Problem(FILE, entry, key, f'"{place}" has a band of {band.quantity} already, "{holder}"')
