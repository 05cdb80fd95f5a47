"""Real packets on this machine: a prober, a reflector, and a reflector that goes away."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import REGISTRY

from collectors.interval_tally import IntervalResult
from collectors.prober import Prober, Target
from collectors.reflector import open_reflector, reflect
from collectors.stamp import ntp, request
from store.errors import InputError

PER_SECOND = 20
TIMEOUT = 400_000_000


@contextmanager
def reflecting(port: int) -> Iterator[None]:
    stop = threading.Event()
    with open_reflector("127.0.0.1", port) as opened:
        thread = threading.Thread(target=reflect, args=(opened, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def probing(
    host: str, port: int, circuit: str, wall_clock: Callable[[], int] = time.time_ns
) -> Iterator[list[IntervalResult]]:
    """A prober in a thread with an event loop of its own, intervals of one second; yields what it gives."""
    results: list[IntervalResult] = []
    loop_and_stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def body() -> None:
        stop = asyncio.Event()
        loop_and_stop.append((asyncio.get_running_loop(), stop))
        target = Target(circuit, host, port, PER_SECOND, TIMEOUT, interval_seconds=1)
        await Prober(target, results.append, wall_clock).run(stop)

    thread = threading.Thread(target=asyncio.run, args=(body(),))
    thread.start()
    try:
        yield results
    finally:
        loop, stop = loop_and_stop[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def outcome(circuit: str, word: str) -> float:
    return REGISTRY.get_sample_value("collectors_probe_packets_total", {"circuit": circuit, "outcome": word}) or 0.0


def test_a_reflector_stopped_and_started_again_is_a_measured_outage(
    udp_port: int, eventually: Callable[..., None]
) -> None:
    def good(result: IntervalResult) -> bool:
        return result.lost == 0 and result.sent > 0

    with probing("127.0.0.1", udp_port, "outage") as results:
        with reflecting(udp_port):
            eventually(lambda: any(good(result) for result in results))
        stopped_at = time.time()
        eventually(lambda: any(result.sent == result.lost > 0 for result in results))
        started_at = time.time()
        with reflecting(udp_port):
            eventually(lambda: good(results[-1]))
    down = [result for result in results if result.lost]
    assert all(stopped_at - 1 < result.starts_at / 1e6 < started_at for result in down)
    starts = [result.starts_at for result in results]
    assert starts == list(range(starts[0], starts[0] + len(starts) * 1_000_000, 1_000_000))
    assert starts[0] % 1_000_000 == 0
    answered = [round_trip for result in results for _, round_trip in result.probes if round_trip >= 0]
    assert 0 < sorted(answered)[len(answered) // 2] < 50_000_000
    assert outcome("outage", "refused") > 0  # ICMP said that nobody listens: the host is there, the packets are lost
    assert outcome("outage", "lost") == sum(result.lost for result in results)


def test_every_interval_gets_its_packets_evenly(udp_port: int, eventually: Callable[..., None]) -> None:
    with reflecting(udp_port), probing("127.0.0.1", udp_port, "even") as results:
        eventually(lambda: results)
    assert results[0].sent + outcome("even", "missed") >= PER_SECOND
    for result in results:
        offsets = [(sent_at - result.starts_at) / 1e6 for sent_at, _ in result.probes]
        assert all(0 <= offset < 1 for offset in offsets)
        assert offsets == sorted(offsets)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_elsewhere_costs_the_time_between_and_is_said(
    hours: int, udp_port: int, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    offset = [0]
    with (
        reflecting(udp_port),
        probing("127.0.0.1", udp_port, "stepped", lambda: time.time_ns() + offset[0]) as results,
    ):
        eventually(lambda: results)
        offset[0] = hours * 3_600_000_000_000
        before = len(results)
        eventually(lambda: len(results) > before + 1)
    there = [result for result in results if abs(result.starts_at / 1e6 - time.time() - hours * 3600) < 60]
    assert there
    assert all(result.lost == 0 for result in results)
    assert any(f"the clock moved by {hours * 3600} s" in record.message for record in caplog.records)


@pytest.mark.parametrize("host", ["no." * 3 + "x" * 64, "255.255.255.255"])
def test_not_being_able_to_send_is_unknown_and_not_lost(
    host: str, udp_port: int, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with probing(host, udp_port, host) as results:
        eventually(lambda: results)
    assert {(result.sent, result.lost) for result in results} == {(0, 0)}
    assert outcome(host, "unsent") >= PER_SECOND
    assert outcome(host, "lost") == 0
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        f"{host}: cannot send to {host} port {udp_port}"
    ]


def test_the_reflector_ignores_what_is_no_request_and_goes_on(udp_port: int) -> None:
    with reflecting(udp_port), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", udp_port))
        sender.settimeout(5)
        for junk in (b"", b"\0" * 43, b"\xff" * 44, b"x" * 1400):
            sender.send(junk)
        sender.send(request(5, ntp(10**18)))
        back = sender.recv(2048)
        assert len(back) == 44
        assert back[:4] == b"\0\0\0\5"
        sender.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sender.recv(2048)


def test_a_port_that_is_taken_is_one_line(udp_port: int) -> None:
    with (
        open_reflector("127.0.0.1", udp_port),
        pytest.raises(InputError, match=rf"^--port: 127.0.0.1:{udp_port}: Address already in use$"),
    ):
        open_reflector("127.0.0.1", udp_port)
