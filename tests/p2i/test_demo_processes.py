"""What the demo prints for another terminal works there."""

import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from p2i.demo_processes import Teller, shell_line
from store.embedded import EmbeddedServer


@pytest.mark.parametrize(
    "value", [EmbeddedServer(Path("/var/lib/p2i/demo")).dsn, "it's", "a b", '$HOME `id` \\ "x" ;', ""]
)
def test_a_shell_reads_the_line_as_it_was_meant(value: str) -> None:
    program = "import json, os; print(json.dumps([os.environ['P2I_DSN'], os.environ['P2I_INVENTORY']]))"
    line = shell_line({"P2I_DSN": value, "P2I_INVENTORY": "/srv/a folder"})
    script = f'{line}\nexec "$0" -c "$1"'
    done = subprocess.run(["sh", "-c", script, sys.executable, program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [value, "/srv/a folder"]


@pytest.mark.usefixtures("connection")
def test_what_is_printed_leads_another_terminal_to_the_demos_database(dsn: str, tmp_path: Path) -> None:
    shown = io.StringIO()
    environment = {
        # as the embedded server names itself, with every parameter by which the environment could lead elsewhere
        "P2I_DSN": f"{dsn} hostaddr='' options=''",
        "P2I_INVENTORY": str(tmp_path),
        "P2I_MQTT_URL": "mqtt://127.0.0.1:40123",
        "P2I_LOGINS_FILE": str(tmp_path / "logins.json"),
        "P2I_GRAFANA_DATABASE": "postgresql://127.0.0.1:5433/postgres?sslmode=disable",
        "P2I_STATEMENTS": str(tmp_path / "statements"),
        "P2I_RECIPIENTS": str(tmp_path / "recipients.toml"),
        "P2I_KEYS": str(tmp_path / "keys"),
        "SECRET": "x",
    }
    console = Console(file=shown, width=60)
    span = datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    Teller(console, "DÉMO").invitation(environment, "2026-09", span, tmp_path / "logs")
    printed = shown.getvalue()
    assert "mqtt://127.0.0.1:40123;" in printed.replace("\n", "")
    assert f"  ls {tmp_path / 'logs'} " in printed
    assert "SECRET" not in printed
    assert "/d/p2i-noc-fr?from=1788217200000&to=1790812800000 " in printed
    (export,) = re.findall(r"^  (export .*)$", printed, re.MULTILINE)
    done = subprocess.run(
        ["sh", "-c", f'unset PGOPTIONS; eval "$1"; "{sys.executable}" -m p2i doctor', "sh", export],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert "database: the one P2I_DSN names\n" in done.stdout, done.stderr
    assert "schema       current" in done.stdout
