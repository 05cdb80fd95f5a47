"""A published month: its evidence gives its figures again, its correction is honest, and what was changed shows."""

from __future__ import annotations

import copy
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reports.bundle import unpack, write_bundle_file
from reports.signing import signed
from reports.statement_text import document_text
from store.connection import Connection
from store.errors import InputError
from store.rows import ExclusionRow
from tests.p2i.statement_office import ISSUED, LATER, Office, resealed, september
from tests.sla_engine.ledger_cases import (
    DAY,
    HOUR,
    OCTOBER,
    OUTAGE,
    SEPTEMBER,
    Months,
    agreement_text,
    promise,
)

Json = dict[str, Any]


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    return september(connection, tmp_path)


@pytest.fixture
def office(months: Months, tmp_path: Path) -> Office:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    return Office(months, tmp_path / "office")


def wrong_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split(None, 2)[2] for line in capsys.readouterr().out.splitlines() if line.startswith("  WRONG")]


def test_every_figure_comes_again_from_the_bundle(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = office.issue(ISSUED)
    assert office.verify(manifest, "--recompute", office.out) == 0
    out = capsys.readouterr().out
    for first in ("2025-09-01", "2025-09-16"):
        assert f"YEAR {first}: the same document, byte for byte, raw figures, spans" in out
        assert f"evidence YEAR/{first}/intervals.csv: " in out
    (bundle,) = office.out.glob("*.evidence.zip")
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    unpack(bundle, unpacked)
    assert office.verify(manifest, "--recompute", unpacked) == 0
    assert office.verify(manifest, "--recompute", bundle) == 0
    again = tmp_path / "again.zip"
    write_bundle_file(unpacked, again)
    assert again.read_bytes() == bundle.read_bytes()
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(bundle.read_bytes()[:-30])
    assert office.verify(manifest, "--recompute", damaged) == 1
    assert "damaged.zip: is not a bundle" in wrong_lines(capsys)[0]
    assert office.verify(manifest, "--recompute", tmp_path / "none") == 2
    for file in unpacked.rglob("*.csv"):
        before = file.read_bytes()
        file.write_bytes(before.replace(b",1,", b",2,", 1) if b",1," in before else before + b"\n")
        assert office.verify(manifest, "--recompute", unpacked) == 1
        assert any(file.name in line for line in wrong_lines(capsys))
        file.write_bytes(before)


def change_rule(rules: list[str], old: str, new: str) -> None:
    """Other figures in the first rule that has them."""
    number = next(number for number, text in enumerate(rules) if old in text)
    rules[number] = rules[number].replace(old, new)


DISHONEST: dict[str, tuple[Callable[[Json], object], str]] = {
    "value": (
        lambda made: [
            one.update(value_percent="99.9999")
            for one in (
                made["agreements"][0]["score"]["objectives"][0],
                made["history"]["YEAR"][-1]["versions"][0]["objectives"][0],
            )
        ],
        "YEAR 2025-09-01: score.objectives[0].value_percent: ",
    ),
    "raw": (
        lambda made: made["agreements"][0]["objectives"][0]["raw"].update(value_percent="12.0000"),
        "YEAR 2025-09-01: availability-casa-a1.raw.value_percent: ",
    ),
    "credit line": (
        lambda made: made["agreements"][0]["credits"]["lines"][0].update(amount="1.00"),
        "YEAR 2025-09-01: credits.lines[0].amount: ",
    ),
    "budget": (
        lambda made: made["agreements"][0]["objectives"][0]["budget_seconds"].update(left="1"),
        "YEAR 2025-09-01: availability-casa-a1.budget_seconds.left: ",
    ),
    "promise": (
        lambda made: made["agreements"][0]["objectives"][0].update(promise="99,0 % au moins"),
        "YEAR 2025-09-01: availability-casa-a1: promise: 99,0 % au moins, the agreement says 99,9",
    ),
    "a rule of an objective": (
        lambda made: change_rule(made["agreements"][0]["rules"]["objectives"]["availability-casa-a1"], "600", "6"),
        "YEAR 2025-09-01: availability-casa-a1: rules: ",
    ),
    "a rule of the agreement": (
        lambda made: change_rule(made["agreements"][0]["rules"]["common"], "2025", "2024"),
        "YEAR 2025-09-01: rules: ",
    ),
    "a rule left out": (
        lambda made: made["agreements"][0]["rules"]["objectives"]["availability-casa-a1"].pop(0),
        "YEAR 2025-09-01: availability-casa-a1: rules: nothing, the agreement says ",
    ),
    "the rules of an objective left out": (
        lambda made: made["agreements"][0]["rules"]["objectives"].clear(),
        "YEAR 2025-09-01: availability-casa-a1: rules: are in one of the statement and the agreement only",
    ),
    "another park": (
        lambda made: made["agreements"][0]["facility"].update(code="rabat"),
        'YEAR 2025-09-01: facility.code: "rabat" and "casanearshore"',
    ),
    "another circuit": (
        lambda made: made["agreements"][0]["circuits"].update(b=made["agreements"][0]["circuits"]["casa-a1"]),
        "YEAR 2025-09-01: circuits: 2 and 1 entries",
    ),
    "last day": (
        lambda made: made["agreements"][0]["segment"].update(last_on="2025-09-14"),
        "YEAR 2025-09-01: segment.last_on: ",
    ),
    "a freeze nobody wrote down": (
        lambda made: made["agreements"][0]["registers"]["freezes"].append(
            {"ticket": "T", "starts_at": "2025-09-02T00:00:00Z", "ends_at": "2025-09-03T00:00:00Z", "reason": "access"}
        ),
        "YEAR 2025-09-01: freeze of ticket T from 2025-09-02T00:00:00Z: is not in the files",
    ),
    "evidence of an outage": (
        lambda made: made["agreements"][0]["objectives"][0]["outages"][0]["measured"].update(bad_intervals=1),
        "YEAR 2025-09-01: availability-casa-a1.outages[0].bad_intervals: ",
    ),
    "an exclusion nobody asked for": (
        lambda made: made["agreements"][1]["registers"]["exclusions"].append(
            {
                "exclusion": "X",
                "circuit": "casa-a1",
                "kind": "customer",
                "starts_at": "2025-09-20T00:00:00Z",
                "ends_at": "2025-09-20T01:00:00Z",
                "announced_at": None,
                "decision": "accepted",
                "counted_seconds": 0,
            }
        ),
        "YEAR 2025-09-16: exclusion X of casa-a1: is not in the files",
    ),
}


@pytest.mark.parametrize("name", DISHONEST)
def test_a_false_figure_is_found_though_it_is_signed(
    name: str, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hashes and the signature are right: only the facts speak against it."""
    change, named = DISHONEST[name]
    office.issue(ISSUED)
    (evidence,) = office.out.glob("*.evidence.zip")
    kept = office.root / "kept.zip"
    shutil.copy(evidence, kept)
    evidence.unlink()
    manifest = office.issue(ISSUED, change)
    assert office.verify(manifest) == 0
    capsys.readouterr()
    assert office.verify(manifest, "--recompute", kept) == 1
    assert any(line.startswith(named) for line in wrong_lines(capsys))


REWORDED: dict[str, Callable[[Json], object]] = {
    "a rule": lambda part: change_rule(part["rules"]["common"], "n’est pas pris en compte", "est pris en compte"),
    "a rule more": lambda part: part["rules"]["common"].append("Rien d'autre ne compte."),
    "a promise": lambda part: part["objectives"][0].update(
        promise=part["objectives"][0]["promise"].replace("au moins", "au plus")
    ),
}


@pytest.mark.parametrize("name", REWORDED)
def test_other_words_with_the_same_figures_cannot_be_judged(
    name: str, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another release may word a rule otherwise, and so may somebody who turns it around: both texts are shown."""
    office.issue(ISSUED)
    (evidence,) = office.out.glob("*.evidence.zip")
    made = json.loads(next(office.out.glob("*v1.json")).read_text(encoding="utf-8"))
    REWORDED[name](made["agreements"][1])
    file = office.root / "given.json"
    file.write_text(document_text(signed(resealed(made), office.key(ISSUED))), encoding="utf-8")
    assert office.verify(file) == 0
    capsys.readouterr()
    assert office.verify(file, "--recompute", evidence) == 2
    said = capsys.readouterr()
    assert "  WRONG" not in said.out
    assert said.err.startswith("recompute: YEAR 2025-09-16: ")
    assert ": worded otherwise, cannot be judged: " in said.err
    assert ", promises and rules word by word" in said.out.partition("YEAR 2025-09-01: the same document")[2]


def test_an_honest_restatement_verifies_with_its_predecessor(
    office: Office, months: Months, decide_by_two: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    first = office.issue(ISSUED)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(ISSUED + DAY)
    with pytest.raises(InputError, match="the facts on record now do not give this statement"):
        office.issue(ISSUED)
    months.desk(ISSUED + DAY).contest("YEAR", "2025-09", "our router was up")
    months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
    months.desk(ISSUED + 2 * DAY).answer("YEAR", "2025-09", upheld=True, reason="it was")
    second = office.issue(LATER)
    assert office.verify(second, "--recompute", next(office.out.glob("*v2.evidence.zip")), "--predecessor", first) == 0
    assert "all that changed is told; adjustment -250.00 MAD" in capsys.readouterr().out
    assert office.verify(first, "--predecessor", second) == 1, "the wrong way round"
    assert any("replaces None, not DÉMO" in line for line in wrong_lines(capsys))
    assert office.verify(second, "--other", first) == 0


CONCEALED: dict[str, tuple[Callable[[Json], object], str]] = {
    "a change that is not told": (
        lambda made: made["agreements"][0]["correction"]["difference"]["objectives"][0].pop("outages", None)
        or made["agreements"][0]["correction"]["difference"]["objectives"][0].pop("verdict"),
        "and no correction tells it",
    ),
    "another value before": (
        lambda made: made["agreements"][0]["correction"]["difference"]["credit"]["payable"].update(before="100.00"),
        "credits.payable: told as",
    ),
    "another adjustment": (
        lambda made: made["agreements"][0]["correction"].update(adjustment="-1.00"),
        "correction.adjustment: -1.00, and payable changed by -250.00",
    ),
    "another predecessor": (lambda made: made.update(replaces="P2I-1"), "replaces P2I-1, not DÉMO"),
    "a gap": (lambda made: made.update(version=3), "version 3 does not follow version 1"),
    "an entry written anew": (
        lambda made: made["agreements"][1]["published"].update(sha256="0" * 64),
        "YEAR: entry 2 has SHA-256",
    ),
    "a ledger cut off": (
        lambda made: made["chain"]["YEAR"].update(entry=1), "chain.YEAR: had entry 2 already: entries were cut off"
    ),
    "the part that nobody corrected": (
        lambda made: [
            one["credits"].update(cap="1.00") for one in (made["agreements"][1], made["agreements"][1]["score"])
        ],
        "version 1 in both, yet credits.cap"
    ),
}  # fmt: skip


def test_a_dishonest_restatement_does_not(
    office: Office, months: Months, decide_by_two: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of them hashed and signed as it should be."""
    first = office.issue(ISSUED)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(ISSUED + DAY)
    months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
    office.issue(LATER)
    second = json.loads(next(office.out.glob("*v2.json")).read_text(encoding="utf-8"))
    key = office.key(LATER)
    for name, (change, named) in CONCEALED.items():
        made = copy.deepcopy(second)
        change(made)
        file = office.root / "given.json"
        file.write_text(document_text(signed(resealed(made), key)), encoding="utf-8")
        capsys.readouterr()
        assert office.verify(file, "--predecessor", first) == 1, name
        assert any(named in line for line in wrong_lines(capsys)), name


def test_a_bundle_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    for name in ("../out.txt", "/out.txt"):
        path = tmp_path / "given.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")
        inside = tmp_path / "inside"
        with pytest.raises(InputError, match="leads out of the folder"):
            unpack(path, inside)
        assert not (tmp_path / "out.txt").exists()
    (tmp_path / "no.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match="is not a bundle"):
        unpack(tmp_path / "no.zip", tmp_path / "inside")


@pytest.mark.parametrize("hours", [2, 30])
@pytest.mark.parametrize("at", [SEPTEMBER, OCTOBER])
def test_an_exclusion_over_an_end_of_the_month(
    hours: int, at: datetime, connection: Connection, decide_by_two: Any, tmp_path: Path
) -> None:
    """How far around the month readings matter depends on what is excluded; the bundle has enough for both counts."""
    months = Months(connection, promise(tmp_path, agreement_text("casa-a1", starts_on="2025-01-01")))
    months.register()
    span = (at - hours * HOUR, at + hours * HOUR)
    gap = (at - 3 * HOUR, at - 2 * HOUR)
    months.measure("casa-a1", SEPTEMBER - 4 * DAY, OCTOBER + 4 * DAY, span, gaps=[gap])
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *span, None, "accepted")])
    months.engine(OCTOBER + 4 * DAY)
    months.desk(ISSUED).issue("YEAR", "2025-09")
    office = Office(months, tmp_path / "office")
    manifest = office.issue(ISSUED)
    assert office.verify(manifest, "--recompute", office.out) == 0
