"""docker-compose.yml, held against the compose specification and against what our processes really take."""

import configparser
import importlib.resources
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from dashboards.provisioning.worries import worries
from p2i.cli import WORDS

ROOT = Path(__file__).parents[2]
OURS = {"migrate", "collectors", "hooks", "sla_engine", "alerting", "upkeep", "tools", "grafana_apply",
        "escalator", "alertmanager_config", "closing"}  # fmt: skip
OTHERS = {"timescaledb", "timescaledb_standby", "grafana", "mosquitto", "alertmanager", "prometheus"}
ONE_SHOT = {"migrate", "tools", "grafana_apply", "alertmanager_config"}
PINNED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+[a-z0-9.-]*")


@cache
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def services() -> dict[str, dict[str, Any]]:
    return dict(compose()["services"])


each_service = pytest.mark.parametrize("name", sorted(services()))


def test_it_follows_the_compose_specification() -> None:
    vendored = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    validator = validator_for(schema)(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose())] == []
    wrong = compose() | {"services": {"x": {"image": 5, "no_such_key": True}}}
    assert list(validator.iter_errors(wrong)), "the schema refuses nothing: it is not the one we think"


def test_the_stages_are_there_under_their_one_name() -> None:
    assert services().keys() == OTHERS | OURS


@each_service
def test_every_image_has_a_pinned_tag(name: str) -> None:
    assert PINNED.fullmatch(services()[name]["image"])


def test_our_image_bears_our_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {services()[name]["image"] for name in OURS} == {f"p2i:{version}"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_is_a_word_of_p2i(name: str) -> None:
    service = services()[name]
    assert [*service.get("entrypoint", [])[1:], *service["command"]][0] in WORDS
    assert service.get("entrypoint", ["p2i"])[0] == "p2i"
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert 'ENTRYPOINT ["p2i"]' in dockerfile


def documented_settings() -> set[str]:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"`(P2I_[A-Z0-9_]+)`", text))


def named_settings() -> set[str]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return set(re.findall(r"\bP2I_[A-Z0-9_]+", text))


def test_every_setting_it_names_is_documented() -> None:
    assert named_settings() >= {"P2I_DSN_FILE", "P2I_MQTT_PASSWORD_FILE", "P2I_INVENTORY"}
    # NAME_FILE is the documented way to give any secret NAME.
    known = documented_settings()
    assert {one for one in named_settings() if one not in known and one.removesuffix("_FILE") not in known} == set()


@each_service
def test_every_container_is_closed(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "network_mode" not in service
    limits = service["deploy"]["resources"]["limits"]
    assert limits.keys() == {"cpus", "memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@each_service
def test_what_should_run_always_is_restarted_and_watched(name: str) -> None:
    service = services()[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"].keys() >= {"test", "interval", "timeout", "retries", "start_period"}


@each_service
def test_only_this_machine_reaches_a_port(name: str) -> None:
    for port in services()[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_the_database_is_reachable_from_our_processes_only() -> None:
    assert services()["timescaledb"]["networks"] == ["store"]
    assert compose()["networks"]["store"] == {"internal": True}
    assert "ports" not in services()["timescaledb"]
    assert _on("messages") == {"mosquitto", "collectors"}


def test_grafana_reaches_the_standby_and_nothing_else_of_ours() -> None:
    """Its viewers send any SQL: the primary is out of their way, and so are the settings of Grafana's own defaults."""
    assert _on("reading") == {"timescaledb_standby", "grafana"}
    assert compose()["networks"]["reading"] == {"internal": True}
    assert _on("web") == {"grafana", "grafana_apply"}
    assert "store" not in services()["grafana"]["networks"]
    database = services()["grafana_apply"]["environment"]["P2I_GRAFANA_DATABASE"]
    assert database.startswith("postgresql://timescaledb_standby:5432/p2i")
    grafana = services()["grafana"]
    assert {"grafana_password", "grafana_secret_key"} == set(grafana["secrets"])
    assert {"GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_SECURITY_SECRET_KEY__FILE"} <= grafana["environment"].keys()


def test_prometheus_finds_every_process_by_the_name_it_has_here() -> None:
    """A target that is not there would be a page every night; a process without one, a page that never comes."""
    configuration = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job for job in configuration["scrape_configs"]}
    watched = {name for name in services() if name in OURS - ONE_SHOT} | {"alertmanager", "prometheus"}
    assert jobs.keys() == watched
    for name, job in jobs.items():
        if name in OURS and "static_configs" in job:
            port = services()[name]["environment"]["P2I_METRICS_PORT"]
            assert job["static_configs"] == [{"targets": [f"{name}:{port}"]}]
    assert _on("metrics") == watched
    assert compose()["networks"]["metrics"] == {"internal": True}
    paged = {name for name in services() if services()[name].get("profiles") == ["oncall"]}
    assert paged == {"escalator", "alertmanager_config", "alertmanager", "prometheus"}
    assert jobs["hooks"]["dns_sd_configs"][0]["port"] == 9464  # not always there, so found by its name


def test_alertmanager_tells_the_escalator_and_only_operators_see_it_in_grafana() -> None:
    told = services()["alertmanager_config"]["command"]
    assert told[told.index("--escalator-url") + 1] == "http://escalator:8490"
    assert services()["escalator"]["environment"]["P2I_PAGE_PORT"] == "8490"
    assert told[told.index("--token-file") + 1] == services()["escalator"]["environment"]["P2I_PAGE_HOOK_SECRET_FILE"]
    assert "page_hook_secret" in services()["alertmanager"]["secrets"]
    assert _on("silences") == {"grafana", "alertmanager"}


def test_grafana_is_closed_to_whom_nobody_let_in() -> None:
    settings = configparser.ConfigParser(comment_prefixes=(";",), interpolation=None)
    settings.read_string((ROOT / "deploy" / "grafana" / "grafana.ini").read_text(encoding="utf-8"))
    read = {section: dict(settings[section]) for section in settings.sections()}
    assert worries(read, [], []) == []
    assert read["users"]["auto_assign_org_role"] == "None"
    assert read["public_dashboards"]["enabled"] == read["snapshots"]["external_enabled"] == "false"
    assert read["analytics"] == {
        "reporting_enabled": "false",
        "check_for_updates": "false",
        "check_for_plugin_updates": "false",
        "feedback_links_enabled": "false",
    }


def test_the_standby_follows_with_the_image_and_settings_of_the_primary() -> None:
    """A standby whose limits are lower than the primary's does not start."""
    primary, standby = services()["timescaledb"], services()["timescaledb_standby"]
    assert standby["image"] == primary["image"]
    told = {one for one in primary["command"] if "=" in one} - {"wal_keep_size=2GB"}
    assert told < set(standby["command"])
    assert standby["environment"]["PRIMARY"] == "timescaledb"
    # What viewers run for too long there is ended there.
    upkeep = services()["upkeep"]
    assert upkeep["environment"]["P2I_STANDBY_DSN_FILE"] == "/run/secrets/standby_dsn"
    assert set(upkeep["networks"]) & set(standby["networks"])


def _on(network: str) -> set[str]:
    return {name for name in services() if network in services()[name]["networks"]}


@each_service
def test_every_service_waits_for_what_it_needs(name: str) -> None:
    needed = {key: value["condition"] for key, value in services()[name].get("depends_on", {}).items()}
    expected = {
        "migrate": {"timescaledb": "service_healthy"},
        "collectors": {"migrate": "service_completed_successfully", "mosquitto": "service_healthy"},
        "timescaledb": {},
        "mosquitto": {},
        "timescaledb_standby": {"timescaledb": "service_healthy"},
        "grafana": {"timescaledb_standby": "service_healthy"},
        "grafana_apply": {"grafana": "service_healthy"},
        "alertmanager_config": {},
        "alertmanager": {"alertmanager_config": "service_completed_successfully"},
        "prometheus": {"alertmanager": "service_healthy"},
    }
    assert needed == expected.get(name, {"migrate": "service_completed_successfully"})


def test_secrets_are_files_and_never_values() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert not re.search(r"PASSWORD:\s*[^/\s]", text)
    assert not re.search(r"P2I_DSN:", text)
    for name, service in services().items():
        used = set(service.get("secrets", []))
        assert used <= compose()["secrets"].keys(), name
        # What alertmanager_config names, it writes down for Alertmanager to read.
        reads = service | {"command": []} if name == "alertmanager_config" else service
        mounted = re.findall(r"/run/secrets/([a-z_]+)", json.dumps(reads))
        assert set(mounted) <= used, f"{name} reads a secret it is not given"


def test_the_health_check_asks_the_port_that_is_served() -> None:
    for name in OURS - ONE_SHOT:
        service = services()[name]
        assert f"127.0.0.1:{service['environment']['P2I_METRICS_PORT']}/metrics" in service["healthcheck"]["test"][3]


def test_every_volume_and_network_is_declared() -> None:
    named = {
        volume.partition(":")[0]
        for service in services().values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "$"))
    }
    assert named == compose()["volumes"].keys()
    assert {name for service in services().values() for name in service["networks"]} == compose()["networks"].keys()


def test_every_folder_that_is_mounted_from_the_checkout_exists() -> None:
    mounted = [v for service in services().values() for v in service.get("volumes", []) if v.startswith((".", "$"))]
    sources = {re.sub(r"^\$\{[A-Z0-9_]+:-([^}]+)\}", r"\1", volume).partition(":")[0] for volume in mounted}
    scripts = {f"./deploy/timescaledb/{name}.sh" for name in ("10_standby", "standby")}
    folders = {"./deploy/mosquitto", "./deploy/grafana", "./deploy/prometheus", "./facilities/inventories/p2i"}
    assert sources == folders | {"./alerting/oncall/demo", "./deploy/closing"} | scripts
    assert all((ROOT / source).exists() for source in sources)
