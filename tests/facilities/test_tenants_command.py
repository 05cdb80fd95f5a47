"""`p2i tenants`: safe to repeat, honest in a dry run, and done with whoever has left."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from facilities.inventory import DEMO_INVENTORY
from facilities.tenants_command import main
from store.connection import Connection, connect
from store.login_file import read_login_file
from store.login_plan import is_password
from store.logins import apply_logins
from store.migrations import migrate


@pytest.fixture
def site(connection: Connection, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(DEMO_INVENTORY, tmp_path / "inventory")
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(tmp_path / "inventory"))
    monkeypatch.setenv("P2I_LOGINS_FILE", str(tmp_path / "logins.json"))
    yield tmp_path
    connection.rollback()
    apply_logins(connection, [], {})
    connection.commit()


def roles(connection: Connection) -> set[str]:
    connection.rollback()
    return {
        row[0]
        for row in connection.execute("SELECT rolname FROM pg_roles JOIN login ON role_name = rolname").fetchall()
    }


def test_a_dry_run_says_what_apply_does_and_does_nothing(
    site: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["apply", "--dry-run", "--least-people", "12"]) == 0
    said = capsys.readouterr().out
    assert "tenant locataire-a: a role will be made\n" in said
    assert "disclosure: counts below 12 people will not be shown to others\n" in said
    assert "public: will lose functions of pg_catalog" in said
    assert said.endswith("nothing was changed (--dry-run)\n")
    assert main(["apply", "--dry-run", "--least-people", "12"]) == 0
    assert capsys.readouterr().out == said, "nothing in it is made up anew each time"
    assert roles(connection) == set()
    assert not (site / "logins.json").exists()


def test_apply_twice_changes_nothing_the_second_time(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply"]) == 0
    first = (site / "logins.json").read_bytes()
    capsys.readouterr()
    assert main(["apply"]) == 0
    assert capsys.readouterr().out == "nothing to do\n"
    assert (site / "logins.json").read_bytes() == first
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "all is as it should be\n"


def test_passwords_are_in_one_file_of_its_owner_and_in_the_server_as_hashes(site: Path, connection: Connection) -> None:
    assert main(["apply"]) == 0
    file = site / "logins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    handed = read_login_file(file)
    one = handed["tenant", "locataire-a"]
    assert "locataire" not in one.role
    row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (one.role,)).fetchone()
    assert row is not None
    assert is_password(row[0], one.password)
    assert not is_password(row[0], one.password + "x")
    assert main(["apply", "--rotate"]) == 0
    assert read_login_file(file)["tenant", "locataire-a"].role == one.role
    assert read_login_file(file)["tenant", "locataire-a"].password != one.password


def test_whoever_leaves_is_gone_with_its_session(
    site: Path, connection: Connection, dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tenants = site / "inventory" / "tenants.toml"
    without = tenants.read_text(encoding="utf-8")
    tenants.write_text(f'{without}\n[[tenant]]\ncode = "locataire-z"\nname = "Z"\nsector = "ITO"\n', encoding="utf-8")
    assert main(["apply"]) == 0
    one = read_login_file(site / "logins.json")["tenant", "locataire-z"]
    with psycopg.connect(conninfo.make_conninfo(dsn, user=one.role, password=one.password), autocommit=True) as login:
        assert login.execute("SELECT tenant FROM reporting.scope").fetchall() == [("locataire-z",)]
        tenants.write_text(without, encoding="utf-8")
        capsys.readouterr()
        assert main(["check"]) == 1
        assert capsys.readouterr().out == f"tenant locataire-z: role {one.role} will be removed\n"
        assert main(["apply"]) == 0
        with pytest.raises(psycopg.OperationalError):
            login.execute("SELECT 1")
    assert connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (one.role,)).fetchone() is None
    assert ("tenant", "locataire-z") not in read_login_file(site / "logins.json")
    assert roles(connection) == {handed.role for handed in read_login_file(site / "logins.json").values()}


def test_a_file_that_others_may_read_is_refused(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply"]) == 0
    (site / "logins.json").chmod(0o644)
    assert main(["apply"]) == 2
    assert capsys.readouterr().err == (
        f"{site / 'logins.json'}: others may read it (mode 0644); chmod 600, then --rotate\n"
    )
    (site / "logins.json").chmod(0o600)
    (site / "logins.json").write_text(json.dumps({"logins": [{}]}))
    assert main(["check"]) == 2
    assert capsys.readouterr().err.endswith("logins.json: not a file of p2i tenants apply\n")


def test_check_finds_a_right_too_many_and_a_login_widened(
    site: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["apply"]) == 0
    one = read_login_file(site / "logins.json")["tenant", "locataire-a"]
    connection.execute("INSERT INTO reader (role_name, sees_everything) VALUES (%s, true)", (one.role,))
    connection.execute("GRANT EXECUTE ON FUNCTION pg_sleep(double precision) TO PUBLIC")
    connection.execute(sql.SQL("GRANT SELECT ON reader TO {}").format(sql.Identifier(one.role)))
    connection.commit()
    capsys.readouterr()
    assert main(["check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"tenant locataire-a: rights of {one.role} will be set right, scope of {one.role} will be set right",
        "public may use functions of pg_catalog (1)",
    ]
    assert main(["apply"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"tenant locataire-a: rights of {one.role} set right, scope of {one.role} set right",
        "public: may no longer use functions of pg_catalog (1)",
    ]
    assert main(["check"]) == 0


@pytest.mark.usefixtures("site")
def test_list_says_who_sees_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply"]) == 0
    capsys.readouterr()
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    assert "sees park casanearshore, park fes-shore, park oujda-shore, park technopolis" in said
    assert "sees sums over tenants" in said


def test_a_login_survives_the_views_made_anew(site: Path, connection: Connection, dsn: str) -> None:
    assert main(["apply"]) == 0
    one = read_login_file(site / "logins.json")["tenant", "locataire-a"]
    connection.rollback()
    connection.execute("UPDATE generated SET sha256 = 'another release'")
    migrate(connection)
    connection.commit()
    with psycopg.connect(conninfo.make_conninfo(dsn, user=one.role, password=one.password)) as login:
        assert login.execute("SELECT FROM reporting.circuit").fetchall() == []


@pytest.fixture
def owner_dsn(server_dsn: str) -> Iterator[str]:
    """A migrated database whose owner may create roles and is no superuser."""
    name = f"p2i_owner_{uuid4().hex[:12]}"
    named = sql.Identifier(name)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(named))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(named, named))
        dsn = conninfo.make_conninfo(server_dsn, dbname=name, user=name)
        try:
            with connect(dsn, "tests") as owner:
                if owner.execute("SELECT FROM pg_available_extensions WHERE name = 'timescaledb'").fetchone():
                    pytest.skip("only a superuser adds TimescaleDB")
                migrate(owner)
                owner.commit()
                yield dsn
                apply_logins(owner, [], {})
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))
            server.execute(sql.SQL("DROP ROLE {}").format(named))


def test_who_is_no_superuser_makes_logins_and_is_told_what_stays_open(
    owner_dsn: str, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", owner_dsn)
    assert main(["apply"]) == 0
    said = capsys.readouterr()
    assert "tenant locataire-a: role r_" in said.out
    assert "functions of pg_catalog" not in said.out
    assert "left open: public may use functions of pg_catalog (" in said.err
    assert main(["check"]) == 1
    assert read_login_file(site / "logins.json")["operator", None].password
