"""A month from its last Δt to the tenant's mailbox: issued once, sent once, whatever fails on the way."""

from __future__ import annotations

import json
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from p2i.cli import main as p2i
from p2i.closing.sending import GIVES_UP_AFTER, next_wait
from store.errors import InputError
from store.rows import ExclusionRow
from tests.p2i.closing.conftest import RECIPIENTS, ClosingOffice
from tests.sla_engine.ledger_cases import OUTAGE

NUMBER = "DÉMO-P2I-2025-09-locataire-a-v1"
STEM = "DEMO-P2I-2025-09-locataire-a-v1"


def told(office: ClosingOffice) -> list[str]:
    """The proof of dispatch of the newest message: what happened, without times."""
    rows = office.months.connection.execute(
        "SELECT event FROM dispatch_event WHERE dispatch_id = (SELECT max(dispatch_id) FROM dispatch) ORDER BY event_id"
    ).fetchall()
    office.months.connection.rollback()
    return [event for (event,) in rows]


def due_again(office: ClosingOffice) -> None:
    """Lets the wait before the next attempt pass."""
    office.months.connection.execute(
        "UPDATE dispatch_recipient SET next_try_at = now() - interval '1 second' WHERE state = 'waiting'"
    )
    office.months.connection.commit()


def test_a_month_is_published_issued_and_sent_once(office: ClosingOffice) -> None:
    assert office.look() == []
    assert office.value("SELECT count(*) FROM statement") == 1
    assert office.value("SELECT number FROM statement") == NUMBER
    assert office.value("SELECT count(*) FROM verdict_entry WHERE kind = 'issued'") == 2, "two segments"
    assert sorted(file.name for file in office.folder.iterdir()) == [
        f"{STEM}.csv", f"{STEM}.evidence.zip", f"{STEM}.json", f"{STEM}.manifest.json", "dispatch",
    ]  # fmt: skip
    assert office.box.recipients == ["audit@acme.example", "samira@acme.example"]
    assert len(set(office.box.contents)) == 1, "the same message to both"
    for _ in range(3):
        assert office.look() == []
    assert len(office.box.mails) == 2
    assert told(office) == ["attempted", "handed_over"] * 2


def test_the_mail_carries_what_the_auditor_checks_and_is_the_file_on_record(office: ClosingOffice) -> None:
    office.look()
    mail: EmailMessage = office.box.mails[0]
    made = json.loads((office.folder / f"{STEM}.json").read_text())
    manifest = json.loads((office.folder / f"{STEM}.manifest.json").read_text())
    body = mail.get_body(("plain",))
    assert body is not None
    text = "".join(body.get_content().split())
    for expected in (made["sha256"], manifest["sha256"], made["chain"]["YEAR"]["sha256"]):
        assert expected in text
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert set(attached) == {f"{STEM}.csv", f"{STEM}.json", f"{STEM}.manifest.json"}
    sent = office.box.contents[0].replace(b"\r\n", b"\n").rstrip()
    assert sent.endswith((office.folder / "dispatch" / f"{STEM}.eml").read_bytes().replace(b"\r\n", b"\n").rstrip())


def test_what_is_sent_verifies_and_gives_its_figures_again(
    office: ClosingOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    office.look()
    manifest, keys = office.folder / f"{STEM}.manifest.json", office.root / "keys" / "keys.json"
    bundle = office.folder / f"{STEM}.evidence.zip"
    assert p2i(["verify", str(manifest), "--keys", str(keys), "--recompute", str(bundle)]) == 0
    assert "WRONG" not in capsys.readouterr().out


def test_who_has_the_mail_alone_can_verify_what_is_in_it(
    office: ClosingOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.look()
    saved = tmp_path / "saved"
    saved.mkdir()
    for part in office.box.mails[0].iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        (saved / str(part.get_filename())).write_bytes(content)
    body = office.box.mails[0].get_body(("plain",))
    assert body is not None
    command = next(line for line in body.get_content().splitlines() if line.startswith(f"p2i verify {STEM}.csv"))
    words = [str(office.root / "keys" / word) if word == "keys.json" else word for word in command.split()[2:]]
    code, said = p2i(["verify", str(saved / words[0]), *words[1:]]), capsys.readouterr().out
    assert code == 0, said
    assert f"note  absent      {STEM}.evidence.zip: is not here, so it is not checked" in said
    assert "WRONG" not in said
    (saved / f"{STEM}.csv").write_bytes(b"changed")
    assert p2i(["verify", str(saved / words[0]), *words[1:]]) == 1


def test_a_correction_is_version_2_in_the_thread_of_version_1(office: ClosingOffice, decide_by_two: object) -> None:
    office.look()
    assert callable(decide_by_two)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    office.months.desk(_now(office)).restate("YEAR", "2025-09", "customer's works")
    assert office.look() == []
    assert office.value("SELECT array_agg(version ORDER BY version) FROM statement") == [1, 2]
    first, _, second, _ = office.box.mails
    assert second["In-Reply-To"] == first["Message-ID"]
    assert json.loads((office.folder / f"{STEM[:-1]}2.json").read_text())["replaces"] == NUMBER
    office.look()
    assert len(office.box.mails) == 4


def test_of_two_corrections_each_is_on_a_statement_of_its_own(office: ClosingOffice, decide_by_two: object) -> None:
    office.look()
    assert callable(decide_by_two)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    office.months.desk(_now(office)).restate("YEAR", "2025-09")
    with pytest.raises(InputError, match=r"version 2 is not on a statement yet.*p2i closing run --once"):
        office.months.desk(_now(office)).restate("YEAR", "2025-09")
    office.look()
    with pytest.raises(InputError, match="nothing to restate"):
        office.months.desk(_now(office)).restate("YEAR", "2025-09")


def test_a_contest_and_its_answer_are_told_once_each(office: ClosingOffice) -> None:
    office.look()
    desk = office.months.desk(_now(office))
    desk.contest("YEAR", "2025-09", "the outage was announced to us")
    office.look()
    office.look()
    desk.answer("YEAR", "2025-09", upheld=False, reason="no announcement is on record")
    assert office.look() == []
    kinds = office.months.connection.execute("SELECT kind FROM dispatch ORDER BY dispatch_id").fetchall()
    office.months.connection.rollback()
    assert [kind for (kind,) in kinds] == ["statement", *["contested"] * 2, *["answered"] * 2], "one a segment"
    last = office.box.mails[-1]
    assert last["In-Reply-To"] == office.box.mails[0]["Message-ID"]
    body = last.get_body(("plain",))
    assert body is not None
    assert "no announcement is on record" in body.get_content()


def test_a_contest_that_was_upheld_is_told_until_it_is_corrected(office: ClosingOffice, decide_by_two: object) -> None:
    office.look()
    desk = office.months.desk(_now(office))
    desk.contest("YEAR", "2025-09", "the outage was announced to us")
    desk.answer("YEAR", "2025-09", upheld=True, reason="it was, by letter 7")
    upheld = "YEAR 2025-09: contest upheld, and not corrected since: p2i verdict restate YEAR 2025-09"
    upheld += ", or finalise it by name"
    assert office.look() == [upheld]
    done = office.run("list")
    assert done.returncode == 1
    assert upheld.removeprefix("YEAR 2025-09: ") in done.stdout.decode()
    assert callable(decide_by_two)
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    office.months.desk(_now(office)).restate("YEAR", "2025-09", "letter 7")
    assert upheld in office.look(), "the other segment was contested, too, and is as it was"


def test_a_mail_server_that_is_down_is_tried_again_and_sent_once(office: ClosingOffice) -> None:
    office.box.stop()
    (problem,) = office.look()
    assert problem.startswith(f"{NUMBER}: mail waits: 127.0.0.1:")
    assert told(office) == ["attempted", "deferred"], "one connection was tried, not one a recipient"
    office.box.start()
    office.look()
    due_again(office)
    assert office.look() == []
    assert sorted(office.box.recipients) == ["audit@acme.example", "samira@acme.example"]


def test_a_recipient_that_is_refused_stops_nobody_and_stays_told(office: ClosingOffice) -> None:
    office.box.refuse["samira@acme.example"] = "550 5.1.1 no such user"
    (problem,) = office.look()
    assert problem == f"{NUMBER} statement: 1 of its recipients refused: p2i closing show {NUMBER}"
    assert office.box.recipients == ["audit@acme.example"]
    office.box.refuse.clear()
    office.look()
    assert len(office.box.mails) == 1, "a refusal for good is not tried again"
    assert office.run("resend", NUMBER, "--to", "samira.b@acme.example", "--instead-of", "samira@acme.example",
                      "--reason", "told us her new address").returncode == 0  # fmt: skip
    assert office.look() == []
    assert office.box.recipients == ["audit@acme.example", "samira.b@acme.example"]
    assert len(set(office.box.contents)) == 1


def test_a_greylisted_recipient_is_given_up_after_five_days(office: ClosingOffice) -> None:
    office.box.refuse["samira@acme.example"] = "451 4.7.1 come back later"
    office.look()
    due_again(office)
    days = GIVES_UP_AFTER.days
    office.do(f"UPDATE dispatch_recipient SET tried_from = tried_from - interval '{days} days' + interval '10 minutes'")
    office.look()
    assert office.value("SELECT count(*) FROM dispatch_recipient WHERE state = 'waiting'") == 1
    due_again(office)
    office.do("UPDATE dispatch_recipient SET tried_from = tried_from - interval '10 minutes'")
    (problem,) = office.look()
    assert "given_up" in problem
    assert [next_wait(attempt).total_seconds() for attempt in (1, 2, 6, 7, 100)] == [60, 120, 1920, 3600, 3600]


def test_a_changed_file_is_not_sent(office: ClosingOffice) -> None:
    office.box.stop()
    office.look()
    message = office.folder / "dispatch" / f"{STEM}.eml"
    kept = message.read_bytes()
    message.write_bytes(kept.replace(b"P2I", b"P3I", 1))
    office.box.start()
    due_again(office)
    (problem,) = office.look()
    assert "was changed since it was written" in problem
    message.write_bytes(kept)
    assert office.look() == []
    assert len(office.box.mails) == 2


def test_without_addresses_the_folder_is_all(office: ClosingOffice) -> None:
    office.recipients.write_text(RECIPIENTS.replace('"Samira B. <samira@acme.example>", "audit@acme.example"', ""))
    assert office.look() == []
    assert (office.folder / f"{STEM}.manifest.json").exists()
    assert office.value("SELECT count(*) FROM dispatch_recipient") == 0
    assert office.run("list").stdout.decode().splitlines()[1].split()[-2:] == ["folder", "only"]
    office.recipients.write_text(RECIPIENTS)
    assert office.look() == []
    assert office.box.mails == [], "addresses that are named later are for what comes then"
    done = office.run("resend", NUMBER, "--reason", "asked for by mail")
    assert done.returncode == 2
    assert "--to says whom to send it to" in done.stderr.decode()
    assert office.run("resend", NUMBER, "--to", "audit@acme.example", "--reason", "asked for by mail").returncode == 0
    assert office.look() == []
    assert office.box.recipients == ["audit@acme.example"]


def test_months_before_the_first_one_are_left_alone(office: ClosingOffice) -> None:
    office.recipients.write_text(RECIPIENTS.replace('from = "2025-09"', 'from = "2025-10"'))
    assert office.look() == []
    assert office.value("SELECT count(*) FROM verdict_entry") == 0
    assert not office.out.exists()


def test_a_full_disk_is_told_and_the_next_look_goes_on(office: ClosingOffice) -> None:
    limited = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    done = office.run("run", "--once", before=limited)
    assert done.returncode == 1
    assert f"{NUMBER}: " in done.stderr.decode()
    assert "File too large" in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert office.box.mails == []
    assert not list(Path(office.folder).glob("*.manifest.json"))
    assert office.look() == []
    assert len(office.box.mails) == 2
    assert office.value("SELECT count(*) FROM statement") == 1
    assert not [file for file in office.folder.rglob("*") if file.name.endswith(".unfinished")]


def test_two_jobs_at_once_are_one(office: ClosingOffice) -> None:
    from p2i.closing.running import held

    with held(office.dsn):
        done = office.run("run", "--once")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("another p2i closing is at work: database backend ")
    assert office.value("SELECT count(*) FROM statement") == 0


def _now(office: ClosingOffice) -> datetime:
    found = office.value("SELECT date_trunc('second', now())")
    assert isinstance(found, datetime)
    return found
