"""`p2i retention`: shows and changes how long rows are kept; mistakes are one line."""

import pytest

from store.connection import connect
from store.retention_command import main
from store.timescale import extension_version


@pytest.fixture(autouse=True)
def _database(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)


def test_it_shows_every_kind_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("circuit_interval    1888 days  claims between merchants")
    assert any(line.split() == ["circuit_1h", "for", "ever"] for line in lines)


def test_a_change_is_kept_with_its_reason_and_reaches_the_policies(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["occupancy", "300", "--reason", "CNDP receipt 12"]) == 0
    assert "occupancy            300 days  CNDP receipt 12" in capsys.readouterr().out
    with connect(dsn, "tests") as connection:
        if extension_version(connection):
            assert connection.execute(
                "SELECT config ->> 'drop_after' FROM timescaledb_information.jobs"
                " WHERE proc_name = 'policy_retention' AND hypertable_name = 'occupancy'"
            ).fetchall() == [("300 days",)]


def test_for_ever(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "for-ever", "--reason", "court case"]) == 0
    assert any(line.split()[:3] == ["probe", "for", "ever"] for line in capsys.readouterr().out.splitlines())
    with connect(dsn, "tests") as connection:
        assert connection.execute("SELECT FROM retention WHERE relation = 'probe'").fetchone() is None


@pytest.mark.parametrize("words", [["0"], ["-1"], ["x"], ["36501"], ["1.5"], []])
def test_days_that_are_none_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["occupancy", *words, "--reason", "x"] if "-1" not in words else ["occupancy", "--", "-1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_change_without_a_reason_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["occupancy", "300"]) == 2
    assert capsys.readouterr().err == "retention: --reason is needed, an auditor will ask\n"
