"""One cause, one page: circuits that are lost together share an element that failed, and it explains them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from alerting.claims import TOGETHER, Claim, Ground, best_claim, is_enough
from alerting.names import Name, name_of
from facilities.shared_elements import SharedElement
from store.alert_rows import Trouble

RULES = {
    "park": "site_cut",
    "building": "site_cut",
    "uplink": "site_cut",
    "duct": "duct_cut",
    "carrier": "carrier_down",
    "infrastructure_carrier": "infrastructure_carrier_down",
    "infrastructure": "infrastructure_carrier_down",
    "cable_system": "cable_down",
    "probe": "probe_fault",
}
"""The rule that each kind of element stands for when it fails."""
LOSSES = ("outage", "no_data")
"""The rules by which a circuit is lost."""
JOINS_WITHIN = timedelta(minutes=15)
"""So long after a parent began a circuit behind it that is lost is taken to be lost by it: batteries run down, routes
are tried in turn."""
NEVER_RECEIVED = "never_received"
"""The reason of a silence that was never broken: what was not there was not lost."""


class Lasting(NamedTuple):
    """A parent that is open already: since when, whether it is about to close, the circuits it explains itself, and
    the bigger parent that explains it, if one does."""

    since_at: datetime
    is_ending: bool
    circuits: frozenset[str]
    cause: Name | None = None


class Correlated(NamedTuple):
    """`parents` are what failed, as troubles; `causes` says of each trouble that is explained, by which other."""

    parents: tuple[Trouble, ...]
    causes: Mapping[Name, Name]


def correlated(
    troubles: Iterable[Trouble],
    elements: Sequence[SharedElement],
    *,
    measured: frozenset[str],
    doubtful: frozenset[str] = frozenset(),
    muted: frozenset[Name] = frozenset(),
    lasting: Mapping[Name, Lasting] = {},
    doubted: Iterable[Trouble] = (),
) -> Correlated:
    """What failed, and what that explains; the order of `troubles` and `elements` does not matter.

    An element failed when at least three of its circuits (both of two) were lost within 120 s, and with them 60 % (of
    fewer than five: all) of those that could say otherwise: circuits that are `measured`, not `doubtful` (measured bad
    or silent now, without being lost by the contract), not lost before, not `muted` and not explained otherwise. Of
    several elements that one wins which leaves least to explain: a lost circuit it explains counts for it, a circuit
    behind it that still works against it. Of equals the smallest wins: the building, not the park, when only the
    building is lost. A carrier lost in three parks is one element, and so one cause.

    `doubted` are losses of which nobody can say whether they last: they hold up what explains them, and found nothing.

    A probe that reaches nothing fails when no place explains the same: its circuits may be well. When all are merely
    silent, the probe is likelier than the place.

    Circuits behind a parent that are lost within `JOINS_WITHIN` of its beginning join it; later ones only while no
    circuit behind it is up: what still worked so long after a cut was not cut by it, and its own loss has to be told.
    A parent that begins to end takes nobody new; those it explained stay explained until it has closed. A bigger
    element found later explains the smaller parent.
    """
    new, doubtful_losses = tuple(troubles), tuple(doubted)
    base = _lost((*new, *doubtful_losses), muted)
    by_subject = {element.subject: element for element in elements}
    able = measured - doubtful - {subject.removeprefix("circuit:") for rule, subject in muted if rule in LOSSES}
    ground = Ground(base, measured | frozenset(base), able - frozenset(base))
    assigned = _kept(ground, by_subject, lasting)
    open_subjects = frozenset(subject for _, subject in lasting)
    found: dict[str, Claim] = {}
    free = frozenset(_lost(new, muted)) - frozenset(assigned)
    while (claim := best_claim(ground, elements, free, assigned, open_subjects)) is not None:
        found[claim.element.subject] = claim
        free -= claim.members
    return _told(ground, by_subject, assigned, found, lasting)


def _lost(troubles: Iterable[Trouble], muted: frozenset[Name]) -> dict[str, Trouble]:
    """The one trouble by which each circuit is lost: its outage, else its silence."""
    found: dict[str, Trouble] = {}
    for trouble in troubles:
        if trouble.rule in LOSSES and trouble.circuit is not None and trouble.subject == f"circuit:{trouble.circuit}":
            before = found.get(trouble.circuit)
            was_there = trouble.reason != NEVER_RECEIVED
            if was_there and name_of(trouble) not in muted and (before is None or before.rule != "outage"):
                found[trouble.circuit] = trouble
    return dict(sorted(found.items()))


def _kept(ground: Ground, elements: Mapping[str, SharedElement], lasting: Mapping[Name, Lasting]) -> dict[str, Name]:
    """The lasting parent of each lost circuit: the one it has, else, of those that take it, the smallest."""
    open_ones = sorted(
        (len(elements[name[1]].circuits), name, parent) for name, parent in lasting.items() if name[1] in elements
    )
    all_down = {name for _, name, _ in open_ones if not (elements[name[1]].circuits & ground.known) - set(ground.lost)}
    kept: dict[str, Name] = {}
    for circuit, trouble in ground.lost.items():
        behind = [(name, parent) for _, name, parent in open_ones if circuit in elements[name[1]].circuits]
        had = [name for name, parent in behind if circuit in parent.circuits]
        joins = [
            name
            for name, parent in behind
            if not parent.is_ending
            and trouble.since_at >= parent.since_at - TOGETHER
            and (trouble.since_at <= parent.since_at + JOINS_WITHIN or name in all_down)
        ]
        if had or joins:
            kept[circuit] = (had or joins)[0]
    return kept


def _told(
    ground: Ground,
    elements: Mapping[str, SharedElement],
    assigned: Mapping[str, Name],
    found: Mapping[str, Claim],
    lasting: Mapping[Name, Lasting],
) -> Correlated:
    """The parents as troubles, those that last as long as enough is lost behind them, and what each explains."""
    causes: dict[Name, Name] = {name_of(ground.lost[circuit]): name for circuit, name in assigned.items()}
    for name, parent in lasting.items():
        if parent.cause is not None and parent.cause in lasting:
            causes[name] = parent.cause
    members: dict[Name, set[str]] = {}
    for circuit, owner in assigned.items():
        for name in _upwards(owner, causes):
            members.setdefault(name, set()).add(circuit)
    parents: list[Trouble] = []
    for name, parent in sorted(lasting.items()):
        if (element := elements.get(name[1])) is not None:
            lost = frozenset(members.get(name, ()))
            contradicting = len(element.circuits & ground.working)
            if is_enough(len(lost), contradicting, len(element.circuits & ground.known)):
                parents.append(_parent(ground, element, lost, contradicting, parent.since_at))
    for _, claim in sorted(found.items()):
        since_at = min(ground.lost[circuit].since_at for circuit in claim.members)
        trouble = _parent(ground, claim.element, claim.members, claim.contradicting, since_at)
        parents.append(trouble)
        for circuit in sorted(claim.members):
            # One that a smaller parent explains stays with it, and that parent is explained.
            explained = name_of(ground.lost[circuit])
            if circuit in assigned:
                explained = [*_upwards(assigned[circuit], causes)][-1]
            if explained != name_of(trouble):
                causes[explained] = name_of(trouble)
    return Correlated(tuple(parents), causes)


def _upwards(name: Name, causes: Mapping[Name, Name]) -> Iterator[Name]:
    """A parent, the bigger one that explains it, and so on."""
    seen: set[Name] = set()
    while name not in seen:
        seen.add(name)
        yield name
        name = causes.get(name, name)


def _parent(
    ground: Ground, element: SharedElement, members: frozenset[str], contradicting: int, since_at: datetime
) -> Trouble:
    lost = [ground.lost[circuit] for circuit in sorted(members)]
    facts: dict[str, Any] = {
        "members": len(lost),
        "of": len(lost) + contradicting,
        "element": element.subject.partition(":")[2],
        "element_kind": element.kind,
        "element_label": element.label,
        "circuits": sorted(members),
        "parks": sorted({one.facility for one in lost if one.facility is not None}),
        "tenants": len({one.tenant for one in lost if one.tenant is not None}),
        "seen_as": "silence" if all(one.rule == "no_data" for one in lost) else "outage",
    }
    return Trouble(
        rule=RULES[element.kind],
        subject=element.subject,
        severity="page" if any(one.severity == "page" for one in lost) else "ticket",
        since_at=since_at,
        reason=f"{element.kind}_lost" if element.kind != "probe" else "probe_reaches_nothing",
        is_demo=all(one.is_demo for one in lost),
        facility=element.facility,
        carrier=element.carrier,
        facts=facts,
    )
