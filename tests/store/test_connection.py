from pathlib import Path

import pytest

from store.connection import connect, secret_of_environment, server
from store.errors import InputError, StoreUnavailable


def test_a_wrong_dsn_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"^P2I_DSN: "):
        connect("nonsense=1", "tests")


def test_an_absent_server_may_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"^database: ") as caught:
        connect(f"host={tmp_path} dbname=postgres", "tests")
    assert caught.value.permanent is False


def test_connections_speak_utc_and_are_named(dsn: str) -> None:
    with connect(dsn, "collectors") as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
        assert connection.execute("SHOW application_name").fetchone() == ("p2i collectors",)


def test_a_secret_comes_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dsn").write_text("host=db\n")
    monkeypatch.delenv("P2I_DSN", raising=False)
    monkeypatch.setenv("P2I_DSN_FILE", str(tmp_path / "dsn"))
    assert secret_of_environment("P2I_DSN") == "host=db"
    with server() as dsn:
        assert dsn == "host=db"


def test_a_secret_set_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", "host=a")
    monkeypatch.setenv("P2I_DSN_FILE", "/nonexistent")
    with pytest.raises(InputError, match=r"^P2I_DSN: set both directly and by P2I_DSN_FILE; keep one$"):
        secret_of_environment("P2I_DSN")


def test_an_unreadable_secret_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("P2I_DSN", raising=False)
    monkeypatch.setenv("P2I_DSN_FILE", str(tmp_path / "absent"))
    with pytest.raises(InputError, match=r"^P2I_DSN_FILE: .*absent: No such file or directory$"):
        secret_of_environment("P2I_DSN")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (b" \n", "the file is empty"), (b"host=\xff", "not UTF-8 at byte 5")],
)
def test_a_broken_secret_file_never_means_another_database(
    content: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dsn").write_bytes(content)
    monkeypatch.delenv("P2I_DSN", raising=False)
    monkeypatch.setenv("P2I_DSN_FILE", str(tmp_path / "dsn"))
    with pytest.raises(InputError, match=rf"^P2I_DSN_FILE: .*/dsn: {message}$"), server():
        pass


def test_a_blank_dsn_never_means_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", "  ")
    with pytest.raises(InputError, match=r"^P2I_DSN: holds nothing but blanks$"), server():
        pass
