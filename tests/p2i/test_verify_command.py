"""`p2i verify` on files of which one thing was changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from p2i.verify_command import main
from reports.key_folder import end_key
from tests.p2i.statement_files import ISSUED, Issued, issue, rewritten

Json = dict[str, Any]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """Signed, with HTML, PDF, JSON, evidence and manifest."""
    return issue(tmp_path_factory.mktemp("issued"))


@pytest.fixture
def issued(original: Issued, tmp_path: Path) -> Issued:
    """The same files; each test may change its own."""
    shutil.copytree(original.folder.parent, tmp_path / "copy")
    folder = tmp_path / "copy" / "out"
    return Issued(folder, tmp_path / "copy" / "keys", original.made, folder / original.manifest.name)


def verify(file: Path, *more: str | Path) -> int:
    return main([str(file), *map(str, more)])


def wrong_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split(None, 1)[1] for line in capsys.readouterr().out.splitlines() if line.startswith("  WRONG")]


def test_all_files_are_as_written(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(issued.manifest, "--keys", issued.ring) == 0
    out = capsys.readouterr().out
    assert f"{issued.json}: {issued.made['number']}, 2026-11-03T09:00:00Z, provisional\n" in out
    for file in issued.folder.iterdir():
        assert file == issued.manifest or f"{file.name}: {file.stat().st_size} bytes" in out
    key = issued.made["signature"]["key"]
    assert out.count(f"signature   by key {key} (fingerprint {key}") == 2, "the manifest's and the statement's"
    assert out.endswith("\nas it was written\n")
    for other in (issued.folder, *issued.folder.iterdir()):
        assert verify(other, "--keys", issued.ring) == 0, "any of them brings the manifest"


def test_every_byte_of_every_file_counts(original: Issued, tmp_path_factory: pytest.TempPathFactory) -> None:
    """By the manifest, whichever file it is in; in the statement's own JSON, without the manifest as well."""
    root = tmp_path_factory.mktemp("flipped")
    files = sorted(file.name for file in original.folder.iterdir())
    shutil.copytree(original.folder, root / "out")

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(files), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
    @example(original.json.name, 0.0, 0x20)
    def one_byte(name: str, place: float, mask: int) -> None:
        file, before = root / "out" / name, (original.folder / name).read_bytes()
        at = int(place * len(before))
        file.write_bytes(before[:at] + bytes([before[at] ^ mask]) + before[at + 1 :])
        try:
            asked = [original.manifest.name, *([name] if name == original.json.name else [])]
            for each in asked:
                assert verify(root / "out" / each, "--keys", original.ring) in (1, 2), f"{name}: byte {at}"
        finally:
            file.write_bytes(before)

    one_byte()
    assert verify(root / "out" / original.manifest.name, "--keys", original.ring) == 0


@pytest.mark.parametrize("ending", [".json", ".html", ".pdf", ".evidence.zip"])
@pytest.mark.parametrize("damage", [lambda content: content + b"\n", lambda content: content[:-1], None])
def test_a_longer_a_shorter_and_a_missing_file(
    ending: str, damage: Callable[[bytes], bytes] | None, issued: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    file = issued.json.with_name(f"{issued.json.stem}{ending}")
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage(file.read_bytes()))
    assert verify(issued.manifest, "--keys", issued.ring) == 1
    assert any(file.name in line for line in wrong_lines(capsys))


def set_paid(said: Json) -> None:
    said["agreements"][0]["score"]["credits"]["payable"] = "0.00"


def set_rule(said: Json) -> None:
    said["agreements"][0]["rules"]["common"][0] = "nothing counts"


def set_decision(said: Json) -> None:
    said["agreements"][0]["registers"]["exclusions"][1]["decision"] = "accepted"


@pytest.mark.parametrize(
    ("change", "named"), [(set_paid, "score was"), (set_rule, "rules was"), (set_decision, "registers was")]
)
def test_a_changed_part_is_named(
    change: Callable[[Json], None], named: str, issued: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even when who changed it made the hash of the whole anew; and the signature is not of that content."""
    rewritten(issued.json, change)
    assert verify(issued.json, "--keys", issued.ring) == 1
    lines = wrong_lines(capsys)
    assert any(line.startswith(f"parts       DEMO-CASA-A: {named} changed") for line in lines)
    assert any(line.startswith("signature   is not one of key") for line in lines)


def test_sums_that_do_not_add_up(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    rewritten(issued.json, lambda said: said["payable"][0].update(amount="99.00"))
    assert verify(issued.json) == 1
    assert wrong_lines(capsys) == ["sums        payable says 99.00 MAD, the agreements add up to 2700.00 MAD"]


def test_another_spelling_of_the_same_content(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    text = issued.json.read_text(encoding="utf-8")
    issued.json.write_text(text.replace('"month": ', '"month":  '), encoding="utf-8")
    assert verify(issued.json, "--keys", issued.ring) == 1
    (line,) = wrong_lines(capsys)
    number = text[: text.index('"month"')].count("\n") + 1
    assert line.startswith("form        byte ")
    assert f", line {number}: is not as we write it" in line


def test_a_pdf_with_another_statement_in_it_names_the_field(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody put another PDF there and made the manifest anew, without the key."""
    changed = json.loads(issued.json.read_text(encoding="utf-8"))
    changed["tenant"]["name"] = "Locataire B"
    other = issue(tmp_path / "other", {k: v for k, v in changed.items() if k != "signature"}, is_signed=False)
    pdf = issued.json.with_suffix(".pdf")
    pdf.write_bytes(other.json.with_suffix(".pdf").read_bytes())
    assert verify(issued.manifest, "--keys", issued.ring) == 1
    lines = wrong_lines(capsys)
    assert any("the statement in it is not the JSON file: tenant.name: " in line for line in lines)


def test_a_pdf_alone_gives_its_json_and_says_what_it_cannot(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone.pdf"
    alone.write_bytes(issued.json.with_suffix(".pdf").read_bytes())
    assert verify(alone, "--keys", issued.ring) == 2
    said = capsys.readouterr()
    assert f"ok    hash        SHA-256 {issued.made['sha256']}" in said.out
    assert said.err == "pages: its pages are not checked: that takes the manifest, beside it\n"


def test_a_file_put_beside_the_others(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    (issued.folder / f"{issued.json.stem}.xlsx").write_bytes(b"other figures")
    assert verify(issued.manifest, "--keys", issued.ring) == 1
    assert wrong_lines(capsys) == [f"file        {issued.json.stem}.xlsx: the manifest does not name it"]


def test_a_signature_without_keys_cannot_be_judged(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(issued.manifest) == 2
    assert "not checked: give the operator's keys with --keys" in capsys.readouterr().err


def test_an_unsigned_statement_says_so_and_a_removed_signature_is_found(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unsigned = issue(tmp_path / "unsigned", is_signed=False)
    assert verify(unsigned.manifest) == 0
    assert "note  unsigned    its hash shows that nothing changed" in capsys.readouterr().out
    rewritten(issued.json, lambda said: said.pop("signature"))
    assert verify(issued.json, "--keys", issued.ring) == 1
    assert wrong_lines(capsys) == ["signature   none: nobody vouches for it, or it was removed"]
    assert verify(unsigned.json, "--keys", issued.ring) == 1, "whoever gives keys expects a signature"


def test_somebody_elses_key(issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = issue(tmp_path / "other")
    assert verify(other.manifest, "--keys", issued.ring) == 1
    assert any("which is none of the operator's" in line for line in wrong_lines(capsys))


def test_a_retired_key_still_vouches_for_what_it_signed(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    key = issued.made["signature"]["key"]
    end_key(issued.keys, key, ISSUED.replace(month=12), is_compromised=False)
    assert verify(issued.manifest, "--keys", issued.ring) == 0
    assert "retired on 2026-12-03T09:00:00Z" in capsys.readouterr().out
    end_key(issued.keys, key, ISSUED.replace(hour=8), is_compromised=False)
    assert verify(issued.manifest, "--keys", issued.ring) == 1
    assert "in force from 2026-10-01T00:00:00Z to 2026-11-03T08:00:00Z only" in wrong_lines(capsys)[0]


def test_a_compromised_key_proves_nothing_without_a_witness(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    key, manifest = issued.made["signature"]["key"], json.loads(issued.manifest.read_text(encoding="utf-8"))
    end_key(issued.keys, key, ISSUED.replace(month=12), is_compromised=True)
    assert verify(issued.manifest, "--keys", issued.ring) == 1
    assert all("is only its own word" in line for line in wrong_lines(capsys))
    told = ["--sha256", issued.made["sha256"], "--sha256", manifest["sha256"]]
    assert verify(issued.manifest, "--keys", issued.ring, *told) == 0
    end_key(issued.keys, key, ISSUED.replace(hour=8), is_compromised=True)
    assert verify(issued.manifest, "--keys", issued.ring, *told) == 1
    assert "compromised since 2026-11-03T08:00:00Z; dated 2026-11-03T09:00:00Z" in wrong_lines(capsys)[0]


def test_what_was_told_by_another_way(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    other = "0" * 64
    assert verify(issued.json, "--keys", issued.ring, "--sha256", issued.made["sha256"].upper()) == 0
    assert verify(issued.json, "--keys", issued.ring, "--sha256", other, "--head", other) == 1
    assert [line.split()[0] for line in wrong_lines(capsys)] == ["told", "told"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1, column 1: no JSON"),
        (b"[1]", "says of no kind of document to be one"),
        (b'{"kind": "p2i.keys/1"}', "neither"),
        (b"\xff", "byte 1 is no UTF-8"),
        (b"[" * 100_000, "no JSON that we write"),
        (b"%PDF-1.7 nothing", "holds no statement"),
    ],
)
def test_bad_input_is_one_line(content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "given"
    file.write_bytes(content)
    assert verify(file) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "p2i.statement/2"},
        {"kind": "p2i.statement/2", "agreements": 3, "parts_sha256": [], "figure": 0.5},
        {"kind": "p2i.manifest/1", "files": [{"name": "../x.json", "bytes": 1, "sha256": ""}]},
        {"kind": "p2i.manifest/1", "files": 7},
        {"kind": "p2i.manifest/1"},
    ],
)
def test_what_only_says_to_be_ours_is_told_so(content: Json, tmp_path: Path) -> None:
    file = tmp_path / "given.json"
    file.write_text(json.dumps(content, indent=2) + "\n")
    assert verify(file) == 1


def test_no_text_of_a_file_moves_the_cursor(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    rewritten(issued.json, lambda said: said.update(number="\x1b[2K\u202e", issued_at="\n  ok    hash"))
    assert verify(issued.json, "--keys", issued.ring) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\n  ok    hash     " in out
    assert ", \\n  ok    hash, provisional" in out


def test_nothing_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, said in ((tmp_path, "holds no manifest"), (tmp_path / "none", "No such file")):
        assert verify(path) == 2
        assert said in capsys.readouterr().err
