"""Every alert that can reach somebody has a page that says what to do, in both languages, with commands that exist."""

import re
from pathlib import Path

import pytest
import yaml

from alerting.words.rule_texts import RULES
from p2i.cli import WORDS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "runbooks"
PROMETHEUS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules" / "p2i.yml").read_text(encoding="utf-8"))
NAMES = {*RULES, *(rule["alert"].lower() for group in PROMETHEUS["groups"] for rule in group["rules"])}
PAGES = {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md") if file.stem != "README"}


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert PAGES.keys() == NAMES
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\| \[(\w+)\]\(\1\.md\)", index)) == NAMES


@pytest.mark.parametrize("rule", sorted(NAMES))
def test_a_page_says_what_it_means_where_to_look_what_to_do_and_when_to_escalate(rule: str) -> None:
    page = PAGES[rule]
    assert page.startswith(f"# {rule}: ")
    for heading in (
        "**Ce que cela veut dire.** ", "**À regarder d'abord**", "**Que faire**", "**Passer plus haut.** ",
        "**What it means.** ", "**Look at first**", "**What to do**", "**Escalate.** ",
    ):  # fmt: skip
        assert page.count(heading) == 1, heading
    assert len(page.splitlines()) < 50, "it is read at three in the morning"
    for command in re.findall(r"`p2i ([a-z]+)", page):
        assert command in WORDS
    for target in re.findall(r"\]\(([\w./-]+\.md)\)", page):
        assert (FOLDER / target).is_file()
    for document in re.findall(r"\bdocs/[\w-]+\.md", page):
        assert (ROOT / document).is_file(), document
