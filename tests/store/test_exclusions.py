"""Who may accept what: the database's rules, attacked through real logins with an operator's rights and more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from store.changes import read_touched, snapshot_xid
from store.connection import Connection, connect
from store.errors import InputError
from store.exclusion_rows import Proposal
from store.exclusions import (
    decide_exclusions,
    own_login,
    propose_exclusions,
    read_decided,
    read_exclusion_events,
    write_exclusions,
)
from store.operators import RIGHTS
from store.promises import read_exclusions
from store.registry import register_circuits
from store.restore import restart_transaction_numbers
from store.rows import CircuitRow, ExclusionRow

PAST = datetime(2020, 2, 3, 10, tzinfo=UTC)
FUTURE = datetime(2999, 2, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = ("X-1", "a")
LogIn = Callable[[str], Connection]


@pytest.fixture
def circuits(connection: Connection) -> dict[str, int]:
    numbers = register_circuits(connection, [CircuitRow(code, "park", "t", False) for code in ("a", "b")])
    connection.commit()
    return numbers


@pytest.fixture
def amina(log_in: LogIn, circuits: dict[str, int]) -> Connection:  # noqa: ARG001 - the circuits come first
    """An operator, here with more rights than docs/exclusions.md gives: every column, and DELETE."""
    return log_in("amina")


@pytest.fixture
def brahim(log_in: LogIn, circuits: dict[str, int]) -> Connection:  # noqa: ARG001
    return log_in("brahim")


@pytest.fixture
def all_rights(connection: Connection, amina: Connection) -> Connection:
    """Amina with every right on the table that is not its owner's."""
    connection.execute(
        sql.SQL("GRANT ALL ON p2i.exclusion, p2i.circuit TO {}").format(sql.Identifier(own_login(amina)))
    )
    connection.commit()
    return amina


def proposal(starts_at: datetime = PAST, **other: object) -> Proposal:
    return Proposal("X-1", "a", "maintenance", starts_at, starts_at + HOUR, None, "fibre moved")._replace(**other)  # type: ignore[arg-type]


def propose(who: Connection, circuits: dict[str, int], starts_at: datetime = PAST, **other: object) -> int:
    written = propose_exclusions(who, [proposal(starts_at, **other)], circuits)
    who.commit()
    return written


def decide(who: Connection, decision: str, reason: str | None = None) -> int:
    changed = decide_exclusions(who, [KEY], decision, reason)  # type: ignore[arg-type]
    who.commit()
    return changed


def stands(connection: Connection) -> tuple[str, str | None, str | None]:
    (found,) = read_decided(connection)
    connection.commit()
    return found.decision, found.proposed_by, found.decided_by


def refused(who: Connection, statement: str, match: str, *values: object) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match=match):
        who.execute(statement.encode(), values)
    who.rollback()


def test_one_proposes_and_another_accepts(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    began = datetime.now(UTC)
    assert propose(amina, circuits, evidence="mail of 2 February") == 1
    assert stands(connection) == ("proposed", own_login(amina), None)
    with pytest.raises(InputError, match=r'^exclusion "X-1": proposed by amina_\w+ \(you\), and it has begun: another'):
        decide(amina, "accepted")
    amina.rollback()
    assert decide(brahim, "accepted") == 1
    (found,) = read_decided(connection)
    assert (found.decision, found.decided_by) == ("accepted", own_login(brahim))
    assert found.proposed_at is not None
    assert found.decided_at is not None
    assert began - timedelta(seconds=5) < found.proposed_at < found.decided_at < datetime.now(UTC) + HOUR
    first, second = read_exclusion_events(connection, "X-1")
    assert (first.acted_by, first.from_decision, first.to_decision) == (own_login(amina), None, "proposed")
    assert (first.reason, first.evidence) == ("fibre moved", "mail of 2 February")
    assert (second.acted_by, second.from_decision, second.to_decision) == (own_login(brahim), "proposed", "accepted")
    assert second.connected_as == own_login(brahim)
    assert [event.acted_at for event in (first, second)] == [found.proposed_at, found.decided_at]


@pytest.mark.parametrize("kind", ["maintenance", "customer", "force_majeure"])
def test_every_kind_needs_two_once_it_has_begun(amina: Connection, circuits: dict[str, int], kind: str) -> None:
    propose(amina, circuits, kind=kind)
    with pytest.raises(InputError, match="another login must accept it"):
        decide(amina, "accepted")


def test_what_has_not_begun_one_login_may_accept_in_one_step(all_rights: Connection, connection: Connection) -> None:
    all_rights.execute(
        "INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision)"
        " SELECT 'X-1', circuit_id, 'maintenance', %s, %s, 'accepted' FROM circuit WHERE circuit = 'a'",
        (FUTURE, FUTURE + HOUR),
    )
    all_rights.commit()
    assert stands(connection) == ("accepted", own_login(all_rights), own_login(all_rights))


def test_an_insert_is_never_accepted_after_the_fact(all_rights: Connection) -> None:
    insert = (
        "INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision{})"
        " SELECT 'X-1', circuit_id, 'customer', %s, %s, 'accepted'{} FROM circuit WHERE circuit = 'a'"
    )
    span = (PAST, PAST + HOUR)
    refused(all_rights, insert.format("", ""), "has begun: propose it, and another login accepts it", *span)
    refused(all_rights, insert.format(", proposed_by", ", 'brahim'"), "who and when are written by the database", *span)
    a_second_ago = datetime.now(UTC) - timedelta(seconds=1)
    refused(all_rights, insert.format("", ""), "has begun", a_second_ago, FUTURE)


def test_nobody_writes_who_proposed(all_rights: Connection, circuits: dict[str, int]) -> None:
    propose(all_rights, circuits)
    written_by = "who and when are written by the database"
    refused(all_rights, "UPDATE exclusion SET proposed_by = 'brahim'", written_by)
    refused(all_rights, "UPDATE exclusion SET proposed_by = NULL, decision = 'accepted'", written_by)
    refused(all_rights, "UPDATE exclusion SET decision = 'accepted', decided_by = 'brahim'", written_by)
    refused(all_rights, "UPDATE exclusion SET proposed_at = '2020-01-01Z'", written_by)


def test_nothing_is_deleted_and_written_anew(
    connection: Connection, all_rights: Connection, circuits: dict[str, int]
) -> None:
    propose(all_rights, circuits)
    for who in (all_rights, connection):  # the owner is no better
        refused(who, "DELETE FROM exclusion", "never removed: reject it")
        refused(who, "TRUNCATE exclusion", "never removed: reject it")
    refused(all_rights, "UPDATE exclusion SET exclusion = 'X-2', decision = 'accepted'", "its id and circuit stay")
    other = f"UPDATE exclusion SET circuit_id = {circuits['b']}"
    refused(all_rights, other, "its id and circuit stay")


def test_an_upsert_is_no_way_around(all_rights: Connection, brahim: Connection, circuits: dict[str, int]) -> None:
    propose(all_rights, circuits)
    upsert = (
        "INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision)"
        " SELECT 'X-1', circuit_id, 'maintenance', %s, %s, 'proposed' FROM circuit WHERE circuit = 'a'"
        " ON CONFLICT (exclusion, circuit_id) DO UPDATE SET decision = 'accepted'"
    )
    refused(all_rights, upsert, "another login must accept it", FUTURE, FUTURE + HOUR)
    merge = (
        "MERGE INTO exclusion USING (VALUES (1)) AS one (n) ON exclusion = 'X-1'"
        " WHEN MATCHED THEN UPDATE SET decision = 'accepted'"
    )
    refused(all_rights, merge, "another login must accept it")
    assert brahim.execute("SELECT count(*) FROM exclusion_event").fetchone() == (1,)


def test_another_role_is_not_another_login(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(own_login(brahim)), sql.Identifier(own_login(amina)))
    )
    connection.commit()
    propose(amina, circuits)
    amina.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(own_login(brahim))))
    refused(amina, "UPDATE exclusion SET decision = 'accepted'", "another login must accept it")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        amina.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(own_login(brahim))))


def test_a_function_with_the_rights_of_another_is_not_another_login(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    connection.execute("CREATE SCHEMA anybody; GRANT ALL ON SCHEMA anybody TO PUBLIC")
    connection.commit()
    brahim.execute(
        "CREATE FUNCTION anybody.accept() RETURNS void LANGUAGE sql SECURITY DEFINER AS"
        " $$ UPDATE p2i.exclusion SET decision = 'accepted' $$"
    )
    brahim.commit()
    propose(amina, circuits)
    refused(amina, "SELECT anybody.accept()", "another login must accept it")


def test_a_search_path_of_ones_own_deceives_no_rule(
    connection: Connection, amina: Connection, circuits: dict[str, int]
) -> None:
    """A clock and an operator of the attacker's, found before the server's own."""
    connection.execute("CREATE SCHEMA anybody; GRANT ALL ON SCHEMA anybody TO PUBLIC")
    connection.commit()
    propose(amina, circuits)
    amina.execute(
        "CREATE FUNCTION anybody.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
        " $$ SELECT '2000-01-01Z'::timestamptz $$;"
        " CREATE FUNCTION anybody.never(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;"
        " CREATE OPERATOR anybody.= (LEFTARG = text, RIGHTARG = text, FUNCTION = anybody.never);"
        " CREATE TEMP TABLE exclusion_event (LIKE p2i.exclusion_event)"
    )
    amina.execute("SET search_path = anybody, pg_temp, p2i, pg_catalog")
    assert amina.execute("SELECT clock_timestamp() < '2001-01-01Z'").fetchone() == (True,), "the trap is set"
    amina.commit()
    refused(amina, "UPDATE p2i.exclusion SET decision = 'accepted'", "another login must accept it")
    amina.execute("UPDATE p2i.exclusion SET decision = 'rejected'")
    assert amina.execute("SELECT count(*) FROM pg_temp.exclusion_event").fetchone() == (0,)
    assert amina.execute("SELECT count(*) FROM p2i.exclusion_event").fetchone() == (2,)


def test_a_transaction_that_began_before_the_works_decides_after_them(
    all_rights: Connection, circuits: dict[str, int]
) -> None:
    """now() stands still in a transaction: it would let somebody wait and see, then accept "in advance"."""
    all_rights.execute("SELECT now()")
    soon = datetime.now(UTC) + timedelta(milliseconds=300)
    propose_exclusions(all_rights, [proposal(soon)], circuits)
    refused(
        all_rights,
        "SELECT pg_sleep(0.4); UPDATE exclusion SET decision = 'accepted' WHERE now() < starts_at",
        "another login must accept it",
    )


def test_moving_the_span_after_acceptance_asks_again(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    propose(amina, circuits, FUTURE)
    decide(amina, "accepted")
    amina.execute("UPDATE exclusion SET starts_at = %s", (PAST,))
    amina.commit()
    assert stands(connection) == ("proposed", own_login(amina), None)
    with pytest.raises(InputError, match="another login must accept it"):
        decide(amina, "accepted")
    amina.rollback()
    assert decide(brahim, "accepted") == 1
    for change in ("kind = 'customer'", "ends_at = ends_at + interval '1 day'", "announced_at = '2019-12-01Z'"):
        brahim.execute(f"UPDATE exclusion SET {change}".encode())
        brahim.commit()
        assert stands(connection) == ("proposed", own_login(brahim), None), change
        with pytest.raises(InputError, match="another login must accept it"):
            decide(brahim, "accepted")
        brahim.rollback()
        decide(amina, "accepted")
    refused(amina, "UPDATE exclusion SET decision = 'rejected', kind = 'maintenance'", "change it first, then decide")


def test_words_are_part_of_what_was_decided(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    """An author who could reword an accepted one would change what was accepted; nor may rewording move the author."""
    propose(amina, circuits)
    refused(brahim, "UPDATE exclusion SET reason = 'typo'", r"proposed by amina_\w+, who alone may reword it")
    amina.execute("UPDATE exclusion SET reason = 'fibre moved by the city'")
    amina.commit()
    assert stands(connection)[1] == own_login(amina)
    decide(brahim, "accepted")
    refused(amina, "UPDATE exclusion SET reason = 'customer asked for it'", "another login must accept it")
    refused(brahim, "UPDATE exclusion SET evidence = 'photo'", "deciding again needs a reason of its own")
    brahim.execute("UPDATE exclusion SET reason = 'as the letter of 4 February says', evidence = 'letter'")
    brahim.commit()
    assert stands(connection) == ("accepted", own_login(amina), own_login(brahim))
    words = [event.reason for event in read_exclusion_events(connection, "X-1")]
    assert words == [
        "fibre moved", "fibre moved by the city", "fibre moved by the city", "as the letter of 4 February says",
    ]  # fmt: skip


def test_deciding_again_needs_a_reason_and_leaves_a_trace(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    propose(amina, circuits)
    decide(brahim, "accepted")
    for reason in (None, "fibre moved", "  "):
        with pytest.raises(InputError, match="deciding again needs a reason of its own"):
            decide(amina, "rejected", reason)
        amina.rollback()
    assert decide(amina, "rejected", "wrong circuit") == 1
    with pytest.raises(InputError, match="another login must accept it"):
        decide(amina, "accepted", "right after all")
    amina.rollback()
    refused(brahim, "UPDATE exclusion SET decision = 'proposed'", "decide again with a reason, or change what it says")
    assert decide(brahim, "accepted", "right after all") == 1
    found = [(event.from_decision, event.to_decision) for event in read_exclusion_events(connection, "X-1")]
    assert found == [(None, "proposed"), ("proposed", "accepted"), ("accepted", "rejected"), ("rejected", "accepted")]


def test_saying_the_same_again_says_nothing(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    assert propose(amina, circuits) == 1
    assert propose(amina, circuits) == 0
    assert propose(brahim, circuits) == 0
    assert decide(brahim, "accepted") == 1
    assert decide(brahim, "accepted") == 0
    assert propose(amina, circuits, reason="in other words") == 0, "what is decided is not reworded by its author"
    assert stands(connection)[0] == "accepted"
    assert len(read_exclusion_events(connection, "X-1")) == 2


def test_the_trace_is_written_by_nobody_and_changed_by_nobody(
    connection: Connection, all_rights: Connection, circuits: dict[str, int]
) -> None:
    propose(all_rights, circuits)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        all_rights.execute("INSERT INTO exclusion_event (exclusion) VALUES ('X-1')")
    all_rights.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="exclusion_leaves_a_trace"):
        all_rights.execute(
            "CREATE TEMP TABLE exclusion (LIKE p2i.exclusion);"
            " CREATE TRIGGER forge AFTER INSERT ON pg_temp.exclusion"
            " FOR EACH ROW EXECUTE FUNCTION p2i.exclusion_leaves_a_trace()"
        )
    all_rights.rollback()
    for statement in ("UPDATE exclusion_event SET acted_by = 'x'", "DELETE FROM exclusion_event",
                      "TRUNCATE exclusion_event"):  # fmt: skip
        refused(connection, statement, "stays as it was written")


def test_a_session_that_calls_itself_a_replica_is_held_to_the_rules(
    connection: Connection, circuits: dict[str, int]
) -> None:
    connection.execute("SET session_replication_role = replica")
    connection.commit()
    propose(connection, circuits)
    refused(connection, "UPDATE exclusion SET decision = 'accepted'", "another login must accept it")
    refused(connection, "DELETE FROM exclusion", "never removed")
    refused(connection, "DELETE FROM exclusion_event", "stays as it was written")


def test_the_name_of_another_taken_by_a_superuser_decides_nothing_and_shows(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    propose(amina, circuits)
    own = own_login(connection)
    connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(own_login(brahim))))
    connection.commit()  # it would be undone with what is refused
    refused(connection, "UPDATE exclusion SET decision = 'accepted'", "connected as another login than brahim_")
    connection.execute("UPDATE exclusion SET decision = 'rejected'")
    connection.execute("RESET SESSION AUTHORIZATION")
    *_, last = read_exclusion_events(connection, "X-1")
    assert (last.acted_by, last.connected_as) == (own_login(brahim), own)


def test_rows_from_before_authors_were_recorded(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    connection.execute("ALTER TABLE exclusion DISABLE TRIGGER USER")
    for code, decision in (("a", "accepted"), ("b", "proposed")):
        connection.execute(
            "INSERT INTO exclusion (exclusion, circuit_id, kind, starts_at, ends_at, decision)"
            " VALUES ('X-1', %s, 'maintenance', %s, %s, %s)",
            (circuits[code], PAST, PAST + HOUR, decision),
        )
    connection.execute("ALTER TABLE exclusion ENABLE TRIGGER USER")  # here as for any session but a replica's
    connection.commit()
    assert propose(amina, circuits) == 0, "the same file read again takes no acceptance away"
    with pytest.raises(InputError, match="its author was not recorded: propose it again"):
        decide_exclusions(brahim, [("X-1", "b")], "accepted")
    brahim.rollback()
    assert propose_exclusions(brahim, [proposal(circuit="b")], circuits) == 1, "whoever takes it up answers for it"
    brahim.commit()
    with pytest.raises(InputError, match="another login must accept it"):
        decide_exclusions(brahim, [("X-1", "b")], "accepted")
    assert decide_exclusions(amina, [("X-1", "b")], "accepted") == 1


@pytest.mark.parametrize("instant", ["infinity", "-infinity", "0001-01-01 00:00:00Z BC", "12000-01-01Z"])
def test_an_instant_nobody_can_read_back_is_refused(amina: Connection, circuits: dict[str, int], instant: str) -> None:
    propose(amina, circuits)
    refused(amina, "UPDATE exclusion SET starts_at = least(%s::timestamptz, ends_at), ends_at = greatest(%s, ends_at)",
            "outside the years 1 to 9999", instant, instant)  # fmt: skip


def test_the_engine_looks_at_the_month_it_left_too(
    connection: Connection, amina: Connection, circuits: dict[str, int]
) -> None:
    propose(amina, circuits)
    began = snapshot_xid(connection)
    connection.commit()
    propose(amina, circuits, FUTURE)
    (touched,) = read_touched(connection, began)
    assert (touched.circuit, touched.first_at, touched.last_at) == ("a", PAST, FUTURE + HOUR)


def test_a_restore_translates_transaction_numbers_and_nothing_else(
    connection: Connection, amina: Connection, circuits: dict[str, int]
) -> None:
    propose(amina, circuits)
    before, events = read_decided(connection), read_exclusion_events(connection, "X-1")
    restart_transaction_numbers(connection)
    row = connection.execute(
        "SELECT DISTINCT xid = pg_current_xact_id() FROM (SELECT xid FROM exclusion UNION SELECT xid FROM"
        " exclusion_event)"
    ).fetchall()
    assert row == [(True,)]
    assert (read_decided(connection), read_exclusion_events(connection, "X-1")) == (before, events)


def test_an_operators_rights_suffice_and_reach_no_further(
    connection: Connection, amina: Connection, circuits: dict[str, int]
) -> None:
    propose(amina, circuits)
    for statement in ("UPDATE exclusion SET xid = '0'", "DELETE FROM exclusion", "UPDATE score SET document = ''",
                      "UPDATE exclusion SET proposed_by = 'x'",
                      "ALTER TABLE exclusion DISABLE TRIGGER exclusion_needs_two"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            amina.execute(statement.encode())
        amina.rollback()
    assert stands(connection)[0] == "proposed"


def test_the_documentation_lists_an_operators_rights() -> None:
    text = (Path(__file__).parents[2] / "docs" / "exclusions.md").read_text(encoding="utf-8")
    block = text.split("```sql\n")[1].split("```")[0].splitlines()
    rights = [f"{right.format(role='amina', database='%I')};" for right in RIGHTS]
    connect = rights[0].removesuffix(";")  # the database has another name on the embedded server
    assert block[1:] == [f"SELECT format('{connect}', current_database()) \\gexec", *rights[1:]]


def test_rights_of_everybody_are_not_needed(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    """p2i tenants takes functions of the catalogue, the language of triggers and the database from PUBLIC."""
    connection.execute("REVOKE EXECUTE ON FUNCTION pg_stat_get_activity FROM PUBLIC")
    connection.execute("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC")
    connection.commit()
    propose(amina, circuits)
    assert decide(brahim, "accepted") == 1


def test_five_thousand_are_written_and_accepted_each_in_one_statement(
    connection: Connection, amina: Connection, brahim: Connection, circuits: dict[str, int]
) -> None:
    many = [proposal(PAST + number * HOUR, exclusion=f"X-{number}") for number in range(5000)]
    assert propose_exclusions(amina, many, circuits) == 5000
    assert amina.execute("SELECT count(DISTINCT xid) FROM exclusion").fetchone() == (1,)
    amina.commit()
    assert decide_exclusions(brahim, [each[:2] for each in many], "accepted") == 5000
    brahim.commit()
    assert connection.execute("SELECT count(*) FROM exclusion_event").fetchone() == (10_000,)


def test_history_comes_in_through_two_logins(dsn: str, connection: Connection, brahim: Connection,
                                             circuits: dict[str, int]) -> None:  # fmt: skip
    rows = [
        ExclusionRow("X-1", "a", "maintenance", PAST, PAST + HOUR, None, "accepted"),
        ExclusionRow("X-2", "b", "customer", PAST, PAST + HOUR, None, "rejected"),
        ExclusionRow("X-3", "b", "customer", PAST, PAST + HOUR, None, "proposed"),
    ]
    for _ in range(2):
        write_exclusions(connection, brahim, rows, circuits)
        assert read_exclusions(connection, circuits) == rows
    with connect(dsn, "tests") as same_login, pytest.raises(InputError, match="another login must accept it"):
        write_exclusions(connection, same_login, [rows[0]._replace(ends_at=FUTURE)], circuits)
