"""Which element explains best that circuits were lost together: what speaks for it, and what against. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerting.names import Name
from facilities.shared_elements import SharedElement
from store.alert_rows import Trouble

TOGETHER = timedelta(seconds=120)
"""Troubles that began within this time of each other began together."""
LEAST_MEMBERS = 3
"""Fewer circuits than that are a coincidence, unless the element has only two."""
FEW = 5
"""Of fewer circuits than that, all must be lost; of more, 60 %."""

_RANK = {
    kind: rank
    for rank, kind in enumerate(
        ("duct", "building", "uplink", "park", "infrastructure", "infrastructure_carrier", "carrier", "cable_system")
    )
}
_PROBE_LAST = len(_RANK)


class Ground(NamedTuple):
    """What everything is decided on: the lost circuits, all that are measured, and those that work for all we know."""

    lost: Mapping[str, Trouble]
    known: frozenset[str]
    working: frozenset[str]


class Claim(NamedTuple):
    """An element, the circuits whose loss it explains, and how many behind it that still work contradict it.

    `told_less` is what need not be told by itself any more: lost circuits, and smaller parents.
    """

    element: SharedElement
    members: frozenset[str]
    contradicting: int
    told_less: int
    rank: int

    @property
    def key(self) -> tuple[int, int, int, str]:
        """Best first: what it leaves to explain is least, then the smallest element, the likeliest kind, the name."""
        return self.contradicting - self.told_less, len(self.element.circuits), self.rank, self.element.subject


def best_claim(
    ground: Ground,
    elements: Sequence[SharedElement],
    free: frozenset[str],
    assigned: Mapping[str, Name],
    open_subjects: frozenset[str],
) -> Claim | None:
    """The element that explains best what nothing explains yet (`free`); None when none does.

    `assigned` are the lost circuits that a parent among `open_subjects` explains already.
    """
    groups: dict[Name, set[str]] = {}
    for circuit, name in assigned.items():
        groups.setdefault(name, set()).add(circuit)
    claims = []
    for element in elements:
        if element.subject not in open_subjects and element.circuits & free:
            # What a lasting parent explains speaks for an element that explains that parent as a whole.
            within = [group for group in groups.values() if group <= element.circuits]
            claim = _claim(ground, element, free, within)
            if claim is not None:
                claims.append(claim)
    return min(claims, key=lambda claim: claim.key, default=None)


def _claim(ground: Ground, element: SharedElement, free: frozenset[str], within: Sequence[set[str]]) -> Claim | None:
    """The most circuits of the element that were lost together, if they are enough, and it saves telling."""
    candidates = (element.circuits & free).union(*within)
    members = _together({circuit: ground.lost[circuit].since_at for circuit in candidates})
    new = members & free
    if not new:
        return None
    began_at = min(ground.lost[circuit].since_at for circuit in members)
    # What was lost later still worked then. What was lost before could say nothing.
    later = sum(ground.lost[circuit].since_at > began_at + TOGETHER for circuit in candidates - members)
    contradicting = later + len(element.circuits & ground.working)
    enough = is_enough(len(members), contradicting, len(element.circuits & ground.known))
    if not enough or contradicting + 1 > len(new):
        return None
    silent = all(ground.lost[circuit].rule == "no_data" for circuit in members)
    rank = _RANK.get(element.kind, -1 if silent else _PROBE_LAST)
    told_less = len(new) + sum(group <= members for group in within)
    return Claim(element, members, contradicting, told_less, rank)


def is_enough(members: int, contradicting: int, circuits: int) -> bool:
    """Whether so many lost circuits, and so many that still work, mean that the element with `circuits` failed."""
    if members < min(LEAST_MEMBERS, circuits) or members < 2:
        return False
    asked = members + contradicting
    return not contradicting if asked < FEW else members * 10 >= asked * 6


def _together(since: Mapping[str, datetime]) -> frozenset[str]:
    """The largest set of circuits lost within TOGETHER; of equals the earliest."""
    in_order = sorted((at, circuit) for circuit, at in since.items())
    best, first = (0, 0), 0
    for last, (at, _) in enumerate(in_order):
        while at - in_order[first][0] > TOGETHER:
            first += 1
        if last + 1 - first > best[1] - best[0]:
            best = (first, last + 1)
    return frozenset(circuit for _, circuit in in_order[slice(*best)])
