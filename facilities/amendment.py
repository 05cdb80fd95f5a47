"""What an amendment (avenant) says about itself: the text beside it is a whole agreement, and takes over on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Amendment:
    """`[agreement.amendment]`: the number of this text (1, 2, …; the original has none) and its first day in force."""

    number: int
    effective_on: date
    signed_on: date | None = None
    title: str = ""
