"""`p2i grafana` before it has spoken to Grafana: one line for each mistake, and no password in it."""

from pathlib import Path

import pytest

from dashboards.provisioning.command import main
from store.login_file import write_login_file
from tests.dashboards.provisioning.test_plan import LOGINS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "logins.json"
    write_login_file(file, LOGINS)
    monkeypatch.setenv("P2I_LOGINS_FILE", str(file))
    monkeypatch.setenv("P2I_GRAFANA_PASSWORD", "hush")
    return file


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--languages", "fr,de"], "--languages: 'de' is neither fr nor en"),
        (["--mark", "P2I"], "--mark: 'P2I': small letters, digits and single hyphens only"),
        (["--database", "db"], "db: not postgresql://HOST[:PORT]/DATABASE[?sslmode=…]"),
        (
            ["--language-of", "tenant:nobody=en"],
            "--language-of tenant:nobody=en: there is no login of 'tenant:nobody',"
            " only of operator, tenant:acme, tenant:best",
        ),
        (["--language-of", "tenant:acme=de"], "--language-of tenant:acme=de: 'de' is not among --languages fr,en"),
        (["--language-of", "operator"], "--language-of operator: not READER=LANGUAGE, such as operator=fr"),
        (["--url", "http://admin:hush@grafana"], "--url: not http[s]://HOST[:PORT][/PATH], without user and password"),
        (["--url", "grafana:3000"], "--url: not http[s]://HOST[:PORT][/PATH], without user and password"),
    ],
)
@pytest.mark.usefixtures("file")
def test_mistakes(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *words]) == 2
    assert capsys.readouterr() == ("", said + "\n")


def test_no_logins_yet(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Above all not: remove every organisation, because nobody is wanted."""
    file.unlink()
    assert main(["apply", "--yes"]) == 2
    assert capsys.readouterr().err == f"{file}: holds no login; first: p2i tenants apply\n"
    write_login_file(file, [])
    assert main(["apply", "--yes"]) == 2
    assert capsys.readouterr().err == f"{file}: holds no login; first: p2i tenants apply\n"


@pytest.mark.usefixtures("file")
def test_no_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("P2I_GRAFANA_PASSWORD")
    assert main(["apply"]) == 2
    said = "P2I_GRAFANA_PASSWORD: not set; of a server administrator of Grafana (or …_FILE)\n"
    assert capsys.readouterr().err == said
