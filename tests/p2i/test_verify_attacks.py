"""`p2i verify` against somebody who wants to be believed: on the files of a published month and its correction."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from p2i.verify_command import main
from reports.files import FORMS
from reports.key_folder import signing_key, write_new_key
from reports.keys import SigningKey
from reports.pdf_attachment import attachments
from reports.signing import signed
from reports.statement import statement_text
from store.connection import connect
from tests.p2i.statement_office import ISSUED, LATER, Office, resealed
from tests.sla_engine.ledger_cases import (
    AMENDED,
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
LATE = (SEPTEMBER + 5 * DAY, SEPTEMBER + 5 * DAY + HOUR)
"""An hour whose readings arrive after the first version: they are what the correction is of."""
V1, V2 = (f"DEMO-P2I-2025-09-locataire-a-v{number}" for number in (1, 2))
OUTSIDE = Path(tempfile.gettempdir()) / f"p2i-outside-{uuid4().hex}"
SEED, MUTATIONS = 20261122, 440


class Files:
    """A copy of the files of both versions, which a test may change; and the operator's key, for who has stolen it."""

    def __init__(self, root: Path) -> None:
        self.root, self.out, self.ring = root, root / "out", root / "keys" / "keys.json"

    @property
    def key(self) -> SigningKey:
        found = signing_key(self.root / "keys", LATER)
        assert found is not None
        return found

    def of(self, stem: str) -> list[Path]:
        return sorted(self.out.glob(f"{stem}.*"))

    def made(self, stem: str, ending: str = "json") -> Json:
        found: Json = json.loads((self.out / f"{stem}.{ending}").read_text(encoding="utf-8"))
        return found

    def given(self, made: Json, name: str = "given.json") -> Path:
        """A document written as ours are, outside the folder of the files."""
        (self.root / "given").mkdir(exist_ok=True)
        path = self.root / "given" / name
        path.write_bytes(statement_text(made).encode("utf-8", "surrogatepass"))
        return path

    def verify(self, file: Path, *more: str | Path) -> int:
        return main([str(file), "--keys", str(self.ring), *map(str, more)])


@pytest.fixture(scope="module")
def originals(server_dsn: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September 2025 in two segments, in every form: as first published, and corrected by readings that came late."""
    folder, name = tmp_path_factory.mktemp("attacked"), f"p2i_test_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template_database))
        )
    with connect(conninfo.make_conninfo(server_dsn, dbname=name), "tests") as connection:
        texts = (
            agreement_text("casa-a1", starts_on="2025-09-01"),
            agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
        )
        months = Months(connection, promise(folder, *texts))
        months.register()
        months.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE, gaps=[LATE])
        months.engine(OCTOBER + DAY)
        months.desk(ISSUED).issue("YEAR", "2025-09")
        office = Office(months, folder / "office")
        office.issue(ISSUED, forms=FORMS)
        months.measure("casa-a1", *LATE, LATE)
        months.engine(ISSUED + DAY)
        months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
        office.issue(LATER, forms=FORMS)
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    return office.root


@pytest.fixture
def files(originals: Path, tmp_path: Path) -> Files:
    shutil.copytree(originals, tmp_path / "copy")
    return Files(tmp_path / "copy")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The lines that say that something is wrong."""
    return "\n".join(line for line in capsys.readouterr().out.splitlines() if line.startswith("  WRONG"))


def test_the_files_are_as_written(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(files.of(V2)) == len(FORMS) + 2
    before = files.out / f"{V1}.manifest.json"
    more = ("--recompute", files.out, "--predecessor", before, "--other", before)
    assert files.verify(files.out / f"{V2}.manifest.json", *more) == 0
    assert files.verify(files.out, "--recompute", files.out) == 0, told(capsys)


def mutated(content: bytes, chance: random.Random) -> bytes:
    at, kind = chance.randrange(len(content)), chance.choice(("flip", "insert", "delete", "truncate", "swap", "zero"))
    rest = content[at:]
    if kind == "flip":
        return content[:at] + bytes([rest[0] ^ chance.randrange(1, 256)]) + rest[1:]
    if kind == "insert":
        return content[:at] + chance.randbytes(chance.randrange(1, 5)) + rest
    if kind == "delete":
        return content[:at] + rest[chance.randrange(1, 9) :]
    if kind == "swap":
        other, changed = chance.randrange(len(content)), bytearray(content)
        changed[at], changed[other] = changed[other], changed[at]
        return bytes(changed)
    width = chance.randrange(1, 40)
    return content[:at] if kind == "truncate" else content[:at] + bytes(len(rest[:width])) + rest[width:]


def test_bytes_changed_anywhere_in_any_file(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """The ring of keys as well: no signature vouches for it, and yet not a blank of it may be another."""
    chance, manifest = random.Random(SEED), files.out / f"{V2}.manifest.json"
    all_of_them = [*files.of(V2), files.ring]
    for number in range(MUTATIONS):
        file = all_of_them[number % len(all_of_them)]
        before = file.read_bytes()
        after = mutated(before, chance)
        file.write_bytes(after)
        asked = [manifest] if file in (manifest, files.ring) else [manifest, file]
        for one in asked:
            code = files.verify(one, *(("--recompute", files.out) if number % 9 == 0 else ()))
            said = capsys.readouterr()
            assert code in (1, 2) or after == before, f"{number}: {file.name} by {one.name}"
            assert said.err.count("\n") == (code == 2), said.err
        file.write_bytes(before)
    assert files.verify(manifest, "--recompute", files.out) == 0


@pytest.mark.parametrize("ending", [*FORMS, "evidence.zip", "manifest.json", None])
def test_files_of_two_statements_swapped(ending: str | None, files: Files) -> None:
    """One of them, or all: each is whole and signed, only not the one it is named as."""
    for one in [*FORMS, "evidence.zip", "manifest.json"] if ending is None else [ending]:
        first, second = (files.out / f"{stem}.{one}" for stem in (V1, V2))
        content = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(content)
    for stem in (V1, V2):
        assert files.verify(files.out / f"{stem}.manifest.json") == 1
        assert files.verify(files.out / f"{stem}.pdf") == 1
    if ending in ("json", None):
        assert files.verify(files.out / f"{V2}.json") == 1


def test_a_manifest_vouches_for_the_files_it_names_only(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """A false PDF beside a true manifest that was given the PDF's name, or named after the manifest itself."""
    false = files.out / "DEMO-P2I-2025-10-locataire-a-v1.pdf"
    false.write_bytes(b"%PDF-1.7 you owe us")
    copied = false.with_suffix(".manifest.json")
    shutil.copy(files.out / f"{V2}.manifest.json", copied)
    assert files.verify(false) == 1
    assert f"{false.name}: the manifest beside it does not name it" in told(capsys)
    assert files.verify(copied) == 1
    assert "is named as no manifest of its files is" in told(capsys)
    after = files.out / f"{V2}.manifest.json.pdf"
    after.write_bytes(b"%PDF-1.7 you owe us")
    assert files.verify(after) == 1
    assert files.verify(files.out / f"{V2}.manifest.json") == 1
    assert f"{after.name}: the manifest does not name it" in told(capsys)


def test_a_folder_is_not_whole_because_a_part_of_it_is(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(files.ring, files.out / "keys.json")
    assert files.verify(files.out) == 0
    for name, content in (("P2I-2025-10-b-v1.html", b"<p>"), ("torn.json", b'{"kind": "p2i.sta'), ("other.csv", b"")):
        (files.out / name).write_bytes(content)
        capsys.readouterr()
        assert files.verify(files.out) == 2
        assert capsys.readouterr().err == f"file: {name}: is not checked: no manifest here names it\n"
        (files.out / name).unlink()


def test_another_tenants_manifest(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """Signed by the operator, over the files of this tenant's statement."""
    said = files.made(V2, "manifest.json")
    said["number"], said["statement_sha256"] = "DÉMO-P2I-2025-09-locataire-b-v2", "0" * 64
    manifest = files.out / f"{V2}.manifest.json"
    manifest.write_text(statement_text(signed(said, files.key)), encoding="utf-8")
    assert files.verify(manifest) == 1
    assert "number is DÉMO-P2I-2025-09-locataire-a-v2, the manifest is of DÉMO-P2I-2025-09-locataire-b-v2" in told(
        capsys
    )


def test_keys_of_others_and_of_other_times(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = files.made(V2)
    write_new_key(tmp_path / "mine", ISSUED)
    mine = signing_key(tmp_path / "mine", LATER)
    assert mine is not None
    forged = files.given(signed(made, mine))
    assert files.verify(forged) == 1
    assert "which is none of the operator's" in told(capsys)
    named = signed(made, mine)
    named["signature"]["key"] = files.key.key
    assert files.verify(files.given(named)) == 1
    assert "is not one of key" in told(capsys)
    old = files.key
    write_new_key(files.root / "keys", LATER + DAY)
    assert files.verify(files.given(signed({**made, "issued_at": "2025-10-20T00:00:00Z"}, old))) == 1
    assert "only; dated 2025-10-20T00:00:00Z" in told(capsys)
    assert files.verify(files.given(signed({**made, "issued_at": "soon"}, old))) == 1
    assert 'dated "soon" is not an ISO 8601 instant' in told(capsys)


def test_the_file_of_keys_by_its_hash(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed, and told by letter; keys with another time in force have another."""
    manifest = files.out / f"{V2}.manifest.json"
    files.verify(manifest)
    printed = capsys.readouterr().out.splitlines()[0].rpartition(" ")[2]
    assert files.verify(manifest, "--sha256", printed) == 0
    ring = json.loads(files.ring.read_text(encoding="utf-8"))
    ring["keys"][0]["from_at"] = "2020-01-01T00:00:00Z"
    files.ring.write_text(json.dumps(ring, indent=2) + "\n", encoding="utf-8")
    assert files.verify(manifest) == 0, "nothing but the letter vouches for them"
    assert files.verify(manifest, "--sha256", printed) == 1
    files.ring.write_text(json.dumps(ring), encoding="utf-8")
    assert files.verify(manifest) == 2
    assert "is not written as p2i keys publish writes it" in capsys.readouterr().err


def cut_head(made: Json) -> None:
    """As if the correction had never been published."""
    made["chain"]["YEAR"] = {"entry": 1, "sha256": "a" * 64}
    for part in made["agreements"]:
        part["published"] |= {"entry": 1, "sha256": "a" * 64}


def test_a_ledger_that_was_cut_off_or_written_anew(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown by the head that was mailed, and by any statement of before."""
    first, later = files.out / f"{V1}.json", files.made(V2)
    head = files.made(V1)["chain"]["YEAR"]["sha256"]
    assert files.verify(first, "--head", head) == 0
    made = copy.deepcopy(later)
    cut_head(made)
    file = files.given(signed(resealed(made), files.key))
    assert files.verify(file, "--head", later["chain"]["YEAR"]["sha256"]) == 1
    assert "is no entry that is named here" in told(capsys)
    for option in ("--other", "--predecessor"):
        assert files.verify(file, option, first) == 1
        assert "chain.YEAR: had entry 2 already: entries were cut off" in told(capsys)
    made = copy.deepcopy(later)
    for version in made["history"]["YEAR"][-1]["versions"]:
        version["version"] = 1  # the first version of September with the figures of the second
    file = files.given(signed(resealed(made), files.key))
    assert files.verify(file, "--other", first) == 1
    assert "YEAR: version 1 of 2025-08-31T23:00:00Z.objectives[0].value_percent: " in told(capsys)


def test_a_second_statement_of_one_number(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole and signed, of the same ledger and with the same figures: only beside the other one does it show."""
    first, made = files.out / f"{V1}.json", files.made(V1)
    made["agreements"][0]["facility"]["manager"] = "another one"
    file = files.given(signed(resealed(made), files.key))
    assert files.verify(file) == 0
    assert files.verify(file, "--other", first) == 1
    assert f"{made['number']}: there are two of this number, with SHA-256 " in told(capsys)
    later = files.made(V2)
    later["replaces_sha256"] = files.made(V1)["sha256"]
    second = files.given(signed(resealed(later), files.key), "second.json")
    assert files.verify(second, "--predecessor", first) == 0
    for option in ("--predecessor", "--other"):
        assert files.verify(second, option, file) == 1
        assert f"{made['number']}: there are two of this number, with SHA-256 " in told(capsys)


def test_a_statement_with_no_ledger_in_common_says_nothing(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    other = json.loads(statement_text(files.made(V1)).replace('"YEAR', '"ELSE'))
    file = files.given(signed(resealed(other), files.key), "other.json")
    capsys.readouterr()
    assert files.verify(files.out / f"{V2}.json", "--other", file) == 2
    said = capsys.readouterr()
    assert "chain.ELSE: had 2 entries, and is not named any more" in said.err
    assert "names no ledger that DÉMO-P2I-2025-09-locataire-a-v1 names: nothing to compare" in said.out


def first_part(made: Json) -> Json:
    found: Json = made["agreements"][0]
    return found


SAID_TWICE: dict[str, tuple[Callable[[Json], object], str]] = {
    "number of another tenant": (lambda m: m.update(number="DÉMO-P2I-2025-09-b-v2"), "number: "),
    "no label": (lambda m: m.update(label=""), "number: "),
    "predecessor of another month": (lambda m: m.update(replaces="DÉMO-P2I-2025-08-locataire-a-v1"), "replaces: "),
    "final too early": (lambda m: m.update(status="final"), "status: final, where the agreements are issued"),
    "a reason to wait": (lambda m: m["reasons"].append("wait"), "reasons: 1"),
    "an objective left out": (lambda m: first_part(m)["objectives"].clear(), "objectives: shows none"),
    "an outage left out": (lambda m: first_part(m)["objectives"][0]["outages"].pop(), ".outages: 1 and 2 entries"),
    "a shorter outage": (
        lambda m: first_part(m)["objectives"][0]["outages"][0].update(seconds=1), ".outages[0].seconds: 1 and "
    ),
    "an exclusion over an outage": (
        lambda m: first_part(m)["objectives"][0]["outages"][0]["exclusions"].append("X"), ".exclusions: 1 and 0 entries"
    ),
    "a lower credit": (lambda m: first_part(m)["credits"].update(payable="0.00"), "credits.payable: 0.00, and "),
    "another adjustment": (lambda m: m["adjustment"][0].update(amount="9.00"), "adjustment: 9.00 MAD, and "),
    "a correction of another version": (
        lambda m: first_part(m)["correction"].update(to_version=3), "correction.to_version: 3"
    ),
    "another reason": (lambda m: first_part(m)["correction"].update(reason="a clerk"), "correction.reason: a clerk"),
    "another month in the twelve": (
        lambda m: m["history"]["YEAR"][0].update(month="2024-01"), "history: is not of the twelve months"
    ),
    "another figure in the twelve": (
        lambda m: m["history"]["YEAR"][-1]["versions"][0]["objectives"][0].update(value_percent="100"),
        "history.objectives[0].value_percent: ",
    ),
    "a version that the ledger does not have": (
        lambda m: m["chain"]["YEAR"].update(entry=1), "chain.YEAR: ends before entry"
    ),
    "another hash of the head": (lambda m: m["chain"]["YEAR"].update(sha256="0" * 64), "is named with two hashes"),
    "zone data of another release": (lambda m: first_part(m).update(tzdb_version="2001a"), "tzdb_version: 2001a"),
}  # fmt: skip


def test_what_is_said_twice_is_changed_twice_or_found(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """By whoever has the key: every hash and the signature are right."""
    v2 = files.made(V2)
    assert files.verify(files.given(signed(resealed(copy.deepcopy(v2)), files.key))) == 0
    for name, (change, named) in SAID_TWICE.items():
        made = copy.deepcopy(v2)
        change(made)
        file = files.given(signed(resealed(made), files.key))
        capsys.readouterr()
        assert files.verify(file) == 1, name
        lines = told(capsys)
        assert named in lines, f"{name}: {lines}"
        assert all(line.split()[1] == "said" for line in lines.splitlines()), name


def in_statement(old: str, new: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return changed


HOSTILE: dict[str, Callable[[str], str]] = {
    "a key twice": in_statement('"month":', '"month": "2025-10",\n  "month":'),
    "no number": in_statement('"version": 2', '"version": NaN'),
    "infinity": in_statement('"version": 2', '"version": -Infinity'),
    "a float": in_statement('"version": 2', '"version": 2.0'),
    "a huge integer": in_statement('"version": 2', '"version": ' + "9" * 4_000),
    "a huger integer": in_statement('"version": 2', '"version": ' + "9" * 5_000),
    "nested": in_statement('"version": 2', '"version": ' + "[" * 900 + "]" * 900),
    "nested deeper": in_statement('"version": 2', '"version": ' + "[" * 50_000 + "]" * 50_000),
    "nested objects": in_statement('"version": 2', '"version": ' + '{"a":' * 600 + "1" + "}" * 600),
    "a byte order mark": lambda text: "\ufeff" + text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "half a sign": in_statement('"number": "', '"number": "\\ud800'),
    "NUL": in_statement('"number": "', '"number": "\\u0000'),
    "a list for a hash": in_statement('"chain": {', '"chain": {"a": {"entry": 1, "sha256": []}, '),
    "an amount beyond": in_statement('"payable": "', '"payable": "1e999999999'),
    "a signalling amount": in_statement('"payable": "', '"payable": "sNaN'),
    "a rate that is none": in_statement('"credit_percent": "', '"credit_percent": "x'),
    "no adjustment": in_statement('"amount": "', '"amounts": "'),
    "a month that is none": in_statement('"month": "2025-09"', '"month": "2025-99"'),
    "the last month": in_statement('"month": "2025-09"', '"month": "9999-12"'),
    "an instant that is none": in_statement('"scored_to_at": "', '"scored_to_at": "x'),
}  # fmt: skip


@pytest.mark.parametrize("is_signed", [True, False])
def test_no_text_is_believed_or_breaks_it(is_signed: bool, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """As it comes, and signed anew where it can be; asked everything that can be asked."""
    before = statement_text(files.made(V2))
    asked = ("--recompute", files.out, "--predecessor", files.out / f"{V1}.json", "--other", files.out / f"{V1}.json")
    for name, change in HOSTILE.items():
        text = change(before)
        if is_signed:
            try:
                text = statement_text(signed(resealed(json.loads(text)), files.key))
            except (ValueError, TypeError, RecursionError, UnicodeError):
                continue
            if text == before:
                continue
        file = files.root / "given.json"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        code = files.verify(file, *asked)
        said = capsys.readouterr()
        assert code in (1, 2), name
        assert said.err.count("\n") == (code == 2), f"{name}: {said.err}"


def test_fifty_megabytes(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """Read and judged; what is longer than any file of ours is not read to its end."""
    file = files.root / "given.json"
    file.write_text(statement_text({**files.made(V2), "more": "x" * 50_000_000}), encoding="utf-8")
    assert files.verify(file) == 1
    file.write_bytes(b'{"kind": "p2i.statement/2", "more": "' + b"x" * (65 << 20))
    capsys.readouterr()
    assert files.verify(file) == 2
    assert "is longer than 67108864 bytes, which no file of ours is" in capsys.readouterr().err
    assert files.verify(Path("/dev/zero")) == 2


BAD_MANIFESTS: dict[str, Callable[[Json], object]] = {
    "a hundred thousand files": lambda said: said["files"].extend(
        {"name": f"n{number}.csv", "bytes": 1, "sha256": "0" * 64} for number in range(100_000)
    ),
    "ten thousand members and one": lambda said: said["files"][0].update(
        members=[{"name": f"n{number}.csv", "bytes": 1, "sha256": "0" * 64} for number in range(10_001)]
    ),
    "a size that is a float": lambda said: said["files"][0].update(bytes=1.5),
    "a size that is a truth": lambda said: said["files"][0].update(bytes=True),
    "a hash that is none": lambda said: said["files"][0].update(sha256=None),
    "a name that leads out": lambda said: said["files"][0].update(name="../out/x.csv"),
    "a member that leads out": lambda said: said["files"][0].update(
        members=[{"name": "a/../../x", "bytes": 1, "sha256": "0" * 64}]
    ),
    "a file twice": lambda said: said["files"].append(said["files"][0]),
    "no date": lambda said: said.pop("issued_at"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_MANIFESTS)
def test_a_manifest_that_is_none_of_ours(name: str, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = files.out / f"{V2}.manifest.json"
    said = files.made(V2, "manifest.json")
    BAD_MANIFESTS[name](said)
    texts = [statement_text(said)]
    if len(texts[0]) < 100_000:
        texts.append(_signed_text(said, files.key))
    for text in texts:
        manifest.write_text(text, encoding="utf-8")
        assert files.verify(manifest, "--recompute", files.out) == 1
        out = capsys.readouterr().out
        assert "  WRONG manifest " in out
        assert out.count("\n") < 100


def _signed_text(said: Json, key: SigningKey) -> str:
    try:
        return statement_text(signed(said, key))
    except TypeError:
        return statement_text(said)


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", how) as archive:
            for name, content in members:
                archive.writestr(name, content)

    return write


def link(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.create_system, found.external_attr = 3, 0o120777 << 16
    return found


BUNDLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "out of the folder": (packed(("../../x", b"x")), "leads out of the folder"),
    "from the root": (packed((f"{OUTSIDE}", b"x")), "leads out of the folder"),
    "through a link": (packed((link("a"), b"/tmp"), ("a/x", b"x")), "holds 'a' twice, or as file and folder"),
    "a file and a folder of one name": (packed(("a", b"x"), ("a/x", b"x")), "holds 'a' twice, or as file and folder"),
    "a bomb": (packed(("a", bytes(300_000_000))), "would be 300000000 bytes out of"),
    "packed otherwise": (packed(("a", b"x" * 99), how=zipfile.ZIP_LZMA), "is packed as no bundle of ours is"),
    "too many": (packed(*((f"f{number}", b"") for number in range(10_001))), "more than 10000 files"),
    "an agreement that is a folder": (packed(("agreement.toml/x", b"x")), "no agreement.toml with SHA-256"),
    "an agreement that is no text": (packed(("agreement.toml", b"\xff")), "no agreement.toml with SHA-256"),
    "a name too long": (packed(("n" * 5_000, b"x")), "File name too long"),
    "no bundle": (lambda path: path.write_bytes(b"PK\x05\x06"), "is not a bundle"),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_evidence_that_is_none(name: str, files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write, said = BUNDLES[name]
    given = tmp_path / "given.zip"
    write(given)
    for file in (files.out / f"{V2}.json", files.out / f"{V2}.manifest.json"):
        assert files.verify(file, "--recompute", given) == 1
        assert said in told(capsys)
    assert not OUTSIDE.exists()


def test_a_bundle_damaged_anywhere(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of bytes that no one reads a bundle by, like a date in it, the manifest alone knows: figures are figures."""
    bundle, given, chance = (files.out / f"{V2}.evidence.zip").read_bytes(), tmp_path / "given.zip", random.Random(SEED)
    found = 0
    for _ in range(150):
        given.write_bytes(mutated(bundle, chance))
        found += files.verify(files.out / f"{V2}.json", "--recompute", given) == 1
        assert capsys.readouterr().err == ""
    assert found > 140


def embedded(content: bytes, number: int = 1) -> bytes:
    head = b"<</Type/EmbeddedFile/Length %d>>" % len(content)
    return b"%d 0 obj\n" % number + head + b"\nstream\n" + content + b"\nendstream\nendobj\n"


def test_a_statement_without_evidence_is_not_accused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be issued without, of readings that are gone; its neighbour in the folder has its own."""
    (files.out / f"{V1}.evidence.zip").unlink()
    for name in (f"{V1}.json", f"{V2}.json"):
        code = files.verify(files.out / name, "--recompute", files.out)
        assert code == (2 if name.startswith(V1) else 0)
    assert f"holds no evidence of {V1}" in capsys.readouterr().err


def test_a_pdf_made_to_be_searched_for_ever() -> None:
    """The search is as long as the file, however often the words come in it, and what it gives is bounded."""
    assert list(attachments(b"%PDF-1.7\n" + embedded(b"one") + embedded(b"two", 2))) == [b"one", b"two"]
    assert list(attachments(b"1 0 obj<<" * 400_000)) == []
    assert list(attachments(b"1 0 obj<</Type/EmbeddedFile" * 100_000)) == []
    assert len(list(attachments(embedded(b"x") * 5_000))) <= 16


def test_no_database_and_no_library_of_one(files: Files) -> None:
    """On a machine that never had any: what would connect cannot even be imported."""
    script = (
        "import sys\n"
        "class Nothing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'psycopg', 'psycopg_pool', 'socket', 'typst', 'pyhanko', 'xlsxwriter'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Nothing())\n"
        "from p2i.verify_command import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    manifest = files.out / f"{V2}.manifest.json"
    done = subprocess.run(
        [sys.executable, "-c", script, str(manifest), "--keys", str(files.ring), "--recompute", str(files.out)],
        capture_output=True, text=True, timeout=60, check=False, env={"PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("as it was written\n")


def test_whoever_reads_one_line_gets_no_traceback(files: Files) -> None:
    command = [sys.executable, "-u", "-m", "p2i", "verify", str(files.out), "--keys", str(files.ring)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 2


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Whatever a bundle holds, no folder of a verification outlives it."""
    place = Path(tempfile.gettempdir())
    before = set(place.glob("p2i-verify-*"))
    yield
    assert set(place.glob("p2i-verify-*")) <= before
