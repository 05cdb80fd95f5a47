"""What is remembered of stored messages is forgotten when the broker cannot deliver them again, and not before."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collectors import session_memory
from collectors.known import Known
from collectors.patient_writer import PatientWriter
from collectors.session_memory import DELIVERIES_KEPT, SessionMemory
from store.connection import Connection
from store.deliveries import Delivery, read_deliveries, write_deliveries
from store.gaps import read_session, remember_session

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
OLD, NEW = NOON - DELIVERIES_KEPT - timedelta(seconds=1), NOON - DELIVERIES_KEPT
GO_ON = threading.Event()


@pytest.fixture
def memory(dsn: str, connection: Connection) -> Iterator[SessionMemory]:
    """Of a collector that stored two messages an hour ago."""
    write_deliveries(connection, "w1", {1: Delivery(b"x", OLD, OLD), 2: Delivery(b"x", NEW, NEW)})
    remember_session(connection, "w1", ["p2i/v1/#"], OLD)
    connection.commit()
    writer = PatientWriter(dsn, Known({}, {}), 1024)
    yield SessionMemory(writer, "w1", ["p2i/v1/#"])
    writer.close()


def kept(connection: Connection) -> set[int]:
    connection.rollback()
    return set(read_deliveries(connection, "w1", [1, 2]))


def test_they_are_kept_while_the_broker_may_still_deliver_them_again(
    memory: SessionMemory, connection: Connection
) -> None:
    memory.recall(GO_ON)
    memory.connected(NOON, session_present=True)
    memory.renew(NOON, GO_ON, is_there=True)
    assert kept(connection) == {1, 2}


def test_old_ones_go_once_the_connection_has_been_up_for_long(
    memory: SessionMemory, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_memory, "SETTLED_SECONDS", 0.0)
    memory.recall(GO_ON)
    memory.connected(NOON, session_present=True)
    memory.renew(NOON, GO_ON, is_there=False)
    assert kept(connection) == {1, 2}
    memory.renew(NOON, GO_ON, is_there=True)
    assert kept(connection) == {2}


def test_in_a_new_session_identifiers_mean_new_messages(memory: SessionMemory, connection: Connection) -> None:
    memory.recall(GO_ON)
    assert memory.connected(NOON, session_present=False)
    memory.renew(NOON, GO_ON, is_there=True)
    assert kept(connection) == set()


def test_a_session_that_is_drained_has_nothing_to_lose_and_one_that_is_left_is_forgotten(
    memory: SessionMemory, connection: Connection
) -> None:
    assert memory.unsubscribed(NOON, GO_ON)
    memory.recall(GO_ON, must_be_known=True)
    assert not memory.connected(NOON, session_present=False)
    assert memory.forget(GO_ON)
    assert kept(connection) == set()
    assert read_session(connection, "w1") is None
