"""What the store keeps of messages to tenants, as rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

Kind: TypeAlias = Literal["statement", "contested", "answered"]
State: TypeAlias = Literal["waiting", "handed_over", "delivered", "refused", "given_up", "bounced", "replaced"]
Event: TypeAlias = Literal[
    "attempted", "handed_over", "deferred", "refused", "given_up", "delayed", "relayed", "delivered", "bounced",
    "requested", "replaced",
]  # fmt: skip
STATES: tuple[State, ...] = get_args(State)
FAILED: tuple[State, ...] = ("refused", "given_up", "bounced")
"""The states that a person has to do something about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDispatch:
    """A message as it is in its file; `agreement` and `entry` name the ledger's entry that it tells of, if one."""

    number: str
    kind: Kind
    agreement: str | None
    entry: int | None
    file: str
    message_id: str
    message_sha256: str
    message_bytes: int
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(NewDispatch):
    """A message with its own number and its statement's tenant."""

    dispatch_id: int
    tenant: str

    def envelope_id(self, attempt: int) -> str:
        """What mail servers call it in their reports (RFC 3461, ENVID). Who did not get the message cannot guess it."""
        return f"{self.dispatch_id}.{attempt}.{self.message_sha256[:16]}"

    def is_envelope(self, envelope_id: str) -> bool:
        """Whether it is one of ours, of any attempt."""
        number, _, rest = envelope_id.partition(".")
        return number == str(self.dispatch_id) and rest.partition(".")[2] == self.message_sha256[:16]


class RecipientState(NamedTuple):
    """Where a message stands with one recipient; `attempts` are those since `tried_from`."""

    dispatch_id: int
    address: str
    state: State
    tried_from: datetime
    next_try_at: datetime | None
    attempts: int


class Happened(NamedTuple):
    """One row of the proof of dispatch; `address` is None for what names no recipient of ours."""

    dispatch_id: int
    address: str | None
    happened_at: datetime
    event: Event
    detail: Mapping[str, Any]
    actor: str


class ToldOf(NamedTuple):
    """A contest or an answer in the ledger, as far as telling it takes."""

    agreement: str
    entry: int
    kind: str
    period_starts_at: datetime
    recorded_at: datetime
    sha256: str
    body: str
