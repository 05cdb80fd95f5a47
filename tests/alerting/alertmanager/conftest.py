"""The programs and servers that tests of alerting run against."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerting.alertmanager.config import config_text
from alerting.alertmanager.destinations import Destinations
from alerting.alertmanager.rhythm import RHYTHMS, Rhythm
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from tests.alerting.alertmanager.running import Hooks, Mails, RunningAlertmanager, serving

StartAlertmanager = Callable[[Destinations], RunningAlertmanager]


@pytest.fixture(scope="session")
def program() -> str:
    """The program to test against: `P2I_ALERTMANAGER` names one, else the one Debian installs."""
    found = os.environ.get("P2I_ALERTMANAGER") or shutil.which("prometheus-alertmanager")
    if found is None:
        pytest.skip("no prometheus-alertmanager installed (P2I_ALERTMANAGER names one)")
    return found


@pytest.fixture(scope="session")
def amtool(program: str) -> str:
    """The tool that comes with the program."""
    beside = Path(program).with_name("amtool")
    found = str(beside) if beside.exists() else shutil.which("amtool")
    if found is None:
        pytest.skip("no amtool beside prometheus-alertmanager")
    return found


@pytest.fixture(scope="session")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    found = Hooks()
    with serving(found.server):
        yield found


@pytest.fixture
def mails() -> Iterator[Mails]:
    found = Mails()
    with serving(found.server):
        yield found


@pytest.fixture
def start_alertmanager(program: str, demo: Inventory, tmp_path: Path) -> Iterator[StartAlertmanager]:
    """Starts one with the generated configuration: `start_alertmanager(destinations)`."""
    started: list[RunningAlertmanager] = []

    def start(destinations: Destinations) -> RunningAlertmanager:
        folder = tmp_path / f"alertmanager{len(started)}"
        folder.mkdir()
        # Tests cannot wait for minutes until a group is looked at.
        rhythms = {name: Rhythm(1, 1, 3600) for name in RHYTHMS}
        text = config_text(demo, destinations._replace(rhythms=rhythms), datetime.now(UTC).date())
        (folder / "alertmanager.yml").write_text(text, encoding="utf-8")
        started.append(RunningAlertmanager(program, folder))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def alertmanager(start_alertmanager: StartAlertmanager, hooks: Hooks) -> RunningAlertmanager:
    """One that sends everything to `hooks`."""
    return start_alertmanager(Destinations(hooks.url))
