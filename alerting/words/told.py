"""What the words need of a notice: its standing, its people by their names, what its reader has not been told. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["firing", "updated", "resolved", "escalated", "handed_over", "digest"]


class Told(NamedTuple):
    """What the words need of the notice. `now` is when the message is written.

    `actor` is who handed it over, did not answer in time, or closed it; `reason` is why it is sent or closed: of an
    update "woken" and "raised" are said, of an end "explained", "muted" and "person"; `notices` is for how many a
    digest stands. `level` counts the policy's own levels; a level told again is `is_repeat`.

    `joined_since` is when the reader was told last, None = never or not known: what began or ended after that is new to
    them. `joined` and `left` are the numbers of alerts that came to the notice or left it since, whenever they began.
    """

    notice_id: int | None
    severity: str
    is_demo: bool
    opened_at: datetime
    now: datetime
    state: str = "open"
    level: int = 0
    held_by: str | None = None
    actor: str | None = None
    next_step_at: datetime | None = None
    notices: int = 1
    reason: str = ""
    is_repeat: bool = False
    joined_since: datetime | None = None
    joined: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
