"""The life of a published verdict: what its entries in the ledger make of it, and what may happen to it next. Pure.

draft → provisional → issued → contested → (answered) issued → final; a correction is a new version (spec
sla-standards, 5.8). Before the first version there is no entry: verdict_issuing says when it may come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from facilities.instants import epoch_seconds, instant_text
from sla_engine.verdict_difference import same_figures
from store.errors import InputError
from store.instants import microseconds
from store.ledger_chain import PUBLISHING, LedgerEntry, state_of

Json = dict[str, Any]
State: TypeAlias = Literal["draft", "provisional", "issued", "contested", "final"]


@dataclass(frozen=True)
class Standing:
    """Where one published period stands: its entries, its versions, and its state.

    `closes_at` is when it may become final, an epoch second: the contest days of the agreement after the last version.
    """

    entries: tuple[LedgerEntry, ...]
    contest_days: int

    @property
    def versions(self) -> list[LedgerEntry]:
        """The entries that published a version, in order."""
        return [entry for entry in self.entries if entry.kind in PUBLISHING]

    @property
    def last(self) -> LedgerEntry:
        """The entry of the version in force."""
        return self.versions[-1]

    @property
    def state(self) -> State:
        """issued, contested or final: what the last entry that is no version says."""
        return state_of(self.entries)

    @property
    def is_upheld(self) -> bool:
        """Whether the last contest was answered to be right and no correction was published since it was made."""
        kinds = [entry.kind for entry in self.entries]
        if "contested" not in kinds or self.state != "issued":
            return False
        since = self.entries[len(kinds) - kinds[::-1].index("contested") :]
        answers = [entry.said()["answer"] for entry in since if entry.kind == "answered"]
        return answers[-1:] == ["upheld"] and all(entry.kind not in PUBLISHING for entry in since)

    @property
    def open_tickets(self) -> list[str]:
        """The tickets that were open when the version in force was published and in time until then."""
        return [
            ticket["ticket"]
            for objective in self.last.published()["objectives"]
            for ticket in objective.get("tickets", ())
            if ticket["verdict"] == "open"
        ]

    @property
    def closes_at(self) -> int:
        """When nobody may contest it any more, an epoch second."""
        published_at: str = self.last.said()["occurred_at"]
        return epoch_seconds(published_at) + self.contest_days * 86_400


def standings(entries: Iterable[LedgerEntry]) -> dict[tuple[str, datetime], Standing]:
    """Every published period by agreement and start, from the entries in the order of the ledgers.

    InputError, naming it, for an entry that lacks what p2i writes: who may publish may write to the table by hand.
    """
    by_period: dict[tuple[str, datetime], list[LedgerEntry]] = {}
    for entry in entries:
        _refuse_foreign(entry)
        by_period.setdefault((entry.agreement, entry.period_starts_at), []).append(entry)
    found = {}
    for key, members in by_period.items():
        last = next(entry for entry in reversed(members) if entry.kind in PUBLISHING)
        found[key] = Standing(tuple(members), int(last.said()["terms"]["contest_days"]))
    return found


def _refuse_foreign(entry: LedgerEntry) -> None:
    try:
        said = entry.said()
        epoch_seconds(said["occurred_at"])
        if entry.kind == "answered":
            str(said["answer"])
        if entry.kind in PUBLISHING:
            int(said["terms"]["contest_days"])
            _ = said["input"]["facts"]["circuits"], said["agreement_sha256"], said["credit"]["currency"]
            document = entry.published()
            _ = document["period"]["tzdb"], document["credits"]["payable"]
            _ = [(each["id"], each["circuit"], each["verdict"]) for each in document["objectives"]]
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise InputError(
            f"the ledger of {entry.agreement}: entry {entry.entry} is not what p2i writes (p2i verdict verify)"
        ) from error


def is_restatement_due(standing: Standing, draft: Json, scored_at: datetime) -> bool:
    """Whether a draft says something else than the version in force, and was made after it."""
    published_at: str = standing.last.said()["occurred_at"]
    is_newer = microseconds(scored_at) // 1_000_000 >= epoch_seconds(published_at)
    return standing.state != "final" and is_newer and not same_figures(standing.last.published(), draft)


def refuse_restating(standing: Standing) -> None:
    """Raises InputError when the period is final: what is found now is between the parties."""
    if standing.state == "final":
        raise InputError(f"is final since {_since(standing)}; no new version is published")


def refuse_unstated(standing: Standing, stated: int | None) -> None:
    """Raises InputError while the version in force is not the one of the tenant's newest statement, `stated`.

    A statement tells what changed since the one before. Of two corrections between two statements it would tell one.
    """
    if stated is not None and stated != standing.last.version:
        raise InputError(
            f"version {standing.last.version} is not on a statement yet, which has to tell of it before the next one:"
            " p2i closing run --once"
        )


def refuse_contesting(standing: Standing, now: int) -> None:
    """Raises InputError when the period cannot be contested (any more)."""
    if standing.state in ("final", "contested"):
        raise InputError(f"is {standing.state} already, since {_since(standing)}")
    if now >= standing.closes_at:
        raise InputError(f"version {standing.last.version} could be contested until {instant_text(standing.closes_at)}")


def refuse_answering(standing: Standing) -> None:
    """Raises InputError when nobody contests the period."""
    if standing.state != "contested":
        raise InputError(f"is {standing.state}; there is no contest to answer")


def refuse_finalising(standing: Standing, now: int) -> None:
    """Raises InputError while the period is contested, or may still be."""
    if standing.state == "final":
        raise InputError(f"is final already, since {_since(standing)}")
    if standing.state == "contested":
        raise InputError(f"is contested since {_since(standing)}; answer that first")
    if now < standing.closes_at:
        raise InputError(f"may be contested until {instant_text(standing.closes_at)}")


def refuse_open_tickets(standing: Standing) -> None:
    """Raises InputError while a ticket of the version in force is open: what it took to restore is not known yet."""
    if names := standing.open_tickets:
        raise InputError(f"ticket {names[0]} is still open: what it took to restore is not known before it is restored")


def _since(standing: Standing) -> str:
    entry = next(entry for entry in reversed(standing.entries) if entry.kind not in PUBLISHING)
    return str(entry.said()["occurred_at"])
