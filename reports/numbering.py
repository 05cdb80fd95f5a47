"""Which number a statement has, which one it replaces, and what of it that one did not tell. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from reports.published import Published
from store.statement_rows import NewestStatement, states_text, versions_of

Key = tuple[str, datetime]


class Before(NamedTuple):
    """The statement that another one replaces; `sha256` is None where it is not on record.

    `told` are the versions it states by agreement and start of the period; None where it is not on record: then it told
    everything but the newest correction.
    """

    number: str
    sha256: str | None
    told: dict[Key, int] | None


class Numbering(NamedTuple):
    """The number of a statement of published versions, its version, and what it replaces."""

    number: str
    version: int
    before: Before | None


def numbering(
    base: str, published: Sequence[Published], newest: NewestStatement | None, language: str, *, is_issuing: bool
) -> Numbering:
    """The number of a statement of these versions; `base` is the number without a version.

    The newest statement on record of the same versions has its number; in another language it is a translation of that
    one, and says so in its number. Of other versions it is the next one, and replaces that one. With none on record it
    is the first where it is being issued, for nothing was ever told; else 1 when the last agreement of the month was
    first published, and one more with every correction since.
    """
    if newest is not None and newest.states == states_text(one.in_force for one in published):
        ending = "" if newest.language == language else f"-{language}"
        before = None
        if newest.replaces is not None:
            before = Before(newest.replaces, newest.replaces_sha256, versions_of(newest.replaces_states or "[]"))
        return Numbering(f"{base}-v{newest.version}{ending}", newest.version, before)
    if newest is not None:
        before = Before(newest.number, newest.sha256, versions_of(newest.states))
        return Numbering(f"{base}-v{newest.version + 1}", newest.version + 1, before)
    whole_at = max(one.first_at for one in published)
    restated = {each for one in published for each in one.restated if each[1] > whole_at}
    if is_issuing or not restated:
        return Numbering(f"{base}-v1", 1, None)
    return Numbering(f"{base}-v{len(restated) + 1}", len(restated) + 1, Before(f"{base}-v{len(restated)}", None, None))


def is_new(one: Published, before: Before | None) -> bool:
    """Whether the statement that is replaced says nothing of this period of the agreement."""
    return before is not None and before.told is not None and _key(one) not in before.told


def is_corrected(one: Published, published: Sequence[Published], before: Before | None) -> bool:
    """Whether the version in force is another one than the statement that is replaced tells."""
    if before is None or one.entry.version == 1:
        return False
    if before.told is None:
        newest = max(each.entry.recorded_at for each in published if each.entry.version > 1)
        return one.entry.recorded_at == newest
    return before.told.get(_key(one), one.entry.version) != one.entry.version


def _key(one: Published) -> Key:
    return one.entry.agreement, one.entry.period_starts_at
