import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.command import main
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection
from store.verdict_rows import ScoreRow
from store.verdicts import write_score

Make = Callable[..., dict[str, Any]]

DEMO = ["--inventory", str(DEMO_INVENTORY)]
MONTH_OVER = ["--period", "2026-11"]


@pytest.fixture
def scored(
    connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch, availability: Make, document: Make
) -> None:
    """One score of November 2026, in the database that the command will use."""
    ends_at = datetime(2026, 12, 1, tzinfo=UTC)
    made = document(
        "DEMO-CASA-B", availability("casa-b1", up=2_589_000, down=3_000, verdict="breached", value="99.8842")
    )
    write_score(
        connection,
        ScoreRow(
            "DEMO-CASA-B", datetime(2026, 11, 1, tzinfo=UTC), ends_at, "locataire-b", "casanearshore", True,
            json.dumps(made), "0" * 64, "0.1.0", "2026f", ends_at + timedelta(hours=1), ends_at,
        ),
    )  # fmt: skip
    connection.commit()
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.usefixtures("scored")
def test_a_month_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--once", *DEMO, *MONTH_OVER]) == 0
    out = capsys.readouterr().out
    assert "période 2026-11" in out
    assert "CASA casa-b1 ✗ non respecté" in out
    assert "99,8842" in out


@pytest.mark.usefixtures("scored")
def test_without_a_terminal_it_prints_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DEMO, *MONTH_OVER, "--language", "en", "--tenant", "locataire-b"]) == 0
    out = capsys.readouterr().out
    assert "CASA casa-b1 ✗ breached" in out
    assert "casa-a1" not in out


@pytest.mark.usefixtures("scored")
def test_in_a_terminal_it_runs_until_it_is_left() -> None:
    """On a real pseudo-terminal: the board appears on the alternate screen, Ctrl-C leaves and gives the screen back."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboards", *DEMO, *MONTH_OVER],
        env=os.environ | {"TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    os.close(theirs)
    assert process.stderr is not None
    with process.stderr:
        seen = b""
        while b"casa-b1" not in seen:
            seen += os.read(ours, 65_536)
        assert b"\x1b[?1049h" in seen
        process.send_signal(signal.SIGINT)
        try:
            while part := os.read(ours, 65_536):
                seen += part
        except OSError:  # Linux's way of saying that the other end is closed
            pass
        assert process.wait(timeout=20) == 0
        assert b"\x1b[?1049l" in seen
        assert process.stderr.read() == b""
    os.close(ours)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--period", "2026-13"], '--period: "2026-13" is not a month of the calendar'),
        (["--period", "november"], '--period: "november" is not a month such as 2026-09'),
        (["--tenant", "nobody"], f'--tenant: no tenant "nobody" in {DEMO_INVENTORY}'),
        (["--inventory", "nowhere"], "nowhere: no such inventory folder"),
    ],
)
def test_a_wrong_option_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--once", *DEMO, *arguments]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{message}\n")


def test_a_database_that_is_away_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P2I_DSN", "host=127.0.0.1 port=1 dbname=p2i connect_timeout=2")
    assert main(["--once", *DEMO]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("database: ")
    assert captured.err.count("\n") == 1
