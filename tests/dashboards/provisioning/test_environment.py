"""grafana-client stays in an environment of its own: nothing of it, above all no other `urllib3`, is in ours."""

import importlib.util
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata
from pathlib import Path

import pytest

from dashboards.provisioning.command import main
from dashboards.provisioning.environment import ROOT, other_python
from store.errors import InputError
from store.login_file import write_login_file
from tests.dashboards.provisioning.test_plan import LOGINS

BROUGHT = ("grafana-client", "niquests", "urllib3-future")
NEEDED = "dashboards.provisioning.plan, dashboards.provisioning.worries, store.errors"


def test_our_urllib3_is_urllib3() -> None:
    """In an environment with urllib3-future the module `urllib3` is that one's, whatever is installed."""
    assert importlib.util.find_spec("grafana_client") is None
    installed = {name for name in BROUGHT if list(metadata.distributions(name=name))}
    assert installed == set()
    import urllib3

    ours = metadata.distribution("urllib3")
    assert Path(str(ours.locate_file("urllib3/__init__.py"))) == Path(urllib3.__file__)
    assert vars(urllib3)["__version__"] == ours.version
    assert not hasattr(urllib3, "AsyncPoolManager"), "urllib3-future's"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_no_lock_file_of_ours_brings_it(lock: str) -> None:
    names = {line.partition("==")[0] for line in (ROOT / lock).read_text(encoding="utf-8").splitlines()}
    assert "psycopg" in names
    assert names.isdisjoint(BROUGHT)


def test_its_own_lock_file_has_hashes_for_all_of_it() -> None:
    text = (ROOT / "deploy" / "grafana" / "requirements.lock").read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert {line.partition("==")[0] for line in pinned} >= set(BROUGHT)
    assert all(line.endswith("\\") for line in pinned), "the hashes follow"


def test_the_other_process_needs_nothing_of_our_environment() -> None:
    """Without any installed package, our part of it still loads."""
    program = f"import sys; sys.path.append(sys.argv[1]); import {NEEDED}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, ROOT], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_found_or_said_how_to_make_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    absent = tmp_path / "bin" / "python"
    monkeypatch.setenv("P2I_GRAFANA_PYTHON", str(absent))
    with pytest.raises(InputError, match=r"python: not there; make grafana, or: python3 -m venv .* --require-hashes"):
        other_python()
    monkeypatch.setenv("P2I_GRAFANA_PYTHON", sys.executable)
    with pytest.raises(InputError, match="has no grafana-client; make grafana"):
        other_python()


def test_without_a_setting_it_is_the_one_beside_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("P2I_GRAFANA_PYTHON", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    with pytest.raises(InputError, match=r"/\.venv-grafana/bin/python: not there"):
        other_python()


def test_there_urllib3_is_the_other_one(capfd: pytest.CaptureFixture[str]) -> None:
    """Why it is apart. When this fails, grafana-client has stopped replacing it: read decision 0010 again."""
    try:
        python = other_python()
    except InputError as error:
        pytest.skip(f"no environment with grafana-client: {error}")
    program = (
        "from importlib.metadata import version; import urllib3; "
        "print(urllib3.__version__ == version('urllib3-future'))"
    )
    subprocess.run([python, "-I", "-c", program], check=True)
    assert capfd.readouterr().out == "True\n"


class _NoGrafana(BaseHTTPRequestHandler):
    """A web server that knows nothing of what is asked."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


def test_what_answers_and_is_no_grafana(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        other_python()
    except InputError as error:
        pytest.skip(f"no environment with grafana-client: {error}")
    write_login_file(tmp_path / "logins.json", LOGINS)
    monkeypatch.setenv("P2I_GRAFANA_PASSWORD", "hush")
    with HTTPServer(("127.0.0.1", 0), _NoGrafana) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        code = main(["diff", "--logins", str(tmp_path / "logins.json"), "--url", url])
        server.shutdown()
    said = f"Grafana {url}: answers, but is no Grafana (is its path missing in the URL?)\n"
    assert (code, *capfd.readouterr()) == (2, "", said)
