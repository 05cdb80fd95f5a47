"""The files for Grafana's own provisioning: they say what an apply does, and passwords are in files of their own."""

import json
import re
from pathlib import Path

import pytest
import yaml

from dashboards.provisioning.export import Files, files
from dashboards.provisioning.folder import write_folder
from dashboards.provisioning.wanted import Address
from store.errors import InputError
from tests.dashboards.provisioning.test_plan import LOGINS, all_of

DOLLAR = Address("standby:5432", {"database": "p2$i", "sslmode": "disable"})
NUMBERS = {one.name: number for number, one in enumerate(all_of().organisations, start=2)}


def exported() -> Files:
    return files(all_of(tenants=DOLLAR), NUMBERS, "/grafana")


def test_data_sources_are_those_of_an_apply_but_for_the_password() -> None:
    said = yaml.safe_load(exported().open["provisioning/datasources/p2i.yaml"])
    assert (said["apiVersion"], said["prune"]) == (1, True)
    for one, organisation in zip(said["datasources"], all_of().organisations, strict=True):
        assert one["orgId"] == NUMBERS[organisation.name]
        assert one["editable"] is False
        assert one["user"] == organisation.data_source["user"]
        assert one["secureJsonData"] == {"password": f"$__file{{/grafana/passwords/{one['user']}}}"}
    assert said["datasources"][0]["jsonData"]["database"] == "p2$$i", "or Grafana reads the name of a variable"
    assert sum(one["isDefault"] for one in said["datasources"]) == len({one["orgId"] for one in said["datasources"]})


def test_each_provider_finds_its_dashboards() -> None:
    said = exported()
    providers = yaml.safe_load(said.open["provisioning/dashboards/p2i.yaml"])["providers"]
    assert len({one["name"] for one in providers}) == len(providers) == 2 * len(LOGINS)
    for one in providers:
        folder = one["options"]["path"].removeprefix("/grafana/")
        inside = [json.loads(text) for path, text in said.open.items() if path.startswith(f"{folder}/")]
        assert inside
        assert {each["uid"][-2:] for each in inside} == {one["folderUid"][-2:]}
        assert all(each["title"] and "id" not in each for each in inside)
    shown = {path.rpartition("/")[2] for path in said.open if path.startswith("dashboards/2/")}
    assert shown == {f"{uid}.json" for uid in all_of().organisations[0].shows}


def test_no_password_in_what_may_be_read() -> None:
    said = exported()
    assert "secret" not in "".join(said.open.values()).lower().replace("securejsondata", "")
    assert said.secret == {f"passwords/{one.role}": one.password for one in LOGINS}


def test_an_organisation_must_be_there() -> None:
    with pytest.raises(InputError, match=re.escape("1 organisations are not there yet (Acme [p2i:tenant acme] …)")):
        files(all_of(), dict(list(NUMBERS.items())[1:]), "/grafana")


def test_the_folder_holds_what_is_exported_and_no_more(tmp_path: Path) -> None:
    count = len(exported().open) + len(exported().secret)
    (tmp_path / "notes.txt").write_text("mine")
    assert write_folder(tmp_path, exported()) == (count, 0)
    assert write_folder(tmp_path, exported()) == (0, 0)
    assert (tmp_path / "passwords" / "r_a").stat().st_mode & 0o777 == 0o600
    (tmp_path / "passwords" / "r_a").chmod(0o644)
    assert write_folder(tmp_path, exported()) == (1, 0), "closed again"
    fewer = files(all_of(*LOGINS[1:]), NUMBERS, "/grafana")
    written, removed = write_folder(tmp_path, fewer)
    assert written == 2, "the two lists"
    assert removed == len(all_of().organisations[0].shows) + 1
    assert not (tmp_path / "passwords" / "r_a").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("a file")
    with pytest.raises(InputError, match="passwords: File exists"):
        write_folder(tmp_path, exported())
