"""docs/sources/: every page has the same shape, and what it shows is done literally, against the real programs.

The TOML of a page becomes an inventory, its shell blocks run in bash, what they publish or post is decoded and stored,
and its console blocks are compared with what `p2i` prints then. So a page cannot lie.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from collectors.feeds import open_feeds
from collectors.hooks_app import OUTCOMES, HookLimits, Hooks
from collectors.hooks_drain import HookDrain
from collectors.hooks_queue import HookQueue
from collectors.hooks_secrets import hooks_of
from facilities.http_server import http_server, listening
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.sensors import HookAuth, Source, secret_setting
from p2i.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(page for page in (DOCS / "sources").glob("*.md") if page.stem != "README")
INVENTORY, TRIED, SEEN = "In our inventory", "Try it by hand", "See it arrive"
SHAPE = ["You need", "On their side", INVENTORY, TRIED, SEEN, "What is read", "What goes wrong", "Limits"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORD = "a made-up secret of many letters"
PUBLISH = """\
#!{python}
import pathlib, sys, tempfile
words = sys.argv[1:]
topic = words[words.index("-t") + 1]
body = sys.stdin.buffer.read() if "-s" in words else words[words.index("-m") + 1].encode()
folder = pathlib.Path({folder!r})
number = len(list(folder.iterdir()))
(folder / f"{{number:03}}").write_bytes(topic.encode() + b"\\n" + body)
"""
"""Stands in for `mosquitto_pub`: a broker would only carry topic and payload to where they are read from here."""


def sections(page: Path) -> dict[str, str]:
    """The text below each heading of the second level, in order."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(text: str, *kinds: str) -> list[tuple[str, str]]:
    return [(kind, body) for kind, body in BLOCK.findall(text) if kind in kinds]


def inventory_of(text: str, folder: Path) -> Inventory:
    """The demonstration inventory with the feeds and sensors that a text shows."""
    shutil.copytree(DEMO_INVENTORY, folder)
    shown = [body for _, body in blocks(text, "toml")]
    for file, table in (("feeds.toml", "[[feed]]"), ("sensors.toml", "[[sensor]]")):
        (folder / file).write_text("\n".join(body for body in shown if table in body), encoding="utf-8")
    return read_inventory(folder)


class Reader:
    """Somebody who follows a page: an inventory, a `p2i hooks`, a broker that carries, and a database."""

    def __init__(self, page: Path, folder: Path, dsn: str) -> None:
        self.folder, self._dsn = folder, dsn
        self.inventory = inventory_of(sections(page)[INVENTORY], folder / "inventory")
        self.feeds = open_feeds(self.inventory)
        self._published = folder / "published"
        self._published.mkdir()
        self._queue = HookQueue(folder / "queue", 1 << 24)
        self._listener = listening("127.0.0.1", 0)
        webhooks = [one for one in self.feeds.by_code.values() if one.feed.is_webhook]
        hooks = hooks_of(webhooks, self.inventory.path) if webhooks else {}
        self._server = http_server(Hooks(hooks, self._queue, HookLimits(), lambda: datetime.now(UTC)).application)
        self._thread = threading.Thread(target=lambda: self._server.run(sockets=[self._listener]))
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._queue.close()

    def types(self, script: str) -> str:
        """Runs a shell block; what it sent is in the database afterwards. Returns what it printed."""
        shim = self.folder / "bin" / "mosquitto_pub"
        shim.parent.mkdir(exist_ok=True)
        shim.write_text(PUBLISH.format(python=sys.executable, folder=str(self._published)))
        shim.chmod(0o755)
        path = os.pathsep.join((str(shim.parent), str(Path(sys.executable).parent), os.environ["PATH"]))
        port = self._listener.getsockname()[1]
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script.replace("127.0.0.1:8480", f"127.0.0.1:{port}")],
            cwd=self.folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        for file in sorted(self._published.iterdir()):
            topic, _, body = file.read_bytes().partition(b"\n")
            self._queue.put(topic.decode(), body, datetime.now(UTC))
            file.write_bytes(b"")
        for file in self._published.iterdir():
            file.unlink()
        stop = threading.Event()
        drain = HookDrain(self._queue, self._dsn, self.inventory, 1 << 18, lambda: datetime.now(UTC))
        thread = threading.Thread(target=drain.run, args=(stop,))
        thread.start()
        while self._queue.count and thread.is_alive():
            thread.join(0.02)
        stop.set()
        thread.join()
        assert self._queue.count == 0
        return done.stdout


@pytest.fixture
def reader(page: Path, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    for command in ("bash", "curl"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed")
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(tmp_path / "inventory"))
    monkeypatch.chdir(tmp_path)
    for code in re.findall(r'^code = "(.*)"$', sections(page)[INVENTORY], re.MULTILINE):
        monkeypatch.setenv(secret_setting(code), WORD)
    one = Reader(page, tmp_path, dsn)
    yield one
    one.close()


def prompts(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """The commands of a console block, and the lines each prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *printed = part.rstrip("\n").split("\n")
        yield shlex.split(command), printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.stem))
def test_a_page_has_the_shape_of_all(page: Path) -> None:
    assert list(sections(page)) == SHAPE
    assert f"]({page.name})" in (page.parent / "README.md").read_text(encoding="utf-8")
    lines = page.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 400, "a table's cell is no place for an essay"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.stem))
def test_a_page_done_literally_prints_what_it_says(
    page: Path, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = sections(page)
    assert main(["inventory", "check"]) == 0
    capsys.readouterr()
    seen = 0
    for kind, body in blocks(parts[TRIED] + parts[SEEN], "sh", "console"):
        if kind == "sh":
            assert reader.types(body).replace("taken\n", "") == ""
            continue
        for words, printed in prompts(body):
            assert words[0] == "p2i"
            main(words[1:])
            captured = capsys.readouterr()
            assert captured.out.splitlines() == printed, captured.err
            seen += 1
    assert seen >= 2, "how it is seen to have arrived, and that nothing was refused"
    silent = {sensor.feed for sensor in reader.inventory.sensors.values()} ^ reader.inventory.feeds.keys()
    assert not silent, "each feed that is shown has a sensor"
    for feed in reader.inventory.feeds.values():
        if feed.is_webhook:  # the address and the variable a person types are those of the feed
            assert f"/hooks/{feed.code}" in parts[TRIED]
            assert secret_setting(feed.code) in parts[INVENTORY]


def test_every_source_of_the_inventory_has_a_page() -> None:
    shown = {
        word for page in PAGES for word in re.findall(r'^source = "(.*)"$', sections(page)[INVENTORY], re.MULTILINE)
    }
    assert shown == set(get_args(Source))


def test_the_page_of_webhooks_says_what_the_code_does(tmp_path: Path) -> None:
    text = (DOCS / "webhooks.md").read_text(encoding="utf-8")
    shown = re.sub(r"^   ", "", text, flags=re.MULTILINE)
    assert len(open_feeds(inventory_of(shown, tmp_path / "inventory")).by_code) == 1
    kinds = re.findall(r"^\| `([a-z0-9-]+)`(?: \(the default\))? \|", text, re.MULTILINE)
    assert kinds[1:] == list(get_args(get_type_hints(HookAuth)["kind"]))
    statuses = {int(number) for number in re.findall(r"^\| (\d{3})", text, re.MULTILINE)}
    assert statuses == OUTCOMES.keys()
