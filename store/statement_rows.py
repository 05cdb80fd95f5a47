"""What the store keeps of issued statements, as rows. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from store.canonical import canonical
from store.instants import utc_text


class IssuedStatement(NamedTuple):
    """One statement; `document` is the text of its JSON file, `sha256` that of its content as the document says."""

    number: str
    tenant: str
    month: str
    version: int
    is_demo: bool
    language: str
    states: str
    sha256: str
    document: str
    issued_at: datetime


class NewestStatement(NamedTuple):
    """The newest statement of a tenant's month: which published versions it states, and the same of the one it
    replaces, None where it is the first."""

    number: str
    version: int
    language: str
    states: str
    sha256: str
    replaces: str | None
    replaces_states: str | None
    replaces_sha256: str | None

    def agreements(self) -> set[str]:
        """The codes of the agreements that it states."""
        return {agreement for agreement, _, _ in json.loads(self.states)}


class StatementFiles(NamedTuple):
    """The manifest of a statement's files; `missing_evidence` is why there is no evidence bundle, None = there is."""

    number: str
    manifest: str
    manifest_sha256: str
    missing_evidence: str | None
    made_at: datetime


class InForce(NamedTuple):
    """The version in force of an agreement's published period."""

    agreement: str
    period_starts_at: datetime
    version: int


def states_text(versions: Iterable[InForce]) -> str:
    """What `states` says of a statement of these versions, whatever their order."""
    said = sorted([one.agreement, utc_text(one.period_starts_at), one.version] for one in versions)
    return canonical(said).decode()


def versions_of(states: str) -> dict[tuple[str, datetime], int]:
    """The versions that `states` names, by agreement and start of the period."""
    return {(code, datetime.fromisoformat(starts_at)): version for code, starts_at, version in json.loads(states)}
