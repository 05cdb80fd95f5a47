"""When a contract's months are closed: how long late readings have, and how long a verdict may be contested."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closing:
    """`[agreement.closing]`; without the table these defaults hold.

    A verdict is published at the earliest `lateness_hours` after the period's last Δt is decided, and is final when
    nobody has contested its last version for `contest_days` (spec sla-standards, 5.8: within 30 d).
    """

    lateness_hours: int = 24
    contest_days: int = 30
