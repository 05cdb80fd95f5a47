"""Connecting: refusals, passwords and TLS, over a real Mosquitto."""

from __future__ import annotations

import gc
import inspect
import logging
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from collectors.mqtt_address import BrokerAddress
from collectors.mqtt_connection import Identity, LinkEvents
from collectors.mqtt_link import MqttLink
from p2i.broker import installed_mosquitto
from store.errors import InputError

RIGHT, WRONG = "s3cret", "secret"


@contextmanager
def guarded_mosquitto(folder: Path, port: int, *settings: str) -> Iterator[None]:
    """Mosquitto with settings of the test's own."""
    mosquitto = installed_mosquitto()
    if mosquitto is None:
        pytest.skip("Mosquitto is not installed here")
    configuration = folder / "guarded.conf"
    configuration.write_text("\n".join([f"listener {port} 127.0.0.1", *settings, ""]))
    for file in folder.iterdir():
        file.chmod(0o644)
    process = subprocess.Popen([mosquitto, "-c", configuration], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port: int) -> None:
    for _ in range(1000):
        with socket.socket() as asking:
            asking.settimeout(5)
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.01)
    pytest.fail(f"nobody listens on port {port}")


class Attempt:
    """A link whose first connection can be waited for."""

    def __init__(self, address: BrokerAddress) -> None:
        self.up = threading.Event()
        events = LinkEvents(up=lambda _client, _present: self.up.set())
        self.link = MqttLink(address, Identity("test", keep_session=False, receive_maximum=10), events)

    def __enter__(self) -> Attempt:
        self.link.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.link.stop()


def make_password_file(folder: Path) -> Path:
    file = folder / "passwords"
    file.write_text(f"casa:{RIGHT}\n")
    subprocess.run(["mosquitto_passwd", "-U", file], check=True, capture_output=True)
    return file


def test_a_wrong_password_at_the_start_is_for_good(
    folder: Path, free_port: int, eventually: Callable[..., None]
) -> None:
    passwords = make_password_file(folder)
    with guarded_mosquitto(folder, free_port, "allow_anonymous false", f"password_file {passwords}"):
        with Attempt(BrokerAddress("127.0.0.1", free_port, user="casa", password=WRONG)) as attempt:
            eventually(lambda: attempt.link.failure)
            with pytest.raises(InputError, match=rf"^broker mqtt://127.0.0.1:{free_port}: Not authorized$"):
                attempt.link.raise_failure()
        with Attempt(BrokerAddress("127.0.0.1", free_port, user="casa", password=RIGHT)) as attempt:
            assert attempt.up.wait(20)


def test_a_broker_that_is_not_there_is_said_once_and_found_when_it_comes(
    folder: Path, free_port: int, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Attempt(BrokerAddress("127.0.0.1", free_port)) as attempt:
        eventually(lambda: caplog.records)
        with guarded_mosquitto(folder, free_port, "allow_anonymous true"):
            assert attempt.up.wait(30)
            attempt.link.raise_failure()
    lines = [record.message.split("mqtt://")[0] + record.message.split(str(free_port))[1] for record in caplog.records]
    assert lines[:2] == ["broker  away (Connection refused); trying again", "connected to broker , MQTT 5"]


@pytest.fixture
def certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, its key beside it."""
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
        capture_output=True,
    )  # fmt: skip
    if made.returncode != 0:
        pytest.skip("openssl cannot make a certificate here")
    return folder / "ca.pem"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho forgets the socket it refused
def test_tls_needs_a_certificate_that_the_ca_vouches_for(
    folder: Path, free_port: int, certificate: Path, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    settings = ("allow_anonymous true", f"certfile {certificate}", f"keyfile {folder / 'key.pem'}")
    with guarded_mosquitto(folder, free_port, *settings):
        with Attempt(BrokerAddress("127.0.0.1", free_port, tls=True, ca_file=certificate)) as attempt:
            assert attempt.up.wait(20)
        with Attempt(BrokerAddress("127.0.0.1", free_port, tls=True)) as attempt:
            eventually(lambda: [record for record in caplog.records if "away" in record.message])
            assert not attempt.up.is_set()
    gc.collect()
    assert "certificate verify failed" in caplog.records[-1].message


def test_a_session_that_another_process_took_over_is_left_to_it(eventually: Callable[..., None]) -> None:
    """As brokers that follow MQTT 5 §3.1.4 say it: CONNACK, then DISCONNECT with reason 0x8E."""
    server = socket.create_server(("127.0.0.1", 0))
    with server, Attempt(BrokerAddress("127.0.0.1", server.getsockname()[1])) as attempt:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"\x20\x03\x00\x00\x00" + b"\xe0\x02\x8e\x00")
            eventually(lambda: attempt.link.failure)
        with pytest.raises(InputError, match="another process took over the session test; every process needs"):
            attempt.link.raise_failure()


def test_paho_still_reads_by_the_method_that_ours_overrides() -> None:
    """A release that reads otherwise would pass by our buffer, and only be slower: this says so."""
    assert "self._sock_recv(" in inspect.getsource(mqtt.Client._packet_read)
    assert "self._sock_recv(" not in inspect.getsource(mqtt.Client._sock_recv)
