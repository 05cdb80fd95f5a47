"""The architecture, checked: which modules are pure, no SQL that names a zone, no second word for one thing."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["facilities", "collectors", "store", "sla_engine", "alerting", "dashboards", "reports", "p2i"]
PURITY = "Arithmetic does no I/O"


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True)


def purity_contract() -> dict[str, list[str]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return next(contract for contract in contracts if contract["name"] == PURITY)


def our_modules() -> set[str]:
    ours = {module for module in graph().modules if module.split(".")[0] in PACKAGES}
    return {module for module in ours if not graph().find_children(module)} - set(PACKAGES)


def sources() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


def test_every_module_that_does_no_io_is_listed_as_pure_so_that_it_stays_so() -> None:
    contract = purity_contract()
    effects = set(contract["forbidden_modules"])
    doing_io = {module for module in our_modules() if effects & (graph().find_upstream_modules(module) | {module})}
    assert sorted(our_modules() - doing_io) == sorted(contract["source_modules"])


def test_the_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


ZONE_IN_SQL = re.compile(
    r"at\s+time\s+zone|set\s+(local\s+)?time\s*zone\s*(=|to)?\s*'(?!utc')|(time_bucket|date_trunc)\s*\([^()]*'[a-z_]+/[a-z_]+'|africa/",
    re.IGNORECASE,
)


def text_of(node: ast.AST) -> str:
    """A string constant's text, or an f-string's with its holes left out; nothing for other nodes."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def sql_texts() -> list[tuple[str, str]]:
    """Every SQL file and every string of the code that reads like SQL, with where it stands."""
    found = [(str(file.relative_to(ROOT)), file.read_text()) for file in ROOT.glob("*/migrations/*.sql")]
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text())):
            text = text_of(node)
            if re.search(r"\b(select|insert into|update|delete from|create|copy|set)\b", text, re.IGNORECASE):
                found.append((str(file.relative_to(ROOT)), text))
    return found


def test_no_sql_names_a_time_zone() -> None:
    """Months and days are cut in Python; only store/zone_data.py tests the server's rules, with a parameter."""
    named = [(where, text) for where, text in sql_texts() if ZONE_IN_SQL.search(text)]
    assert {where for where, _ in named} == {"store/zone_data.py"}


@pytest.mark.parametrize("sql", ["SELECT x AT TIME ZONE 'Africa/Casablanca'", "SET timezone = 'Europe/Paris'",
                                 "SELECT time_bucket('1 month', at, 'Africa/Casablanca')"])  # fmt: skip
def test_the_search_for_zones_finds_them(sql: str) -> None:
    assert ZONE_IN_SQL.search(sql)


BANNED = re.compile(r"\bdowntime\b|\bdef (utils|helpers)\b", re.IGNORECASE)


def test_the_banned_word_stays_out_of_the_code() -> None:
    """`downtime` means outage in some tools and maintenance in others; here each has its own word."""
    assert [str(file.relative_to(ROOT)) for file in sources() if BANNED.search(file.read_text())] == []


def test_no_folder_is_a_drawer() -> None:
    assert [file for file in sources() if file.stem in {"utils", "helpers", "common", "manager", "misc"}] == []


def test_each_package_says_what_it_reads_and_writes_and_holds_no_code() -> None:
    for package in PACKAGES:
        module = ast.parse((ROOT / package / "__init__.py").read_text())
        text = ast.get_docstring(module)
        assert text is not None
        assert "reads" in text.lower()
        assert "writes" in text.lower()
        assert len(module.body) == 1, f"{package}/__init__.py holds code"
