"""Accepted maintenance as silences of Alertmanager: which there should be, and the steps from those found. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from store.exclusion_rows import Decided

AHEAD = timedelta(days=7)
"""What begins later is no silence yet. Recurring works are one decision per occurrence: each comes up in its turn."""
CLOCKS_APART = timedelta(minutes=1)
_BY = "(p2i)"
_LONGEST_REASON = 300


class Matcher(NamedTuple):
    """One condition on a label; all of a silence must hold."""

    name: str
    value: str
    is_equal: bool = True
    is_regex: bool = False


class Silence(NamedTuple):
    """One silence. `key` is what of ours it stands for; `silence_id` None = not made yet."""

    key: str
    matchers: frozenset[Matcher]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str
    silence_id: str | None = None

    def postable(self) -> dict[str, Any]:
        """As `POST /api/v2/silences` takes it."""
        found: dict[str, Any] = {
            "matchers": [
                {"name": one.name, "value": one.value, "isEqual": one.is_equal, "isRegex": one.is_regex}
                for one in sorted(self.matchers)
            ],
            "startsAt": self.starts_at.astimezone(UTC).isoformat(),
            "endsAt": self.ends_at.astimezone(UTC).isoformat(),
            "createdBy": self.author,
            "comment": self.comment,
        }
        return found if self.silence_id is None else found | {"id": self.silence_id}


class Steps(NamedTuple):
    """Silences to make or change (those have an id), and the ids of those to end."""

    write: tuple[Silence, ...]
    expire: tuple[str, ...]


def wanted_silences(maintenance: Sequence[Decided], installation: str, now: datetime) -> list[Silence]:
    """One silence per accepted maintenance of a circuit that lasts or begins within `AHEAD`, by whoever accepted it.

    It holds for every alert of the circuit but those the system itself says are to be told (muted="false"): what it
    tells is decided once, with the record; a rule of Grafana or Prometheus knows no maintenance.
    `installation` keeps apart what several of our installations write into one Alertmanager.
    """
    found = []
    for one in maintenance:
        if one.decision != "accepted" or one.kind != "maintenance" or one.starts_at >= one.ends_at:
            continue
        if not (one.ends_at > now and one.starts_at < now + AHEAD):
            continue
        key = _key(installation, one.exclusion, one.circuit)
        author = f"{one.decided_by or one.proposed_by or ''} {_BY}".strip()
        what = " ".join(f"{one.exclusion} {one.circuit}: {one.reason or 'maintenance'}".split())[:_LONGEST_REASON]
        matchers = frozenset({Matcher("circuit", one.circuit), Matcher("muted", "false", is_equal=False)})
        found.append(Silence(key, matchers, one.starts_at, one.ends_at, author, f"{what} {key}"))
    return found


def own_silences(answer: Sequence[Mapping[str, Any]], installation: str) -> list[Silence]:
    """Of the answer of `GET /api/v2/silences`, those that last or are to begin and are this installation's.

    Ours is what ends in our key and carries our author: one that a person has changed in their own name is theirs.
    """
    found = []
    for one in answer:
        comment, author = one["comment"], one["createdBy"]
        start = comment.rfind(_key_start(installation))
        if one["status"]["state"] == "expired" or start < 0 or not (comment.endswith("]") and author.endswith(_BY)):
            continue
        matchers = frozenset(
            Matcher(each["name"], each["value"], each.get("isEqual", True), each["isRegex"]) for each in one["matchers"]
        )
        starts_at, ends_at = datetime.fromisoformat(one["startsAt"]), datetime.fromisoformat(one["endsAt"])
        found.append(Silence(comment[start:], matchers, starts_at, ends_at, author, comment, one["id"]))
    return found


def steps(wanted: Sequence[Silence], found: Sequence[Silence], now: datetime) -> Steps:
    """What makes `found` into `wanted`; nothing when they say the same. Others' silences are in neither.

    A silence that has begun keeps its start: Alertmanager begins one at the earliest when it is made.
    """
    by_key: dict[str, list[Silence]] = {}
    for one in sorted(found, key=lambda each: (each.starts_at, each.silence_id or "")):
        by_key.setdefault(one.key, []).append(one)
    write: list[Silence] = []
    expire: list[str] = []
    for want in wanted:
        there = by_key.pop(want.key, [])
        kept = next((one for one in there if _is_same(want, one, now)), there[0] if there else None)
        expire.extend(one.silence_id for one in there if one is not kept and one.silence_id is not None)
        if kept is None:
            write.append(want)
        elif not _is_same(want, kept, now):
            starts_at = kept.starts_at if _has_begun(want, now) and _has_begun(kept, now) else want.starts_at
            write.append(want._replace(silence_id=kept.silence_id, starts_at=starts_at))
    expire.extend(one.silence_id for there in by_key.values() for one in there if one.silence_id is not None)
    return Steps(tuple(write), tuple(expire))


def _key_start(installation: str) -> str:
    return f"[p2i {json.dumps(installation, ensure_ascii=False)} "


def _key(installation: str, exclusion: str, circuit: str) -> str:
    return f"{_key_start(installation)}{exclusion}/{circuit}]"


def _has_begun(one: Silence, now: datetime) -> bool:
    return one.starts_at <= now + CLOCKS_APART


def _is_same(want: Silence, there: Silence, now: datetime) -> bool:
    """Whether they say the same, to the second: Alertmanager keeps milliseconds."""
    begins = (_has_begun(want, now) and _has_begun(there, now)) or _is_near(want.starts_at, there.starts_at)
    return (
        begins
        and _is_near(want.ends_at, there.ends_at)
        and (want.matchers, want.author, want.comment) == (there.matchers, there.author, there.comment)
    )


def _is_near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=1)
