"""What the closing job keeps outlives an upgrade, a backup and a restore: nothing is issued or sent a second time."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql

from store.backup import backup
from store.connection import connect
from store.migrations import known_migrations, migrate
from store.reporting import drop_reporting
from store.restore import restore
from tests.p2i.closing.conftest import ClosingOffice
from tests.p2i.closing.test_passes import NUMBER, due_again


def test_a_restored_database_goes_on_where_the_saved_one_was(
    office: ClosingOffice, server_dsn: str, tmp_path: Path
) -> None:
    office.box.refuse["samira@acme.example"] = "451 4.7.1 come back later"
    office.look()
    manifest = backup(office.dsn, tmp_path / "p2i.dump")
    said = manifest.contents.documents_sha256
    assert {f"statement {NUMBER}", f"manifest {NUMBER}"} <= said.keys(), "their bytes are compared when it is restored"
    name = f"p2i_restored_{uuid4().hex[:12]}"
    dsn = conninfo.make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            restore(dsn, tmp_path / "p2i.dump")
            office.box.refuse.clear()
            with connect(dsn, "tests") as restored:
                restored.execute(
                    "UPDATE dispatch_recipient SET next_try_at = now() - interval '1 second' WHERE state = 'waiting'"
                )
                restored.commit()
                assert office.passes().run(restored) == []
                assert restored.execute("SELECT count(*) FROM statement").fetchone() == (1,)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert sorted(office.box.recipients) == ["audit@acme.example", "samira@acme.example"]
    assert len(set(office.box.contents)) == 1


def test_a_database_of_the_release_before_issues_what_it_published_then(office: ClosingOffice) -> None:
    connection = office.months.connection
    office.months.desk(office.now()).issue("YEAR", "2025-09")
    drop_reporting(connection)
    connection.execute("DROP TABLE dispatch_event, dispatch_recipient, dispatch, statement_files, statement")
    connection.execute("DELETE FROM migration WHERE number >= 20")
    connection.commit()
    assert migrate(connection) == [each.name for each in known_migrations() if each.number >= 20]
    connection.commit()
    assert office.look() == []
    due_again(office)
    assert office.look() == []
    assert office.value("SELECT number FROM statement") == NUMBER
    assert len(office.box.mails) == 2
