"""The texts of one contract over time: the original and its amendments, in order of effect, each up to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, NoReturn

from facilities.agreement import Agreement
from facilities.inventory_toml import mistake


class AgreementFile(NamedTuple):
    """One text and the file it was read from."""

    agreement: Agreement
    file: Path


def in_order(texts: Iterable[AgreementFile]) -> tuple[AgreementFile, ...]:
    """The texts of one agreement by number, each with the day the next one takes over (`superseded_on`).

    InputError in one line for the first mistake: an amendment of nothing, a number missing or used twice, a party,
    place or clock that is not the original's, a first day that is not after that of the text before.
    """
    found = sorted(texts, key=lambda one: (one.agreement.number, one.file))
    original = found[0]
    if original.agreement.amendment is not None:
        _refuse(original, "amendment", f'no agreement "{original.agreement.id}" that it amends')
    for before, one in pairwise(found):
        _refuse_misplaced(before, one)
        _refuse_other_contract(original, one)
    ordered = []
    for one, after in zip(found, [*found[1:], None], strict=True):
        takes_over = None if after is None else after.agreement.first_on
        _refuse_other_cut(one, takes_over)
        ordered.append(AgreementFile(replace(one.agreement, superseded_on=takes_over), one.file))
    return tuple(ordered)


def in_force(versions: Sequence[Agreement], day: date) -> Agreement | None:
    """The text in force on the civil day `day`; None before the first and after the end."""
    return next((one for one in versions if one.is_in_force_on(day)), None)


def _refuse_misplaced(before: AgreementFile, one: AgreementFile) -> None:
    number, earlier = one.agreement.number, before.agreement.number
    if one.agreement.amendment is None:
        _refuse(one, "id", f'"{one.agreement.id}" is already that of {before.file.name}')
    if number == earlier:
        _refuse(one, "amendment.number", f"{number} is already that of {before.file.name}")
    if number != earlier + 1:
        _refuse(one, "amendment.number", f"is {number}, and there is no amendment {earlier + 1}")
    effective_on, ended_on = one.agreement.amendment.effective_on, before.agreement.ends_on
    if effective_on <= before.agreement.first_on:
        which = f"amendment {earlier} took effect ({before.file.name})"
        _refuse(one, "amendment.effective_on", f"{effective_on} is not after {before.agreement.first_on}, when {which}")
    if ended_on is not None and effective_on > ended_on:
        after = f"is after {ended_on}, when the agreement had ended ({before.file.name})"
        _refuse(one, "amendment.effective_on", f"{effective_on} {after}")


def _refuse_other_contract(original: AgreementFile, one: AgreementFile) -> None:
    """What makes it the same contract on the same grid; everything else an amendment may change."""
    for key, was, written in _identity(original.agreement, one.agreement):
        if written != was:
            _refuse(one, key, f'is "{written}", and in the original ({original.file.name}) "{was}"')


def _identity(original: Agreement, one: Agreement) -> Iterator[tuple[str, str, str]]:
    yield "tenant", original.tenant, one.tenant
    yield "facility", original.facility, one.facility
    yield "time_zone", original.time_zone.key, one.time_zone.key
    yield "currency", original.currency, one.currency
    yield "starts_on", str(original.starts_on), str(one.starts_on)


def _refuse_other_cut(one: AgreementFile, takes_over: date | None) -> None:
    """In an inventory the other texts say where one ends; a file that says otherwise contradicts them."""
    if one.agreement.scored_from is not None:
        _refuse(one, "scored_from", "is for files that p2i writes; an inventory has no use for it")
    written = one.agreement.superseded_on
    if written is not None and written != takes_over:
        what = (
            "no amendment takes over" if takes_over is None else f"the next amendment takes over on {takes_over}, not"
        )
        _refuse(one, "superseded_on", f"{what} on {written}")


def _refuse(one: AgreementFile, key: str, what: str) -> NoReturn:
    raise mistake(one.file, f"agreement.{key}: {what}")
