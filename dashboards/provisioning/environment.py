"""The other Python, in which grafana-client is: found, and run with our order.

grafana-client brings urllib3-future, which puts itself in the place of `urllib3` for a whole environment, ours with its
alerts and archives: so it has an environment of its own, and we run a process there. Decision 0009.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from store.errors import InputError

ROOT = Path(__file__).parents[2]
"""Where our packages are; last on the path of the other Python, so that nothing of our environment hides its own."""

_RUN = "import sys; sys.path.append(sys.argv[1]); from dashboards.provisioning.process import main; sys.exit(main())"
_HOW = (
    "make grafana, or: python3 -m venv {folder} && "
    "{folder}/bin/pip install --require-hashes -r deploy/grafana/requirements.lock"
)


def other_python() -> Path:
    """`P2I_GRAFANA_PYTHON`, else that of the environment beside ours, `.venv-grafana` beside `.venv`.

    Raises InputError, with how to make it, when it is not there or lacks grafana-client.
    """
    folder = Path(f"{sys.prefix}-grafana")
    named = os.environ.get("P2I_GRAFANA_PYTHON")
    python = Path(named) if named else folder / "bin" / "python"
    how = _HOW.format(folder=python.parents[1] if named else folder)
    if not python.exists():
        raise InputError(f"{python}: not there; {how}")
    asked = subprocess.run([python, "-I", "-c", "import grafana_client"], capture_output=True, check=False)
    if asked.returncode != 0:
        raise InputError(f"{python}: has no grafana-client; {how}")
    return python


def run_order(order: dict[str, Any]) -> int:
    """Carries out an order and returns its exit code; what it says goes where ours goes."""
    return _run(order, captured=False).returncode


def ask(order: dict[str, Any]) -> tuple[int, str]:
    """Carries out an order and returns its exit code and what it printed; what it complains of goes to our stderr."""
    done = _run(order, captured=True)
    return done.returncode, done.stdout


def _run(order: dict[str, Any], *, captured: bool) -> "subprocess.CompletedProcess[str]":
    # The order holds passwords: it goes through a pipe, where neither `ps` nor the environment of a process shows it.
    return subprocess.run(
        [other_python(), "-I", "-c", _RUN, ROOT],
        input=json.dumps(order),
        stdout=subprocess.PIPE if captured else None,
        encoding="utf-8",
        check=False,
    )
