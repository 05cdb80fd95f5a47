"""The command `p2i score` from files to bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sla_engine.score import main
from tests.sla_engine.cases import agreement_text, availability_objective

JANUARY = ("--agreement", "agreement.toml", "--period", "2026-01-01T00:00:00Z/2026-01-01T00:10:00Z")
OBJECTIVES = [
    availability_objective(credits='[{ at_least_percent = "0", below_percent = "99.9", credit_percent = "5.0" }]'),
    {"indicator": "loss", "at_most_percent": "1"},
    {"indicator": "round_trip", "at_most_ms": "30"},
    {"indicator": "time_to_restore", "at_most_seconds": 60, "credit_percent": "2.50"},
]
DOCUMENT = """{
  "agreement": "A-1",
  "period": {
    "starts_at": "2026-01-01T00:00:00Z",
    "ends_at": "2026-01-01T00:10:00Z",
    "seconds": 600,
    "time_zone": "UTC",
    "tzdb": "2026f"
  },
  "objectives": [
    {
      "id": "availability",
      "circuit": "c",
      "indicator": "availability",
      "verdict": "breached",
      "value_percent": "66.6666",
      "seconds": {
        "up": 400,
        "down": 200,
        "unknown": 0,
        "excluded": 0,
        "outside_service_hours": 0
      },
      "provisional_seconds": 0,
      "coverage_percent": "100.0000",
      "lowest_percent": "66.6666",
      "highest_percent": "66.6666",
      "outages": [
        {
          "starts_at": "2026-01-01T00:01:40Z",
          "ends_at": "2026-01-01T00:05:00Z",
          "seconds": 200
        }
      ],
      "high_loss_intervals": 1,
      "consecutive_high_loss": 0,
      "credit_percent": "5.0",
      "credit": "50.00"
    },
    {
      "id": "loss",
      "circuit": "c",
      "indicator": "loss",
      "verdict": "breached",
      "value_percent": "2.5000",
      "sent": 400,
      "lost": 10,
      "credit_percent": "0",
      "credit": "0.00"
    },
    {
      "id": "round_trip",
      "circuit": "c",
      "indicator": "round_trip",
      "verdict": "met",
      "value_ms": "29.999",
      "answered": 1,
      "within": 1,
      "credit_percent": "0",
      "credit": "0.00"
    },
    {
      "id": "time_to_restore",
      "circuit": "c",
      "indicator": "time_to_restore",
      "verdict": "breached",
      "tickets": [
        {
          "ticket": "T-é",
          "elapsed_seconds": 200,
          "frozen_seconds": 0,
          "verdict": "breached"
        },
        {
          "ticket": "T-2",
          "elapsed_seconds": 290,
          "frozen_seconds": 10,
          "verdict": "breached"
        }
      ],
      "credit_percent": "5.00",
      "credit": "50.00"
    }
  ],
  "credits": {
    "fee": "1000.00",
    "total": "100.00",
    "cap": "1000.00",
    "payable": "100.00",
    "capped": "0.00"
  }
}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ten minutes at Δt = 10 s: an outage of 20 Δt, one bad Δt, a probe, two tickets, one of them frozen."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agreement.toml").write_text(agreement_text(*OBJECTIVES))
    bad = {*range(10, 30), 50}
    intervals = [f"2026-01-01T00:{i // 6:02d}:{i % 6}0Z,c,10,{10 if i in bad else 0}" for i in range(60)]
    contents = {
        "intervals": ["starts_at,circuit,sent,lost", *intervals],
        "probes": [
            "sent_at,circuit,round_trip_ms", "2026-01-01T00:00:03.5Z,c,29.9999", "2026-01-01T00:02:00Z,c,99",
            "2026-01-01T00:00:04.5Z,c,",
        ],
        "tickets": [
            "ticket,circuit,opened_at,restored_at", "T-2,c,2026-01-01T00:05:00Z,",
            "T-é,c,2026-01-01T00:01:40Z,2026-01-01T00:05:00Z",
        ],
        "freezes": ["ticket,starts_at,ends_at,reason", "T-2,2026-01-01T00:04:00Z,2026-01-01T00:05:10Z,site closed"],
    }  # fmt: skip
    for name, lines in contents.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [part for name in contents for part in (f"--{name}", f"{name}.csv")]


def test_the_document_to_the_byte(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*JANUARY, *files]) == 0
    assert capsys.readouterr() == (DOCUMENT, "")


def test_the_bytes_are_utf8_in_any_locale(files: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from sla_engine.score import main; sys.exit(main(sys.argv[1:]))",
         *JANUARY, *files],
        capture_output=True, check=False, env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0",
                                               "PYTHONIOENCODING": "ascii",
                                               "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == DOCUMENT.encode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_full_disk_is_one_line(files: list[str], form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from sla_engine.score import main; sys.exit(main(sys.argv[1:]))",
             *JANUARY, *files, "--format", form],
            stdout=full, stderr=subprocess.PIPE, check=False,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, b"stdout: cannot be written: No space left on device\n")


def test_a_closed_stdout_is_one_line(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        code = main([*JANUARY, *files])
    assert (code, capsys.readouterr()) == (2, ("", "stdout: is closed\n"))


def test_numbers_of_a_thousand_digits_are_exact(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    nines = "9" * 1000
    Path("agreement.toml").write_text(agreement_text(OBJECTIVES[1], monthly_fee=nines), encoding="utf-8")
    rows = [f"2026-01-01T00:00:0{i}Z,c,{nines},0" for i in range(9)]
    Path("intervals.csv").write_text("\n".join(["starts_at,circuit,sent,lost", *rows]), encoding="utf-8")
    assert main([*JANUARY, *files]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["objectives"][0]["sent"] == 9 * int(nines)
    assert shown["credits"]["fee"] == f"{nines}.00"


def test_as_of(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*JANUARY, *files, "--as-of", "2026-01-01T01:04:59+01:00"]) == 0
    shown = json.loads(capsys.readouterr().out)
    availability, _, _, tickets = shown["objectives"]
    # the tenth good Δt of the recovery ends after it; the second ticket is not opened yet, the first not restored
    assert availability["seconds"] == {
        "up": 100, "down": 190, "unknown": 310, "excluded": 0, "outside_service_hours": 0,
    }  # fmt: skip
    assert [ticket["elapsed_seconds"] for ticket in tickets["tickets"]] == [199]


def test_probes_stand_in_for_intervals(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*JANUARY, *files[2:]]) == 0
    availability, loss, _, _ = json.loads(capsys.readouterr().out)["objectives"]
    assert availability["seconds"]["up"] == 20
    assert (loss["sent"], loss["lost"]) == (3, 1)


def test_no_file_at_all(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert files
    assert main(JANUARY) == 0
    verdicts = [each["verdict"] for each in json.loads(capsys.readouterr().out)["objectives"]]
    assert verdicts == ["insufficient_data", "not_measurable", "not_measurable", "not_measurable"]


def test_text_for_people(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*JANUARY, *files, "--format", "text"]) == 0
    assert (
        capsys.readouterr().out
        == """\
Agreement A-1 of t at f
Period    2026-01-01T00:00:00Z to 2026-01-01T00:10:00Z, 10 min (UTC, tzdb 2026f)

BREACHED          availability (circuit c)
  availability 66.6666 %, 99.9 % promised
  measured 100.0000 % of the time; had the rest been down or up: 66.6666 % or 66.6666 %
  up 6 min 40 s, down 3 min 20 s
  outage 2026-01-01T00:01:40Z to 2026-01-01T00:05:00Z, 3 min 20 s
  1 high-loss intervals, consecutive 0
  credit 5.0 % of the fee: 50.00 MAD

BREACHED          loss (circuit c)
  loss 2.5000 %, at most 1 % promised: 10 lost of 400 sent

MET               round_trip (circuit c)
  round trip 29.999 ms, 95 % within 30 ms promised: 1 of 1 answered probes are

BREACHED          time_to_restore (circuit c)
  T-é: 3 min 20 s of 1 min, frozen 0 s, breached
  T-2: 4 min 50 s of 1 min, frozen 10 s, breached
  credit 5.00 % of the fee: 50.00 MAD

Credits in MAD
  fee of the period   1000.00
  credits, sum         100.00
  cap                 1000.00
  payable              100.00
  taken by the cap       0.00
"""
    )
