"""The worked example of docs/score-files.md gives the document and the figures that stand beside it."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from facilities.agreement_toml import read_agreement
from sla_engine.score import main

DOCS = Path(__file__).parents[2] / "docs"


def command() -> list[str]:
    text = (DOCS / "score-files.md").read_text(encoding="utf-8")
    found = re.search(r"```\np2i score (.*?)```", text, re.DOTALL)
    assert found is not None
    return shlex.split(found[1].replace("\\\n", " "))


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(DOCS / "example")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(words) == 0
    return printed.getvalue()


def test_the_command_of_the_page_gives_the_document_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [word for word in command() if word not in ("--format", "text")]
    assert run(words, monkeypatch) == (DOCS / "example" / "score.json").read_text(encoding="utf-8")


def test_the_text_says_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "up 46 min, down 6 min, unknown 2 min, excluded 6 min" in run(command(), monkeypatch)


def test_every_key_of_an_agreement_is_on_the_page() -> None:
    """Keys are asked for by name in the readers; a new one must be explained."""
    facilities = DOCS.parent / "facilities"
    code = (facilities / "agreement_toml.py").read_text() + (facilities / "objective_toml.py").read_text()
    asked = set(re.findall(r"(?:table|row)\.[a-z_]+\(\s*\"([a-z_]+)\"", code)) - {"agreement", "objective"}
    page = (DOCS / "score-files.md").read_text(encoding="utf-8")
    assert asked
    assert sorted(key for key in asked if f"`{key}" not in page and key not in page) == []
    assert read_agreement(DOCS / "example" / "agreement.toml").id == "EXAMPLE-1"
