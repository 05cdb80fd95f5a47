"""What every process does with a mistake: one line and exit 2."""

import logging

import psycopg
import pytest

from facilities.process import run, serve_metrics
from store.errors import InputError, StoreUnavailable


def fails(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("file: what is wrong"), 2, "file: what is wrong\n"),
        (StoreUnavailable("database: away"), 2, "database: away\n"),
        (psycopg.errors.InsufficientPrivilege("permission denied for table score\nHINT: ask"), 2,
         "database: permission denied for table score\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)  # fmt: skip
def test_an_error_is_one_line_and_an_exit_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("tests", lambda: fails(error)) == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", line)


def test_an_unknown_log_level_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("P2I_LOG_LEVEL", "loud")
    assert run("tests", lambda: 0) == 2
    assert capsys.readouterr().err == "P2I_LOG_LEVEL: 'LOUD' is not one of DEBUG, INFO, WARNING, ERROR\n"


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"^--metrics-port: 127\.0\.0\.1:99999: a port is at most 65535$"):
        serve_metrics(99999)


def test_what_the_driver_says_beside_an_error_is_not_said_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Ctrl-C inside a statement: the rollback fails too, and psycopg warns of it in the middle of our one line."""

    def body() -> int:
        logging.getLogger("psycopg").warning("error ignored in %s on %s: %s", "rollback", "x", "y")
        logging.getLogger("psycopg").warning("news")
        return 0

    assert run("tests", body) == 0
    assert [record.getMessage() for record in caplog.records] == ["news"]
