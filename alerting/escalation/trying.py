"""How often and how soon a message is tried again, and when another channel takes over. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

LONGEST_WAIT = timedelta(minutes=15)
GIVES_UP_AFTER = timedelta(hours=24)
TRIES = {True: 3, False: 6}
FIRST_WAIT = {True: timedelta(seconds=10), False: timedelta(seconds=60)}
"""By whether somebody is paged: a page that does not get through within about half a minute goes another way."""


class Next(NamedTuple):
    """What becomes of a message that was not sent.

    `again_at`: it is tried again then; None = it is given up. `another_way`: the person's next channel is used, or,
    where there is none, the next level is told: once, when the number of tries is reached.
    """

    again_at: datetime | None
    another_way: bool


def after_failure(
    *, is_page: bool, is_permanent: bool, has_other_channel: bool, attempts: int, written_at: datetime, now: datetime
) -> Next:
    """What to do after try number `attempts` failed.

    A refusal for good (550) goes another way at once. Otherwise the waits double, up to a quarter of an hour. With
    another channel left the message is given up when that takes over, so nobody is told twice; the last channel goes
    on trying for a day, because a server that is down comes back.
    """
    if is_permanent:
        return Next(None, True)
    if now - written_at >= GIVES_UP_AFTER:
        return Next(None, attempts < TRIES[is_page])
    reached = attempts >= TRIES[is_page]
    if reached and has_other_channel:
        return Next(None, True)
    wait = min(FIRST_WAIT[is_page] * 2 ** min(attempts - 1, 16), LONGEST_WAIT)
    return Next(now + wait, attempts == TRIES[is_page])
