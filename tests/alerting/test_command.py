import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from alerting.command import main
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection
from store.rows import TransitionRow
from store.transitions import write_transitions

NOTICED = datetime(2026, 11, 22, 8, 12, 30, tzinfo=UTC)
CHANGED = datetime(2026, 11, 22, 8, 12, 10, tzinfo=UTC)
OUTAGE = TransitionRow("circuit", "DEMO-CASA-F", "availability-1", "live-1", True, "up", "down", CHANGED, NOTICED, "")
DEMO = ["--inventory", str(DEMO_INVENTORY)]


@pytest.fixture
def waiting(connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One change that nobody has told, in the database that the command will use."""
    write_transitions(connection, [OUTAGE])
    connection.commit()
    monkeypatch.setenv("P2I_DSN", dsn)


@pytest.mark.usefixtures("waiting")
def test_once_tells_what_is_new_and_nothing_the_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--once", *DEMO]) == 0
    assert capsys.readouterr().out == (
        "2026-11-22T08:12:30Z DÉMO ASTREINTE déclenchée live-1 (Casanearshore, Locataire F (fictif)) INTERRUPTION"
        " depuis 08:12:10Z – convention DEMO-CASA-F, engagement availability-1 [1]\n"
    )
    assert main(["--once", *DEMO]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("waiting")
def test_the_language_is_a_setting(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_LANGUAGE", "en")
    assert main(["--once", *DEMO]) == 0
    assert " PAGE firing live-1 " in capsys.readouterr().out


@pytest.mark.usefixtures("waiting")
def test_the_running_process_tells_and_stops_when_asked() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "alerting", *DEMO], env=os.environ.copy(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert "live-1" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
    assert process.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--language", "de"], 'argument --language: "de" is neither fr nor en'),
        (["--every-seconds", "0"], 'argument --every-seconds: "0" is not a number of seconds above 0'),
        (["--every-seconds", "soon"], 'argument --every-seconds: "soon" is not a number of seconds above 0'),
    ],
)
def test_a_wrong_option_is_refused(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith(f"p2i alert: error: {message}\n")


def test_a_wrong_inventory_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--once", "--inventory", "nowhere"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "nowhere: no such inventory folder\n")


def test_a_database_that_is_away_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P2I_DSN", "host=127.0.0.1 port=1 dbname=p2i connect_timeout=2")
    assert main(["--once", *DEMO]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("database: ")
    assert captured.err.count("\n") == 1
