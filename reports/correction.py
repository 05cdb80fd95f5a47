"""What a version of a verdict changed from the one it replaces: as the ledger says, nothing computed again. Pure."""

from __future__ import annotations

from typing import Any

from store.ledger_chain import LedgerEntry

Json = dict[str, Any]


def correction(entry: LedgerEntry) -> Json | None:
    """The difference a restated version holds, why, and what it adds to the credit; None for a first version."""
    said = entry.said()
    if said.get("difference") is None:
        return None
    return {
        "from_version": entry.version - 1,
        "to_version": entry.version,
        "reason": said["reason"],
        "causes": said["input"]["causes"],
        "difference": said["difference"],
        "adjustment": said["credit"]["adjustment"],
    }
