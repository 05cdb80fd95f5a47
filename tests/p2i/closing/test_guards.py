"""What is not issued, or not as it was: agreements that come and go, keys, servers and databases that are not there."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from p2i.cli import main as p2i
from p2i.closing import files as closing_files
from p2i.closing import issuing
from p2i.closing.problems import Problems
from reports.composing import compose
from reports.sealing import sealing_of
from sla_engine.adopting import adopt
from store.connection import Connection
from store.errors import InputError
from store.rows import ExclusionRow
from tests.conftest import WriteExclusions
from tests.mail_box import MailBox
from tests.p2i.closing.conftest import RECIPIENTS, ClosingOffice
from tests.p2i.closing.test_passes import NUMBER, STEM
from tests.sla_engine.ledger_cases import DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

TWO = {"YEAR": "casa-a1", "OTHER": "casa-b1"}


def test_a_database_whose_clock_was_set_back_is_looked_at_all_the_same(office: ClosingOffice) -> None:
    passes = office.passes()
    passes.run(office.months.connection)
    assert passes._published_at is not None
    passes._published_at += timedelta(days=2)
    office.recipients.write_text(RECIPIENTS.replace("from = ", "form = "))
    (problem,) = passes.run(office.months.connection)
    assert problem.startswith("settings: ")


def two_agreements(connection: Connection, dsn: str, root: Path, mail_box: MailBox) -> ClosingOffice:
    """September 2025 of a tenant with two agreements, both due."""
    texts = [agreement_text(circuit, code=code, starts_on="2025-09-01") for code, circuit in TWO.items()]
    months = Months(connection, promise(root, *texts))
    months.register()
    for circuit in TWO.values():
        months.measure(circuit, SEPTEMBER, OCTOBER + DAY)
    months.engine(OCTOBER + DAY)
    return ClosingOffice(months, root, mail_box, dsn)


def test_an_agreement_that_left_the_inventory_corrects_nothing(
    connection: Connection, dsn: str, tmp_path: Path, mail_box: MailBox
) -> None:
    office = two_agreements(connection, dsn, tmp_path, mail_box)
    assert office.look() == []
    (office.months.promised.inventory.path / "agreements" / "0.toml").unlink()
    (problem,) = office.look()
    assert problem.startswith("locataire-a YEAR: is on issued statements and not in the inventory any more")
    assert office.value("SELECT count(*) FROM statement") == 1
    assert len(office.box.mails) == 2


def test_an_agreement_that_is_filed_late_is_told_and_makes_a_next_version(
    connection: Connection, dsn: str, tmp_path: Path, mail_box: MailBox
) -> None:
    first, late = (agreement_text(circuit, code=code, starts_on="2025-09-01") for code, circuit in TWO.items())
    months = Months(connection, promise(tmp_path, first))
    months.register()
    for circuit in TWO.values():
        months.measure(circuit, SEPTEMBER, OCTOBER + DAY)
    months.engine(OCTOBER + 2 * DAY)
    office = ClosingOffice(months, tmp_path, mail_box, dsn)
    office.recipients.write_text(RECIPIENTS)
    assert office.look() == []
    (months.promised.inventory.path / "agreements" / "1.toml").write_text(late)
    months.promised = office.settings().promised
    months.register()
    told = office.look()
    assert told[0].startswith("OTHER 2025-09: was in force and was never scored")
    assert "OTHER: was in force and was never scored" in office.run("list", "--months", "0").stdout.decode()
    assert office.value("SELECT count(*) FROM statement") == 1, "it changes nothing that was issued"
    adopt(connection, months.promised, "OTHER", "2025-09", "signed in November", office.now())
    assert not [line for line in office.look() if "2025-09" in line]
    numbers = office.value("SELECT array_agg(document::jsonb ->> 'replaces' ORDER BY version) FROM statement")
    assert numbers == [None, NUMBER]
    first_made, made = (json.loads((office.folder / f"{STEM[:-1]}{n}.json").read_text()) for n in (1, 2))
    assert made["replaces_sha256"] == first_made["sha256"]
    assert {part["agreement"]: part["new_since"] for part in made["agreements"]} == {"YEAR": None, "OTHER": NUMBER}
    assert made["adjustment"] == [{"currency": "MAD", "amount": "0.00"}]
    body = office.box.mails[-1].get_body(("plain",))
    assert body is not None
    assert "OTHER : absente du relevé précédent, ajoutée ici." in body.get_content().replace("\u00a0", " ")
    files = [str(office.folder / f"{STEM[:-1]}{n}.json") for n in (2, 1)]
    ring = str(office.root / "keys" / "keys.json")
    assert p2i(["verify", files[0], "--keys", ring, "--predecessor", files[1]]) == 0
    assert len(office.box.mails) == 4


def test_a_month_of_which_one_agreement_is_published_later_waits_for_it(
    connection: Connection, dsn: str, tmp_path: Path, mail_box: MailBox
) -> None:
    office = two_agreements(connection, dsn, tmp_path, mail_box)
    passes = office.passes()
    passes._published_at = office.now()
    office.months.desk(office.now()).issue("YEAR", "2025-09")
    assert passes.run(office.months.connection) == []
    assert office.value("SELECT count(*) FROM statement") == 0
    office.months.desk(office.now()).issue("OTHER", "2025-09")
    assert passes.run(office.months.connection) == []
    assert office.value("SELECT count(*) FROM statement") == 1
    assert len(office.box.mails) == 2


def test_an_agreement_that_the_store_has_as_anothers_is_on_nobodys_statement(office: ClosingOffice) -> None:
    office.months.desk(office.now()).issue("YEAR", "2025-09")
    office.do("UPDATE agreement SET tenant = 'locataire-b' WHERE agreement = 'YEAR'")
    assert office.look() == [
        "locataire-a YEAR: is known as an agreement of locataire-b: no statement of locataire-a is issued"
    ]
    assert office.value("SELECT count(*) FROM statement") == 0


def test_a_number_that_the_folder_has_and_the_database_lost_is_not_issued_twice(
    office: ClosingOffice, tmp_path: Path
) -> None:
    office.look()
    kept = tmp_path / "kept"
    shutil.copytree(office.folder, kept)
    office.do(
        "ALTER TABLE dispatch_event DISABLE TRIGGER USER; ALTER TABLE dispatch_recipient DISABLE TRIGGER USER;"
        " ALTER TABLE dispatch DISABLE TRIGGER USER; ALTER TABLE statement_files DISABLE TRIGGER USER;"
        " ALTER TABLE statement DISABLE TRIGGER USER;"
        " DELETE FROM dispatch_event; DELETE FROM dispatch_recipient; DELETE FROM dispatch;"
        " DELETE FROM statement_files; DELETE FROM statement"
    )
    (problem,) = office.look()
    assert "the database has no such statement: it was restored from a backup" in problem
    assert len(office.box.mails) == 2
    for file in kept.rglob("*.*"):
        if file.is_file():
            assert (office.folder / file.relative_to(kept)).read_bytes() == file.read_bytes()


def test_one_tenant_that_cannot_be_served_at_all_leaves_the_job_at_work(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError(RECIPIENTS)

    monkeypatch.setattr(closing_files, "write_statement", broken)
    with caplog.at_level(logging.WARNING):
        (problem,) = office.look()
    assert problem.startswith(f"{NUMBER}: KeyError")
    assert "@" not in caplog.text
    assert "write_statement" in caplog.text, "where it broke is told"
    monkeypatch.undo()
    assert office.look() == []
    assert len(office.box.mails) == 2


def test_keys_that_are_set_between_a_statement_and_its_files_are_not_its_own(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise InputError("No space left on device")

    monkeypatch.setattr(closing_files, "write_statement", full)
    passes = office.passes()
    passes.settings = replace(passes.settings, keys=None)
    passes._published_at = office.now()
    office.months.desk(office.now()).issue("YEAR", "2025-09")
    passes.run(office.months.connection)
    assert office.value("SELECT document LIKE '%\"signature\"%' FROM statement") is False
    monkeypatch.undo()
    assert office.look() == []
    assert office.value("SELECT manifest LIKE '%\"signature\"%' FROM statement_files") is False


def test_a_signed_statement_gets_no_unsigned_manifest(office: ClosingOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise InputError("No space left on device")

    monkeypatch.setattr(closing_files, "write_statement", full)
    office.look()
    monkeypatch.undo()
    passes = office.passes()
    passes._read = lambda: replace(office.settings(), keys=None)
    (problem,) = passes.run(office.months.connection)
    assert problem == f"{NUMBER}: it is signed, and its manifest cannot be: P2I_KEYS is not set"
    assert office.look() == []


def test_a_month_that_lacks_a_verdict_is_not_composed_at_every_look(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed: list[str] = []

    def counting(*arguments: Any, **options: Any) -> Any:
        composed.append(arguments[3])
        return {**compose(*arguments, **options), "status": "provisional"}

    monkeypatch.setattr(issuing, "compose", counting)
    passes = office.passes()
    for _ in range(3):
        passes.run(office.months.connection)
    assert composed == ["2025-09"]


def test_a_pass_that_broke_off_leaves_no_problem_behind() -> None:
    problems = Problems()
    problems.found("N", "was so before the database went away")
    problems.begin_pass()
    assert problems.texts == []


def test_what_was_issued_stays_for_the_replication_role_too(office: ClosingOffice) -> None:
    import psycopg

    office.look()
    for table in ("statement", "statement_files", "dispatch", "dispatch_recipient", "dispatch_event"):
        office.months.connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            office.months.connection.execute(f"DELETE FROM {table}".encode())
        office.months.connection.rollback()


def test_a_time_stamping_server_that_is_away_is_asked_once_a_pass_and_holds_the_mail(
    office: ClosingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = pytest.importorskip("reports.seal", reason="needs the extra seal")
    from reports.timestamp import Unreachable

    asked: list[str] = []

    def away(_content: bytes, url: str) -> bytes:
        asked.append(url)
        raise Unreachable(f"time stamp of {url}: timed out")

    sealing = sealing_of({"P2I_TIMESTAMP_URL": "http://tsa.example/"})
    monkeypatch.setattr(seal, "time_stamp", away)
    passes = office.passes()
    passes._read = lambda: replace(office.settings(), sealing=sealing)
    (problem,) = passes.run(office.months.connection)
    assert problem == f"{NUMBER}: time stamp of http://tsa.example/: timed out"
    assert len(asked) == 1
    monkeypatch.setattr(seal, "time_stamp", lambda *_: b"stamped")
    assert passes.run(office.months.connection) == []
    assert len(list(office.folder.glob("*.tsr"))) == 1
    assert len(office.box.mails) == 2


def test_a_statement_written_by_hand_is_the_one_that_was_issued(
    office: ClosingOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office.look()
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)
    out, issued = tmp_path / "by-hand", office.folder / f"{STEM}.json"
    words = ["statement", "--tenant", "locataire-a", "--period", "2025-09", "--format", "json,csv", "--out"]
    for _ in range(2):
        assert p2i([*words, str(out)]) == 0, capsys.readouterr().err
    assert (out / issued.name).read_bytes() == issued.read_bytes()
    assert p2i(["verify", str(out), "--keys", str(office.root / "keys" / "keys.json")]) == 0
    before = {file.name: file.read_bytes() for file in office.folder.iterdir() if file.is_file()}
    assert p2i([*words, str(office.folder)]) == 2
    assert "choose another --out" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in office.folder.iterdir() if file.is_file()} == before
    assert p2i([*words, str(out), "--language", "en"]) == 0
    translated = json.loads((out / f"{STEM}-en.json").read_text())
    assert (translated["number"], translated["language"]) == (f"{NUMBER}-en", "en")


def test_the_first_statement_replaces_none_whatever_was_corrected_before(
    office: ClosingOffice, decide_by_two: WriteExclusions
) -> None:
    office.months.desk(office.now()).issue("YEAR", "2025-09")
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    office.months.desk(office.now()).restate("YEAR", "2025-09")
    assert office.look() == []
    made = json.loads((office.folder / f"{STEM}.json").read_text())
    assert (made["version"], made["replaces"], made["adjustment"]) == (1, None, [])
    assert [part["correction"] for part in made["agreements"]] == [None, None]
    assert [part["published"]["version"] for part in made["agreements"]] == [2, 1]
    assert office.box.mails[0]["In-Reply-To"] is None
