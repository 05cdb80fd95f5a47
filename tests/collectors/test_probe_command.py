"""`p2i probe` and `p2i reflect` as processes: an outage that is really measured, over the broker into the store."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from collectors.probe_command import main as probe_main
from collectors.reflect_command import main as reflect_main
from collectors.registration import registered
from facilities.inventory import DEMO_INVENTORY, Inventory
from store.connection import connect

if TYPE_CHECKING:
    from tests.collectors.conftest import Site


@pytest.fixture
def udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[str]]:
    """`p2i WORDS…`, asked to stop at the end; it must then end well."""
    running = subprocess.Popen(
        [sys.executable, "-m", "p2i", *words],
        env={**os.environ, "P2I_INVENTORY": str(DEMO_INVENTORY)},
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield running
        running.terminate()
        assert running.wait(15) == 0
    finally:
        running.kill()
        running.wait()


def test_a_reflector_stopped_and_started_again_is_an_outage_in_the_store(
    site: Site, demo: Inventory, udp_port: int, eventually: Callable[..., None]
) -> None:
    with connect(site.dsn, "tests") as connection:
        site.known = registered(connection, demo)
    reflector = ("reflect", "--port", str(udp_port))
    probe = ("probe", "--probe", "probe-live-1", "--reflector", f"live-1=127.0.0.1:{udp_port}", "--collector", "edge",
             "--broker", site.broker.url, "--interval-seconds", "1")  # fmt: skip

    def intervals(condition: str) -> int:
        return int(site.rows(f"SELECT count(*) FROM circuit_interval WHERE {condition}")[0][0])

    with site.collecting(), process(*probe):
        with process(*reflector):
            eventually(lambda: intervals("sent > 0 AND lost = 0"))
        eventually(lambda: intervals("sent > 0 AND lost = sent"))
        before = intervals("true")
        with process(*reflector):
            eventually(lambda: intervals("sent > 0 AND lost = 0 AND starts_at > (SELECT max(starts_at) FROM"
                                         " circuit_interval WHERE lost = sent AND sent > 0)"))  # fmt: skip
    assert intervals("true") > before
    assert site.rows("SELECT count(*) FROM quarantine") == [(0,)]
    lost, answered = site.rows(
        "SELECT count(*) FILTER (WHERE round_trip_nanoseconds IS NULL), count(round_trip_nanoseconds) FROM probe"
    )[0]
    assert (lost, lost + answered) == site.rows("SELECT sum(lost), sum(sent) FROM circuit_interval")[0]
    assert site.rows("SELECT DISTINCT circuit FROM circuit_interval JOIN circuit USING (circuit_id)") == [("live-1",)]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--probe", "p-9"], f'--probe: "p-9" is not a probe of {DEMO_INVENTORY}'),
        (["--interval-seconds", "7"], "--interval-seconds: 7 does not divide 3600"),
        (["--collector", "a/b"], '--collector: "a/b": letters, digits, ".", "_" and "-" only'),
        (["--reflector", "casa-a1=x:1"], '--reflector: no probe of circuit "casa-a1" to run'),
        (["--broker", "x"], '--broker: "x" is not mqtt://HOST:PORT or mqtts://HOST:PORT'),
    ],
)
def test_each_mistake_of_probe_is_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe_main(["--inventory", str(DEMO_INVENTORY), *arguments]) == 2
    assert capsys.readouterr().err == f"{line}\n"


def test_an_inventory_without_probes_has_nothing_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe_main([]) == 2
    assert capsys.readouterr().err.endswith(": no probes to run (probes.toml)\n")


def test_a_reflector_whose_port_is_taken_is_one_line(udp_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", udp_port))
        assert reflect_main(["--port", str(udp_port)]) == 2
    assert capsys.readouterr().err == f"--port: 127.0.0.1:{udp_port}: Address already in use\n"
