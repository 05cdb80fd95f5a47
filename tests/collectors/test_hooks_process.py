"""`p2i hooks` as a process: killed at every point of a body's way, stopped, and what stops it at the start."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from facilities.inventory import DEMO_INVENTORY
from facilities.sensors import secret_setting
from store.connection import connect

WORD = "a secret of thirty-two characters"
COUNTS = """
[[feed]]
code = "counts"
facility = "casanearshore"
source = "generic-json"
[feed.options]
instant = { at = "/at", format = "epoch_seconds" }
reading = [{ at = "/people", quantity = "people" }]

[[feed]]
code = "undated"
facility = "casanearshore"
source = "generic-json"
[feed.options]
reading = [{ at = "/people", quantity = "people_in" }]
"""
SENSORS = """
[[sensor]]
code = "dated"
feed = "counts"
device = "p"
label = "x"
zone = "casa-z1"

[[sensor]]
code = "undated"
feed = "undated"
device = "p"
label = "x"
"""
POINTS = [
    "received, not in the queue",
    "in the queue's transaction",
    "in the queue, not answered",
    "taken from the queue",
    "in the database's transaction",
    "written, not committed",
    "committed, still in the queue",
    "removed",
]
BEFORE_ANSWER = frozenset(POINTS[:3])
BODIES = 3000  # at most: as many as it takes until the process is killed
DATED = "SELECT count(*) FROM occupancy"
OF_UNDATED = "FROM sensor_reading JOIN sensor_series USING (series_id) WHERE sensor = 'undated'"
UNDATED, UNDATED_VALUES = f"SELECT count(*) {OF_UNDATED}", f"SELECT counted::integer {OF_UNDATED}"
MAIN = "import sys; from collectors.hooks_command import main; sys.exit(main(sys.argv[1:]))"
DRIVER = Path(__file__).with_name("hooks_killed_at.py")


def written_inventory(folder: Path, feeds: str = COUNTS, sensors: str = SENSORS) -> Path:
    shutil.copytree(DEMO_INVENTORY, folder)
    (folder / "feeds.toml").write_text(feeds)
    (folder / "sensors.toml").write_text(sensors)
    return folder


def environment(dsn: str, folder: Path, port: int) -> dict[str, str]:
    inventory = folder / "inventory"
    if not inventory.exists():
        written_inventory(inventory)
    secrets = {secret_setting(feed): WORD for feed in ("counts", "undated")}
    settings = {
        "P2I_DSN": dsn,
        "P2I_INVENTORY": str(inventory),
        "P2I_HOOKS_PORT": str(port),
        "P2I_HOOKS_QUEUE": str(folder / "queue"),
    }
    return {**os.environ, **secrets, **settings}


@contextmanager
def process(settings: Mapping[str, str], log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process, killed at the end if it still runs."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            [sys.executable, *words], env=dict(settings), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def post(port: int, path: str, body: bytes) -> int | None:
    """The status, None where there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", f"/hooks/{path}", body, {"Authorization": f"Bearer {WORD}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def found(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with connect(dsn, "tests") as connection:
        return connection.execute(query.encode()).fetchall()


def counted(dsn: str, query: str) -> int:
    return int(found(dsn, query)[0][0])


def dated(number: int) -> bytes:
    return json.dumps({"at": 1_795_000_000 + number, "people": number}).encode()


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """One line per point, printed when all are done."""
    lines: list[str] = []
    yield lines
    print("\n" + f"{'killed':32}{'before':>8}{'answered':>9}{'stored':>7}{'lost':>5}{'doubled':>8}")
    print("\n".join(lines))
    print(
        "before: answered 200 before the kill. Stored is one more where the kill cut off an answer nobody asked again"
    )


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_nothing_is_lost_and_nothing_doubled(
    point: str, dsn: str, tmp_path: Path, free_port: int, eventually: Callable[..., None], table: list[str]
) -> None:
    settings = environment(dsn, tmp_path, free_port)
    log = tmp_path / "log"
    answered: set[int] = set()
    undated: set[int] = set()
    sent = 0
    with process(settings, log, str(DRIVER), point, "3") as running:
        eventually(lambda: listens(free_port) or running.poll() is not None)
        for number in range(BODIES):
            if running.poll() is not None:
                break
            sent = number + 1
            # A body without an instant is sent only where an answer cannot be lost: sent again, it is another reading.
            if point not in BEFORE_ANSWER and post(free_port, "undated/p", b'{"people": %d}' % number) == 200:
                undated.add(number)
            if post(free_port, "counts/p", dated(number)) == 200:
                answered.add(number)
        eventually(lambda: running.poll() is not None)
        assert running.returncode == -signal.SIGKILL, log.read_text()
    with process(settings, log, "-c", MAIN) as running:
        eventually(lambda: listens(free_port))
        for number in set(range(sent)) - answered:  # what got no answer is sent again, as every sender does
            assert post(free_port, "counts/p", dated(number)) == 200
        eventually(lambda: counted(dsn, DATED) >= sent and counted(dsn, UNDATED) >= len(undated))
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    values = [people for (people,) in found(dsn, UNDATED_VALUES)]
    stored, different = counted(dsn, DATED), counted(dsn, "SELECT count(DISTINCT measured_at) FROM occupancy")
    lost = sent - different + len(undated - set(values))
    doubled = stored - different + len(values) - len(set(values))
    table.append(
        f"{point:32}{len(answered) + len(undated):8}{sent + len(undated):9}{stored + len(values):7}{lost:5}{doubled:8}"
    )
    assert (lost, doubled) == (0, 0)
    assert counted(dsn, "SELECT count(*) FROM quarantine") == 0


def test_killed_again_and_again_under_load_nothing_is_lost_and_nothing_doubled(
    dsn: str, tmp_path: Path, free_port: int, eventually: Callable[..., None]
) -> None:
    settings = environment(dsn, tmp_path, free_port)
    log = tmp_path / "log"
    done: list[int] = []
    over = threading.Event()

    def send(first: int) -> None:
        number = first
        while not over.is_set():  # every sender repeats a body until it is answered 200
            if post(free_port, "counts/p", dated(number)) == 200:
                done.append(number)
                number += 4

    senders = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for sender in senders:
        sender.start()
    for kill in range(1, 5):
        with process(settings, log, "-c", MAIN) as running:
            before = len(done)
            eventually(lambda so_far=before: len(done) > so_far + 60)
            running.send_signal(signal.SIGKILL)
            assert running.wait(10) == -signal.SIGKILL, kill
    over.set()
    for sender in senders:
        sender.join()
    with process(settings, log, "-c", MAIN) as running:
        eventually(lambda: counted(dsn, DATED) >= len(done))
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    at = {int(row[0]) - 1_795_000_000 for row in found(dsn, "SELECT extract(epoch FROM measured_at) FROM occupancy")}
    assert set(done) <= at
    # A body may be there whose answer was cut off last and which nobody sent again.
    assert len(done) <= counted(dsn, DATED) == len(at) <= len(done) + len(senders)
    assert len(done) == len(set(done))
    assert counted(dsn, "SELECT count(*) FROM quarantine") == 0
    print(f"\n4 kills under load of 4 senders: {len(done)} answered, {len(at)} stored, 0 lost, 0 doubled")


def test_sigterm_answers_commits_and_ends_with_0(
    dsn: str, tmp_path: Path, free_port: int, eventually: Callable[..., None]
) -> None:
    log = tmp_path / "log"
    with process(environment(dsn, tmp_path, free_port), log, "-c", MAIN) as running:
        eventually(lambda: listens(free_port))
        for number in range(100):
            assert post(free_port, "counts/p", dated(number)) == 200
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    assert counted(dsn, "SELECT count(*) FROM occupancy") == 100
    assert "taking webhooks of counts, undated on 127.0.0.1:" in log.read_text()
    assert "Traceback" not in log.read_text()


def answer(port: int, method: str, path: str, body: bytes = b"", word: str = WORD) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, {"Authorization": f"Bearer {word}"})
    found = connection.getresponse()
    found.read()
    connection.close()
    return found


def test_a_disk_that_takes_no_more_is_503_with_a_time_to_come_back_and_one_line(
    dsn: str, tmp_path: Path, free_port: int, eventually: Callable[..., None]
) -> None:
    """The kernel refuses every write beyond 100 KiB of a file, as a full disk does."""
    settings, log = environment(dsn, tmp_path, free_port), tmp_path / "log"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (102400, 102400)); {MAIN}"
    large = b'{"at": 1795000000, "people": 1, "note": "%s"}' % (b"x" * 200_000)
    with process(settings, log, "-c", limited) as running:
        eventually(lambda: listens(free_port))
        for _ in range(5):
            refused = answer(free_port, "POST", "/hooks/counts/p", large)
            assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
        assert post(free_port, "counts/p", dated(7)) == 200, "what there is room for is taken"
        eventually(lambda: counted(dsn, DATED) == 1)
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    said = [line for line in log.read_text().splitlines() if "503" in line]
    assert len(said) == 1, said
    assert "webhook of counts refused with 503: " in said[0]
    assert "Traceback" not in log.read_text()


def test_a_stranger_is_answered_alike_whether_a_feed_exists_or_not(
    dsn: str, tmp_path: Path, free_port: int, eventually: Callable[..., None]
) -> None:
    with process(environment(dsn, tmp_path, free_port), tmp_path / "log", "-c", MAIN):
        eventually(lambda: listens(free_port))
        for method, rest in (("POST", ""), ("POST", "/p"), ("GET", ""), ("PUT", "/p")):
            for body in (b"", b"{}", b"x" * 300_000):
                there, nowhere, by_mqtt = (
                    answer(free_port, method, f"/hooks/{feed}{rest}", body, "another secret of some length")
                    for feed in ("counts", "nowhere", "casa-lorawan")
                )
                heads = [{**one.headers, "date": ""} for one in (there, nowhere, by_mqtt)]
                assert (there.status, heads[0]) == (nowhere.status, heads[1]) == (by_mqtt.status, heads[2])
                assert there.status in ((401,) if method == "POST" else (405,))
        assert answer(free_port, "POST", "/elsewhere").status == answer(free_port, "GET", "/").status == 404


def hooks(settings: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *words],
        env=dict(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_check_names_every_feed_and_never_a_secret(dsn: str, tmp_path: Path, free_port: int) -> None:
    code, said, errors = hooks(environment(dsn, tmp_path, free_port), "--check")
    assert (code, errors) == (0, "")
    assert said.splitlines() == [
        "/hooks/counts: generic-json, bearer, 1 sensors, secrets in P2I_HOOK_SECRET_" + "COUNTS: 1",
        "/hooks/undated: generic-json, bearer, 1 sensors, secrets in P2I_HOOK_SECRET_" + "UNDATED: 1",
    ]
    assert not (tmp_path / "queue").exists()


FEED = '[[feed]]\ncode = "{}"\nfacility = "casanearshore"\nsource = "xovis"\n'
NEEDED = 'feeds.toml: feed "{0}": its secret is needed, in {1} or {1}_FILE'


@pytest.mark.parametrize(
    ("feeds", "secrets", "line"),
    [
        (FEED.format("a.b-c"), {}, NEEDED.format("a.b-c", secret_setting("a_b_c"))),
        (FEED.format("a"), {"a": "short"}, f"{secret_setting('a')}: a secret has at least 16 characters"),
        (FEED.format("a"), {"a": "   "}, f"{secret_setting('a')}: holds nothing but blanks"),
        (
            FEED.format("a"),
            {"a": "\n".join(["x" * 16] * 3)},
            f"{secret_setting('a')}: 3 lines; one secret, or two while one replaces the other",
        ),
        (
            FEED.format("a-b") + FEED.format("a.b"),
            {"a-b": "x" * 16, "a.b": "x" * 16},
            f'feeds.toml: feed "a.b": key "code": its secret would be in {secret_setting("a-b")}, as that of '
            'feed "a-b"; rename one',
        ),
        ("", {}, "feeds.toml: no feed comes by webhook (a feed without topics does); nothing to listen for"),
        (
            FEED.format("a") + "auth = { kind = 'open' }\n",
            {},
            'feeds.toml: feed "a": key "auth.kind": "open" is not one of: '
            "bearer, basic, header, query, hmac, jwt-hs256",
        ),
        (
            FEED.format("a") + "auth = { kind = 'header' }\n",
            {},
            'feeds.toml: feed "a": key "auth": missing key "header" (kind "header")',
        ),
    ],
)
def test_a_mistake_is_one_line_before_anything_listens(
    feeds: str, secrets: dict[str, str], line: str, dsn: str, tmp_path: Path
) -> None:
    written_inventory(tmp_path / "inventory", feeds, "")
    named = {secret_setting(feed): text for feed, text in secrets.items()}
    settings = {**os.environ, "P2I_DSN": dsn, "P2I_INVENTORY": str(tmp_path / "inventory"), **named}
    for words in ((), ("--check",)):
        code, said, errors = hooks(settings, *words)
        assert (code, said) == (2, "")
        assert errors.removeprefix(f"{tmp_path}/inventory/") == f"{line}\n"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    written_inventory(tmp_path / "inventory", FEED.format("a"), "")
    (tmp_path / "secret").write_text("x" * 16 + "\n" + "y" * 16 + "\n")
    named = {secret_setting("a") + "_FILE": str(tmp_path / "secret")}
    code, said, _ = hooks({**os.environ, "P2I_INVENTORY": str(tmp_path / "inventory"), **named}, "--check")
    assert code == 0
    assert said.endswith(": 2\n")


def test_a_port_in_use_and_an_older_schema_end_it_with_one_line(
    dsn: str, tmp_path: Path, free_port: int, eventually: Callable[..., None]
) -> None:
    settings = environment(dsn, tmp_path, free_port)
    with process(settings, tmp_path / "log", "-c", MAIN):
        eventually(lambda: listens(free_port))
        _, _, errors = hooks({**settings, "P2I_HOOKS_QUEUE": str(tmp_path / "other")})
        assert errors.splitlines()[-1] == f"--address, --port: 127.0.0.1:{free_port}: Address already in use"
        _, _, errors = hooks(settings)
        assert errors.splitlines()[-1] == f"P2I_HOOKS_QUEUE: {tmp_path}/queue: another p2i hooks is using it"
    with connect(dsn, "tests") as connection:
        connection.execute("DELETE FROM migration WHERE number > 2")
    assert hooks(settings) == (2, "", "database: the schema lacks 0003_imports; run: p2i migrate\n")
