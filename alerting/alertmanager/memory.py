"""What one Alertmanager has been told and what it must be told next. Pure.

Alertmanager forgets: an alert that is not posted again ends by itself, and all of them are gone when it restarts. So
everything that lasts is posted again and again; memory only decides what cannot wait for the next round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from alerting.announcements import Draft
from alerting.grouping import fingerprint
from store.alert_rows import Announcement

EVERY = timedelta(seconds=60)
ROUNDS = 3
"""An alert ends by itself when so many rounds in a row did not reach Alertmanager."""
ENDS_POSTED_FOR = timedelta(minutes=15)
"""So long the end of an alert is posted again: longer than any interval at which Alertmanager looks at its groups."""
BATCH = 500

Said: TypeAlias = Announcement | Draft
"""What is to be told; a draft's annotations are written once it is due."""


@dataclass(slots=True)
class Memory:
    """Of one Alertmanager: what it took as lasting, what it took as ended, and when everything was last posted.

    `every` is the time between two rounds, in which everything is posted.
    """

    every: timedelta = EVERY
    lasting: dict[str, Announcement] = field(default_factory=dict)
    ended: dict[str, tuple[Announcement, datetime | None]] = field(default_factory=dict)
    round_at: datetime | None = None

    def is_round(self, now: datetime) -> bool:
        """Whether everything is to be posted: at first, when it is time, and after any failure (`lost_sight`)."""
        return self.round_at is None or not timedelta(0) <= now - self.round_at < self.every

    def lost_sight(self) -> None:
        """It was away: it may have forgotten everything, ends too that it has taken."""
        self.round_at = None
        self.ended = {name: (one, None) for name, (one, _) in self.ended.items()}

    def due(self, wanted: Sequence[Said], now: datetime) -> list[Said]:
        """What to post now: in a round everything, else what begins or ends. `wanted` is what is to be told now.

        What Alertmanager was told of and nobody wants any more has ended: its alert has another label set since
        (annotation `ended` says why), or is gone. An end is posted in every round for `ENDS_POSTED_FOR`.
        """
        now_wanted = {fingerprint(one.labels): one for one in wanted}
        is_round = self.is_round(now)
        fresh = {name for name, (_, until) in self.ended.items() if until is None or until >= now}
        found: list[Said] = []
        for name, one in now_wanted.items():
            if one.ends_at is None:
                is_due = is_round or name not in self.lasting
            else:
                is_due = name not in self.ended or (is_round and name in fresh)
            if is_due:
                found.append(one)
        present = {_told_of(one): one for one in wanted}
        for name, one in self.lasting.items():
            if name not in now_wanted:
                found.append(_ended(one, present.get(_told_of(one)), now))
        if is_round:
            found.extend(one for name, (one, _) in self.ended.items() if name in fresh and name not in now_wanted)
            self.ended = {name: kept for name, kept in self.ended.items() if name in fresh or name in now_wanted}
        return found

    def took(self, posted: Sequence[Announcement], now: datetime) -> None:
        """These were accepted."""
        for one in posted:
            name = fingerprint(one.labels)
            if one.ends_at is None:
                self.lasting[name] = one
                self.ended.pop(name, None)
            else:
                self.lasting.pop(name, None)
                before = self.ended.get(name)
                until = before[1] if before is not None else None
                self.ended[name] = (one, until or now + ENDS_POSTED_FOR)

    def completed_round(self, now: datetime) -> None:
        """All that was due in a round has been accepted."""
        self.round_at = now


def requests(due: Sequence[Said]) -> Iterator[tuple[Said, ...]]:
    """The requests to make, in order: causes first and apart, so that they are there when what they explain comes."""
    explaining = {one.labels["incident"] for one in due if "explained" in one.labels}
    causes = [one for one in due if "explained" not in one.labels and one.labels.get("incident") in explaining]
    others = [one for one in due if "explained" in one.labels or one.labels.get("incident") not in explaining]
    for part in (causes, others):
        for start in range(0, len(part), BATCH):
            yield tuple(part[start : start + BATCH])


def postable(one: Announcement, now: datetime, every: timedelta = EVERY) -> dict[str, Any]:
    """One alert as `POST /api/v2/alerts` takes it."""
    found: dict[str, Any] = {
        "labels": one.labels,
        "annotations": one.annotations,
        "startsAt": _instant(one.starts_at),
        "endsAt": _instant(now + ROUNDS * every if one.ends_at is None else one.ends_at),
    }
    if url := one.annotations.get("dashboard_url"):
        found["generatorURL"] = url
    return found


def _told_of(one: Said) -> tuple[str | None, str | None]:
    return one.labels.get("audience"), one.labels.get("alert")


def _ended(one: Announcement, successor: Said | None, now: datetime) -> Announcement:
    why = "gone" if successor is None else _what_changed(one.labels, successor.labels)
    starts_at = min(one.starts_at, now - timedelta(milliseconds=1))
    return one._replace(annotations=one.annotations | {"ended": why}, starts_at=starts_at, ends_at=now)


def _what_changed(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    if before.get("explained") != after.get("explained"):
        return "explained" if "explained" in after else "unexplained"
    if before.get("muted") != after.get("muted"):
        return "muted" if after.get("muted") == "true" else "unmuted"
    if before.get("severity") != after.get("severity"):
        return "raised" if after.get("severity") == "page" else "lowered"
    return "relabelled"


def _instant(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
