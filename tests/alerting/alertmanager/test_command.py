from pathlib import Path

import pytest
import yaml

from alerting.alertmanager.command import main
from facilities.inventory import DEMO_INVENTORY

DEMO = ["--inventory", str(DEMO_INVENTORY)]


def test_it_writes_the_file_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "alertmanager.yml"
    out.write_text("old", encoding="utf-8")
    asked = [*DEMO, "--out", str(out), "--escalator-url", "http://page:8490", "--rhythm", "page=1s,1s,1h"]
    assert main([*asked, "--mail-host", "mail:25", "--mail-from", "p2i@x.org", "--mail-fr", "a@x.org, b@x.org"]) == 0
    found = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert found["receivers"][0]["webhook_configs"][0]["url"] == "http://page:8490/hooks/alertmanager/on_call"
    assert found["route"]["group_wait"] == "1s"
    mail = next(one for one in found["receivers"] if one["name"] == "mail_fr")
    assert mail["email_configs"][0]["to"] == "a@x.org, b@x.org"
    assert [one.name for one in tmp_path.iterdir()] == ["alertmanager.yml"]


def test_it_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DEMO, "--out", "-"]) == 0
    assert capsys.readouterr().out.startswith("# Made by `p2i alert config` from the inventory")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--escalator-url", "ftp://x"], '--escalator-url: "ftp://x" is not an address'),
        (["--escalator-url", "http://{{x}}"], "--escalator-url:"),
        (["--escalator-url", "http://user:pass@x"], "--escalator-url:"),
        (["--mail-fr", "a@x.org"], "--mail-fr, --mail-en: need --mail-host and --mail-from"),
        (["--mail-host", "mail", "--mail-from", "a@x"], '--mail-host: "mail" is not HOST:PORT'),
        (["--mail-host", "mail:25"], '--mail-from: "" is not an address'),
        (["--mail-host", "mail:25", "--mail-from", "a@x", "--mail-en", "b"], '--mail-en: "b" is not an address'),
        (["--out", "/nonexistent/a.yml"], "/nonexistent/a.yml: No such file or directory"),
        (["--receivers", "/nonexistent.toml"], "/nonexistent.toml"),
    ],
)
def test_a_mistake_is_one_line(capsys: pytest.CaptureFixture[str], options: list[str], says: str) -> None:
    assert main([*DEMO, "--out", "-", *options]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_rhythm_that_is_none_says_how_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*DEMO, "--out", "-", "--rhythm", "page=5"])
    assert "is not NAME=WAIT,INTERVAL,REPEAT such as page=5s,15s,1h" in capsys.readouterr().err
