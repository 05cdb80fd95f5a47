"""Deliveries, as the store keeps them: one for each packet identifier of a client."""

from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.deliveries import Delivery, forget_deliveries, read_deliveries, write_deliveries

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_an_identifier_used_again_means_the_newer_message(connection: Connection) -> None:
    first, second = Delivery(b"a" * 8, NOON, NOON), Delivery(b"b" * 8, NOON, NOON + timedelta(seconds=5))
    write_deliveries(connection, "w1", {5: first, 65_535: first})
    write_deliveries(connection, "w2", {5: first})
    write_deliveries(connection, "w1", {5: second})
    write_deliveries(connection, "w1", {})
    assert read_deliveries(connection, "w1", [4, 5, 65_535]) == {5: second, 65_535: first}
    assert read_deliveries(connection, "w2", [5]) == {5: first}


def test_what_was_stored_long_ago_is_forgotten_of_one_client(connection: Connection) -> None:
    old, new = Delivery(b"a" * 8, NOON, NOON), Delivery(b"b" * 8, NOON, NOON + timedelta(hours=1))
    for client_id in ("w1", "w2"):
        write_deliveries(connection, client_id, {5: old, 6: new})
    forget_deliveries(connection, "w1", before=new.delivered_at)
    assert set(read_deliveries(connection, "w1", [5, 6])) == {6}
    forget_deliveries(connection, "w1")
    assert read_deliveries(connection, "w1", [5, 6]) == {}
    assert set(read_deliveries(connection, "w2", [5, 6])) == {5, 6}
