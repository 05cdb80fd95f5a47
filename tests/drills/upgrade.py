"""Upgrade drill: collectors of the previous release go on writing while this release migrates their database.

    python tests/drills/upgrade.py [--old REF] [--days N]

Prints what writers had to wait for and how the old processes take the newer schema. Server: P2I_TEST_DSN, else the
embedded one in a folder of its own. Needs git (the old release comes from the repository's history) and Mosquitto.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion
from psycopg import conninfo, sql

from p2i.broker import start_broker
from store.embedded import EmbeddedServer

ROOT = Path(__file__).parents[2]
PREVIOUS_RELEASE = "7d77327"
CIRCUITS = 20
MESSAGES_PER_SECOND = 100

HISTORY = """
INSERT INTO p2i.circuit_interval
SELECT circuit, at, 10, 0, at FROM generate_series(10001, 10000 + %(circuits)s) AS circuit,
    generate_series(%(now)s - %(days)s * interval '1 day', %(now)s, interval '1 minute') AS at
"""


class Writer:
    """Writes a row every 20 ms in a transaction of its own and remembers the longest it had to wait."""

    def __init__(self, dsn: str) -> None:
        self._dsn, self._done = dsn, threading.Event()
        self.rows, self.longest_seconds, self.errors = 0, 0.0, 0
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _write(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            while not self._done.wait(0.02):
                began = time.monotonic()
                at = datetime.now(UTC)
                connection.execute("INSERT INTO p2i.circuit_interval VALUES (9999, %s, 10, 0, %s)", (at, at))
                self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)
                self.rows += 1


def release(reference: str, folder: Path) -> Path:
    """The files of an earlier commit, in a folder of their own."""
    archive = subprocess.run(["git", "-C", ROOT, "archive", reference], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return folder


def run(code: Path, dsn: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One `p2i` command of the release in `code`."""
    return subprocess.run(
        [sys.executable, "-m", "p2i", *words], cwd=code, env=environment(code, dsn), capture_output=True, text=True
    )


def environment(code: Path, dsn: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(code),
        "P2I_DSN": dsn,
        "P2I_INVENTORY": str(code / "facilities" / "inventories" / "demo"),
    }


@contextmanager
def collector(code: Path, dsn: str, broker: str, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`p2i collect` of the release in `code`, subscribed when this is entered."""
    settings = {"P2I_MQTT_URL": broker, "P2I_METRICS_PORT": str(port)}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "collectors"],
            cwd=code,
            env={**environment(code, dsn), **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while b"subscribed" not in log.read_bytes():
            if process.poll() is not None:
                raise SystemExit(f"the old collector ended:\n{log.read_text()}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait()


class Publisher:
    """Publishes one reading of casa-a1 per message, at a steady rate, until left."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", port)
        self._done, self.messages = threading.Event(), 0
        self._thread = threading.Thread(target=self._publish)

    def __enter__(self) -> "Publisher":
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self) -> None:
        first = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(days=3)
        while not self._done.wait(1 / MESSAGES_PER_SECOND):
            starts_at = (first + timedelta(seconds=10 * self.messages)).isoformat()
            body = {"circuit": "casa-a1", "readings": [{"starts_at": starts_at, "sent": 10, "lost": 0}]}
            sent = self._client.publish("p2i/v1/casanearshore/edge/intervals", json.dumps(body), qos=1)
            sent.wait_for_publish(30)
            self.messages += 1


def longest_commit(port: int) -> str:
    """The class of the slowest commit of the collector, from its own metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    buckets = re.findall(r'collectors_commit_seconds_bucket\{le="([^"]+)"\} ([\d.]+)', text)
    every = float(buckets[-1][1])
    return str(next(bound for bound, number in buckets if float(number) == every))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def main() -> int:
    """Runs the drill and prints what was measured; 1 when a message was lost or a writer was refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", default=PREVIOUS_RELEASE, help="commit or tag of the previous release")
    parser.add_argument("--days", type=int, default=30, help=f"history of {CIRCUITS} circuits, a row a minute")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="p2i-drill-")))
        folder.chmod(0o755)
        (folder / "old").mkdir()
        old = release(asked.old, folder / "old")
        server = os.environ.get("P2I_TEST_DSN") or stack.enter_context(EmbeddedServer(folder / "home").running())
        dsn = stack.enter_context(database(server, "p2i_drill_upgrade"))
        broker = stack.enter_context(start_broker(folder / "broker", free_port()))
        return drill(asked.days, old, dsn, broker.port, broker.url, folder / "collector.log")


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """A new database of this name, dropped at the end."""
    named = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(named))
    yield conninfo.make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))


def drill(days: int, old: Path, dsn: str, broker_port: int, broker: str, log: Path) -> int:
    """The drill itself, on a running server and broker."""
    say("old release migrates", run(old, dsn, "migrate"))
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(HISTORY, {"circuits": CIRCUITS, "days": days, "now": datetime.now(UTC)})
        rows = next(connection.execute("SELECT count(*) FROM p2i.circuit_interval"))[0]
    print(f"{'history':<28} {rows} rows")
    port = free_port()
    with collector(old, dsn, broker, port, log):
        with Writer(dsn) as writer, Publisher(broker_port) as publisher:
            wait_until(lambda: publisher.messages > MESSAGES_PER_SECOND)
            began = time.monotonic()
            migrated = run(ROOT, dsn, "migrate")
            took = time.monotonic() - began
            at = publisher.messages
            wait_until(lambda: publisher.messages > at + MESSAGES_PER_SECOND)
        say("this release migrates", migrated)
        print(f"{'  took':<28} {took:.1f} s")
        print(f"{'  longest wait of a writer':<28} {writer.longest_seconds:.2f} s ({writer.rows} rows)")
        print(f"{'  old collector, one commit':<28} at most {longest_commit(port)} s")
        wait_until(lambda: stored(dsn) >= publisher.messages)
        print(f"{'  messages':<28} {publisher.messages} published, {stored(dsn)} stored")
    for line in log.read_text().splitlines():
        print(f"{'  old collector said':<28} {line}")
    with collector(old, dsn, broker, port, log.with_suffix(".again")):
        print(f"{'old collector, started anew':<28} goes on with the newer schema")
    say("old engine on it", run(old, dsn, "engine", "--once"))
    say("old release migrates again", run(old, dsn, "migrate"))
    say("this release's doctor", run(ROOT, dsn, "doctor"))
    return 0 if migrated.returncode == 0 and stored(dsn) == publisher.messages else 1


def stored(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM p2i.circuit_interval JOIN p2i.circuit USING (circuit_id) WHERE circuit = 'casa-a1'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def wait_until(condition: object, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    assert callable(condition)
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {seconds} s")
        time.sleep(0.02)


def say(what: str, done: subprocess.CompletedProcess[str]) -> None:
    """Prints what a command said, and its exit code unless it is 0."""
    lines = (done.stdout + done.stderr).strip().splitlines() or ["(nothing)"]
    for line in lines[-8:]:
        print(f"{what:<28} {line}" + (f"  [exit {done.returncode}]" if done.returncode else ""))
        what = ""


if __name__ == "__main__":
    sys.exit(main())
