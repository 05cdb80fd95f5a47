"""Which messages without an instant of their own a collector has stored, by the broker's packet identifier."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from store.connection import Connection


class Delivery(NamedTuple):
    """A stored message: the digest of its topic and payload, when it came first and when it was stored last."""

    digest: bytes
    received_at: datetime
    delivered_at: datetime


def read_deliveries(connection: Connection, client_id: str, packet_ids: Sequence[int]) -> dict[int, Delivery]:
    """What the collector of that name has stored under these packet identifiers."""
    rows = connection.execute(
        "SELECT packet_id, digest, received_at, delivered_at FROM collector_delivery"
        " WHERE client_id = %s AND packet_id = ANY (%s)",
        (client_id, list(packet_ids)),
    ).fetchall()
    return {packet_id: Delivery(bytes(digest), *instants) for packet_id, digest, *instants in rows}


def write_deliveries(connection: Connection, client_id: str, deliveries: Mapping[int, Delivery]) -> None:
    """Stores them inside the caller's transaction; an identifier that is used again means the newer message."""
    if not deliveries:
        return
    connection.execute(
        "INSERT INTO collector_delivery (client_id, packet_id, digest, received_at, delivered_at)"
        " SELECT %s, * FROM unnest(%s::int[], %s::bytea[], %s::timestamptz[], %s::timestamptz[])"
        " ON CONFLICT (client_id, packet_id) DO UPDATE SET digest = excluded.digest,"
        " received_at = excluded.received_at, delivered_at = excluded.delivered_at",
        (
            client_id,
            list(deliveries),
            [one.digest for one in deliveries.values()],
            [one.received_at for one in deliveries.values()],
            [one.delivered_at for one in deliveries.values()],
        ),
    )


def forget_deliveries(connection: Connection, client_id: str, before: datetime | None = None) -> None:
    """Forgets what the collector of that name stored, all of it or what it stored last before an instant."""
    connection.execute(
        "DELETE FROM collector_delivery WHERE client_id = %s AND (%s::timestamptz IS NULL OR delivered_at < %s)",
        (client_id, before, before),
    )
