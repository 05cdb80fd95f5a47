"""What has changed in a notice since its reader was told last: what joined, and what left and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alerting.words.headline import Audience, headline
from alerting.words.page import Item, Piece
from alerting.words.said import Said
from alerting.words.settling import spell
from alerting.words.told import Told
from alerting.words.tongue import Tongue

_NAMED = 5


def joined(said: Sequence[Said], notice: Told) -> list[Said]:
    """What goes on and the reader has not been told of, what began last in front."""
    new = [one for one in said if not one.is_over(notice.now) and not one.put_aside and _has_joined(one, notice)]
    return sorted(new, key=lambda one: one.announcement.starts_at, reverse=True)


def newest_first(said: Sequence[Said], notice: Told) -> list[Said]:
    """What has joined, then everything else in its order."""
    new = joined(said, notice)
    known = {id(one) for one in new}
    return [*new, *(one for one in said if id(one) not in known)]


def changes(said: Sequence[Said], tongue: Tongue, audience: Audience, notice: Told) -> Iterator[Piece]:
    """A line for everything that has joined (`+` in front) or left; nothing where neither is known."""
    new = joined(said, notice)
    gone = [one for one in said if _has_left(one, notice)]
    for one in new[:_NAMED]:
        yield Item(f"+ {headline(one, tongue, audience)},{spell(one, tongue, notice.now)}")
    if len(new) > _NAMED:
        yield Item(f"+ {tongue.count('more', len(new) - _NAMED)}")
    for one in gone[:_NAMED]:
        yield Item(tongue("left", what=f"{headline(one, tongue, audience)},{_end(one, tongue, notice)}"))
    if len(gone) > _NAMED:
        yield Item(tongue("left", what=tongue.count("more", len(gone) - _NAMED)))


def _end(one: Said, tongue: Tongue, notice: Told) -> str:
    return f" {tongue(f'left.{one.put_aside}')}" if one.put_aside else spell(one, tongue, notice.now)


def _has_joined(one: Said, notice: Told) -> bool:
    since = notice.joined_since
    is_named = one.announcement.labels.get("alert", "") in notice.joined
    return since is not None and (is_named or one.announcement.starts_at > since)


def _has_left(one: Said, notice: Told) -> bool:
    since, ends_at = notice.joined_since, one.announcement.ends_at
    if since is None or not (one.is_over(notice.now) or one.put_aside):
        return False
    is_named = one.announcement.labels.get("alert", "") in notice.left
    return is_named or (ends_at is not None and ends_at > since)
