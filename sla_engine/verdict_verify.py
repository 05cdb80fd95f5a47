"""Verifies the ledger: every hash computed again, and every text that a version names still there as it was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from store.agreement_texts import read_agreement_texts, read_calendar_text
from store.canonical import text_sha256
from store.connection import Connection
from store.errors import InputError
from store.ledger import read_entries
from store.ledger_chain import PUBLISHING, Fault, LedgerEntry, faults


class Outcome(NamedTuple):
    """One line of the verification."""

    text: str
    is_fault: bool


def verified(connection: Connection, agreement: str | None = None, head: str | None = None) -> Iterator[Outcome]:
    """One outcome per fault, and one per ledger without any; InputError for an agreement without a ledger.

    A ledger that was emptied altogether is found with the `head` of any of its entries.
    """
    entries = read_entries(connection, agreement)
    if agreement is not None and not entries and head is None:
        raise InputError(f"{agreement}: nothing is published of it")
    ledgers = {name: list(members) for name, members in groupby(entries, key=lambda entry: entry.agreement)}
    if agreement is not None:
        ledgers.setdefault(agreement, [])
    for name, members in ledgers.items():
        found = [*faults(members, head), *_lost_texts(connection, members)]
        for fault in found:
            where = f"entry {fault.entry}: " if fault.entry else ""
            yield Outcome(f"{name}: {where}{fault.text}", True)
        if not found:
            counted = "1 entry" if len(members) == 1 else f"{len(members)} entries"
            yield Outcome(f"{name}: {counted}, as written; head {members[-1].sha256}", False)


def _lost_texts(connection: Connection, entries: list[LedgerEntry]) -> Iterator[Fault]:
    """Texts that versions were made by and that are not kept, or not as they were."""
    for entry in entries:
        if entry.kind not in PUBLISHING:
            continue
        try:
            said = entry.said()
            sha256, calendar = said["agreement_sha256"], said["calendar"]
        except (ValueError, KeyError):
            continue  # the body is no entry's: named already
        kept = read_agreement_texts(connection, [sha256]).get(sha256)
        if kept is None:
            yield Fault(entry.entry, f"the text of the agreement it was scored by is not kept ({sha256})")
        elif text_sha256(kept.text) != sha256:
            yield Fault(entry.entry, f"the text of the agreement it was scored by was changed ({sha256})")
        if calendar is not None:
            text = read_calendar_text(connection, calendar["id"], calendar["version"])
            if text is None or text.sha256 != calendar["sha256"]:
                yield Fault(
                    entry.entry, f"calendar {calendar['id']} version {calendar['version']} is not kept as it was"
                )
            elif text.text is not None and text_sha256(text.text) != text.sha256:
                yield Fault(
                    entry.entry, f"the text of calendar {calendar['id']} version {calendar['version']} was changed"
                )
