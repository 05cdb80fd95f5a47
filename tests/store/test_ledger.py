"""The ledger in a real database: what the triggers refuse, to the table's owner too, and what they cannot hide."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from store.canonical import canonical, text_sha256
from store.connection import Connection, connect
from store.instants import utc_text
from store.ledger import TakenMeanwhile, one_moment, read_entries, read_writer, write_entry
from store.ledger_chain import faults

START = datetime(2026, 9, 1, tzinfo=UTC)
DOCUMENT = '{\n  "agreement": "Salé"\n}\n'


def said(kind: str, *, version: int = 1, document: str | None = None, month: int = 0) -> dict[str, Any]:
    starts_at = START + timedelta(days=30 * month)
    return {
        "kind": kind,
        "version": version,
        "period": {"starts_at": utc_text(starts_at), "ends_at": utc_text(starts_at + timedelta(days=30))},
        "document_sha256": None if document is None else text_sha256(document),
        "reason": "d'après relevé n° 1",
        "occurred_at": "2026-10-05T00:00:00Z",
    }


def write_some(connection: Connection) -> None:
    """Four entries, each in a transaction of its own: issued, contested, answered, restated."""
    for kind, version, document in (
        ("issued", 1, DOCUMENT),
        ("contested", 1, None),
        ("answered", 1, None),
        ("restated", 2, DOCUMENT.replace("Salé", "Fès")),
    ):
        with one_moment(connection):
            write_entry(connection, "A", said(kind, version=version, document=document), document)


def test_entries_come_back_as_written_and_make_a_chain(connection: Connection) -> None:
    write_some(connection)
    entries = read_entries(connection, "A")
    assert [(entry.entry, entry.kind, entry.version) for entry in entries] == [
        (1, "issued", 1), (2, "contested", 1), (3, "answered", 1), (4, "restated", 2),
    ]  # fmt: skip
    assert faults(entries) == []
    assert entries[0].document == DOCUMENT
    assert entries[0].previous_sha256 is None
    assert entries[1].previous_sha256 == text_sha256(entries[0].body)
    assert entries[0].author == read_writer(connection).author
    assert read_entries(connection, "B") == []


def test_every_agreement_has_a_chain_of_its_own(connection: Connection) -> None:
    write_some(connection)
    with one_moment(connection):
        other = write_entry(connection, "B", said("issued", document=DOCUMENT), DOCUMENT)
    assert (other.entry, other.previous_sha256) == (1, None)
    assert len(read_entries(connection)) == 5


@pytest.fixture
def owner(connection: Connection) -> Iterator[str]:
    """A login without any special right that owns the table."""
    name = f"p2i_owner_{uuid4().hex[:12]}"
    write_some(connection)
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
    connection.execute(sql.SQL("GRANT ALL ON SCHEMA p2i TO {}").format(sql.Identifier(name)))
    connection.execute(sql.SQL("ALTER TABLE verdict_entry OWNER TO {}").format(sql.Identifier(name)))
    connection.commit()
    yield name
    connection.rollback()
    connection.execute("RESET SESSION AUTHORIZATION")
    connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
    connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
    connection.commit()


CHANGES = (
    "UPDATE verdict_entry SET author = 'nobody'",
    "UPDATE verdict_entry SET version = 1 WHERE false",
    "DELETE FROM verdict_entry WHERE entry = 4",
    "TRUNCATE verdict_entry",
    "INSERT INTO verdict_entry (body, document) SELECT body, document FROM verdict_entry WHERE entry = 4"
    " ON CONFLICT (agreement, entry) DO UPDATE SET author = 'nobody'",
)


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("as_replica", [False, True])
def test_no_change_is_let_through(connection: Connection, owner: str, statement: str, as_replica: bool) -> None:
    """Neither to the owner of the table nor to a superuser who pretends to be the replication."""
    if as_replica:
        connection.execute("SET session_replication_role = replica")
    else:
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(owner)))
    connection.commit()
    before = read_entries(connection)
    connection.commit()
    with pytest.raises(psycopg.IntegrityError, match="verdict ledger"):
        connection.execute(statement.encode())
    connection.rollback()
    assert read_entries(connection) == before


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"entry": 6}, "entry 6 does not follow entry 4"),
        ({"entry": 4}, "entry 4 does not follow entry 4"),
        ({"previous_sha256": "0" * 64}, "does not name the hash of the entry before it"),
        ({"previous_sha256": None}, "does not name the hash of the entry before it"),
        ({"author": "somebody"}, "author somebody is not the login"),
        ({"author": None}, "is not the login"),
        ({"recorded_at": "2026-09-30T00:00:00Z"}, "recorded_at is not the time of this transaction"),
        ({"document_sha256": "0" * 64}, "document_sha256 is not the hash of the document"),
        ({"document_sha256": None}, "document_sha256 is not the hash of the document"),
        ({"kind": "amended"}, "amended of version 3 does not follow version 2"),
        ({"kind": "amended", "version": 2}, "violates check constraint"),
        ({"kind": "final"}, "final of version 3 does not follow version 2"),
        ({"kind": "final", "version": 2}, "verdict_entry_publishes"),
        ({"kind": "issued"}, "verdict_entry_numbered"),
        ({"version": 2}, "restated of version 2 does not follow version 2"),
        ({"version": 4}, "restated of version 4 does not follow version 2"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at is not an instant up to now"),
        ({"occurred_at": None}, "occurred_at is not an instant up to now"),
        ({"period": {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-09-30T00:00:00Z"}}, "overlaps another"),
        (
            {
                "period": {"starts_at": "2026-09-30T00:00:00Z", "ends_at": "2026-10-02T00:00:00Z"},
                "kind": "issued",
                "version": 1,
            },
            "overlaps another that is published",
        ),
    ],
)
def test_an_entry_that_does_not_follow_is_refused(connection: Connection, wrong: dict[str, Any], refusal: str) -> None:
    write_some(connection)
    last, writer = read_entries(connection)[-1], read_writer(connection)
    body = {
        **said("restated", version=3, document=DOCUMENT), "agreement": "A", "entry": 5, "author": writer.author,
        "recorded_at": utc_text(writer.recorded_at), "previous_sha256": last.sha256, **wrong,
    }  # fmt: skip
    with pytest.raises(psycopg.Error, match=refusal):
        connection.execute(
            "INSERT INTO verdict_entry (body, document) VALUES (%s, %s)", (canonical(body).decode(), DOCUMENT)
        )
    connection.rollback()
    assert len(read_entries(connection)) == 4


def test_nothing_comes_after_the_end_of_a_period(connection: Connection) -> None:
    write_some(connection)
    with one_moment(connection):
        write_entry(connection, "A", said("final", version=2))
    for kind, version, document in (("contested", 2, None), ("restated", 3, DOCUMENT), ("final", 2, None)):
        with pytest.raises(psycopg.IntegrityError, match=r"the period from .* is final"), connection.transaction():
            write_entry(connection, "A", said(kind, version=version, document=document), document)


def test_columns_given_by_hand_are_those_of_the_body_all_the_same(connection: Connection) -> None:
    writer = read_writer(connection)
    body = {
        **said("issued", document=DOCUMENT), "agreement": "A", "entry": 1, "author": writer.author,
        "recorded_at": utc_text(writer.recorded_at), "previous_sha256": None,
    }  # fmt: skip
    connection.execute(
        "INSERT INTO verdict_entry (agreement, entry, version, sha256, body, document) VALUES ('Z', 9, 9, 'x', %s, %s)",
        (canonical(body).decode(), DOCUMENT),
    )
    connection.commit()
    (entry,) = read_entries(connection)
    assert (entry.agreement, entry.entry, entry.version) == ("A", 1, 1)
    assert faults([entry]) == []


@pytest.mark.parametrize(
    ("statement", "entry", "named"),
    [
        ("UPDATE verdict_entry SET body = replace(body, 'n° 1', 'n° 2') WHERE entry = 2", 2, "its body was changed"),
        ("UPDATE verdict_entry SET document = replace(document, 'Salé', 'Fès') WHERE entry = 1", 1, "its document was"),
        ("UPDATE verdict_entry SET author = 'nobody' WHERE entry = 3", 3, "its column author was changed"),
        ("UPDATE verdict_entry SET recorded_at = recorded_at - interval '1 day' WHERE entry = 3", 3, "its column reco"),
        ("DELETE FROM verdict_entry WHERE entry = 2", 3, "entry 2 is missing"),
        (
            "UPDATE verdict_entry SET body = replace(body, 'n° 1', 'n° 2'),"
            " sha256 = encode(sha256(convert_to(replace(body, 'n° 1', 'n° 2'), 'UTF8')), 'hex') WHERE entry = 2",
            3,
            "does not name the hash of the entry before it",
        ),
        (
            "UPDATE verdict_entry SET body = other.body, sha256 = other.sha256, kind = other.kind,"
            " recorded_at = other.recorded_at, previous_sha256 = other.previous_sha256 FROM verdict_entry AS other"
            " WHERE verdict_entry.entry + other.entry = 5 AND verdict_entry.entry IN (2, 3)",
            2,
            "its column entry was changed",
        ),
    ],
)
def test_tampering_behind_disabled_triggers_is_found_and_named(
    connection: Connection, owner: str, statement: str, entry: int, named: str
) -> None:
    connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(owner)))
    connection.execute("ALTER TABLE verdict_entry DISABLE TRIGGER USER")
    assert connection.execute(statement.encode()).rowcount
    connection.execute("ALTER TABLE verdict_entry ENABLE ALWAYS TRIGGER verdict_entry_stays")
    connection.commit()
    found = faults(read_entries(connection, "A"))
    assert any(fault.entry == entry and fault.text.startswith(named) for fault in found), found


def test_a_tail_that_was_cut_off_is_found_by_the_head(connection: Connection, owner: str) -> None:
    given = read_entries(connection, "A")[-1].sha256
    connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(owner)))
    connection.execute("ALTER TABLE verdict_entry DISABLE TRIGGER USER")
    connection.execute("DELETE FROM verdict_entry WHERE entry = 4")
    connection.commit()
    assert faults(read_entries(connection, "A")) == []
    assert [fault.entry for fault in faults(read_entries(connection, "A"), head=given)] == [0]


def test_of_two_writers_at_once_exactly_one_comes_through(dsn: str, connection: Connection) -> None:
    write_some(connection)
    body = said("issued", document=DOCUMENT, month=1)
    with connect(dsn, "tests") as other:

        def slower() -> None:
            with one_moment(other):
                assert len(read_entries(other)) == 4  # its moment
                with one_moment(connection):
                    write_entry(connection, "A", body, DOCUMENT)
                write_entry(other, "A", body, DOCUMENT)

        with pytest.raises(TakenMeanwhile, match="somebody else wrote to it at the same moment"):
            slower()
        assert [entry.entry for entry in read_entries(other)] == [1, 2, 3, 4, 5]


def test_what_is_killed_between_two_entries_leaves_neither(dsn: str, connection: Connection) -> None:
    def killed(doomed: Connection) -> None:
        with one_moment(doomed):
            write_entry(doomed, "A", said("issued", document=DOCUMENT), DOCUMENT)
            connection.execute("SELECT pg_terminate_backend(%s)", (doomed.info.backend_pid,))
            write_entry(doomed, "A", said("issued", document=DOCUMENT, month=1), DOCUMENT)

    with connect(dsn, "tests") as doomed, pytest.raises(psycopg.OperationalError):
        killed(doomed)
    assert read_entries(connection) == []
    write_some(connection)
    assert faults(read_entries(connection)) == []
