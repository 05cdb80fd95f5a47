"""One mistake between the files of an inventory, and the two that several files can make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

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


def site_problems(inventory: Inventory, file: str, entry: str, facility: str) -> Iterator[Problem]:
    """A facility that is named exists and is in operation: readings of any other would be invented."""
    park = inventory.parks.get(facility)
    if park is None:
        yield absent(file, entry, "facility", "park", facility)
    elif not park.is_operational:
        yield Problem(file, entry, "facility", f'park "{facility}" is not operational (status {park.status})')


def absent(file: str, entry: str, key: str, what: str, code: str) -> Problem:
    """`code` is named but listed nowhere."""
    return Problem(file, entry, key, f'no {what} "{code}" in {what}s.toml')
