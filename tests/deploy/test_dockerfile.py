"""The image: pinned, complete, without root, and with the zone rules of our package."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lines() -> list[str]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def copied() -> list[str]:
    """What is copied from the checkout."""
    found = []
    for line in lines():
        words = line.split()
        if words[0] == "COPY" and not words[1].startswith("--from"):
            found += words[1:-1]
    return found


def test_every_base_image_is_pinned_to_the_patch() -> None:
    bases = [line.split()[1] for line in lines() if line.startswith("FROM")]
    assert bases
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base) for base in bases)


def test_it_does_not_run_as_root() -> None:
    users = [line for line in lines() if line.startswith("USER")]
    assert users == ["USER 10001:10001"]
    assert lines().index(users[0]) > max(number for number, line in enumerate(lines()) if line.startswith("RUN"))


def test_the_zone_rules_are_those_of_the_pinned_package() -> None:
    assert any(re.search(r'\bPYTHONTZPATH=""', line) for line in lines() if line.startswith("ENV"))


def test_dependencies_come_by_hash_and_then_only_our_package() -> None:
    installs = [line for line in lines() if "pip install" in line]
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "/opt/p2i-grafana/bin/pip install --require-hashes -r grafana.lock" in installs[1]
    assert "--no-deps ." in installs[2]
    assert len(installs) == 3


def test_every_package_of_the_distribution_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    locks = {"requirements.lock", "deploy/grafana/requirements.lock"}
    needed = packages | locks | {"pyproject.toml", project["project"]["readme"]}
    needed |= set(project["project"]["license-files"])
    assert set(copied()) == needed


@pytest.mark.parametrize("source", copied())
def test_what_is_copied_exists_and_is_not_ignored(source: str) -> None:
    assert (ROOT / source).exists()
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    ignored = False
    for rule in (line for line in rules if line and not line.startswith("#")):
        if fnmatch(source, rule.lstrip("!")):
            ignored = not rule.startswith("!")
    assert not ignored


@pytest.mark.parametrize("secret", ["deploy/secrets/dsn", ".venv/bin/python", ".git/config", ".env"])
def test_nothing_else_reaches_the_builder(secret: str) -> None:
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1] == "*"
    assert not any(fnmatch(secret, f"{source}*") for source in copied())
