"""One, two and four workers share the load; one is killed and comes back, one leaves: same rows, none lost or doubled.

`python tests/drills/scale_out.py` runs this with the killed worker away for a minute and prints what each run saw.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from facilities.inventory import DEMO_INVENTORY

if TYPE_CHECKING:
    from tests.collectors.conftest import Site

MESSAGES = int(os.environ.get("SCALE_OUT_MESSAGES", "4000"))
AWAY_SECONDS = float(os.environ.get("SCALE_OUT_AWAY_SECONDS", "0"))

Record = Callable[[str, object], None]


class Worker:
    """One `p2i collect --share`, by its client id; killed and started at will."""

    def __init__(self, site: Site, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._site = site
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Runs `p2i collect` with these words beside its own."""
        environment = {
            **os.environ,
            "P2I_DSN": self._site.dsn,
            "P2I_MQTT_URL": self._site.broker.url,
            "P2I_INVENTORY": str(DEMO_INVENTORY),
        }
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "collectors", "--client-id", self.name, "--share", "p2i", *words],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self._process

    def end(self, how: signal.Signals) -> int:
        """Ends it and returns its exit code."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(30)

    def said(self, words: str) -> int:
        """How often its log says so."""
        return self.log.read_text(encoding="utf-8").count(words)


@contextmanager
def working(site: Site, folder: Path, count: int, eventually: Callable[..., None]) -> Iterator[list[Worker]]:
    """Workers, all subscribed; those still running at the end, because a test failed, are killed."""
    workers = [Worker(site, f"p2i-collect-{number}", folder / f"worker-{number}.log") for number in range(1, count + 1)]
    with ExitStack() as running:
        for worker in workers:
            running.callback(worker.end, signal.SIGKILL)
            worker.start()
        for worker in workers:
            eventually(lambda log=worker: log.said("subscribed to $share/p2i/"))
        yield workers


def settled(site: Site, sent: int) -> tuple[int, int, int]:
    """Rows stored, rows that should not be there and rows whose content is another than was sent."""
    ((stored, distinct, probes),) = site.rows(
        "SELECT count(*), count(DISTINCT starts_at), sum(sent) FROM circuit_interval"
    )
    return stored, stored - distinct, probes - 10 * sent


@pytest.mark.parametrize("count", [1, 2, 4])
def test_one_worker_killed_and_started_again(
    site: Site, folder: Path, count: int, eventually: Callable[..., None], record_property: Record
) -> None:
    with working(site, folder, count, eventually) as workers:
        publishing = threading.Thread(target=site.publish_intervals, args=(range(MESSAGES),))
        publishing.start()
        eventually(lambda: site.intervals() > MESSAGES // 10)
        assert workers[0].end(signal.SIGKILL) == -signal.SIGKILL
        at_the_kill = site.intervals()
        publishing.join()
        threading.Event().wait(AWAY_SECONDS)  # the drill's minute; a test does not wait
        meanwhile = site.intervals()
        workers[0].start()
        site.wait_for_intervals(MESSAGES, seconds=60)
        for worker in workers:
            assert worker.end(signal.SIGTERM) == 0
    stored, doubled, other = settled(site, MESSAGES)
    kept = site.rows("SELECT count(*) FROM quarantine"), site.rows("SELECT count(*) FROM gap")
    assert (stored, doubled, other, kept) == (MESSAGES, 0, 0, ([(0,)], [(0,)]))
    assert at_the_kill < MESSAGES
    seen = f"{at_the_kill} at the kill, {meanwhile} before it was back"
    text = f"{stored} stored, {MESSAGES - stored} lost, {doubled} doubled ({seen})"
    record_property("row", ("1 worker, killed" if count == 1 else f"{count} workers, one killed", str(MESSAGES), text))


def test_a_worker_that_leaves_takes_what_it_was_given_and_nothing_more_comes_to_it(
    site: Site, folder: Path, eventually: Callable[..., None], record_property: Record
) -> None:
    with working(site, folder, 2, eventually) as workers:
        site.publish_intervals(range(200))
        site.wait_for_intervals(200)
        assert workers[1].end(signal.SIGKILL) == -signal.SIGKILL
        site.publish_intervals(range(200, MESSAGES))  # the broker goes on giving the dead one its part
        eventually(lambda: workers[0].said("subscribed"))
        leaving = workers[1].start("--leave")
        assert leaving.wait(60) == 0
        assert workers[1].said("everything the broker held for it is stored") == 1
        site.wait_for_intervals(MESSAGES)
        assert site.rows("SELECT client_id FROM collector_session") == [("p2i-collect-1",)]
        site.publish_intervals(range(MESSAGES, MESSAGES + 500))
        site.wait_for_intervals(MESSAGES + 500)  # all of them by the one that stayed
        assert workers[0].end(signal.SIGTERM) == 0
    stored, doubled, other = settled(site, MESSAGES + 500)
    assert (stored, doubled, other) == (MESSAGES + 500, 0, 0)
    assert site.rows("SELECT count(*) FROM gap") == [(0,)]
    text = f"{stored} stored, {MESSAGES + 500 - stored} lost, {doubled} doubled"
    record_property("row", ("2 workers, one killed and then sent away with --leave", str(MESSAGES + 500), text))
    assert not workers[1].said("Traceback")


def test_what_a_group_needs_is_said_in_one_line(site: Site) -> None:
    for words, line in (
        (("--share", "a/b"), '--share: "a/b" is no name of a group: it must be without /, + and #'),
        (
            ("--share", "p2i"),
            "--share: needs --client-id (P2I_MQTT_CLIENT_ID): every worker has one of its own, for good",
        ),
        (("--sparkplug",), "--sparkplug: only with --share; a collector alone takes every feed"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "collectors", *words],
            env={**os.environ, "P2I_DSN": site.dsn, "P2I_INVENTORY": str(DEMO_INVENTORY)},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr.splitlines()[-1]) == (2, line)


def test_leaving_that_is_interrupted_says_so_and_is_finished_by_another_try(
    site: Site, folder: Path, eventually: Callable[..., None]
) -> None:
    with working(site, folder, 1, eventually) as (worker,):
        assert worker.end(signal.SIGTERM) == 0
        worker.start("--leave")
        eventually(lambda: worker.said("taking what the broker still holds"))
        assert worker.end(signal.SIGTERM) == 1
        assert worker.said("run --leave again, or its messages are lost") == 1
        assert worker.start("--leave").wait(60) == 0
    assert site.rows("SELECT count(*) FROM gap") == [(0,)]
    assert site.rows("SELECT count(*) FROM collector_session") == [(0,)]


def test_leaving_that_ended_the_session_at_the_broker_only_is_finished_by_another_try(site: Site, folder: Path) -> None:
    """As after a crash between the two: the session is noted as drained, and the broker has none."""
    site.execute("INSERT INTO collector_session VALUES ('p2i-collect-1', '{}', now())")
    worker = Worker(site, "p2i-collect-1", folder / "worker.log")
    with ExitStack() as running:
        running.callback(worker.end, signal.SIGKILL)
        assert worker.start("--leave").wait(60) == 0
    assert site.rows("SELECT count(*) FROM gap") == [(0,)]
    assert site.rows("SELECT count(*) FROM collector_session") == [(0,)]


def leaving_refused(site: Site, name: str) -> str:
    """The last line of a worker of that name that is to leave and does not."""
    done = subprocess.run(
        [sys.executable, "-m", "collectors", "--share", "p2i", "--client-id", name, "--leave"],
        env={
            **os.environ,
            "P2I_DSN": site.dsn,
            "P2I_MQTT_URL": site.broker.url,
            "P2I_INVENTORY": str(DEMO_INVENTORY),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.count("Traceback")) == (2, 0)
    return done.stderr.splitlines()[-1]


def test_a_misspelt_worker_does_not_leave(site: Site) -> None:
    assert leaving_refused(site, "p2i-colect-2") == (
        '--leave: no collector "p2i-colect-2" has a session; known are: none at all'
    )
    site.execute("INSERT INTO collector_session VALUES ('p2i-collect-2', '{p2i/v1/#}', now())")
    assert leaving_refused(site, "p2i-colect-2").endswith("known are: p2i-collect-2")
    assert site.rows("SELECT client_id FROM collector_session") == [("p2i-collect-2",)]


def test_a_worker_that_still_runs_does_not_leave_and_is_not_disturbed(
    site: Site, folder: Path, eventually: Callable[..., None]
) -> None:
    with working(site, folder, 1, eventually) as (worker,):
        line = leaving_refused(site, worker.name)
        assert line.startswith("--leave: p2i-collect-1 is still in use (database backend ")
        assert line.endswith("); stop it first")
        site.publish_intervals(range(10))
        site.wait_for_intervals(10)
        assert worker.said("connected to broker") == 1
        assert worker.end(signal.SIGTERM) == 0


def test_leaving_against_somebody_of_the_same_name_at_the_broker_only_ends_with_one_line(
    site: Site, eventually: Callable[..., None]
) -> None:
    """As a worker without its database would: the two throw each other out."""
    site.execute("INSERT INTO collector_session VALUES ('p2i-collect-1', '{p2i/v1/#}', now())")
    other = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="p2i-collect-1", clean_session=False)
    other.reconnect_delay_set(1, 1)
    other.connect("127.0.0.1", site.broker.port)
    other.loop_start()
    try:
        eventually(other.is_connected)
        line = leaving_refused(site, "p2i-collect-1")
    finally:
        other.disconnect()
        other.loop_stop()
    assert "p2i-collect-1" in line
    assert "stop it first" in line or "took over the session" in line
    assert site.rows("SELECT client_id FROM collector_session") == [("p2i-collect-1",)]
