"""The rules of Prometheus: promtool takes them and runs their tests, and a real one watches a process of ours."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES = FOLDER / "rules" / "p2i.yml"
LONGEST_SECONDS = 60
WORDS = frozenset({"and", "or", "unless", "on", "by", "without", "ignoring", "bool", "group_left", "group_right", "up"})

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
needs_prometheus = pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def promtool(*arguments: str) -> str:
    done = subprocess.run(
        ["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def metrics_of(expression: str) -> set[str]:
    """The names of metrics: what is left without labels, spans, groupings, functions and PromQL's own words."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)", "", expression)
    return set(re.findall(r"\b[a-zA-Z_]\w*\b(?!\s*\()", bare)) - WORDS


@needs_promtool
def test_promtool_takes_the_configuration_and_the_rules() -> None:
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml")
    assert f"SUCCESS: {len(rules())} rules found" in promtool("check", "rules", "--lint-fatal", "rules/p2i.yml")


@needs_promtool
def test_every_rule_fires_when_it_shall() -> None:
    assert "SUCCESS" in promtool("test", "rules", "tests/p2i.yml")
    tested = (FOLDER / "tests" / "p2i.yml").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules() if rule["alert"] not in tested] == []


def test_every_metric_in_a_rule_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z0-9_]+)` \|", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))
    named = set().union(*(metrics_of(rule["expr"]) for rule in rules()))
    assert "sla_engine_last_pass_seconds" in named
    assert sorted(named - documented) == []


def test_the_search_for_metrics_finds_them() -> None:
    expression = 'sum by (reason) (increase(a_total{b="c"}[5m])) > 1 and on() (up{job="d"} == 1) or time() - (e > 0)'
    assert metrics_of(expression) == {"a_total", "e"}


def test_every_rule_says_who_is_told_what_in_both_languages_and_where_to_read_on() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket", "none")
        assert rule["labels"]["audience"] == "on_call"
        notes = rule["annotations"]
        assert notes.keys() == {"summary", "summary_en", "description", "description_en", "runbook"}
        assert notes["summary"] != notes["summary_en"]
        assert (ROOT / notes["runbook"]).is_file(), notes["runbook"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ended(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


@pytest.fixture
def upkeep(dsn: str) -> Iterator[int]:
    """The port of the metrics of a process of ours."""
    port = free_port()
    environment = os.environ | {"P2I_DSN": dsn, "P2I_METRICS_ADDRESS": "127.0.0.1"}
    command = [sys.executable, "-m", "p2i", "upkeep", "--metrics-port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            ended(process)


@pytest.fixture
def prometheus(upkeep: int, tmp_path: Path) -> Iterator[str]:
    """The address of a Prometheus with our configuration, whose targets are on this machine."""
    port = free_port()
    configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(RULES)]
    configuration["alerting"] = {}
    for job in configuration["scrape_configs"]:
        job.pop("dns_sd_configs", None)
        targets = {"upkeep": upkeep, "prometheus": port}.get(job["job_name"], free_port())
        job["static_configs"] = [{"targets": [f"127.0.0.1:{targets}"]}]
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    command = [
        "prometheus", f"--config.file={file}", f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            ended(process)


def asked(address: str, path: str) -> Any:
    """What the API answers; None while it does not."""
    try:
        with urllib.request.urlopen(f"{address}/api/v1/{path}", timeout=5) as response:
            return json.load(response)["data"]
    except OSError:
        return None


@needs_prometheus
def test_a_real_prometheus_scrapes_a_process_of_ours_and_all_rules_are_healthy(prometheus: str) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    state: Any = None
    while time.monotonic() < until:
        up = asked(prometheus, "query?query=up{job=%22upkeep%22}")
        served = asked(prometheus, "query?query=p2i_upkeep_rollups_refreshed_timestamp_seconds")
        groups = asked(prometheus, "rules")
        found = [rule for group in groups["groups"] for rule in group["rules"]] if groups else []
        state = (
            up,
            served,
            {rule["name"]: (rule["health"], rule.get("lastError", "")) for rule in found},
        )
        is_up = bool(up and up["result"] and up["result"][0]["value"][1] == "1" and served and served["result"])
        fires = {rule["name"] for rule in found if rule["state"] == "firing"}
        if is_up and "Watchdog" in fires and all(rule["health"] == "ok" for rule in found):
            break
        threading.Event().wait(0.2)
    else:
        pytest.fail(f"not as it should be in time: {state}")
    assert len(found) == len(rules())
    targets = {one["labels"]["job"]: one["health"] for one in asked(prometheus, "targets")["activeTargets"]}
    assert targets["upkeep"] == "up"
