"""Every setting and metric of the code is documented, and the documentation names no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ["facilities", "collectors", "store", "sla_engine", "alerting", "dashboards", "reports", "p2i"]
SETTING = re.compile(r"\bP2I_[A-Z_]*[A-Z]\b")
METRIC = re.compile(r"\b(Counter|Gauge|Histogram)\(\s*\"([a-z_]+)\"")


def code(*folders: str) -> str:
    return "\n".join(file.read_text() for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))


def metrics(text: str) -> set[str]:
    """The metrics a text defines, as they are exposed: the client adds `_total` to a counter."""
    return {
        f"{name.removesuffix('_total')}_total" if kind == "Counter" else name for kind, name in METRIC.findall(text)
    }


def deployed() -> str:
    names = ("docker-compose.yml", "Dockerfile", "Makefile", ".ci/run")
    return "\n".join((ROOT / name).read_text() for name in names)


def test_every_setting_is_documented_and_no_other() -> None:
    used = set(SETTING.findall(code(*PACKAGES, "tests") + deployed()))
    documented = set(SETTING.findall((ROOT / "docs" / "settings.md").read_text()))
    # NAME and NAME_FILE are one setting of secrets; the suffix is added in the code.
    used |= {f"{name}_FILE" for name in re.findall(r'secret_of_environment\("(P2I_[A-Z0-9_]+)"\)', code(*PACKAGES))}
    assert sorted(used - documented) == []
    assert sorted(documented - used) == []


def test_every_metric_is_documented_and_no_other() -> None:
    used = metrics(code(*PACKAGES))
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))
    assert sorted(used) == sorted(documented)


def test_metrics_carry_their_process_as_prefix() -> None:
    for package in PACKAGES:
        for name in metrics(code(package)):
            assert name.startswith(f"{package}_"), name
