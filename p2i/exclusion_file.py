"""The CSV file of exclusions: the contract's columns, and beside them why, and by what evidence."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import get_args

from facilities.instants import instant_text
from p2i.checked_file import CheckedFile, Texts
from sla_engine.due import epoch_seconds_of
from store.errors import InputError
from store.exclusion_rows import Decided, Key, Proposal
from store.reading_text import csv_line
from store.rows import Decision, ExclusionKind

COLUMNS = ("id", "circuit", "kind", "starts_at", "ends_at", "announced_at", "decision", "reason", "evidence")
KINDS: tuple[str, ...] = get_args(ExclusionKind)
DECISIONS: tuple[str, ...] = get_args(Decision)


def read_proposals(path: str | Path) -> CheckedFile[Proposal]:
    """The rows of a file as proposals: what the file says was decided is not, before somebody's login decides it."""
    return CheckedFile(path, COLUMNS, _proposal, lambda row: row[:2])


def exclusion_lines(rows: Iterable[Decided]) -> str:
    """The rows as such a file, in their order."""
    lines = [",".join(COLUMNS) + "\n"]
    for row in rows:
        spans = (_text(row.starts_at), _text(row.ends_at), _text(row.announced_at))
        words = (row.reason or "", row.evidence or "")
        lines.append(csv_line((row.exclusion, row.circuit, row.kind, *spans, row.decision, *words)))
    return "".join(lines)


def wrong_to_propose(
    known: Mapping[Key, Decided], circuits: Mapping[str, int], login: str
) -> Callable[[Proposal], str | None]:
    """What keeps a row from being proposed by `login`, given what is known; a function of the row."""

    def wrong(row: Proposal) -> str | None:
        if row.circuit not in circuits:
            return f'circuit: no circuit "{row.circuit}" in the store'
        before = known.get(row[:2])
        if before is None or before.terms != row.terms or before.decision != "proposed":
            return None
        if (before.reason, before.evidence) != (row.reason, row.evidence) and before.proposed_by not in (None, login):
            return f"reason: proposed by {before.proposed_by}, who alone may reword it"
        return None

    return wrong


def wrong_to_decide(
    known: Mapping[Key, Decided], decision: str, login: str, now: datetime
) -> Callable[[Proposal], str | None]:
    """What keeps `login` from deciding a row at `now`; a function of the row. The database has the last word.

    The file must say what the store says: who accepts a file has read the file.
    """

    def wrong(row: Proposal) -> str | None:
        stored = known.get(row[:2])
        if stored is None:
            return "id: nobody has proposed it"
        names = ("kind", "starts_at", "ends_at", "announced_at")
        for name, written, there in zip(names, row.terms, stored.terms, strict=True):
            if written != there:
                shown = _text(there) if isinstance(there, datetime) else there or "nothing"
                return f"{name}: the store says {shown}"
        if decision != "accepted" or stored.decision == "accepted" or stored.starts_at > now:
            return None
        if stored.proposed_by is None:
            return "id: its author was not recorded: propose it again, and another login accepts it"
        if stored.proposed_by == login:
            return f"id: proposed by {login} (you), and it has begun: another login must accept it"
        return None

    return wrong


def proposal(texts: Texts) -> Proposal:
    """A proposal from texts by the file's columns."""
    starts_at, ends_at = texts.at("starts_at"), texts.at("ends_at")
    if ends_at < starts_at:
        raise InputError("ends_at: is before starts_at")
    if ends_at == starts_at:
        raise InputError("ends_at: equals starts_at: an empty span excludes nothing")
    return Proposal(
        texts.text("id", 200),
        texts.text("circuit"),
        texts.one_of("kind", KINDS),
        starts_at,
        ends_at,
        texts.at_or_none("announced_at"),
        texts.text("reason"),
        texts.text_or_none("evidence"),
    )


def _proposal(texts: Texts) -> Proposal:
    texts.one_of("decision", DECISIONS)
    return proposal(texts)


def _text(at: datetime | None) -> str:
    return "" if at is None else instant_text(epoch_seconds_of(at))
