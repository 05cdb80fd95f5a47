"""The inventory entries that docs/sources/ shows are read by the very code that reads an inventory."""

import re
import shutil
import textwrap
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args, get_type_hints

import pytest

from collectors.feeds import Feeds, open_feeds
from collectors.hooks_app import OUTCOMES
from collectors.hooks_secrets import hooks_of, secret_setting
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.sensors import HookAuth

PAGES = sorted((Path(__file__).parents[2] / "docs" / "sources").glob("*.md"))
SECTION = "## In our inventory"
OPEN = "For the lead to complete"
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WEBHOOK_PAGES = {"disruptive", "generic-json", "the-things-stack", "vergesense", "xovis"}


class Shown(NamedTuple):
    """The TOML of one page's section: whole files, in the order of the page."""

    page: str
    feeds: str
    sensors: str


@cache
def shown(page: Path) -> Shown | None:
    """None for a page without such a section, or with one that nobody has filled yet."""
    text = page.read_text(encoding="utf-8")
    if SECTION not in text:
        return None
    section = text.split(SECTION, 1)[1].split("\n## ", 1)[0]
    if OPEN in section:
        return None
    blocks = BLOCK.findall(section)
    feeds = [block for block in blocks if "[[feed]]" in block]
    sensors = [block for block in blocks if "[[sensor]]" in block]
    return Shown(page.stem, "\n".join(feeds), "\n".join(sensors)) if feeds or sensors else None


def opened(one: Shown, folder: Path) -> tuple[Inventory, Feeds]:
    shutil.copytree(DEMO_INVENTORY, folder)
    (folder / "feeds.toml").write_text(one.feeds, encoding="utf-8")
    (folder / "sensors.toml").write_text(one.sensors, encoding="utf-8")
    inventory = read_inventory(folder)
    return inventory, open_feeds(inventory)


def test_the_page_of_webhooks_says_what_the_code_does(tmp_path: Path) -> None:
    text = (PAGES[0].parents[1] / "webhooks.md").read_text(encoding="utf-8")
    feed = next(block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL))
    _, feeds = opened(Shown("webhooks", textwrap.dedent(feed.replace("\n   ", "\n")), ""), tmp_path / "inventory")
    assert len(feeds.by_code) == 1
    kinds = re.findall(r"^\| `([a-z0-9-]+)`(?: \(the default\))? \|", text, re.MULTILINE)
    assert kinds[1:] == list(get_args(get_type_hints(HookAuth)["kind"]))
    statuses = {int(number) for number in re.findall(r"^\| (\d{3})", text, re.MULTILINE)}
    assert statuses == OUTCOMES.keys()


def test_the_pages_of_webhooks_are_complete() -> None:
    assert {one.page for page in PAGES if (one := shown(page))} >= WEBHOOK_PAGES


@pytest.mark.parametrize("page", [page for page in PAGES if shown(page)], ids=lambda page: page.stem)
def test_what_a_page_shows_can_be_copied(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = shown(page)
    assert one is not None
    inventory, feeds = opened(one, tmp_path / "inventory")
    assert inventory.feeds, "a feed is shown"
    assert {sensor.feed for sensor in inventory.sensors.values()} == inventory.feeds.keys(), "each feed has a sensor"
    webhooks = [feed for feed in inventory.feeds.values() if feed.is_webhook]
    for feed in webhooks:
        monkeypatch.setenv(secret_setting(feed.code), "x" * 32)
        if page.stem in WEBHOOK_PAGES:  # the address and the variable a reader has to type are those of the feed
            text = page.read_text(encoding="utf-8")
            assert f"/hooks/{feed.code}" in text
            assert secret_setting(feed.code) in text
    if webhooks:
        assert hooks_of(feeds.by_code.values()).keys() == {feed.code for feed in webhooks}
    for topic in feeds.topics:
        assert feeds.feed_of(topic.replace("+", "x").replace("#", "x")) is not None
