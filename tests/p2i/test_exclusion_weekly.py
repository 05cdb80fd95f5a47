"""Weekly works as a file: over the clock change of 2026-09-20 each window is at the hours the clocks show."""

from pathlib import Path

import pytest

from p2i.exclusion_command import main
from p2i.exclusion_file import read_proposals

OPTIONS = {
    "--circuit": "casa-a1", "--days": "sun", "--from": "01:00", "--to": "05:00", "--time-zone": "Africa/Casablanca",
    "--first": "2026-09-13", "--until": "2026-09-28", "--announced": "2026-09-01T08:00:00Z", "--reason": "works",
}  # fmt: skip


def words(**changed: str) -> list[str]:
    given = OPTIONS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return ["weekly", "W-1", *(word for pair in given.items() for word in pair)]


def test_windows_over_the_clock_change_are_at_local_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words()) == 0
    file = tmp_path / "works.csv"
    file.write_text(capsys.readouterr().out)
    rows = read_proposals(file).rows
    spans = [(row.exclusion, f"{row.starts_at:%d %H:%M}", f"{row.ends_at:%d %H:%M}") for row in rows]
    assert spans == [
        ("W-1-2026-09-13", "13 00:00", "13 04:00"),
        ("W-1-2026-09-20", "20 00:00", "20 05:00"),  # five hours: from 01:00 UTC on the clocks show one hour less
        ("W-1-2026-09-27", "27 01:00", "27 05:00"),
    ]
    assert {row.kind for row in rows} == {"maintenance"}


def test_a_night_belongs_to_the_day_it_begins_on_for_every_circuit(capsys: pytest.CaptureFixture[str]) -> None:
    given = words(**{"days": "sat", "from": "22:00", "to": "04:00"})
    assert main([*given, "--circuit", "casa-b1"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(",")[:5] for line in lines[2:4]] == [
        ["W-1-2026-09-26", code, "maintenance", "2026-09-26T22:00:00Z", "2026-09-27T04:00:00Z"]
        for code in ("casa-a1", "casa-b1")
    ]
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"from": "1:00"}, '--from: "1:00" is not a time of day such as 01:00'),
        ({"from": "24:00"}, "--from, --to: a weekly window starts from 00:00 to 23:59 and ends from 00:00 to 24:00"),
        ({"first": "13/09/2026"}, '--first: "13/09/2026" is not a day such as 2026-09-01'),
        ({"until": "2026-09-13"}, "--until: is not 1 to 3660 days after --first"),
        ({"days": "mon", "until": "2026-09-14"}, "--days: there is no such day from --first to before --until"),
        ({"time_zone": "Africa/Casa"}, '--time-zone: "Africa/Casa" is not a time zone of tzdb '),
        ({"announced": "yesterday"}, '--announced: "yesterday"'),
    ],
)
def test_a_mistake_is_one_line(changed: dict[str, str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(**changed)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(line)
    assert captured.err.count("\n") == 1
