"""What is too small to be shown to those it is not about; the views of `reporting` apply it."""

from store.connection import Connection
from store.errors import InputError

LEAST, MOST = 2, 1000


def set_least_people(connection: Connection, least_people: int) -> bool:
    """Sets the smallest count of people that is shown to others, and says whether it was another; the caller commits.

    It applies to the past as well: raising it hides what was shown, lowering it shows what was hidden.
    """
    if not LEAST <= least_people <= MOST:
        raise InputError(f"--least-people: {least_people} is not between {LEAST} and {MOST}")
    changed = connection.execute(
        "UPDATE disclosure SET least_people = %(k)s, changed_at = now(), changed_by = session_user"
        " WHERE least_people <> %(k)s",
        {"k": least_people},
    )
    return changed.rowcount > 0
