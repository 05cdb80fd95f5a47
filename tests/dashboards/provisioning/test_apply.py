"""`p2i grafana` against a real Grafana and a real database: all of it, twice, half, less, and a viewer who attacks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from store.login_file import Handed, write_login_file
from tests.dashboards.provisioning.real_grafana import RealGrafana

Run = Callable[..., int]
Captured = pytest.CaptureFixture[str]
SPAN = tuple(int(datetime(2026, 9, 8, hour, tzinfo=UTC).timestamp() * 1000) for hour in (0, 12))


def number_of(there: RealGrafana, mark: str, reader: str) -> int:
    return next(number for name, number in there.organisations(mark).items() if name.endswith(f"[{mark}:{reader}]"))


def test_the_second_time_there_is_nothing_to_do(
    there: RealGrafana, run: Run, mark: str, logins: list[Handed], capfd: Captured
) -> None:
    assert run("diff") == 1
    assert there.organisations(mark) == {}, "diff changes nothing"
    assert run("apply") == 0, capfd.readouterr().err
    first = capfd.readouterr()
    assert len(there.organisations(mark)) == len(logins)
    assert run("apply") == 0
    again = capfd.readouterr()
    assert again.out == "0 changes\n"
    assert run("diff") == 0
    assert capfd.readouterr().out == "0 changes\n"
    secrets = {there.password + "\n", *(login.password for login in logins)}
    assert not [one for one in secrets if one in first.out + first.err + again.out + again.err]


def test_what_was_changed_by_hand_is_set_back(there: RealGrafana, run: Run, mark: str, capfd: Captured) -> None:
    run("apply")
    within = number_of(there, mark, "tenant locataire-a")
    there.ask("PATCH", "/org/preferences", {"language": "en-US", "timezone": "browser"}, within=within)
    there.ask("POST", "/folders/p2i-fr/permissions", {"items": [{"role": "Viewer", "permission": 2}]}, within=within)
    old = {"dashboard": {"uid": "p2i-retired-fr", "title": "Retired"}, "folderUid": "p2i-fr"}
    there.ask("POST", "/dashboards/db", old, within=within)
    source = there.ask("GET", "/datasources/uid/p2i", within=within).body
    there.ask("PUT", "/datasources/uid/p2i", source | {"user": "somebody_else"}, within=within)
    there.ask("PUT", f"/orgs/{within}", {"name": f"Renamed [{mark}:tenant locataire-a]"})
    capfd.readouterr()
    assert run("diff") == 1
    would = capfd.readouterr().out
    for word in (
        "name (was: Renamed",
        "data source (user was: somebody_else)",
        "permissions of p2i-fr (was: Viewer edit)",
        "preferences (timezone was: browser, language was: en-US)",
        "- ",
    ):
        assert word in would
    assert would.endswith("\n5 changes\n")
    assert run("apply") == 0
    assert capfd.readouterr().out == would
    assert there.ask("GET", "/dashboards/uid/p2i-retired-fr", within=within).status == 404
    assert there.ask("GET", "/org/preferences", within=within).body["language"] == "fr-FR"
    assert run("diff") == 0


def test_killed_half_way_the_next_run_finishes(there: RealGrafana, run: Run, mark: str, logins: list[Handed]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "p2i", "grafana", "apply"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as half:
        assert half.stdout is not None
        assert half.stdout.readline().startswith(b"+ ")
        os.killpg(half.pid, signal.SIGKILL)
    assert 0 < len(there.organisations(mark)) < len(logins)
    assert run("apply") == 0
    assert run("diff") == 0
    assert len(there.organisations(mark)) == len(logins)


def test_a_tenant_that_is_gone_is_removed_when_that_is_said(
    there: RealGrafana, run: Run, mark: str, logins: list[Handed], login_file: Path, capfd: Captured
) -> None:
    run("apply")
    others = there.ask("POST", "/orgs", {"name": f"Somebody's own {mark}"}).body["orgId"]
    write_login_file(login_file, [one for one in logins if one.code != "locataire-b"])
    capfd.readouterr()
    assert run("apply") == 1
    said = capfd.readouterr().out
    assert "tenant locataire-b]: organisation with all it holds; not done without --yes\n0 changes\n" in said
    assert number_of(there, mark, "tenant locataire-b")
    assert run("apply", "--yes") == 0
    assert f"{mark}:tenant locataire-b" not in str(there.organisations(mark))
    assert len(there.organisations(mark)) == len(logins) - 1
    assert run("diff") == 0
    assert there.ask("DELETE", f"/orgs/{others}").status == 200, "what is not ours is left alone"


def test_a_viewer_of_a_tenant_sees_its_own_organisation_and_rows_only(
    there: RealGrafana, run: Run, mark: str, logins: list[Handed]
) -> None:
    assert run("apply") == 0
    own, other = (number_of(there, mark, f"tenant locataire-{one}") for one in "ab")
    viewer = there.make_viewer(mark, own)
    assert [one["orgId"] for one in there.ask("GET", "/user/orgs", login=viewer).body] == [own]
    home = there.ask("GET", "/dashboards/home", login=viewer).body
    assert home["redirectUri"].startswith("/d/p2i-")
    assert there.ask("GET", "/search?type=dash-db", login=viewer).body
    for path in ("/search", "/datasources/uid/p2i", "/dashboards/uid/p2i-circuits-fr", "/org"):
        assert there.ask("GET", path, within=other, login=viewer).status >= 400, path
    assert there.query("SELECT 1", within=other, login=viewer)[0] == []
    changed = {"dashboard": {"uid": "p2i-circuits-fr", "title": "mine"}, "folderUid": "p2i-fr", "overwrite": True}
    assert there.ask("POST", "/dashboards/db", changed, login=viewer).status == 403
    (source,) = there.ask("GET", "/datasources", login=viewer).body
    assert source["orgId"] == own
    assert not [one.password for one in logins if one.password in str(source)]
    assert there.ask("PUT", "/datasources/uid/p2i", source, login=viewer).status == 403

    role = next(one.role for one in logins if one.code == "locataire-a")
    rows, error = there.query("SELECT session_user::text AS who, current_user::text AS now", within=own, login=viewer)
    assert (rows, error) == ([{"who": role, "now": role}], "")
    rows, _ = there.query("SELECT DISTINCT tenant FROM reporting.circuit", within=own, login=viewer)
    assert rows == [{"tenant": "locataire-a"}]
    rows, _ = there.query("SELECT count(*) AS n FROM reporting.circuit_interval", within=own, login=viewer)
    assert rows[0]["n"] > 0, "the wall is not an empty database"
    for attack in (
        "SELECT * FROM p2i.circuit",
        "SELECT * FROM p2i.reader",
        "SET search_path = p2i; SELECT * FROM circuit",
        "SET ROLE p2i; SELECT 1",
        "SET SESSION AUTHORIZATION p2i; SELECT 1",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SET default_transaction_read_only = off; CREATE TABLE reporting.mine (x int)",
    ):
        rows, error = there.query(attack, within=own, login=viewer)
        assert (rows, bool(error)) == ([], True), attack
    widened = "SET app.tenant = 'locataire-b'; SET search_path = reporting; SELECT DISTINCT tenant FROM circuit"
    assert there.query(widened, within=own, login=viewer)[0] == [{"tenant": "locataire-a"}]


def test_a_panel_answers_through_grafana_as_it_does_in_the_database(there: RealGrafana, run: Run, mark: str) -> None:
    assert run("apply") == 0
    within = number_of(there, mark, "operator")
    wall = there.ask("GET", "/dashboards/uid/p2i-noc-fr", within=within).body["dashboard"]
    state = next(panel for panel in wall["panels"] if panel["id"] == 1)["targets"][0]["rawSql"]
    rows, error = there.query(state, within=within, login=(there.user, there.password), span=(SPAN[0], SPAN[1]))
    assert (rows, error) == ([{"wall": "outage"}], "")


def test_a_database_that_is_away_is_told_of_each_organisation(
    run: Run, logins: list[Handed], monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    assert run("apply") == 0
    monkeypatch.setenv("P2I_GRAFANA_DATABASE", "postgresql://127.0.0.1:9/p2i?sslmode=disable")
    capfd.readouterr()
    assert run("diff") == 1, "what is about to change is not asked"
    said = capfd.readouterr()
    assert "url was: " in said.out
    assert "not answer" not in said.err
    assert run("apply") == 2
    said = capfd.readouterr()
    assert said.err.count(f"{len(logins)} of {len(logins)} data sources do not answer (") == 1
    assert said.out.endswith(f"\n{len(logins)} changes\n")
    assert run("diff") == 2
    said = capfd.readouterr()
    assert said.out == "0 changes\n"
    assert said.err.count(f"{len(logins)} of {len(logins)} data sources do not answer (") == 1


def test_a_password_that_was_changed_reaches_grafana(
    run: Run, mark: str, logins: list[Handed], login_file: Path, capfd: Captured
) -> None:
    assert run("apply") == 0
    one = next(login for login in logins if login.code == "locataire-b")
    write_login_file(login_file, [login._replace(password=uuid4().hex) if login == one else login for login in logins])
    capfd.readouterr()
    assert run("diff") == 1
    assert capfd.readouterr().out.endswith("[" + mark + ":tenant locataire-b]: data source (password)\n1 change\n")
    assert run("apply") in (0, 2)  # 0 where the server trusts this machine: whether it answers is not the question
    assert run("diff") in (0, 2)
    assert capfd.readouterr().out.endswith("0 changes\n")


def test_mistakes_are_one_line(run: Run, monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
    monkeypatch.setenv("P2I_GRAFANA_PASSWORD", "wrong")
    assert run("diff") == 2
    assert capfd.readouterr().err.endswith("user admin or its password is refused\n")
    assert run("diff", "--url", "http://127.0.0.1:9") == 2
    assert capfd.readouterr().err == "Grafana http://127.0.0.1:9: cannot be reached: Connection refused\n"


def test_somebody_who_is_no_server_administrator(
    there: RealGrafana, run: Run, mark: str, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    number = there.ask("POST", "/orgs", {"name": f"Elsewhere [{mark}:nobody x]"}).body["orgId"]
    user, password = there.make_viewer(mark, number)
    monkeypatch.setenv("P2I_GRAFANA_PASSWORD", password)
    assert run("apply", "--user", user) == 2
    assert capfd.readouterr().err == f"Grafana {there.url}: {user} is no server administrator\n"
    assert list(there.organisations(mark).values()) == [number]


def test_an_organisation_its_administrator_left_is_joined_again(
    there: RealGrafana, run: Run, mark: str, capfd: Captured
) -> None:
    run("apply")
    within = number_of(there, mark, "operator")
    made = there.ask("POST", "/admin/users", {"login": f"{mark}-other", "password": "another", "OrgId": within}).body
    there.ask("PATCH", f"/orgs/{within}/users/{made['id']}", {"role": "Admin"})
    own = there.ask("GET", "/user").body["id"]
    assert there.ask("DELETE", f"/orgs/{within}/users/{own}").status == 200
    there.ask("PATCH", "/org/preferences", {"language": "en-US"}, within=within, login=(f"{mark}-other", "another"))
    capfd.readouterr()
    assert run("apply") == 0
    assert [line.partition("]: ")[2] for line in capfd.readouterr().out.splitlines()[:2]] == [
        "administrator: this login",
        "preferences (language was: en-US)",
    ]
