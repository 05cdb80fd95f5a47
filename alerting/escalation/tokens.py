"""Links that let one person act on one notice, once: 256 random bits, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from alerting.escalation.acts import Act, act
from alerting.escalation.oncall import OnCall
from store.connection import Connection
from store.errors import InputError
from store.links import read_link, use_link, write_link
from store.notice_rows import LinkRow, NoticeRow
from store.notices import notice, steps_of, write_step

TOKEN_BYTES = 32
LINK_LASTS = timedelta(hours=24)
PATH = "/l/"
Standing = Literal["good", "used", "expired", "unknown"]


class Seen(NamedTuple):
    """A link as it stands; `row` and `notice` are None for a token we never gave."""

    standing: Standing
    row: LinkRow | None
    notice: NoticeRow | None


class NotAllowed(InputError):
    """A link that does not act: `standing` says why."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(f"the link is {standing}")
        self.standing = standing


def hashed(token: str) -> str:
    """What is kept of a token: with 256 random bits a plain hash is enough, nobody can go through them."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_link(
    connection: Connection, notice_id: int, person: str, now: datetime, expires_at: datetime | None = None
) -> str:
    """Writes a new link down and returns its token, which stands nowhere else; the caller commits before giving it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_link(connection, hashed(token), notice_id, person, now, expires_at or now + LINK_LASTS)
    return token


def look(connection: Connection, token: str, now: datetime) -> Seen:
    """What a token opens; looking changes nothing, because scanners of mail follow every link."""
    row = read_link(connection, hashed(token))
    if row is None:
        return Seen("unknown", None, None)
    standing: Standing = "used" if row.used_at is not None else "expired" if row.expires_at <= now else "good"
    return Seen(standing, row, notice(connection, row.notice_id))


def act_by_link(connection: Connection, oncall: OnCall, token: str, wanted: Act, now: datetime) -> str:
    """Does what the bearer of a link asks, uses the link up, and returns the token of the one that takes its place.

    The caller commits. A used or expired link raises NotAllowed, and so does one of somebody who has left the on-call
    folder; that it was tried is written down once. An act that is refused (Refusal) uses nothing up.
    """
    seen = look(connection, token, now)
    if seen.row is None:
        raise NotAllowed("unknown")
    row = seen.row
    if row.person not in oncall.people:
        _write_refused(connection, row, "unknown", now)
        raise NotAllowed("unknown")
    if not use_link(connection, row.token_sha256, wanted.verb, now):
        _write_refused(connection, row, seen.standing, now)
        raise NotAllowed("used" if seen.standing == "good" else seen.standing)  # good a moment ago
    act(connection, oncall, row.notice_id, wanted, actor=row.person, via="link", now=now)
    return new_link(connection, row.notice_id, row.person, now, row.expires_at)


def _write_refused(connection: Connection, row: LinkRow, standing: Standing, now: datetime) -> None:
    """Once per link: whoever has an old one must not be able to fill the record."""
    which = row.token_sha256[:12]
    if not any(
        one.step == "refused" and one.detail.get("link") == which for one in steps_of(connection, row.notice_id)
    ):
        write_step(connection, row.notice_id, now, "refused", row.person, "link", link=which, why=standing)
