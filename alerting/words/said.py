"""One announcement as the words read it: figures out of its annotations, each checked, none trusted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from alerting.words.plain import clean, isolated
from alerting.words.rule_texts import PARENTS
from store.alert_rows import Announcement

_LONGEST_NUMBER = 18
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
"""An instant outside is a mistake of a clock or of a sender, and local time cannot be told at the ends of time."""


@dataclass(frozen=True, slots=True)
class Said:
    """An alert to be put into words. What is absent or no figure is None: its sentence is left out, never guessed."""

    announcement: Announcement

    @property
    def rule(self) -> str:
        return clean(self.announcement.labels.get("alertname", ""), 60)

    @property
    def is_page(self) -> bool:
        return self.announcement.labels.get("severity") == "page"

    @property
    def is_demo(self) -> bool:
        return self.announcement.labels.get("demo") == "true"

    @property
    def is_silence(self) -> bool:
        """Whether it is a common cause of which only missing readings are seen."""
        return self.announcement.annotations.get("seen_as") == "silence"

    @property
    def since_at(self) -> datetime:
        """When the trouble began: its own instant, not that of the first time it was announced."""
        return self.instant("since") or self.instant("since_at") or self.announcement.starts_at

    @property
    def put_aside(self) -> str:
        """`explained` or `muted` when nobody is told of it any more although it lasts; else empty."""
        ended = self.announcement.annotations.get("ended", "")
        return ended if ended in ("explained", "muted") else ""

    @property
    def is_measurement(self) -> bool:
        """Whether a tenant is told of it although the measurement is at fault, and not what is measured."""
        return self.announcement.annotations.get("cause_kind") == "measurement"

    def is_over(self, now: datetime) -> bool:
        """Whether its alert is closed."""
        ends_at = self.announcement.ends_at
        return ends_at is not None and ends_at <= now and not self.put_aside

    def well_since(self, now: datetime) -> datetime | None:
        """Since when it is well although its alert is open, to see whether that stays so; None = it is not, or over."""
        return None if self.is_over(now) else self._well_at("well_since")

    def ended_at(self, now: datetime) -> datetime | None:
        """When it was well again, which is before its alert closed; None = it lasts, or only the closing is known."""
        return self._well_at("ended_at") or self._well_at("well_since") if self.is_over(now) else None

    def _well_at(self, name: str) -> datetime | None:
        at, ends_at = self.instant(name), self.announcement.ends_at
        is_possible = at is not None and at >= self.since_at and (ends_at is None or at <= ends_at)
        return at if is_possible else None

    def label(self, name: str, most: int = 60) -> str | None:
        """A label as a line of text."""
        return isolated(clean(self.announcement.labels.get(name, ""), most)) or None

    def text(self, name: str, most: int = 120) -> str | None:
        """An annotation as a line of text."""
        return isolated(clean(self.announcement.annotations.get(name, ""), most)) or None

    def decimal(self, name: str) -> Decimal | None:
        """An annotation as a number."""
        text = self.announcement.annotations.get(name, "")
        try:
            value = Decimal(text) if 0 < len(text) <= 2 * _LONGEST_NUMBER else None
        except InvalidOperation:
            return None
        return value if value is not None and value.is_finite() and abs(value.adjusted()) < _LONGEST_NUMBER else None

    def whole(self, name: str) -> int | None:
        """An annotation as a whole number, cut towards zero."""
        value = self.decimal(name)
        return None if value is None else int(value)

    def instant(self, name: str) -> datetime | None:
        """An annotation as an instant; one without a zone is none."""
        try:
            at = datetime.fromisoformat(self.announcement.annotations.get(name, ""))
        except ValueError:
            return None
        return at.astimezone(UTC) if at.tzinfo is not None and _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def most_urgent_first(said: list[Said], now: datetime) -> list[Said]:
    """What lasts before what is well again, and that before what is over; then pages before tickets, causes before the
    rest, then by the budget that is left."""

    def urgency(one: Said) -> tuple[bool, bool, bool, bool, Decimal, datetime]:
        left = one.decimal("budget_left_seconds")
        return (
            one.is_over(now), one.well_since(now) is not None, not one.is_page, one.rule not in PARENTS,
            Decimal("Infinity") if left is None else left, one.since_at,
        )  # fmt: skip

    return sorted(said, key=urgency)
