import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from psycopg import conninfo, sql

from store.agreement_texts import AgreementText, write_agreement_text
from store.backup import backup
from store.backup_contents import contents
from store.backup_manifest import manifest_path, read_manifest
from store.changes import read_touched, read_watermark
from store.connection import Connection, connect
from store.errors import InputError, P2IError
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions, read_decided, read_exclusion_events
from store.instants import microseconds, utc_text
from store.ledger import one_moment, read_entries, write_entry
from store.ledger_chain import faults
from store.migrate_command import main as migrate_command
from store.migrations import known_migrations, migrate
from store.quarantine import write_quarantine
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.restore import FORGOTTEN, NUMBERED, WATERMARKS, restore
from store.rows import CircuitRow, QuarantineRow
from store.timescale import extension_version

NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)
DOCUMENT = '{\n  "avail": "99.9",\n  "é": 1\n}\n'


@pytest.fixture
def empty_dsn(server_dsn: str) -> Iterator[str]:
    name = f"p2i_empty_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield conninfo.make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return tmp_path / "p2i.dump"


def write_minutes(connection: Connection, circuit: int, first: datetime, count: int) -> None:
    at = microseconds(first) + 60_000_000 * np.arange(count, dtype=np.int64)
    columns = [np.full(count, circuit), at, np.full(count, 10), np.zeros(count, dtype=np.int64)]
    assert write_readings(connection, INTERVAL, columns, first).inserted == count
    connection.commit()


@pytest.fixture
def circuit(connection: Connection) -> int:
    """A database with thirty days of one circuit, a score document and a quarantined message."""
    numbers = register_circuits(connection, [CircuitRow("casa-a1", "casanearshore", "tenant-a", True)])
    write_minutes(connection, numbers["casa-a1"], NOON - timedelta(days=30), 43_200)
    write_quarantine(connection, [QuarantineRow("mqtt", "a/b", "not_json", "é", b"\x00\xff", NOON)])
    connection.execute(
        "INSERT INTO score VALUES ('casa', %s, %s, 'a', 'casa', true, %s, 'x', '1', '2026f', %s, %s)",
        (NOON - timedelta(days=20), NOON, DOCUMENT, NOON, NOON),
    )
    connection.commit()
    return numbers["casa-a1"]


def change_manifest(dump: Path, **values: object) -> None:
    path = manifest_path(dump)
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_what_is_restored_is_what_was_there(
    dsn: str, connection: Connection, circuit: int, dump: Path, empty_dsn: str
) -> None:
    manifest = backup(dsn, dump)
    assert read_manifest(dump) == manifest
    assert manifest.contents == contents(connection)
    assert manifest.contents.rows["p2i.circuit_interval"] == 43_200
    assert restore(empty_dsn, dump) == manifest
    with connect(empty_dsn, "tests") as restored:
        assert contents(restored) == manifest.contents
        assert restored.execute("SELECT document FROM score").fetchone() == (DOCUMENT,)
        assert migrate(restored) == []
        write_minutes(restored, circuit, NOON, 1)


def test_exclusions_come_back_with_their_trace_and_their_rules(
    dsn: str, connection: Connection, circuit: int, log_in: Callable[[str], Connection], dump: Path, empty_dsn: str
) -> None:
    works = Proposal("X-1", "casa-a1", "maintenance", NOON - timedelta(days=2000), NOON, None, "fibre moved")
    propose_exclusions(connection, [works], {"casa-a1": circuit})
    connection.commit()
    approver = log_in("approver")
    decide_exclusions(approver, [("X-1", "casa-a1")], "accepted")
    approver.commit()
    decided, events = read_decided(connection), read_exclusion_events(connection, "X-1")
    assert len(events) == 2
    backup(dsn, dump)
    restore(empty_dsn, dump)
    with connect(empty_dsn, "tests") as restored:
        assert (read_decided(restored), read_exclusion_events(restored, "X-1")) == (decided, events)
        for statement in ("UPDATE exclusion SET reason = 'x'", "DELETE FROM exclusion", "DELETE FROM exclusion_event"):
            with pytest.raises(psycopg.errors.RaiseException), restored.transaction():
                restored.execute(statement.encode())


def test_the_ledger_and_its_texts_are_restored_as_written_and_stay_so(
    dsn: str, connection: Connection, dump: Path, empty_dsn: str
) -> None:
    text = "# accord n° 1\n"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    write_agreement_text(connection, AgreementText(sha256, "A", 0, NOON.date(), text))
    period = {"starts_at": utc_text(NOON), "ends_at": "2026-10-01T00:00:00Z"}
    said = {"kind": "issued", "version": 1, "occurred_at": "2026-10-05T00:00:00Z", "period": period}
    document_sha256 = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    with one_moment(connection):
        write_entry(connection, "A", {**said, "document_sha256": document_sha256}, DOCUMENT)
    with one_moment(connection):
        write_entry(connection, "A", {**said, "kind": "contested"})
    written = read_entries(connection)
    manifest = backup(dsn, dump)
    assert manifest.contents.documents_sha256[f"agreement text {sha256}"] == sha256
    assert manifest.contents.documents_sha256["verdict entry A 2"] == written[1].sha256
    restore(empty_dsn, dump)
    with connect(empty_dsn, "tests") as restored:
        assert read_entries(restored) == written
        assert faults(written, head=written[1].sha256) == []
        restored.execute("SET session_replication_role = replica")
        for statement in (
            "UPDATE verdict_entry SET author = 'x'",
            "DELETE FROM verdict_entry",
            "TRUNCATE verdict_entry",
        ):
            with pytest.raises(psycopg.IntegrityError, match="verdict ledger"), restored.transaction():
                restored.execute(statement.encode())
        restored.commit()
        with one_moment(restored):
            assert write_entry(restored, "A", {**said, "kind": "final"}).previous_sha256 == written[1].sha256


def test_writers_go_on_and_the_dump_is_of_one_instant(dsn: str, circuit: int, dump: Path, empty_dsn: str) -> None:
    done = threading.Event()
    written = 0
    longest = timedelta(0)

    def write() -> None:
        nonlocal written, longest
        with connect(dsn, "tests") as writer:
            while not done.is_set():
                began = datetime.now(UTC)
                write_minutes(writer, circuit, NOON + timedelta(minutes=written), 1)
                longest = max(longest, datetime.now(UTC) - began)
                written += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        manifest = backup(dsn, dump)
    finally:
        done.set()
        writing.join()
    rows = manifest.contents.rows
    assert 43_200 <= rows["p2i.circuit_interval"] < 43_200 + written
    assert rows["p2i.ingest"] == 1 + rows["p2i.circuit_interval"] - 43_200
    assert longest < timedelta(seconds=1)
    assert restore(empty_dsn, dump) == manifest


def test_new_readings_count_as_new_after_a_restore_whatever_the_old_servers_transaction_numbers(
    dsn: str, connection: Connection, circuit: int, dump: Path, empty_dsn: str
) -> None:
    far = 10**15
    write_minutes(connection, circuit, NOON, 1)
    connection.execute("UPDATE ingest SET xid = '900' WHERE first_at < %s", (NOON,))
    connection.execute("UPDATE ingest SET xid = %s::text::xid8 WHERE first_at >= %s", (str(far + 1), NOON))
    connection.execute(
        "INSERT INTO engine_watermark (input_xid, passed_at) VALUES (%s::text::xid8, %s)", (str(far), NOON)
    )
    connection.execute("UPDATE rollup_progress SET input_xid = %s::text::xid8", (str(far + 2),))
    connection.execute("UPDATE score SET input_xid = %s::text::xid8", (str(far),))
    connection.commit()
    backup(dsn, dump)
    restore(empty_dsn, dump)
    with connect(empty_dsn, "tests") as restored:
        assert restored.execute("SELECT input_xid FROM score").fetchall() == [(None,)]
        since = read_watermark(restored)
        assert since < far
        assert [(touched.first_at, touched.last_at) for touched in read_touched(restored, since)] == [(NOON, NOON)]
        after = NOON + timedelta(days=1)
        write_minutes(restored, circuit, after, 1)
        assert [touched.last_at for touched in read_touched(restored, since)] == [after]
        assert restored.execute("SELECT input_xid::text::bigint FROM rollup_progress").fetchone() == (since,)


def test_every_column_of_transaction_numbers_is_translated(connection: Connection) -> None:
    found = connection.execute(
        "SELECT table_name FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'p2i' AND table_type = 'BASE TABLE' AND udt_name = 'xid8'"
    ).fetchall()
    assert sorted(name for (name,) in found) == sorted([*NUMBERED, *WATERMARKS, *FORGOTTEN])


def test_columnstore_aggregates_and_policies_come_back(
    dsn: str, connection: Connection, circuit: int, dump: Path, empty_dsn: str
) -> None:
    if extension_version(connection) is None:
        pytest.skip("no TimescaleDB in this server (P2I_TEST_DSN)")
    connection.commit()
    connection.autocommit = True
    connection.execute("SELECT compress_chunk(c) FROM show_chunks('circuit_interval', older_than => %s) AS c", (NOON,))
    connection.execute("CALL refresh_continuous_aggregate('circuit_5m', NULL, NULL)")
    connection.execute(
        "INSERT INTO circuit_interval VALUES (%s, %s, 1, 1, now())", (circuit, NOON - timedelta(days=31))
    )
    jobs = "SELECT job_id, proc_name, config, schedule_interval FROM timescaledb_information.jobs ORDER BY 1"
    chunks = (
        "SELECT hypertable_name, range_start, is_compressed FROM timescaledb_information.chunks"
        " WHERE hypertable_schema = 'p2i' ORDER BY 1, 2"
    )
    starts = (
        "SELECT job_id, next_start FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' ORDER BY 1"
    )
    next_starts = connection.execute(starts).fetchall()
    manifest = backup(dsn, dump)
    assert manifest.contents.rows["p2i.circuit_5m"] == 8640
    for (_, before), (_, after) in zip(next_starts, connection.execute(starts).fetchall(), strict=True):
        assert after == before or (before is None and after < datetime.now(UTC))
    restore(empty_dsn, dump)
    with connect(empty_dsn, "tests") as restored:
        for query in (jobs, chunks):
            assert restored.execute(query).fetchall() == connection.execute(query).fetchall()
        assert restored.execute("SHOW timescaledb.restoring").fetchone() == ("off",)
        restored.commit()
        restored.autocommit = True
        (job,) = restored.execute(
            "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'"
            " AND hypertable_schema = 'p2i' AND hypertable_name = 'circuit_interval'"
        ).fetchone() or (None,)
        restored.execute("CALL run_job(%s)", (job,))
        # The late row was not summed when the backup was taken: that it has to be came along, too.
        restored.execute("CALL refresh_continuous_aggregate('circuit_5m', NULL, NULL)")
        assert restored.execute("SELECT sum(sent) FROM circuit_5m").fetchone() == (432_001,)


@pytest.mark.usefixtures("circuit")
def test_a_database_that_is_not_empty_is_refused(dsn: str, dump: Path) -> None:
    backup(dsn, dump)
    with pytest.raises(
        InputError, match=r"^database: not empty \(.+ is there\); a backup is restored into a new database only$"
    ):
        restore(dsn, dump)


@pytest.mark.usefixtures("circuit")
def test_a_changed_dump_is_refused(dsn: str, dump: Path, empty_dsn: str) -> None:
    backup(dsn, dump)
    dump.write_bytes(dump.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"p2i\.dump: not the file this backup wrote"):
        restore(empty_dsn, dump)


def test_a_dump_without_its_manifest_is_refused(dump: Path, empty_dsn: str) -> None:
    with pytest.raises(InputError, match=r"p2i\.dump\.json: No such file or directory$"):
        restore(empty_dsn, dump)


def test_a_manifest_of_something_else_is_refused(dump: Path, empty_dsn: str) -> None:
    manifest_path(dump).write_text('{"format": 1}')
    with pytest.raises(InputError, match=r"p2i\.dump\.json: not the manifest of a backup$"):
        restore(empty_dsn, dump)


def test_no_backup_is_replaced(dsn: str, dump: Path) -> None:
    dump.write_text("mine")
    with pytest.raises(InputError, match=r"p2i\.dump: there already; a backup never replaces another$"):
        backup(dsn, dump)
    assert dump.read_text() == "mine"


def test_a_folder_that_is_not_there_is_one_line(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"/nowhere: no such directory$"):
        backup(dsn, tmp_path / "nowhere" / "p2i.dump")
    with pytest.raises(InputError, match=r": a directory; name the file to write in it$"):
        backup(dsn, tmp_path)
    with pytest.raises(InputError, match=r"^/proc: nothing can be written there: "):
        backup(dsn, Path("/proc/p2i.dump"))


def test_only_the_owner_may_read_a_backup(dsn: str, dump: Path) -> None:
    backup(dsn, dump)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in dump.parent.iterdir()} == {
        "p2i.dump": 0o600,
        "p2i.dump.json": 0o600,
    }


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"postgresql": "99.1"}, r"^database: PostgreSQL \d+, the backup is of 99\.1: too old a server$"),
    ({"pg_dump": "99.1"}, r"^pg_restore: \d+ cannot read what pg_dump 99\.1 wrote; P2I_PG_BIN"),
    (
        {"roles": ["nobody_known"]},
        r"^database: roles that the backup grants rights to are missing: nobody_known; --create-roles makes them,"
        r" without the right to log in$",
    ),
    (
        {"timescaledb": "9.9.9"},
        r"^database: the backup needs TimescaleDB 9\.9\.9, this one (has|offers) [\w., ]+; install 9\.9\.9",
    ),
    ({"format": 2}, r"written by another release of p2i; restore with that one$"),
]


def test_what_cannot_work_is_refused_before_anything_is_touched(dsn: str, dump: Path, empty_dsn: str) -> None:
    backup(dsn, dump)
    as_written = manifest_path(dump).read_text()
    for values, message in REFUSED:
        change_manifest(dump, **values)
        with pytest.raises(InputError, match=message):
            restore(empty_dsn, dump)
        manifest_path(dump).write_text(as_written)
    with psycopg.connect(empty_dsn) as untouched:
        untouched.execute("CREATE TABLE writable ()")


@pytest.mark.usefixtures("circuit")
def test_a_failed_restore_leaves_the_database_as_empty_as_before(dsn: str, dump: Path, empty_dsn: str) -> None:
    manifest = backup(dsn, dump)
    whole = dump.read_bytes()
    cut = dump.with_name("cut.dump")
    cut.write_bytes(whole[: len(whole) - 200])
    manifest_path(cut).write_text(manifest_path(dump).read_text())
    change_manifest(cut, dump_bytes=len(whole) - 200, dump_sha256=hashlib.sha256(cut.read_bytes()).hexdigest())
    with pytest.raises(P2IError, match=r"pg_restore: error: .*; nothing was restored$"):
        restore(empty_dsn, cut)
    assert restore(empty_dsn, dump) == manifest


@pytest.mark.usefixtures("circuit")
def test_a_database_that_came_out_different_stays_read_only(dsn: str, dump: Path, empty_dsn: str) -> None:
    counted = backup(dsn, dump).contents
    rows = {**counted.rows, "p2i.circuit_interval": 43_201}
    change_manifest(dump, contents={"rows": rows, "documents_sha256": counted.documents_sha256})
    with pytest.raises(
        P2IError, match=r"^restore: 1 difference: p2i\.circuit_interval: 43201 in the backup, 43200 restored; "
    ):
        restore(empty_dsn, dump)
    with connect(empty_dsn, "tests") as restored, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        restored.execute("INSERT INTO reader (role_name, sees_everything) VALUES ('x', true)")
    with pytest.raises(
        InputError, match=r"not empty \(.+ is there\), and read-only: a restore into it was cut short or came out dif"
    ):
        restore(empty_dsn, dump)


@pytest.fixture
def restoring(dsn: str, dump: Path, empty_dsn: str) -> Iterator["Restoring"]:
    """A restore, as an operator starts it, in the middle of the work of pg_restore."""
    backup(dsn, dump)
    with psycopg.connect(empty_dsn) as blocker:
        blocker.execute("CREATE SCHEMA p2i")  # pg_restore must wait for what becomes of it
        words = [sys.executable, "-m", "p2i", "restore", str(dump)]
        process = subprocess.Popen(
            words,
            env={**os.environ, "P2I_DSN": empty_dsn},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A suite that a script put into the background ignores Ctrl-C, and its children would.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
        )
        with process, psycopg.connect(empty_dsn, autocommit=True) as observer:
            state = Restoring(process, blocker, observer)
            state.wait_until(1)
            yield state
            process.kill()


@dataclass
class Restoring:
    process: subprocess.Popen[str]
    blocker: psycopg.Connection[tuple[object, ...]]
    observer: psycopg.Connection[tuple[object, ...]]

    def wait_until(self, waiting: int) -> None:
        """Returns when so many sessions of a restore wait for the blocker's lock."""
        deadline, pause = monotonic() + 30, threading.Event()
        while self.observer.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'p2i restore' AND wait_event_type = 'Lock'"
        ).fetchone() != (waiting,):
            assert self.process.poll() is None or not waiting
            assert monotonic() < deadline
            pause.wait(0.05)

    def is_closed(self) -> bool:
        with psycopg.connect(self.observer.info.dsn) as other:
            return other.execute("SHOW default_transaction_read_only").fetchone() == ("on",)


def test_a_killed_restore_is_simply_started_again(restoring: "Restoring", dump: Path, empty_dsn: str) -> None:
    restoring.process.kill()
    restoring.process.wait()
    restoring.wait_until(0)  # what it left in the server does not go on without it
    restoring.blocker.rollback()
    assert restoring.observer.execute("SELECT to_regnamespace('p2i')").fetchone() == (None,)
    assert restoring.is_closed()
    manifest = restore(empty_dsn, dump)
    assert not restoring.is_closed()
    with connect(empty_dsn, "tests") as restored:
        assert contents(restored) == manifest.contents
        restored.execute("INSERT INTO reader (role_name, sees_everything) VALUES ('x', true)")


def test_an_interrupted_restore_leaves_the_database_open(restoring: "Restoring") -> None:
    restoring.process.send_signal(signal.SIGINT)
    _, said = restoring.process.communicate(timeout=60)
    assert (restoring.process.returncode, said) == (130, "")
    restoring.blocker.rollback()
    assert not restoring.is_closed()


def test_a_second_restore_at_the_same_time_changes_nothing(
    restoring: "Restoring", dump: Path, empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.restore.PATIENCE_SECONDS", 0)
    with pytest.raises(
        P2IError, match=r"^database: another p2i restore is at work in it \(process \d+ of the server\)"
    ):
        restore(empty_dsn, dump)
    assert restoring.is_closed()
    restoring.blocker.rollback()
    done, said = restoring.process.communicate(timeout=60)
    assert (restoring.process.returncode, said) == (0, "")
    assert done.startswith("restored and verified: ")


@pytest.mark.usefixtures("restoring")
def test_a_database_that_is_being_restored_is_not_migrated(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", empty_dsn)
    assert migrate_command([]) == 2
    assert capsys.readouterr().err.startswith(
        "database: it is read-only: a p2i restore is at work in it or did not fin"
    )


@pytest.mark.usefixtures("circuit")
def test_rights_come_back_and_their_roles_are_named(
    dsn: str, connection: Connection, dump: Path, empty_dsn: str
) -> None:
    role = f"p2i_reader_{uuid4().hex[:12]}"
    named = sql.Identifier(role)
    try:
        connection.execute(sql.SQL("CREATE ROLE {}").format(named))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(named))
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO {}").format(named)
        )
        connection.commit()
        assert role in backup(dsn, dump).roles
        restore(empty_dsn, dump)
        with connect(empty_dsn, "tests") as restored:
            restored.execute("CREATE VIEW reporting.later AS SELECT 1 AS one")
            rights = restored.execute(
                "SELECT has_schema_privilege(%s, 'reporting', 'USAGE'),"
                " has_table_privilege(%s, 'reporting.later', 'SELECT')",
                (role, role),
            ).fetchone()
            assert rights == (True, True)
            restored.execute(sql.SQL("DROP OWNED BY {}").format(named))
    finally:
        connection.rollback()
        connection.execute(sql.SQL("DROP OWNED BY {}").format(named))
        connection.execute(sql.SQL("DROP ROLE {}").format(named))
        connection.commit()


def test_a_database_of_an_older_release_can_be_saved_before_its_upgrade(
    server_dsn: str, dump: Path, empty_dsn: str
) -> None:
    name = sql.Identifier(f"p2i_old_{uuid4().hex[:12]}")
    old_dsn = conninfo.make_conninfo(server_dsn, dbname=name.as_string().strip('"'))
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
    try:
        with connect(old_dsn, "tests") as old:
            old.execute("CREATE SCHEMA p2i")
            old.execute(
                "CREATE TABLE migration (number integer PRIMARY KEY, name text NOT NULL,"
                " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            for each in known_migrations()[:5]:
                old.execute(each.sql.encode())
                row = (each.number, each.name, each.sha256)
                old.execute("INSERT INTO migration (number, name, sha256) VALUES (%s, %s, %s)", row)
            old.commit()
        manifest = backup(old_dsn, dump)
        assert manifest.migration == 5
        restore(empty_dsn, dump)
        with connect(empty_dsn, "tests") as restored:
            assert migrate(restored) == [each.name for each in known_migrations()[5:]]
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_a_database_without_our_schema_is_no_backup(dump: Path, empty_dsn: str) -> None:
    with pytest.raises(InputError, match=r"^database: there is no schema p2i in it; nothing to back up$"):
        backup(empty_dsn, dump)
    assert not dump.exists()


def test_roles_that_are_missing_are_made_without_the_right_to_log_in(
    dsn: str, dump: Path, empty_dsn: str, server_dsn: str
) -> None:
    """A new server, an embedded one above all, has none of the people of the old one."""
    name = f"amina {uuid4().hex[:8]}"
    backup(dsn, dump)
    change_manifest(dump, roles=[name])
    with pytest.raises(InputError, match=rf"missing: {name}; --create-roles makes them"):
        restore(empty_dsn, dump)
    try:
        restore(empty_dsn, dump, makes_roles=True)
        with psycopg.connect(server_dsn) as server:
            found = server.execute("SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
        assert found == (False, False)
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
