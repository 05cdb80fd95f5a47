from collections.abc import Callable
from pathlib import Path

import pytest

from store.connection import connect
from store.errors import InputError, P2IError
from store.postgres_tools import Tool, find_tool, run_tool


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Tool]:
    """Puts a program of the given name and text into the only folder that is looked in."""
    monkeypatch.setenv("P2I_PG_BIN", str(tmp_path))

    def put(name: str, text: str) -> Tool:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return Tool(path, "17.2")

    return put


@pytest.mark.parametrize("server_major", [17, 16])
def test_the_servers_own_release_fits(program: Callable[[str, str], Tool], server_major: int) -> None:
    program("pg_dump", f"echo 'pg_dump (PostgreSQL) {server_major}.6 (Debian {server_major}.6-1)'")
    assert find_tool("pg_dump", server_major).version == f"{server_major}.6"


def test_a_newer_one_fits_a_server_that_understands_it(program: Callable[[str, str], Tool]) -> None:
    program("pg_dump", "echo 'pg_dump (PostgreSQL) 18.6'")
    assert find_tool("pg_dump", 17).major == 18


@pytest.mark.parametrize(("server_major", "wanted"), [(19, "19 or newer"), (16, "16")])
def test_one_that_does_not_fit_is_named(
    program: Callable[[str, str], Tool], tmp_path: Path, server_major: int, wanted: str
) -> None:
    program("pg_dump", "echo 'pg_dump (PostgreSQL) 18.6'")
    with pytest.raises(InputError) as refused:
        find_tool("pg_dump", server_major)
    assert str(refused.value) == (
        f"pg_dump: release {wanted} is needed for this server, found: 18.6 in {tmp_path}; P2I_PG_BIN names its folder"
    )


def test_none_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_PG_BIN", str(tmp_path))
    with pytest.raises(InputError, match=r"found: none; P2I_PG_BIN names its folder$"):
        find_tool("pg_dump", 17)


def test_the_password_is_no_argument_and_the_options_add_up(
    program: Callable[[str, str], Tool], tmp_path: Path
) -> None:
    tool = program("pg_dump", f'echo "$PGPASSWORD" "$@" > {tmp_path}/said')
    run_tool(tool, ["--format=custom"], "host=h password=secret options='-c role=r'", "-c x=1")
    said = (tmp_path / "said").read_text().strip()
    assert said == "secret --format=custom --no-password --dbname host=h options='-c role=r -c x=1'"


def test_the_first_error_line_is_what_is_said(program: Callable[[str, str], Tool]) -> None:
    tool = program("pg_dump", "echo 'pg_dump: warning: circular' >&2; echo 'pg_dump: error: no room' >&2; exit 1")
    with pytest.raises(P2IError, match=r"^pg_dump: error: no room$"):
        run_tool(tool, [], "host=h")


def test_the_program_found_for_this_server_speaks_to_it(dsn: str, tmp_path: Path) -> None:
    with connect(dsn, "tests") as connection:
        tool = find_tool("pg_dump", connection.info.server_version // 10000)
    run_tool(tool, [f"--file={tmp_path / 'schema.sql'}", "--schema-only"], dsn)
    assert "CREATE TABLE p2i.circuit_interval" in (tmp_path / "schema.sql").read_text()
