"""Mails as they are written: headers that every server takes, and names that arrive as they were."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest

from facilities.mail_text import as_bytes, written_mail
from facilities.mailbox import Mailbox, mailbox

FROM = mailbox("P2I Relevés <p2i@p2i.example>")
AT = datetime(2026, 11, 4, 8, 30, tzinfo=UTC)


def written(to: list[Mailbox], subject: str) -> tuple[bytes, EmailMessage]:
    one = written_mail(
        come_from=FROM, to=to, subject=subject, text="é\n.\n" + "x" * 3000, html="<p>é</p>",
        message_id="<a.b@p2i.example>", thread=["<1@p2i.example>", "<2@p2i.example>"], written_at=AT,
    )  # fmt: skip
    raw = as_bytes(one)
    return raw, message_from_bytes(raw, EmailMessage, policy=policy.default)


@pytest.mark.parametrize(
    "name",
    [
        "Samira B.",
        "Société Générale " + "é" * 120 + " fin",
        'A, B; "le" \\ DSI',
        "😀 علي",
        "محمد" * 40,
        "n" * 180,
    ],
)
def test_names_and_subjects_arrive_as_they_were_in_plain_short_lines(name: str) -> None:
    to = [Mailbox(name, "samira", "acme.example"), Mailbox("x", "u", "v.example")]
    raw, mail = written(to, f"Relevé {name} fin")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    assert [box.addr_spec for box in mail["To"].addresses] == ["samira@acme.example", "u@v.example"]
    # Python's own reader puts blanks between encoded words of a name, against RFC 2047 §6.2.
    head = message_from_bytes(raw)["To"].partition("<samira")[0].strip()
    plain = mail["To"].addresses[0].display_name if head.startswith('"') else str(make_header(decode_header(head)))
    assert plain == name
    assert mail["From"] == "P2I Relevés <p2i@p2i.example>"
    assert mail["Subject"] == f"Relevé {name} fin"
    assert mail["In-Reply-To"] == "<2@p2i.example>"
    assert mail["References"] == "<1@p2i.example> <2@p2i.example>"
    assert mail.defects == []


def test_a_user_of_other_letters_is_told_by_name_only_and_the_rest_arrives() -> None:
    raw, mail = written([mailbox("Samïra <samïra@acme.example>"), mailbox("a@b.example")], "x")
    assert raw.isascii()
    groups = mail["To"].groups
    assert [group.display_name for group in groups] == ["Samïra samïra@acme.example", None]
    assert [box.addr_spec for box in mail["To"].addresses] == ["a@b.example"]


def test_a_header_takes_no_second_line() -> None:
    with pytest.raises(ValueError, match="may not contain linefeed"):
        written([FROM], "x\r\nBcc: y@z.example")


def test_identities_of_any_length_are_written_as_they_are() -> None:
    long = f"<DEMO-P2I-2026-09-locataire-a-v1.DEMO-CASA-A-2.contested@{'niveaux-de-service.' * 4}example.ma>"
    mail = written_mail(
        come_from=Mailbox("P2I", "sla", "example.ma"),
        to=[Mailbox("", "a", "example.ma")],
        subject="one",
        text="one",
        html="<p>one</p>",
        message_id=long,
        thread=[long.replace("v1", "v0"), long.replace("-2.", "-1.")],
        written_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    content = as_bytes(mail)
    assert f"Message-ID: {long}\r\n".encode() in content
    assert f"In-Reply-To: {long.replace('-2.', '-1.')}\r\n".encode() in content
    assert f"References: {long.replace('v1', 'v0')}\r\n {long.replace('-2.', '-1.')}\r\n".encode() in content
