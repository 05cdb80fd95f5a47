"""The broker's configuration, in a real Mosquitto: who comes in, who may do what, and what outlives a restart."""

import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collectors.mqtt_connection import SESSION_SECONDS
from p2i.broker import installed_mosquitto

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "deploy" / "mosquitto"
NOT_AUTHORIZED = 135
SECONDS = 15.0


class Deployed:
    """The shipped configuration with this test's port, paths and passwords; started and stopped at will."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.program = program
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._config = self._write_config()

    def password(self, user: str) -> str:
        file = {"collectors": "mqtt_password", "health": "mosquitto_health"}.get(user, f"mqtt_{user}")
        return (self.folder / "secrets" / file).read_text(encoding="utf-8").strip()

    def _write_config(self) -> Path:
        text = (CONFIG / "mosquitto.conf").read_text(encoding="utf-8")
        for shipped, here in {
            "listener 1883": f"listener {self.port} 127.0.0.1",
            "/run/secrets/": f"{self.folder}/secrets/",
            "/mosquitto/config/": f"{self.folder}/config/",
            "/mosquitto/data/": f"{self.folder}/data/",
        }.items():
            assert shipped in text
            text = text.replace(shipped, here)
        (self.folder / "config").mkdir()
        (self.folder / "data").mkdir()
        (self.folder / "config" / "acl").write_text((CONFIG / "acl").read_text(encoding="utf-8"), encoding="utf-8")
        file = self.folder / "config" / "mosquitto.conf"
        file.write_text(text, encoding="utf-8")
        if os.geteuid() == 0:  # as root it becomes the user mosquitto, as in the container
            account = pwd.getpwnam("mosquitto")
            for path in (self.folder / "data", *(self.folder / "secrets").iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
            (self.folder / "secrets").chmod(0o755)
        return file

    @contextmanager
    def running(self) -> Iterator[None]:
        process = subprocess.Popen(
            [self.program, "-c", str(self._config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if " running" in line:
                    break
                assert "Error" not in line, line
            yield
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)

    @contextmanager
    def client(self, user: str | None, name: str = "", password: str | None = None) -> Iterator["Client"]:
        client = Client(name)
        if user is not None:
            client.mqtt.username_pw_set(user, self.password(user) if password is None else password)
        kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        kept.SessionExpiryInterval = 3600 if name else 0
        client.mqtt.connect("127.0.0.1", self.port, clean_start=not name, properties=kept)
        client.until(lambda: client.connected is not None)
        try:
            yield client
        finally:
            client.mqtt.disconnect()


class Client:
    """An MQTT 5 client driven by hand, so that a test waits for an answer and never sleeps."""

    def __init__(self, name: str) -> None:
        self.mqtt = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self.connected: int | None = None
        self.granted: int | None = None
        self.published: int | None = None
        self.received: list[tuple[str, bytes]] = []
        self.mqtt.on_connect = self._on_connect
        self.mqtt.on_subscribe = self._on_subscribe
        self.mqtt.on_publish = self._on_publish
        self.mqtt.on_message = self._on_message

    def _on_connect(self, _client: object, _data: object, _flags: object, code: ReasonCode, _more: object) -> None:
        self.connected = code.value

    def _on_subscribe(
        self, _client: object, _data: object, _number: object, codes: list[ReasonCode], _more: object
    ) -> None:
        self.granted = codes[0].value

    def _on_publish(self, _client: object, _data: object, _number: object, code: ReasonCode, _more: object) -> None:
        self.published = code.value

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.received.append((message.topic, bytes(message.payload)))

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, "the broker did not answer"
            self.mqtt.loop(0.05)

    def subscribe(self, topic: str) -> int:
        self.granted = None
        self.mqtt.subscribe(topic, options=SubscribeOptions(qos=1))
        self.until(lambda: self.granted is not None)
        assert self.granted is not None
        return self.granted

    def publish(self, topic: str) -> int:
        self.published = None
        self.mqtt.publish(topic, b"{}", qos=1)
        self.until(lambda: self.published is not None)
        assert self.published is not None
        return self.published


@pytest.fixture
def deployed(make_secrets: ModuleType) -> Iterator[Deployed]:
    program = installed_mosquitto()
    if program is None:
        pytest.skip("Mosquitto is not installed here")
    # Not pytest's tmp_path: as root the broker becomes another user, who may not enter that directory.
    with tempfile.TemporaryDirectory(prefix="p2i-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        make_secrets.make(folder / "secrets", ["casanearshore", "fes-shore"])
        yield Deployed(folder, program)


def test_nobody_comes_in_without_the_right_password(deployed: Deployed) -> None:
    with deployed.running():
        with deployed.client(None) as client:
            assert client.connected == NOT_AUTHORIZED
        with deployed.client("collectors", password=deployed.password("health")) as client:
            assert client.connected == NOT_AUTHORIZED
        with deployed.client("collectors") as client:
            assert client.connected == 0


def test_a_park_publishes_for_itself_and_the_collector_reads_it(deployed: Deployed) -> None:
    with deployed.running(), deployed.client("collectors") as collector, deployed.client("casanearshore") as park:
        assert collector.subscribe("p2i/v1/#") == 1
        assert park.publish("p2i/v1/casanearshore/prober-1/intervals") == 0
        assert park.publish("p2i/v1/fes-shore/prober-1/intervals") == NOT_AUTHORIZED
        collector.until(lambda: bool(collector.received))
        assert collector.received == [("p2i/v1/casanearshore/prober-1/intervals", b"{}")]


def test_workers_that_share_get_each_message_once_between_them(deployed: Deployed) -> None:
    with deployed.running(), deployed.client("collectors") as one, deployed.client("collectors") as other:
        for worker in (one, other):
            assert worker.subscribe("$share/p2i/p2i/v1/#") == 1
        with deployed.client("casanearshore") as park:
            assert [park.publish(f"p2i/v1/casanearshore/p/{kind}") for kind in ("states", "probes")] == [0, 0]
        one.until(lambda: bool(one.received))
        other.until(lambda: bool(other.received))
        assert sorted(topic.rpartition("/")[2] for topic, _ in one.received + other.received) == ["probes", "states"]


def test_a_session_may_last_as_long_as_our_collectors_ask_for() -> None:
    settings = dict(
        line.split(maxsplit=1)
        for line in (CONFIG / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    days = int(settings["persistent_client_expiration"].removesuffix("d"))
    assert days * 86_400 >= SESSION_SECONDS >= 7 * 86_400
    assert int(settings["max_queued_messages"]) > 1000


def test_the_collector_publishes_nothing_of_a_park(deployed: Deployed) -> None:
    with deployed.running(), deployed.client("collectors") as collector:
        assert collector.publish("p2i/v1/casanearshore/prober-1/intervals") == NOT_AUTHORIZED


def test_a_park_reads_nothing_of_another(deployed: Deployed) -> None:
    with deployed.running(), deployed.client("fes-shore") as spy, deployed.client("casanearshore") as park:
        spy.subscribe("p2i/v1/#")
        park.publish("p2i/v1/casanearshore/prober-1/intervals")
        # Its own message comes back neither: what the broker would have delivered before it has been delivered.
        assert spy.publish("p2i/v1/fes-shore/prober-1/intervals") in (0, 16)
        assert spy.received == []


def test_the_health_check_sees_the_version_and_nothing_else(deployed: Deployed) -> None:
    with deployed.running(), deployed.client("health") as health:
        health.subscribe("$SYS/broker/version")
        health.until(lambda: bool(health.received))
        assert health.received[0][1].startswith(b"mosquitto version 2.")
        assert health.publish("p2i/v1/casanearshore/x/states") == NOT_AUTHORIZED


def test_what_was_accepted_for_an_absent_collector_outlives_a_restart(deployed: Deployed) -> None:
    with deployed.running():
        with deployed.client("collectors", name="p2i-collect") as collector:
            assert collector.subscribe("p2i/v1/#") == 1
        with deployed.client("casanearshore") as park:
            assert [park.publish(f"p2i/v1/casanearshore/prober-1/{kind}") for kind in ("states", "probes")] == [0, 0]
    with deployed.running(), deployed.client("collectors", name="p2i-collect") as collector:
        collector.until(lambda: len(collector.received) == 2)
        assert [topic.rpartition("/")[2] for topic, _ in collector.received] == ["states", "probes"]
