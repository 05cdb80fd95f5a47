"""Dashboards as TypeScript, compiled against Grafana's own types by the compiler in tests/dashboards/schema_check."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "schema_check"
PATIENCE_SECONDS = 300
_ERROR = re.compile(r"^checked/([\w-]+)\.ts\(\d+,\d+\): (error TS\d+: .*)$", re.MULTILINE)


def source(dashboard: Mapping[str, Any]) -> str:
    """One constant per panel, variable and the rest, each of the type that its kind has; unknown kinds have none."""
    rest = {key: value for key, value in dashboard.items() if key not in ("panels", "templating")}
    constants = [("Dashboard", rest)]
    constants += [(f"Panels[{json.dumps(panel['type'])}]", panel) for panel in dashboard["panels"]]
    constants += [("Variable", variable) for variable in dashboard["templating"]["list"]]
    lines = [
        f"export const part{number}: {kind} = {json.dumps(value, ensure_ascii=False)};"
        for number, (kind, value) in enumerate(constants)
    ]
    return "\n".join(['import type { Dashboard, Panels, Variable } from "../dashboard_types";', *lines, ""])


def type_errors(dashboards: Mapping[str, Mapping[str, Any]], folder: Path) -> dict[str, list[str]]:
    """What the compiler says of each dashboard, by the name given; nothing for one that is right. One run for all."""
    for name in ("dashboard_types.ts", "tsconfig.json"):
        shutil.copy(FOLDER / name, folder)
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "checked").mkdir()
    for name, dashboard in dashboards.items():
        (folder / "checked" / f"{name}.ts").write_text(source(dashboard), encoding="utf-8")
    compiler = FOLDER / "node_modules" / "typescript" / "bin" / "tsc"
    command = ["node", str(compiler), "--project", str(folder), "--pretty", "false"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    found: dict[str, list[str]] = {name: [] for name in dashboards}
    for name, error in _ERROR.findall(done.stdout):
        found[name].append(error)
    said_elsewhere = _ERROR.sub("", done.stdout).strip()
    is_explained = done.returncode == 0 or any(found.values())
    assert is_explained, f"tsc failed for another reason: {said_elsewhere or done.stderr}"
    assert "error TS" not in said_elsewhere, said_elsewhere
    return found
