"""One test per mistake in the input of `p2i score`: exit 2, nothing on stdout, exactly this line on stderr."""

from pathlib import Path

import pytest

from sla_engine.score import main
from tests.sla_engine.cases import agreement_text, availability_objective

HEADERS = {
    "intervals": "starts_at,circuit,sent,lost",
    "probes": "sent_at,circuit,round_trip_ms",
    "states": "at,circuit,state",
    "tickets": "ticket,circuit,opened_at,restored_at",
    "freezes": "ticket,starts_at,ends_at,reason",
    "exclusions": "id,circuit,kind,starts_at,ends_at,announced_at,decision",
}
A, B = "2026-01-02T00:00:00Z", "2026-01-02T01:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agreement.toml").write_text(agreement_text(availability_objective()))
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line with which the command refuses."""
    code = main(arguments)
    out, error = capsys.readouterr()
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
    return error.removesuffix("\n")


ROWS = [
    # what is wrong with the file
    ("intervals", "", "intervals.csv:1: no header row; expected starts_at,circuit,sent,lost"),
    ("intervals", "\n  \n", "intervals.csv:1: no header row; expected starts_at,circuit,sent,lost"),
    ("intervals", "\n" * 2000, "intervals.csv:1: no header row; expected starts_at,circuit,sent,lost"),
    ("intervals", "\n" * 512 + f"{HEADERS['intervals']}\n{A},c,10,x\n",
     'intervals.csv:514: lost: "x" is not a whole number in plain digits'),
    ("intervals", "starts_at,circuit,sent\n", 'intervals.csv:1: column "lost" is missing'),
    ("intervals", "starts_at,circuit,sent,lost,note\n",
     'intervals.csv:1: unknown column "note"; expected starts_at,circuit,sent,lost'),
    ("intervals", "starts_at,circuit,sent,lost,sent\n", 'intervals.csv:1: column "sent" appears twice'),
    ("intervals", f"{HEADERS['intervals']}\n\n{A},c,10\n", "intervals.csv:3: 3 fields where the header has 4"),
    ("intervals", f"{HEADERS['intervals']}\n{A},c,10,0,0\n", "intervals.csv:2: 5 fields where the header has 4"),
    ("intervals", f'{HEADERS["intervals"]}\n{A},c,10,0\n{A},"c"x,10,0\n',
     "intervals.csv:3: not CSV: ',' expected after '\"'"),
    ("intervals", f'{HEADERS["intervals"]}\n{A},"c,10,0\n', "intervals.csv:2: not CSV: unexpected end of data"),
    ("tickets", f'{HEADERS["tickets"]}\n"two\nlines",c,{A},\nT,c,{B},{A}\n',
     "tickets.csv:4: restored_at is before opened_at"),
    # instants
    ("intervals", "2026-01-02T00:00:00,c,10,0",
     'intervals.csv:2: starts_at: "2026-01-02T00:00:00" has no offset from UTC'),
    ("intervals", "2026-01-02T00:00:00.5Z,c,10,0",
     'intervals.csv:2: starts_at: "2026-01-02T00:00:00.5Z" has a fraction of a second'),
    ("intervals", "2026-01-02T00:00:00.0Z,c,10,0",
     'intervals.csv:2: starts_at: "2026-01-02T00:00:00.0Z" has a fraction of a second'),
    ("intervals", "2026-02-30T00:00:00Z,c,10,0",
     'intervals.csv:2: starts_at: "2026-02-30T00:00:00Z" is not an instant of the calendar'),
    ("intervals", "2026-01-02T24:00:00Z,c,10,0",
     'intervals.csv:2: starts_at: "2026-01-02T24:00:00Z" is not an instant of the calendar'),
    ("intervals", "02/01/2026 00:00,c,10,0",
     'intervals.csv:2: starts_at: "02/01/2026 00:00" is not an ISO 8601 instant such as 2026-09-01T00:00:00Z'),
    ("probes", "2026-01-02T00:00:00.25,c,1",
     'probes.csv:2: sent_at: "2026-01-02T00:00:00.25" has no offset from UTC'),
    ("intervals", f"{A},c,10,0\n2026-01-02T00:00:05Z,c,10,0",
     'intervals.csv:3: starts_at is off the grid of circuit "c": 10 s from 2026-01-01T00:00:00Z'),
    # numbers
    ("intervals", f"{A},c,ten,0", 'intervals.csv:2: sent: "ten" is not a whole number in plain digits'),
    ("intervals", f"{A},c,1e1,0", 'intervals.csv:2: sent: "1e1" is not a whole number in plain digits'),
    ("intervals", f"{A},c,10.5,0", 'intervals.csv:2: sent: "10.5" is not a whole number in plain digits'),
    ("intervals", f"{A},c,10,-1", 'intervals.csv:2: lost: "-1" is not a whole number in plain digits'),
    ("intervals", f"{A},c,10,", 'intervals.csv:2: lost: "" is not a whole number in plain digits'),
    ("intervals", f"{A},c,10,11", "intervals.csv:2: lost 11 is more than sent 10"),
    ("probes", f"{A},c,-3", 'probes.csv:2: round_trip_ms: "-3" is negative'),
    ("probes", f"{A},c,1e1", 'probes.csv:2: round_trip_ms: "1e1" is not a number in plain digits'),
    ("probes", f"{A},c,NaN", 'probes.csv:2: round_trip_ms: "NaN" is not a number in plain digits'),
    ("intervals", f"{A},c,{'9' * 1001},0", "intervals.csv:2: sent: has more than 1000 digits"),
    ("intervals", f"{A},c,{'9' * 9999},0", "intervals.csv:2: sent: has more than 1000 digits"),
    ("probes", f"{A},c,{'9' * 9999}", "probes.csv:2: round_trip_ms: has more than 1000 digits"),
    ("probes", f"{A},c,0.{'9' * 9999}", "probes.csv:2: round_trip_ms: has more than 1000 digits"),
    # words
    ("states", f"{A},c,degraded", 'states.csv:2: state: "degraded" is none of up, down, unknown'),
    ("states", f"{A},,up", "states.csv:2: circuit: is empty"),
    ("tickets", f",c,{A},", "tickets.csv:2: ticket: is empty"),
    ("exclusions", f"X,c,holiday,{A},{B},,accepted",
     'exclusions.csv:2: kind: "holiday" is none of maintenance, customer, force_majeure'),
    ("exclusions", f"X,c,customer,{A},{B},,maybe",
     'exclusions.csv:2: decision: "maybe" is none of proposed, accepted, rejected'),
    # spans
    ("tickets", f"T,c,{B},{A}", "tickets.csv:2: restored_at is before opened_at"),
    ("freezes", f"T,{B},{A},why", "freezes.csv:2: ends_at is before starts_at"),
    ("freezes", f"T,{A},,why", "freezes.csv:2: ends_at: is empty"),
    ("exclusions", f"X,c,customer,{B},{A},,accepted", "exclusions.csv:2: ends_at is before starts_at"),
    ("exclusions", f"X,c,customer,{A},,,accepted", "exclusions.csv:2: ends_at: is empty"),
    # one key, two values
    ("intervals", f"{A},c,10,0\n{B},c,10,0\n{A},c,10,1",
     'intervals.csv:4: another row has this starts_at of circuit "c" and other values'),
    ("intervals", f"{A},nobody,10,0\n2026-01-02T01:00:00+01:00,nobody,9,0",
     'intervals.csv:3: another row has this starts_at of circuit "nobody" and other values'),
    ("probes", f"{A},c,\n{A},c,1.0", 'probes.csv:3: another row has this sent_at of circuit "c" and other values'),
    ("probes", "2026-01-02T00:00:00.1234567Z,c,1\n2026-01-02T00:00:00.12345670Z,c,2",
     'probes.csv:3: another row has this sent_at of circuit "c" and other values'),
    ("states", f"{A},c,up\n{A},c,down", 'states.csv:3: another row has this at of circuit "c" and other values'),
    ("tickets", f"T,c,{A},\nT,c,{A},{B}", 'tickets.csv:3: another row has ticket "T" of circuit "c" and other values'),
    ("freezes", f"T,{A},{B},why\nT,{A},{B},why not",
     'freezes.csv:3: another row has this starts_at of ticket "T" and other values'),
    ("exclusions", f"X,c,customer,{A},{B},,accepted\nX,c,customer,{A},{B},,rejected",
     'exclusions.csv:3: another row has id "X" of circuit "c" and other values'),
    # of several mistakes, the first line
    ("intervals", f"{A},c,10,0\n{A},c,10,x\nnever,c,10,0",
     'intervals.csv:3: lost: "x" is not a whole number in plain digits'),
    ("intervals", f'{A},c,10,x\n{A},"c"x,10,0',
     'intervals.csv:2: lost: "x" is not a whole number in plain digits'),
    ("intervals", f"2026-01-02T00:00:05Z,c,1,0\n{A},c,1,0\n{A},c,2,0",
     'intervals.csv:2: starts_at is off the grid of circuit "c": 10 s from 2026-01-01T00:00:00Z'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "line"), ROWS, ids=[line for _, _, line in ROWS])
def test_a_mistake_in_a_csv_file(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, line: str
) -> None:
    whole = (
        content
        if content.lstrip().startswith(HEADERS[name][:6]) or not content.strip()
        else f"{HEADERS[name]}\n{content}\n"
    )
    (folder / f"{name}.csv").write_text(whole)
    assert refused(capsys, "--agreement=agreement.toml", "--period=2026-01", f"--{name}={name}.csv") == line


def test_bytes_that_are_not_utf8(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--agreement=agreement.toml", "--period=2026-01", "--states=states.csv")
    for mark in (b"", b"\xef\xbb\xbf"):
        for end in (b"\n", b"\r\n", b"\r"):
            lines = [mark + b"at,circuit,state", b"", b"\xe9"]
            (folder / "states.csv").write_bytes(end.join(lines))
            assert refused(capsys, *options) == "states.csv:3: not UTF-8"


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--agreement=agreement.toml", "--period=2026-01")
    assert refused(capsys, *options, "--states=no.csv") == "no.csv: cannot be read: No such file or directory"
    assert refused(capsys, "--agreement=no.toml", "--period=2026-01") == (
        "no.toml: cannot be read: No such file or directory"
    )


def test_control_characters_cannot_break_the_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "states.csv").write_text(f'{HEADERS["states"]}\n{A},c,"up\nand\u2028down"\n')
    options = ("--agreement=agreement.toml", "--period=2026-01", "--states=states.csv")
    assert refused(capsys, *options) == ('states.csv:2: state: "up\\nand\\u2028down" is none of up, down, unknown')


OPTIONS = [
    (["--period", "2026-01"], "--agreement: is required"),
    (["--agreement", "agreement.toml"], "--period: is required"),
    (["--agreement", "agreement.toml", "--period"], "--period: expected one argument"),
    (["--agreement", "agreement.toml", "--period", "2026-01", "--format", "xml"],
     "--format: invalid choice: 'xml' (choose from 'json', 'text')"),
    (["--agreement", "agreement.toml", "--period", "2026-01", "--state", "x"],
     "--state: is not an option of p2i score"),
    (["--agreement", "agreement.toml", "--period", "2026-13"], '--period: "2026-13" is not a month of the calendar'),
    (["--agreement", "agreement.toml", "--period", "9999-12"],
     "--period: an instant lies outside the years 1 to 9999"),
    (["--agreement", "agreement.toml", "--period", "2026-01-01T00:00:00Z/9999-12-31T23:00:00-12:00"],
     "--period: an instant lies outside the years 1 to 9999"),
    (["--help=3"], "--help: ignored explicit argument '3'"),
    (["--agreement", "agreement.toml", "--period", "2026-1"],
     '--period: "2026-1" is neither a month such as 2026-09 nor two instants START/END'),
    (["--agreement", "agreement.toml", "--period", f"{A}/2026-01-03"],
     '--period: "2026-01-03" is not an ISO 8601 instant such as 2026-09-01T00:00:00Z'),
    (["--agreement", "agreement.toml", "--period", "2026-01-02T00:00:00/2026-01-03T00:00:00Z"],
     '--period: "2026-01-02T00:00:00" has no offset from UTC'),
    (["--agreement", "agreement.toml", "--period", f"{B}/{A}"],
     f'--period: "{B}/{A}" does not end after it starts'),
    (["--agreement", "agreement.toml", "--period", f"{A}/{A}"],
     f'--period: "{A}/{A}" does not end after it starts'),
    (["--agreement", "agreement.toml", "--period", f"{A}/2026-01-02T00:00:05Z"],
     '--period: its ends do not lie on the grid of circuit "c", which counts 10 s from 2026-01-01'),
    (["--agreement", "agreement.toml", "--period", "2025-12"],
     '--period: agreement "A-1" runs from 2026-01-01 and covers none of it'),
    (["--agreement", "agreement.toml", "--period", "2026-01", "--as-of", "2026-01-02T00:00:00"],
     '--as-of: "2026-01-02T00:00:00" has no offset from UTC'),
    (["--agreement", "agreement.toml", "--period", "2026-01", "--as-of", "2026-01-02T00:00:00.5Z"],
     '--as-of: "2026-01-02T00:00:00.5Z" has a fraction of a second'),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "line"), OPTIONS, ids=[line for _, line in OPTIONS])
@pytest.mark.usefixtures("folder")
def test_a_mistake_in_the_options(capsys: pytest.CaptureFixture[str], arguments: list[str], line: str) -> None:
    assert refused(capsys, *arguments) == line


def test_a_period_after_the_agreement_ended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "agreement.toml").write_text(agreement_text(availability_objective(), ends_on="2026-02-01"))
    assert refused(capsys, "--agreement=agreement.toml", "--period=2026-02") == (
        '--period: agreement "A-1" runs from 2026-01-01 to 2026-02-01 and covers none of it'
    )


def test_a_mistake_in_the_agreement_is_said_the_same_way(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them: tests/facilities/test_agreement.py."""
    (folder / "agreement.toml").write_text(agreement_text(availability_objective(target_percent="101")))
    assert refused(capsys, "--agreement=agreement.toml", "--period=2026-01") == (
        "agreement.toml: objective[availability].target_percent: must be a percentage in (0, 100]"
    )
