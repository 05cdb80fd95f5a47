"""`p2i collect` as a process: what stops it at the start, in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection

if TYPE_CHECKING:
    from tests.collectors.conftest import Site


def collect(dsn: str, *arguments: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "collectors", *arguments],
        env={**os.environ, "P2I_DSN": dsn, "P2I_INVENTORY": str(DEMO_INVENTORY), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        (("--broker", "tcp://x"), {}, '--broker: "tcp://x" is not mqtt://HOST:PORT or mqtts://HOST:PORT'),
        ((), {"P2I_MQTT_URL": "x"}, 'P2I_MQTT_URL: "x" is not mqtt://HOST:PORT or mqtts://HOST:PORT'),
        (("--inventory", "/nowhere"), {}, "/nowhere: no such inventory folder"),
        (("--flush-seconds", "1"), {}, '"1" is not a number above 0 and at most 0.2'),
        (("--receive-maximum", "70000"), {}, '"70000" is not a whole number from 1 to 65535'),
        ((), {"P2I_COLLECT_LIMIT_BYTES": "1"}, '"1" is not a whole number from 1024 to 67108864'),
        ((), {"P2I_DSN": "dbname"}, 'P2I_DSN: missing "=" after "dbname" in connection info string'),
    ],
)
def test_a_mistake_is_exit_2(dsn: str, arguments: tuple[str, ...], environment: dict[str, str], line: str) -> None:
    code, said = collect(dsn, *arguments, **environment)
    assert code == 2
    assert said.splitlines()[-1].endswith(line)
    assert "Traceback" not in said


def test_an_older_schema_is_refused_before_the_broker_is_asked_for_anything(dsn: str, connection: Connection) -> None:
    connection.execute("DELETE FROM migration WHERE number > 2")
    connection.commit()
    assert collect(dsn) == (2, "database: the schema lacks 0003_imports; run: p2i migrate\n")


def test_a_database_that_is_not_there_yet_is_waited_for_with_one_line(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "collectors"],
        env={**os.environ, "P2I_DSN": f"host={tmp_path} dbname=x", "P2I_INVENTORY": str(DEMO_INVENTORY)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert "WARNING database away; nothing is taken from the broker until it is there: database: " in first
        process.terminate()
        rest = process.stderr.read()
        assert process.wait(10) == 0
        assert rest == ""
        process.stderr.close()
    finally:
        process.kill()
        process.wait()


def test_circuits_and_zones_of_the_inventory_are_registered(site: Site) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "collectors", "--broker", site.broker.url],
        env={**os.environ, "P2I_DSN": site.dsn, "P2I_INVENTORY": str(DEMO_INVENTORY)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        while "subscribed" not in (line := process.stderr.readline()):
            assert line
        process.terminate()
        assert process.wait(10) == 0
        process.stderr.close()
    finally:
        process.kill()
        process.wait()
    assert site.rows("SELECT facility, is_demo FROM circuit WHERE circuit = 'live-1'") == [("casanearshore", True)]
    assert site.rows("SELECT count(*) FROM zone WHERE capacity_people IS NOT NULL")[0][0] > 1
