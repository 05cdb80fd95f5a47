import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from p2i.cli import WORDS, main

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
NAMED = re.compile(r"(?<![\w=/.-])p2i ([a-z]+(?:-[a-z]+)*)\b|command: \[([a-z-]+)\]|--rm tools ([a-z-]+)")


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_a_command_with_help(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: p2i {word}")


def test_the_words_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {word} " in shown for word in WORDS)


def test_no_word_shows_the_list_and_is_an_error() -> None:
    assert main([]) == 2


def test_an_unknown_word_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scor"]) == 2
    assert capsys.readouterr().err == ("p2i: unknown word 'scor' (did you mean 'score'?); `p2i --help` lists them\n")
    assert main(["xyzzy"]) == 2
    assert capsys.readouterr().err == "p2i: unknown word 'xyzzy'; `p2i --help` lists them\n"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"p2i \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_ctrl_c_while_a_word_loads_is_no_traceback() -> None:
    """A module that takes its time: the signal comes in the middle of it, and in the middle of `main`."""
    for place in ("while it loads", "while it runs"):
        program = (
            "import os, signal, sys, types, importlib\n"
            "import p2i.cli as cli\n"
            "def interrupt(*_): os.kill(os.getpid(), signal.SIGINT); sum(range(10**6))\n"
            "def load(name):\n"
            f"    if {place == 'while it loads'}: interrupt()\n"
            "    return types.SimpleNamespace(main=interrupt)\n"
            "importlib.import_module = load\n"
            "sys.exit(cli.main(['doctor']))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (-2 if place == "while it loads" else 130, b""), place


def named_words(text: str) -> set[str]:
    """Every word that stands after `p2i`, or that a compose service or `docker compose run --rm tools` gives to it."""
    return {word for found in NAMED.findall(text) for word in found if word}


def test_what_names_a_word_is_found() -> None:
    text = 'command: [migrate]  # p2i upkeep; command: ["mosquitto"]; user=p2i dbname=p2i; run --rm tools doctor'
    assert named_words(text) == {"migrate", "upkeep", "doctor"}
    assert named_words("`p2i what-if --exclude X-1`") == {"what-if"}
    assert {"backup", "restore"} <= named_words((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("README*.md")), COMPOSE])
def test_every_word_that_is_documented_is_one(file: Path) -> None:
    assert sorted(named_words(file.read_text(encoding="utf-8")) - set(WORDS)) == []


def test_scoring_needs_no_database_driver() -> None:
    """An auditor recomputes a month with arithmetic alone; nothing that could reach a network is even loaded."""
    program = (
        "import sys; from p2i.cli import main; main(['score', '--agreement', 'absent.toml', '--period', '2026-09']);"
        "sys.exit(any(name in sys.modules for name in ('psycopg', 'paho', 'apscheduler', 'prometheus_client')))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("package", ["collectors", "sla_engine", "alerting", "dashboards", "reports"])
def test_each_stage_is_also_its_own_process(package: str) -> None:
    assert importlib.util.find_spec(f"{package}.__main__") is not None


def test_a_reader_that_stops_reading_is_no_traceback() -> None:
    """`p2i inventory show | head` must end quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "p2i", "inventory", "show"]
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
