"""An Alertmanager behind TLS and a password."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerting.alertmanager.address import Address, AlertmanagerAway, addresses
from tests.alerting.alertmanager.running import RunningAlertmanager

# The bcrypt hash of "s3cret".
WEB = """
tls_server_config: {cert_file: cert.pem, key_file: key.pem}
basic_auth_users: {p2i: $2b$04$NLrn03239W5CVMBjdbeC7.g9miwnNjzb9FoESW1rTTqiTTVRyWWEO}
"""


@pytest.fixture
def guarded(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningAlertmanager]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl installed")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days",
         "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=tmp_path, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    (tmp_path / "web.yml").write_text(WEB, encoding="utf-8")
    (tmp_path / "alertmanager.yml").write_text("{route: {receiver: x}, receivers: [{name: x}]}", encoding="utf-8")
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    running = RunningAlertmanager(program, tmp_path)
    monkeypatch.setenv("P2I_ALERTMANAGER_PASSWORD_FILE", str(tmp_path / "password"))
    (running.address,) = addresses(
        {
            "P2I_ALERTMANAGER_URL": f"https://127.0.0.1:{running.port}",
            "P2I_ALERTMANAGER_USER": "p2i",
            "P2I_ALERTMANAGER_CA": str(tmp_path / "cert.pem"),
        }
    )
    running.start()
    yield running
    running.stop()


def test_it_is_reached_by_who_knows_the_password_and_trusts_the_certificate(guarded: RunningAlertmanager) -> None:
    known = guarded.address
    assert known.exchange("GET", "/api/v2/alerts") == []
    with pytest.raises(AlertmanagerAway, match="answers 401"):
        Address(known.url, None, known.context).exchange("GET", "/api/v2/alerts")
    with pytest.raises(AlertmanagerAway, match=f"{known.url}: .*certificate"):
        Address(known.url, known.authorization).exchange("GET", "/api/v2/alerts")
