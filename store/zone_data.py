"""Are the database's own time-zone rules current? Only a warning: no statement of ours depends on them."""

from datetime import UTC, datetime

from store.connection import Connection

# Morocco left UTC+1 for UTC+0 for good at this instant (decree 2.26.530; tzdb 2026c). Spec: R-33.
CHANGE_AT = datetime(2026, 9, 20, 1, tzinfo=UTC)


def zone_data_are_current(connection: Connection) -> bool:
    """Whether the server knows Morocco's change of 2026-09-20.

    The zone is a parameter and this is the one statement that takes one: people who query by hand in local time,
    and Grafana, would be an hour off where this is False. Periods are cut in Python, with the pinned tzdata.
    """
    row = connection.execute(
        "SELECT %(at)s::timestamptz AT TIME ZONE %(zone)s", {"at": CHANGE_AT, "zone": "Africa/Casablanca"}
    ).fetchone()
    return row is not None and row[0] == CHANGE_AT.replace(tzinfo=None)
