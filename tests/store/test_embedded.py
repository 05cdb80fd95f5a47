import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from store.connection import server
from store.embedded import EmbeddedServer, listening_port
from store.errors import InputError


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="p2i-embedded-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"


def modes(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in path.parents}


def test_no_mode_outside_our_directory_changes(home: Path) -> None:
    before = modes(home)
    with EmbeddedServer(home).running():
        pass
    assert modes(home) == before


def test_a_new_database_is_told_of_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped P2I_HOME otherwise makes an empty database without a word."""
    monkeypatch.delenv("P2I_DSN", raising=False)
    monkeypatch.delenv("P2I_DSN_FILE", raising=False)
    monkeypatch.setenv("P2I_HOME", str(home))
    for told in (f"p2i: making a new embedded database in {home} (P2I_DSN or P2I_HOME name another)\n", ""):
        with server() as dsn:
            assert str(home) in dsn
        assert capsys.readouterr() == ("", told)


def test_nobody_else_may_enter_data_and_sockets(home: Path) -> None:
    server = EmbeddedServer(home)
    with server.running():
        for private in (server.data, server.sockets):
            assert stat.S_IMODE(private.stat().st_mode) == 0o700
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_server_never_runs_as_root(home: Path) -> None:
    server = EmbeddedServer(home)
    with server.running():
        pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
        assert Path(f"/proc/{pid}").stat().st_uid != 0
        assert Path(f"/proc/{pid}").stat().st_uid == server.data.stat().st_uid


def test_the_last_user_stops_it_and_data_stay(home: Path) -> None:
    server = EmbeddedServer(home)
    with server.running() as dsn, psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept ()")
        connection.commit()
        with EmbeddedServer(home).running():
            pass
        connection.execute("SELECT FROM kept")  # the second user's leaving did not stop it
    assert not (server.data / "postmaster.pid").exists()
    with server.running() as dsn, psycopg.connect(dsn) as connection:
        connection.execute("SELECT FROM kept")


def test_a_server_left_by_a_killed_user_is_taken_over(home: Path) -> None:
    server = EmbeddedServer(home)
    child = os.fork()
    if child == 0:  # the killed user: starts the server, then dies without leaving properly
        running = server.running()
        running.__enter__()
        os._exit(0)
    os.waitpid(child, 0)
    assert (server.data / "postmaster.pid").exists()
    with server.running() as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not (server.data / "postmaster.pid").exists()


def test_a_path_too_long_for_a_socket_is_one_clear_line(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    with (
        pytest.raises(
            InputError,
            match=r"^P2I_HOME: .* is too long for a Unix socket \(\d+ bytes\); name a shorter directory$",
        ),
        EmbeddedServer(deep).running(),
    ):
        pass
    assert not deep.exists()


def test_a_home_that_is_a_file_is_one_clear_line(home: Path) -> None:
    home.write_text("")
    with (
        pytest.raises(InputError, match=r"^P2I_HOME: .*: (File exists|Not a directory)$"),
        EmbeddedServer(home).running(),
    ):
        pass


def test_no_variable_of_libpq_leads_to_a_server_the_user_did_not_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGHOST": "127.0.0.1", "PGHOSTADDR": "127.0.0.1", "PGPORT": "1", "PGDATABASE": "other",
                        "PGUSER": "other", "PGOPTIONS": "-c search_path=other"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with EmbeddedServer(home).running() as dsn, psycopg.connect(dsn) as connection:
        assert connection.info.host == str(EmbeddedServer(home).sockets)
        assert connection.execute("SHOW data_directory").fetchone() == (str(EmbeddedServer(home).data),)
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)


def test_what_a_killed_user_left_running_can_be_stopped(home: Path) -> None:
    server = EmbeddedServer(home)
    server.stop()  # nothing runs: nothing happens
    child = os.fork()
    if child == 0:
        running = server.running()
        running.__enter__()
        os._exit(0)
    os.waitpid(child, 0)
    assert (server.data / "postmaster.pid").exists()
    server.stop()
    assert not (server.data / "postmaster.pid").exists()


READER, STAFF = "r_0123456789ab", "staff"


def test_on_a_port_readers_get_in_with_their_password_and_nobody_else(home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = EmbeddedServer(home, port)
    with server.running() as dsn, psycopg.connect(dsn, autocommit=True) as owner:
        assert f"port={port}" in dsn
        assert server.uri == f"postgresql://127.0.0.1:{port}/postgres?sslmode=disable"
        for role in (READER, STAFF):
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'a word'").format(sql.Identifier(role)))
        tcp = f"host=127.0.0.1 port={port} dbname=postgres"
        with psycopg.connect(f"{tcp} user={READER} password='a word'") as reader:
            assert reader.execute("SELECT session_user").fetchone() == (READER,)
        for who, said in (
            (f"user={READER} password=wrong", "password authentication failed"),
            (f"user={STAFF} password='a word'", "no pg_hba.conf entry"),
            ("user=p2i", "no pg_hba.conf entry"),
        ):
            with pytest.raises(psycopg.OperationalError, match=said):
                psycopg.connect(f"{tcp} {who}")
        with EmbeddedServer(home).running() as same:
            assert same == dsn, "who names no port finds the server that runs"
    with (
        EmbeddedServer(home).running(),
        pytest.raises(InputError, match="runs already, without it"),
        EmbeddedServer(home, port).running(),
    ):
        pass


@pytest.mark.parametrize("named", ["80", "x", "70000", "-1"])
def test_a_port_that_is_none(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_EMBEDDED_PORT", named)
    with pytest.raises(InputError, match="P2I_EMBEDDED_PORT"):
        listening_port()
