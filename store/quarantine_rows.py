"""What quarantine holds, for people: rows by reason, source, origin and age, their content, and totals."""

from datetime import datetime
from typing import NamedTuple

from store.connection import Connection


class QuarantinedRow(NamedTuple):
    """A row of quarantine without its content; open while `resolved_at` is None.

    `payload_bytes` is the size of the kept text before it was cut to `KEPT_BYTES`. `retained`: it came as a retained
    message, state of some time before.
    """

    number: int
    received_at: datetime
    last_received_at: datetime | None
    arrivals: int
    source: str
    origin: str
    reason: str
    detail: str
    payload_bytes: int
    payload_sha256: bytes
    resolved_at: datetime | None
    resolution: str | None
    retained: bool = False

    @property
    def newest_at(self) -> datetime:
        """When such input came most recently."""
        return self.last_received_at or self.received_at


class Chosen(NamedTuple):
    """Which rows: those to which all that is given applies; `origin` is how the origin begins."""

    reason: str | None = None
    source: str | None = None
    origin: str | None = None
    since: datetime | None = None
    resolved_too: bool = False


class ReasonTotal(NamedTuple):
    """How many rows one reason has, and how often such input came."""

    reason: str
    rows: int
    arrivals: int


_COLUMNS = (
    "quarantine_id, received_at, last_received_at, arrivals, source, origin, reason, detail, payload_bytes,"
    " payload_sha256, resolved_at, resolution, retained"
)
CHOSEN = """
    (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(source)s::text IS NULL OR source = %(source)s)
    AND (%(origin)s::text IS NULL OR starts_with(origin, %(origin)s))
    AND (%(since)s::timestamptz IS NULL OR coalesce(last_received_at, received_at) >= %(since)s)
    AND (%(resolved_too)s OR resolved_at IS NULL)
"""


def read_quarantine(connection: Connection, chosen: Chosen, limit: int) -> list[QuarantinedRow]:
    """At most `limit` of the chosen rows, what came most recently first."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM quarantine WHERE {CHOSEN}"
        " ORDER BY coalesce(last_received_at, received_at) DESC, quarantine_id DESC LIMIT %(limit)s".encode(),
        chosen._asdict() | {"limit": limit},
    ).fetchall()
    return [QuarantinedRow(*row) for row in found]


def read_quarantine_totals(connection: Connection, chosen: Chosen) -> list[ReasonTotal]:
    """The chosen rows counted by reason, the reason with most arrivals first."""
    found = connection.execute(
        f"SELECT reason, count(*), sum(arrivals)::bigint FROM quarantine WHERE {CHOSEN}"
        " GROUP BY reason ORDER BY 3 DESC, reason".encode(),
        chosen._asdict(),
    ).fetchall()
    return [ReasonTotal(*row) for row in found]


def read_quarantine_numbers(connection: Connection, chosen: Chosen) -> list[int]:
    """The numbers of the chosen rows in the order they first came."""
    found = connection.execute(
        f"SELECT quarantine_id FROM quarantine WHERE {CHOSEN} ORDER BY quarantine_id".encode(), chosen._asdict()
    ).fetchall()
    return [row[0] for row in found]


def read_quarantined(
    connection: Connection, number: int, for_change: bool = False
) -> tuple[QuarantinedRow, bytes] | None:
    """The row with this number and what is kept of its content; None when there is none.

    `for_change` keeps everybody else from changing it until the caller's transaction ends.
    """
    found = connection.execute(
        f"SELECT {_COLUMNS}, payload FROM quarantine WHERE quarantine_id = %s"
        f"{' FOR UPDATE' if for_change else ''}".encode(),
        (number,),
    ).fetchone()
    return None if found is None else (QuarantinedRow(*found[:-1]), bytes(found[-1]))
