"""`p2i retention`: shows and changes how long rows are kept; mistakes are one line."""

from datetime import UTC, datetime

import pytest

from store.connection import connect
from store.readings import OCCUPANCY
from store.retention_command import KEPT_BY_AGE, main
from store.timescale import extension_version
from tests.store.test_rollups import write


@pytest.fixture(autouse=True)
def _database(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)


def test_it_shows_every_kind_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("circuit_interval    1888 days  claims between merchants")
    assert "circuit_1h           for ever  small, and what is left to show of old years" in lines


def test_a_change_is_kept_with_its_reason_and_reaches_the_policies(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["occupancy", "300", "--reason", "CNDP receipt 12"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in said] == [["before:", "occupancy", "396"], ["now:", "occupancy", "300"]]
    with connect(dsn, "tests") as connection:
        if extension_version(connection):
            assert connection.execute(
                "SELECT config ->> 'drop_after' FROM timescaledb_information.jobs"
                " WHERE proc_name = 'policy_retention' AND hypertable_name = 'occupancy'"
            ).fetchall() == [("300 days",)]


def test_for_ever_has_a_reason_too_and_what_was_said_before_stays(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "for-ever", "--reason", "court order 2026/77"]) == 0
    assert main(["probe", "4000", "--reason", "lifted"]) == 0
    capsys.readouterr()
    assert main(["probe"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=3) == ["probe", "4000", "days", "lifted"]
    assert lines[1].endswith(": for ever, court order 2026/77")
    assert lines[2].endswith(": 1888 days, as circuit_interval")
    with connect(dsn, "tests") as connection:
        if extension_version(connection):
            assert connection.execute(
                "SELECT config ->> 'drop_after' FROM timescaledb_information.jobs"
                " WHERE proc_name = 'policy_retention' AND hypertable_name = 'probe'"
            ).fetchall() == [("4000 days",)]


def test_a_shorter_time_says_what_it_would_drop_and_waits_for_yes(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    with connect(dsn, "tests") as connection:
        write(connection, OCCUPANCY, 1, [(datetime(2026, 1, 5, tzinfo=UTC), [7])])
    assert main(["occupancy", "30", "--reason", "typo"]) == 2
    assert capsys.readouterr().err == (
        "retention: 1 rows of occupancy, from 2026-01-05 on, would be dropped within the hour and for good;"
        " archive them first (p2i archive), then repeat with --yes\n"
    )
    assert main(["occupancy", "30", "--reason", "meant", "--yes"]) == 0


@pytest.mark.parametrize("days", ["0", "x", "36501", "1.5", ""])
def test_days_that_are_none_are_refused(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["occupancy", days, "--reason", "x"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_change_without_a_reason_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["occupancy", "300"]) == 2
    assert capsys.readouterr().err == "retention: --reason is needed, an auditor will ask\n"


@pytest.mark.parametrize("relation", KEPT_BY_AGE)
def test_every_kind_can_be_kept_shorter(relation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([relation, "1", "--reason", "x", "--yes"]) == 0
    assert main([relation, "2", "--reason", "x"]) == 0  # asked what would go, without --yes
    assert capsys.readouterr().err == ""
