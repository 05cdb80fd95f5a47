from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from store.connection import Connection, connect
from store.rows import TransitionRow
from store.transitions import LEASE, claim_transitions, confirm_told, read_states, read_transitions, write_transitions

NOW = datetime(2026, 11, 22, 8, 12, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def outage(circuit: str, changed_at: datetime = NOW) -> TransitionRow:
    return TransitionRow(
        "circuit", "DEMO-1", "availability", circuit, True, "up", "down", changed_at, changed_at + 20 * SECOND, "why"
    )


def test_the_same_change_noticed_twice_is_one_row(connection: Connection) -> None:
    assert write_transitions(connection, [outage("a"), outage("b")]) == 2
    noticed_again = outage("a")._replace(noticed_at=NOW + 60 * SECOND, reason="noticed again")
    assert write_transitions(connection, [noticed_again, outage("a", NOW + SECOND)]) == 1
    assert [row.circuit for row in read_transitions(connection)] == ["a", "b", "a"]
    assert read_transitions(connection, newest=1) == [outage("a", NOW + SECOND)]


def test_a_claim_returns_the_oldest_first_and_only_once(connection: Connection) -> None:
    write_transitions(connection, [outage("a"), outage("b"), outage("c")])
    first = claim_transitions(connection, "one", NOW, at_most=2)
    assert [item.row for item in first] == [outage("a"), outage("b")]
    assert [item.repeated for item in first] == [False, False]
    assert [item.row for item in claim_transitions(connection, "two", NOW)] == [outage("c")]
    assert claim_transitions(connection, "one", NOW) == []


def test_two_processes_that_claim_at_once_get_different_rows(connection: Connection, dsn: str) -> None:
    write_transitions(connection, [outage("a"), outage("b")])
    connection.commit()
    with connect(dsn, "other") as other:
        mine = claim_transitions(connection, "one", NOW, at_most=1)
        theirs = claim_transitions(other, "two", NOW)  # mine is locked, not yet committed
        assert [item.row.circuit for item in (*mine, *theirs)] == ["a", "b"]


def test_a_claim_that_is_rolled_back_never_was(connection: Connection) -> None:
    write_transitions(connection, [outage("a")])
    connection.commit()
    claim_transitions(connection, "one", NOW)
    connection.rollback()
    [again] = claim_transitions(connection, "two", NOW)
    assert not again.repeated


def test_an_unconfirmed_claim_is_taken_again_when_its_lease_is_over(connection: Connection) -> None:
    write_transitions(connection, [outage("a")])
    [lost] = claim_transitions(connection, "dies", NOW)
    assert claim_transitions(connection, "two", NOW + LEASE - SECOND) == []
    [taken] = claim_transitions(connection, "two", NOW + LEASE)
    assert (taken.transition_id, taken.row, taken.repeated) == (lost.transition_id, lost.row, True)


def test_what_was_told_is_never_claimed_again(connection: Connection) -> None:
    write_transitions(connection, [outage("a"), outage("b")])
    claimed = claim_transitions(connection, "one", NOW)
    assert confirm_told(connection, "one", [claimed[0].transition_id], NOW + SECOND) == 1
    later = claim_transitions(connection, "two", NOW + 10 * LEASE)
    assert [item.row.circuit for item in later] == ["b"]


def test_only_the_holder_of_the_lease_confirms_and_only_once(connection: Connection) -> None:
    write_transitions(connection, [outage("a")])
    [slow] = claim_transitions(connection, "slow", NOW)
    claim_transitions(connection, "quick", NOW + LEASE)
    assert confirm_told(connection, "slow", [slow.transition_id], NOW + LEASE) == 0
    assert confirm_told(connection, "quick", [slow.transition_id], NOW + LEASE) == 1
    assert confirm_told(connection, "quick", [slow.transition_id], NOW + LEASE) == 0


def test_nothing_is_told_that_was_not_claimed(connection: Connection) -> None:
    write_transitions(connection, [outage("a")])
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE transition SET told_at = %s", (NOW,))


def test_the_state_of_a_circuit_is_what_it_last_changed_to(connection: Connection) -> None:
    back = outage("a")._replace(from_state="down", to_state="up", changed_at=NOW + SECOND)
    noticed_late = outage("a", NOW - SECOND)
    verdict = outage("a")._replace(subject="objective", from_state="met", to_state="breached")
    write_transitions(connection, [outage("a"), back, outage("b"), noticed_late, verdict])
    assert read_states(connection) == {("DEMO-1", "a"): ("up", NOW + SECOND), ("DEMO-1", "b"): ("down", NOW)}
