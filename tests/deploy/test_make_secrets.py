import stat
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from psycopg import conninfo

ROOT = Path(__file__).parents[2]


def test_it_makes_every_secret_that_compose_names(make_secrets: ModuleType, tmp_path: Path) -> None:
    made = make_secrets.make(tmp_path / "secrets", ["casanearshore"])
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert {Path(secret["file"]).name for secret in compose["secrets"].values()} | {"mqtt_casanearshore"} == {
        file.name for file in made
    }


@pytest.mark.parametrize(("file", "host"), [("dsn", "timescaledb"), ("standby_dsn", "timescaledb_standby")])
def test_the_dsn_carries_the_password_of_the_database(
    make_secrets: ModuleType, tmp_path: Path, file: str, host: str
) -> None:
    make_secrets.make(tmp_path, [])
    parts = conninfo.conninfo_to_dict((tmp_path / file).read_text(encoding="utf-8").strip())
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    environment = compose["services"]["timescaledb"]["environment"]
    assert parts["password"] == (tmp_path / "postgres_password").read_text(encoding="utf-8").strip()
    assert (parts["host"], parts["user"], parts["dbname"]) == (
        host,
        environment["POSTGRES_USER"],
        environment["POSTGRES_DB"],
    )


def test_only_the_owner_enters_the_folder_and_containers_can_read(make_secrets: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = make_secrets.make(folder, [])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made} == {0o444}


def test_a_second_run_changes_nothing_and_another_park_is_added(make_secrets: ModuleType, tmp_path: Path) -> None:
    make_secrets.make(tmp_path, ["casanearshore"])
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert make_secrets.make(tmp_path, ["casanearshore"]) == []
    made = make_secrets.make(tmp_path, ["fes-shore"])
    assert {file.name for file in made} == {"mqtt_fes-shore", "mosquitto_passwords"}
    accounts = tmp_path / "mosquitto_passwords"
    assert accounts.read_bytes().startswith(before[accounts])
    assert {file: file.read_bytes() for file in before if file != accounts} == {
        file: text for file, text in before.items() if file != accounts
    }


def test_no_password_is_used_twice(make_secrets: ModuleType, tmp_path: Path) -> None:
    make_secrets.make(tmp_path, ["casanearshore"])
    files = ["postgres_password", "mqtt_password", "mosquitto_health", "mqtt_casanearshore"]
    files += ["standby_password", "grafana_password", "grafana_secret_key", "page_hook_secret"]
    assert len({(tmp_path / file).read_text(encoding="utf-8") for file in files}) == len(files)


@pytest.mark.parametrize("park", ["a/b", "+", "#", "", "collectors", "health", "a:b"])
def test_a_code_that_would_open_other_topics_is_refused(
    park: str, make_secrets: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_secrets.main([park, "--folder", str(tmp_path / "secrets")]) == 2
    captured = capsys.readouterr()
    assert captured.err == f'"{park}" cannot be a park: letters, digits, ".", "_" and "-" only\n'
    assert not (tmp_path / "secrets").exists()
