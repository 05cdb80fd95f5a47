"""What must survive: the collector killed in the middle, and the database stopped in the middle."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from facilities.inventory import DEMO_INVENTORY
from store.connection import connect
from store.embedded import EmbeddedServer
from store.migrations import migrate

if TYPE_CHECKING:
    from p2i.broker import RunningBroker
    from tests.collectors.conftest import Site

MESSAGES = 20_000


@contextmanager
def collector_process(site: Site, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m collectors` on the site, killed at the end if it still runs."""
    environment = {
        **os.environ,
        "P2I_DSN": site.dsn,
        "P2I_MQTT_URL": site.broker.url,
        "P2I_INVENTORY": str(DEMO_INVENTORY),
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "collectors"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_killed_in_the_middle_of_20000_messages_every_reading_is_there_exactly_once(
    site: Site, folder: Path, eventually: Callable[..., None]
) -> None:
    log = folder / "collector.log"
    with collector_process(site, log) as process:
        eventually(lambda: b"subscribed" in log.read_bytes())
        publishing = threading.Thread(target=site.publish_intervals, args=(range(MESSAGES),))
        publishing.start()
        eventually(lambda: site.intervals() > MESSAGES // 10)
        process.send_signal(signal.SIGKILL)
        process.wait()
        at_the_kill = site.intervals()
    publishing.join()
    assert 0 < at_the_kill < MESSAGES
    assert site.intervals() == at_the_kill
    with collector_process(site, log) as process:
        site.wait_for_intervals(MESSAGES, seconds=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert site.rows("SELECT count(*), sum(sent), count(DISTINCT starts_at) FROM circuit_interval") == [
        (MESSAGES, 10 * MESSAGES, MESSAGES)
    ]
    assert site.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_killed_while_the_database_is_away_it_has_acknowledged_nothing(
    site: Site, folder: Path, eventually: Callable[..., None]
) -> None:
    log = folder / "collector.log"
    with collector_process(site, log):
        eventually(lambda: b"subscribed" in log.read_bytes())
        site.execute("ALTER TABLE circuit_interval RENAME TO away")
        site.publish_intervals(range(300))
        eventually(lambda: b"database away" in log.read_bytes())
    site.execute("ALTER TABLE away RENAME TO circuit_interval")
    assert site.intervals() == 0
    with collector_process(site, log):
        site.wait_for_intervals(300)


def test_a_database_stopped_in_the_middle_costs_nothing_but_time(
    mosquitto: RunningBroker,
    new_site: Callable[[str, RunningBroker], Site],
    eventually: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    def lines() -> list[str]:
        return [record.message for record in caplog.records if record.message.startswith("database")]

    with tempfile.TemporaryDirectory(prefix="p2i-test-") as name, ExitStack() as collecting:
        Path(name).chmod(0o755)
        server = EmbeddedServer(Path(name))
        with server.running() as dsn:
            with connect(dsn, "tests") as connection:
                migrate(connection)
            site = new_site(dsn, mosquitto)
            collecting.enter_context(site.collecting())
            site.publish_intervals(range(500))
            site.wait_for_intervals(500)
        site.publish_intervals(range(500, 1000))
        eventually(lines)
        site.publish_intervals(range(1000, 4000))
        with server.running():
            site.wait_for_intervals(4000, seconds=40)
            collecting.close()
    assert [line.split(";")[0].split(" after")[0] for line in lines()] == ["database away", "database back"]
