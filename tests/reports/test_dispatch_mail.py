"""Mails to a tenant: the figures of the first page, what is kept to check them by, threads, and hostile names."""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any, Literal

import pytest

from facilities.inventory import Inventory
from facilities.mailbox import Mailbox, mailbox
from p2i.verify_command import main as verify
from reports import mail_words_en, mail_words_fr
from reports.composing import compose
from reports.dispatch_mail import contest_mail, message_id, statement_mail
from reports.files import stem, write_statement
from reports.html import html
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.mail_words import MAIL_WORDS
from reports.manifest import write_manifest
from reports.statement import Scored, statement
from store.connection import Connection
from store.ledger_chain import LedgerEntry
from store.rows import ExclusionRow
from tests.reports.conftest import Document, MakeScored
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

FROM = mailbox("P2I Relevés <releves@p2i.example>")
TO = (mailbox("Samira B. <samira@acme.example>"), mailbox("Société Générale, DSI <dsi@acme.example>"))
AT = datetime(2026, 11, 4, 8, 30, tzinfo=UTC)
MANIFEST: dict[str, Any] = {
    "kind": "p2i.manifest/1",
    "files": [
        {"name": "DEMO-P2I-2026-10-locataire-a.csv", "bytes": 12, "sha256": "a" * 64},
        {"name": "DEMO-P2I-2026-10-locataire-a.evidence.zip", "bytes": 1234567, "sha256": "b" * 64, "members": []},
        {"name": "DEMO-P2I-2026-10-locataire-a.json", "bytes": 12, "sha256": "c" * 64},
    ],
    "sha256": "d" * 64,
    "signature": {},
}


def read(raw: bytes) -> EmailMessage:
    """The mail as a program reads it, after what every server demands of it."""
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return message_from_bytes(raw, EmailMessage, policy=policy.default)


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Its text, and the text of its HTML."""
    text, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert rich is not None
    return text.get_content(), rich.get_content()


def seen(page: str) -> str:
    """What a reader sees of HTML."""
    return unescape(re.sub(r"<[^>]+>", " ", page))


def plain(text: str) -> str:
    """The text with ordinary blanks."""
    return " ".join(text.split())


def made_of(demo: Inventory, one: Scored, **changes: Any) -> Document:
    words = ENGLISH if changes.pop("language", "fr") == "en" else FRENCH
    made = statement(demo.tenants["locataire-a"], "2026-10", [one], {}, inventory=demo, issued_at=AT, words=words)
    published = {
        "version": 1, "state": "issued", "issued_at": "2026-11-03T08:00:00Z", "contest_until": "2026-12-03T08:00:00Z",
        "reason": "", "adjustment": None, "entry": 7, "sha256": "e" * 64,
    }  # fmt: skip
    made["agreements"][0]["published"] = published
    made |= {"status": "issued", "version": 1, "chain": {"DEMO-CASA-A": {"entry": 7, "sha256": "e" * 64}}}
    return made | changes


def mail_of(made: Document, **changes: Any) -> EmailMessage:
    said: dict[str, Any] = {"come_from": FROM, "to": TO, "attached": (), "evidence_note": None, "written_at": AT}
    return read(statement_mail(made, MANIFEST, **(said | changes)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_figure_is_digit_for_digit_that_of_the_first_page(
    demo: Inventory, october: Document, scored: MakeScored, language: str
) -> None:
    made = made_of(demo, scored(october), language=language)
    page = html(made, ENGLISH if language == "en" else FRENCH)
    table = re.search(r"<table.*?</table>", page, re.DOTALL)
    assert table is not None
    rows = re.findall(r"<td[^>]*>(.*?)</td>", table[0], re.DOTALL)
    cells = [unescape(one) for cell in rows for one in re.split(r"<[^>]+>", cell) if one]
    assert len(cells) > 20
    assert any("99,9434" in one or "99.9434" in one for one in cells)
    for form in parts(mail_of(made)):
        told = seen(form)
        assert [one for one in cells if one not in told] == []
        assert ("2\u202f700,00\u00a0MAD HT" if language == "fr" else "2,700.00 MAD ex VAT") in told


def test_it_says_what_it_is_how_long_it_may_be_contested_and_how_to_check_it(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    made = made_of(demo, scored(october))
    mail = mail_of(made, attached=[("x.pdf", b"%PDF-1.7"), ("x.csv", "\ufeffé;1,5\r\n".encode())])
    assert plain(mail["Subject"]) == "[DÉMO] Relevé de niveau de service n° DÉMO-P2I-2026-10-locataire-a – octobre 2026"
    assert mail["Message-ID"] == "<DEMO-P2I-2026-10-locataire-a.statement@p2i.example>"
    assert (mail["Auto-Submitted"], mail["In-Reply-To"]) == ("auto-generated", None)
    assert [(box.display_name, box.addr_spec) for box in mail["To"].addresses] == [
        ("Samira B.", "samira@acme.example"),
        ("Société Générale, DSI", "dsi@acme.example"),
    ]
    for form in parts(mail):
        told = plain(seen(form))
        for text in (
            "DÉMO – locataires", "Locataire", "contestée jusqu’au 03/12/2026 08:00:00 +00:00 exclu", "Document émis",
            "x.pdf", "DEMO-P2I-2026-10-locataire-a.evidence.zip (1 234 567 octets)", made["sha256"], "d" * 64,
            "Registre DEMO-CASA-A, inscription n° 7",
            f"p2i verify x.pdf --keys keys.json --sha256 {made['sha256']} --sha256 {'d' * 64} --head {'e' * 64}",
            f"p2i verify DEMO-P2I-2026-10-locataire-a.manifest.json --keys keys.json --sha256 {made['sha256']} "
            f"--sha256 {'d' * 64} --head {'e' * 64} --recompute DEMO-P2I-2026-10-locataire-a.evidence.zip",
        ):  # fmt: skip
            assert plain(text) in told, text
        assert told.index("DÉMO") < told.index("Locataire")
    pdf, csv = mail.iter_attachments()
    assert (pdf.get_content_type(), pdf.get_filename(), pdf.get_content()) == ("application/pdf", "x.pdf", b"%PDF-1.7")
    assert (csv.get_content_type(), csv.get_payload(decode=True)) == ("text/csv", "\ufeffé;1,5\r\n".encode())


def test_written_again_it_is_the_same_bytes(demo: Inventory, october: Document, scored: MakeScored) -> None:
    made = made_of(demo, scored(october))
    once, again = (
        statement_mail(
            made, MANIFEST, come_from=FROM, to=TO, attached=[("x.pdf", b"1")], evidence_note=None, written_at=AT
        )
        for _ in range(2)
    )  # fmt: skip
    assert once == again


def test_without_a_key_none_is_asked_for_and_without_evidence_it_says_why(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    bare = {key: value for key, value in MANIFEST.items() if key != "signature"}
    bare["files"] = [one for one in MANIFEST["files"] if "evidence" not in one["name"]]
    raw = statement_mail(
        made_of(demo, scored(october)), bare, come_from=FROM, to=(), attached=(), evidence_note="les faits ont changé.",
        written_at=AT,
    )  # fmt: skip
    text, _ = parts(read(raw))
    assert "keys" not in text
    assert "--recompute" not in text
    assert "Pas de dossier de preuves avec ce relevé\u00a0: les faits ont changé." in text


def test_a_contested_and_a_final_one_say_so(demo: Inventory, october: Document, scored: MakeScored) -> None:
    made = made_of(demo, scored(october))
    for state, words in (("contested", "contestée. La réponse vous sera adressée."), ("final", "définitive.")):
        made["agreements"][0]["published"]["state"] = state
        text, _ = parts(mail_of(made | {"status": state}))
        assert words in text
        assert "peut être contestée" not in text


HOSTILE = (
    "Évil\u202egnp.exe\u200f",
    "<img src=x onerror=alert(1)> & Co",
    "😀" * 3 + " \u0634\u0631\u0643\u0629",
    "line\r\nBcc: victim@x.example\r\n\r\nbody",
    "n" * 300,
    "=cmd|' /C calc'!A0",
    ".\r\n.\r\nQUIT",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(demo: Inventory, october: Document, scored: MakeScored, name: str) -> None:
    made = made_of(demo, scored(october))
    made["tenant"]["name"] = made["agreements"][0]["facility"]["name"] = name
    made["label"] = f"DÉMO {name}"
    mail = mail_of(made)
    assert mail["Bcc"] is None
    assert mail.defects == []
    literal = "".join(f"[U+{ord(sign):04X}]" if sign in "\u202e\u200f" else sign for sign in re.sub(r"\r\n", " ", name))
    text, rich = parts(mail)
    assert literal in text
    assert literal in unescape(rich)
    assert "<img" not in rich
    assert "\u202e" not in text + rich + str(mail["Subject"])
    assert str(mail["Subject"]).startswith("[DÉMO ")
    assert literal in str(mail["Subject"])


def test_both_languages_say_the_same_and_every_text_is_used() -> None:
    fr, en = mail_words_fr.TEXTS, mail_words_en.TEXTS
    assert list(fr) == list(en)
    for key, text in fr.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", en[key])), key
    assert not FRENCH.texts.keys() & fr.keys()
    source = "".join(Path(f"reports/{name}.py").read_text() for name in ("dispatch_mail", "mail_blocks", "mail_forms"))
    groups = ("mail.contest.", "mail.subject.contested", "mail.subject.answered", "mail.contested", "mail.answered")
    assert [key for key in fr if f'"{key}"' not in source and not key.startswith(groups)] == []
    assert MAIL_WORDS.keys() == {"fr", "en"}


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    """September 2025 in two segments with an outage in the first, scored after its end and published."""
    found = Months(
        connection,
        promise(
            tmp_path,
            agreement_text("casa-a1", starts_on="2025-09-01"),
            agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
        ),
    )
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    found.desk(OCTOBER + 5 * DAY).issue("YEAR", "2025-09")
    return found


def composed(months: Months, at: datetime, language: str) -> Document:
    months.connection.commit()
    return compose(
        months.connection, months.promised.inventory, "locataire-a", "2025-09", language=language, issued_at=at
    )


@pytest.fixture
def thread(months: Months, decide_by_two: Any) -> dict[str, Any]:
    """Both versions of a month, the contest between them and its answer."""
    first = composed(months, OCTOBER + 6 * DAY, "fr")
    (contest,) = months.desk(OCTOBER + 7 * DAY).contest(
        "YEAR", "2025-09", "notre routeur\r\nBcc: x@y.z était en marche"
    )[:1]
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(OCTOBER + 8 * DAY)
    months.desk(OCTOBER + 9 * DAY).restate("YEAR", "2025-09")
    answers = months.desk(OCTOBER + 9 * DAY).answer("YEAR", "2025-09", upheld=True, reason="exclusion X")
    second = composed(months, OCTOBER + 10 * DAY, "fr")
    return {"first": first, "contest": contest, "answer": answers[0], "second": second}


def told(entry: LedgerEntry, made: Document) -> EmailMessage:
    assert entry.kind in ("contested", "answered")
    kind: Literal["contested", "answered"] = "contested" if entry.kind == "contested" else "answered"
    return read(contest_mail(entry.said(), entry.sha256, kind=kind, made=made, come_from=FROM, to=TO, written_at=AT))


def test_a_correction_a_contest_and_its_answer_are_one_thread(thread: dict[str, Any]) -> None:
    first, second = (mail_of(thread[one]) for one in ("first", "second"))
    contest, answer = told(thread["contest"], thread["first"]), told(thread["answer"], thread["first"])
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert contest["In-Reply-To"] == answer["In-Reply-To"] == first["Message-ID"]
    assert (
        contest["Message-ID"]
        == f"<DEMO-P2I-2025-09-locataire-a-v1.YEAR-{thread['contest'].entry}.contested@p2i.example>"
    )
    assert len({str(one["Message-ID"]) for one in (first, second, contest, answer)}) == 4
    later = told(thread["answer"], thread["second"])
    assert str(later["References"]).split() == [first["Message-ID"], second["Message-ID"]]
    assert contest["Subject"].startswith("[DÉMO] Contestation enregistrée\u00a0: YEAR, septembre 2025")
    assert answer["Subject"].startswith("[DÉMO] Contestation retenue\u00a0: YEAR")
    assert contest["Bcc"] is None
    for form in parts(contest):
        said = seen(form)
        assert "notre routeur Bcc: x@y.z était en marche" in said
        assert thread["contest"].sha256 in said
    assert "exclusion X" in parts(answer)[0]


def test_a_correction_says_what_it_replaces_and_why(thread: dict[str, Any]) -> None:
    made = thread["second"]
    mail = mail_of(made)
    assert plain(mail["Subject"]).startswith("[DÉMO] Relevé corrigé, version 2 : n° DÉMO-P2I-2025-09-locataire-a-v2")
    reason = next(one["correction"]["reason"] for one in made["agreements"] if one["correction"])
    for form in parts(mail):
        said = plain(seen(form))
        assert "Ce relevé remplace le n° DÉMO-P2I-2025-09-locataire-a-v1." in said
        assert plain(f"version 2 au lieu de 1. Motif : {reason}") in said
        assert "inchangée, version 1." in said
        assert "−250,00 MAD HT" in said


def test_the_command_of_the_mail_verifies_the_files(thread: dict[str, Any], tmp_path: Path, capsys: Any) -> None:
    made = thread["first"]
    folder = tmp_path / "out"
    path = write_manifest(folder, made, write_statement(made, folder, ("json", "csv")), None)
    raw = statement_mail(
        made, json.loads(path.read_text()), come_from=FROM, to=TO, attached=(), evidence_note=None, written_at=AT
    )
    text, _ = parts(read(raw))
    (command,) = (line for line in text.splitlines() if line.startswith("p2i verify "))
    words = command.split()[2:]
    assert words[0] == f"{stem(made)}.manifest.json"
    assert verify([str(folder / words[0]), *words[1:]]) == 0
    assert capsys.readouterr().out.count("told ") >= 3
    assert verify([str(folder / words[0]), *words[1:-1], "0" * 64]) == 1


def test_a_message_id_is_of_plain_signs_whatever_an_agreement_is_called() -> None:
    box = Mailbox(username="a", domain="p2i.example")
    assert message_id("P2I-x-v1", "A..B.-12.contested", box) == "<P2I-x-v1.A.B.-12.contested@p2i.example>"
