"""Both brokers, started for real."""

import os
import pwd
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from p2i.broker import ACCOUNTS, Software, installed_mosquitto, start_broker
from store.errors import InputError, P2IError

BOTH: list[Software] = ["mosquitto", "amqtt"]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=BOTH)
def software(request: pytest.FixtureRequest) -> Software:
    if request.param == "mosquitto" and installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    chosen: Software = request.param
    return chosen


class Listener:
    """A subscriber with a session that survives it, and what it has received."""

    def __init__(self, port: int) -> None:
        self.received: list[bytes] = []
        self.enough = threading.Event()
        self.ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listener", clean_session=False)
        self.client.on_connect = lambda client, *_: client.subscribe("t/#", qos=1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = lambda _client, _data, message: self._take(bytes(message.payload))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _take(self, payload: bytes) -> None:
        self.received.append(payload)
        if payload == b"last":
            self.enough.set()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def publish(port: int, *payloads: bytes) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for payload in payloads:
        client.publish("t/x", payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_it_delivers_and_keeps_messages_for_a_subscriber_that_is_away(
    folder: Path, free_port: int, software: Software
) -> None:
    with start_broker(folder, free_port, software) as broker:
        assert (broker.software, broker.url) == (software, f"mqtt://127.0.0.1:{free_port}")
        listener = Listener(free_port)
        assert listener.ready.wait(10)
        listener.close()
        publish(free_port, b"one", b"two", b"last")
        again = Listener(free_port)
        assert again.enough.wait(10)
        again.close()
        assert again.received == [b"one", b"two", b"last"]
    assert broker.process.returncode is not None


def test_it_listens_on_this_machine_only(folder: Path, free_port: int, software: Software) -> None:
    with start_broker(folder, free_port, software):
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        local = [line.split()[1] for line in listening.splitlines() if f":{free_port:04X} " in line.split()[1] + " "]
    assert set(local) == {f"0100007F:{free_port:04X}"}


def test_mosquitto_keeps_queued_messages_over_a_restart(folder: Path, free_port: int) -> None:
    if installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    with start_broker(folder, free_port, "mosquitto"):
        listener = Listener(free_port)
        assert listener.ready.wait(10)
        listener.close()
        publish(free_port, b"one", b"last")
    with start_broker(folder, free_port, "mosquitto"):
        again = Listener(free_port)
        assert again.enough.wait(10)
        again.close()
    assert again.received == [b"one", b"last"]


def test_as_root_mosquitto_runs_under_an_account_without_rights_and_opens_no_parent(
    folder: Path, free_port: int
) -> None:
    if installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    if os.geteuid() != 0:
        pytest.skip("only root has rights to give up")
    before = [stat.S_IMODE(parent.stat().st_mode) for parent in folder.parents]
    with start_broker(folder / "broker", free_port, "mosquitto") as broker:
        account = pwd.getpwuid((Path("/proc") / str(broker.process.pid)).stat().st_uid)
        assert account.pw_name in ACCOUNTS
    assert [stat.S_IMODE(parent.stat().st_mode) for parent in folder.parents] == before
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with (
        pytest.raises(InputError, match=rf"^broker: its account \w+ may not enter {closed}; name another folder$"),
        start_broker(closed / "broker", free_port, "mosquitto"),
    ):
        pass


def test_a_port_that_is_taken_is_one_line(folder: Path, free_port: int, software: Software) -> None:
    with (
        start_broker(folder / "first", free_port, software),
        pytest.raises(P2IError, match=rf"^broker: 127.0.0.1:{free_port}: Address already in use$"),
        start_broker(folder / "second", free_port, software),
    ):
        pass


def test_a_broker_that_does_not_start_is_one_line_with_its_last_word(folder: Path, free_port: int) -> None:
    if installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    (folder / "broker").mkdir()
    (folder / "broker" / "mosquitto.db").write_bytes(b"no database")
    with (
        pytest.raises(P2IError, match=r"^broker: it did not start: .*Couldn't open database"),
        start_broker(folder / "broker", free_port, "mosquitto"),
    ):
        pass


START = """
import sys
from pathlib import Path
from p2i.broker import start_broker
from store.errors import P2IError
try:
    with start_broker(Path(sys.argv[1]), int(sys.argv[2]), "mosquitto") as broker:
        print("up", broker.process.pid, flush=True)
        sys.stdin.read()
except P2IError as error:
    print(error)
"""


def test_the_broker_ends_when_its_owner_is_killed(folder: Path, free_port: int) -> None:
    if installed_mosquitto() is None:
        pytest.skip("Mosquitto is not installed here")
    owner = subprocess.Popen(
        [sys.executable, "-c", START, str(folder), str(free_port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    assert owner.stdin is not None
    word, pid = owner.stdout.readline().split()
    assert word == b"up"
    owner.kill()
    owner.wait()
    owner.stdout.close()
    owner.stdin.close()
    for _ in range(500):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return
        threading.Event().wait(0.02)
    pytest.fail("the broker still runs")
