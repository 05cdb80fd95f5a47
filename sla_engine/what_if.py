"""What a score would be if an exclusion were accepted, or an accepted one were not: the one arithmetic, twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from facilities.agreement import Agreement
from facilities.instants import epoch_seconds
from sla_engine.exclusion_words import KINDS, one_of
from sla_engine.facts import CircuitFacts, Exclusion, Facts
from sla_engine.scoring import Score
from store.errors import InputError
from store.intervals import Interval
from store.rows import Decision


@dataclass(frozen=True, slots=True)
class Named:
    """An exclusion of a circuit with its id; an empty id is one that nobody has written down yet."""

    id: str
    circuit: str
    exclusion: Exclusion


@dataclass(frozen=True, slots=True)
class Change:
    """One exclusion that is supposed to be decided otherwise than it is; `before` None where there is none yet."""

    id: str
    circuit: str
    before: Exclusion | None
    after: Exclusion

    @property
    def is_added(self) -> bool:
        """Whether it would count now and did not; else it is taken away."""
        return self.after.decision == "accepted"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One score as it is and as it would be, from the same facts but for the exclusions."""

    before: Score
    after: Score
    changes: tuple[Change, ...]
    exclusions_before: tuple[Named, ...]
    exclusions_after: tuple[Named, ...]


def supposed(
    known: Sequence[Named], exclude: Iterable[str], without: Iterable[str], circuits: Iterable[str]
) -> tuple[list[Change], list[Named]]:
    """The changes that the texts ask for, and the exclusions as they would then stand.

    `exclude` are `CIRCUIT,KIND,START,END[,ANNOUNCED]` or the id of a known one that is not accepted; `without` are ids
    of accepted ones. An id means all its rows. What would change nothing is refused: it is a mistake of the question.
    """
    named = list(dict.fromkeys(circuits))
    changes: list[Change] = []
    for text in exclude:
        if len(text.split(",")) in (4, 5):
            changes.append(_new(text, named))
        else:
            changes += _of_id("--exclude", known, text, "accepted", named)
    for text in without:
        changes += _of_id("--without", known, text, "rejected", named)
    if not changes:
        raise InputError("--exclude: name an exclusion, by --exclude or --without")
    by_key = {(one.id, one.circuit): one for one in changes if one.id}
    after = [
        replace(one, exclusion=by_key[one.id, one.circuit].after) if (one.id, one.circuit) in by_key else one
        for one in known
    ]
    after += [Named("", one.circuit, one.after) for one in changes if not one.id]
    return changes, after


def with_exclusions(facts: Facts, exclusions: Sequence[Named]) -> Facts:
    """The same facts with other exclusions."""
    circuits: dict[str, CircuitFacts] = {}
    for name, known in facts.circuits.items():
        circuits[name] = replace(known, exclusions=tuple(one.exclusion for one in exclusions if one.circuit == name))
    return replace(facts, circuits=circuits)


def circuits_of(agreement: Agreement) -> list[str]:
    """The circuits that the agreement's objectives name, in its order."""
    return list(dict.fromkeys(objective.circuit for objective in agreement.objectives))


def _new(text: str, circuits: Sequence[str]) -> Change:
    circuit, word, *instants = text.split(",")
    if circuit not in circuits:
        raise InputError(f'--exclude: no objective is on circuit "{circuit}"; there are {", ".join(circuits)}')
    try:
        kind = one_of(KINDS, word)
        starts_at, ends_at, *announced = (epoch_seconds(each) for each in instants)
    except InputError as error:
        raise InputError(f"--exclude: {error}") from None
    if ends_at <= starts_at:
        raise InputError("--exclude: its end is not after its start")
    span = Interval(starts_at, ends_at)
    return Change("", circuit, None, Exclusion(kind, span, announced[0] if announced else None, "accepted"))


def _of_id(option: str, known: Sequence[Named], name: str, decision: Decision, circuits: Sequence[str]) -> list[Change]:
    rows = [one for one in known if one.id == name and one.circuit in circuits]
    if not rows:
        if option == "--exclude" and "," in name:
            missing = "END is missing" if len(name.split(",")) == 3 else "it has too few or too many parts"
            raise InputError(f'--exclude: "{name}": {missing}: CIRCUIT,KIND,START,END[,ANNOUNCED]')
        raise InputError(f'{option}: no exclusion "{name}" on a circuit of this agreement')
    is_asked = [one for one in rows if (one.exclusion.decision == "accepted") != (decision == "accepted")]
    if not is_asked:
        stands = (
            "is accepted already" if decision == "accepted" else f"is {rows[0].exclusion.decision}: it does not count"
        )
        raise InputError(f'{option}: "{name}" {stands}')
    return [Change(name, one.circuit, one.exclusion, replace(one.exclusion, decision=decision)) for one in is_asked]
