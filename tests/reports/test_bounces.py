"""What other mail servers send back, in the shapes of Postfix, Exchange, Gmail and Exim, and what is no bounce."""

import base64
import quopri
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.bounces import LONGEST, MOST_BYTES, Bounce, BouncedRecipient, bounce_of
from store.errors import InputError

IDENTITY = "<P2I-2026-10-acme-v1.statement@p2i.example>"
OURS = f"From: P2I <p2i@p2i.example>\nTo: Samira <samira@acme.example>\nSubject: x\nMessage-ID: {IDENTITY}\n"


def report(status: str, back: str, kind: str = "message/rfc822", encoding: str = "7bit", of: str = "message") -> bytes:
    """A notice with these fields, and with what came back of our mail."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.acme.example (Mail Delivery System)
To: bounces@p2i.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <20261104.4F1@mx.acme.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1.1/mx.acme.example"

This is a MIME-encapsulated message.

--4F1.1/mx.acme.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.acme.example. Message-ID: <not.this.one@acme.example>

--4F1.1/mx.acme.example
Content-Description: Delivery report
Content-Type: {of}
Content-Transfer-Encoding: {encoding}

{status}
--4F1.1/mx.acme.example
Content-Type: {kind}

{back}
--4F1.1/mx.acme.example--
""".encode()


POSTFIX = """Reporting-MTA: dns; mx.acme.example
Original-Envelope-Id: d17
X-Postfix-Queue-ID: 4F1
X-Postfix-Sender: rfc822; bounces@p2i.example
Arrival-Date: Wed,  4 Nov 2026 08:30:00 +0000 (UTC)

Final-Recipient: rfc822; samira.b@inner.acme.example
Original-Recipient: rfc822;samira@acme.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; inner.acme.example
Diagnostic-Code: smtp; 550 5.1.1 <samira.b@inner.acme.example>: Recipient
    address rejected: User unknown
"""
SAMIRA = BouncedRecipient(
    "samira@acme.example", "failed", "5.1.1",
    "550 5.1.1 <samira.b@inner.acme.example>: Recipient address rejected: User unknown",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_postfix(kind: str) -> None:
    assert bounce_of(report(POSTFIX, f"{OURS}\nbody\n", kind, of="message/delivery-status")) \
        == Bounce(IDENTITY, "d17", (SAMIRA,))  # fmt: skip


def test_lines_may_end_either_way() -> None:
    raw = report(POSTFIX, OURS, of="message/delivery-status")
    assert bounce_of(raw.replace(b"\n", b"\r\n")) == bounce_of(raw)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_server_that_encodes_the_machine_readable_part(encoding: str) -> None:
    plain = POSTFIX.encode()
    coded = base64.encodebytes(plain) if encoding == "base64" else quopri.encodestring(plain)
    raw = report(coded.decode(), OURS, encoding=encoding, of="message/delivery-status")
    assert bounce_of(raw) == Bounce(IDENTITY, "d17", (SAMIRA,))


@pytest.mark.parametrize(
    ("action", "status"), [("delivered", "2.0.0"), ("relayed", "2.1.9"), ("expanded", "2.0.0"), ("delayed", "4.4.1")]
)
def test_words_that_are_no_failure(action: str, status: str) -> None:
    said = POSTFIX.replace("failed", f"{action} (to mailing list)").replace("Status: 5.1.1", f"Status: {status}")
    (one,) = bounce_of(report(said, OURS, of="message/delivery-status")).recipients
    assert (one.action, one.status) == (action, status)


def test_several_recipients_and_one_without_an_action() -> None:
    more = "\nFinal-Recipient: rfc822;ali@acme.example\nStatus: 4.4.7 (expired)\n"
    found = bounce_of(report(POSTFIX + more, OURS, of="message/delivery-status"))
    assert found.recipients == (SAMIRA, BouncedRecipient("ali@acme.example", "delayed", "4.4.7", ""))


def test_exchange_with_an_original_that_has_only_its_head_within_another_part() -> None:
    status = """Reporting-MTA: dns;AM0PR01.eurprd01.prod.outlook.example
Received-From-MTA: dns;mail.p2i.example
Arrival-Date: Wed, 4 Nov 2026 08:30:01 +0000

Final-Recipient: rfc822;SAMIRA@acme.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient samira@acme.example not found by SMTP
 address lookup
X-Display-Name: Samira B.
"""
    found = bounce_of(report(status, OURS, of="message/delivery-status"))
    assert (found.message_id, found.envelope_id) == (IDENTITY, None)
    (one,) = found.recipients
    assert (one.address, one.action, one.status) == ("SAMIRA@acme.example", "failed", "5.1.10")
    assert one.diagnostic.startswith(
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient samira@acme.example not found"
    )


def test_gmail_names_our_mail_among_its_fields_and_nests_its_text() -> None:
    status = f"""Reporting-MTA: dns; googlemail.com
Arrival-Date: Wed, 04 Nov 2026 00:30:02 -0800 (PST)
X-Original-Message-ID: {IDENTITY}

Final-Recipient: rfc822; samira@acme.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; aspmx.l.google.example. (10.0.0.1, the server for the domain acme.example.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the address - gsmtp
Last-Attempt-Date: Wed, 04 Nov 2026 00:30:03 -0800 (PST)
"""
    raw = report(status, "Subject: no identity here\n", of="message/delivery-status")
    nested = raw.replace(
        b"Content-Type: text/plain; charset=us-ascii\n\n",
        b'Content-Type: multipart/related; boundary="inner"\n\n--inner\nContent-Type: text/plain\n\nAddress not found\n'
        b"--inner--\n",
        1,
    )
    for one in (raw, nested):
        found = bounce_of(one)
        assert found.message_id == IDENTITY
        assert [(each.address, each.status) for each in found.recipients] == [("samira@acme.example", "5.1.1")]


EXIM = f"""Return-path: <>
X-Failed-Recipients: samira@acme.example, ali@acme.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.p2i.example>
To: bounces@p2i.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1xyz-0001@mail.p2i.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  samira@acme.example
    host mx.acme.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<samira@acme.example>:
    550 5.1.1 no such user
  ali@acme.example
    mailbox is full

------ This is a copy of the message's headers. ------

Return-path: <bounces@p2i.example>
{OURS}
""".encode()


EXIM_4_96 = b"""From MAILER-DAEMON Sun Nov 22 14:08:15 2026
Received: from Debian-exim by mx.acme.example with local (Exim 4.96)
\tid 1xV8Ep-00005b-1T
\tfor bounces@p2i.example;
\tSun, 22 Nov 2026 14:08:15 +0000
X-Failed-Recipients: nobody+x@acme.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.acme.example>
To: bounces@p2i.example
References: <P2I-2026-10-acme-v1.statement@p2i.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=1795356495-eximdsn-328270653
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1xV8Ep-00005b-1T@mx.acme.example>
Date: Sun, 22 Nov 2026 14:08:15 +0000

--1795356495-eximdsn-328270653
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  nobody+x@acme.example
    5.1.1 no such user at all

--1795356495-eximdsn-328270653
Content-type: message/delivery-status

Reporting-MTA: dns; mx.acme.example
Original-Envelope-ID: p2i-2

Original-Recipient: rfc822;nobody+2Bx@acme.example
Action: failed
Final-Recipient: rfc822;nobody+x@acme.example
Status: 5.0.0

--1795356495-eximdsn-328270653
Content-type: text/rfc822-headers

Return-path: <bounces@p2i.example>
Received: from [127.0.0.1]
\tby mx.acme.example with esmtp (Exim 4.96)
From: P2I <releves@p2i.example>
Message-ID: <P2I-2026-10-acme-v1.statement@p2i.example>
Auto-Submitted: auto-generated


--1795356495-eximdsn-328270653--
"""


def test_a_notice_that_exim_wrote_leaves_the_options_quoting_and_says_why_only_to_people() -> None:
    said = "5.1.1 no such user at all"
    expected = BouncedRecipient("nobody+x@acme.example", "failed", "5.0.0", said)
    assert bounce_of(EXIM_4_96) == Bounce(IDENTITY, "p2i-2", (expected,))


def test_exims_text_for_people() -> None:
    found = bounce_of(EXIM)
    assert found.message_id == IDENTITY
    first, second = found.recipients
    assert (first.address, first.action, first.status) == ("samira@acme.example", "failed", "5.1.1")
    assert first.diagnostic.endswith("after RCPT TO:<samira@acme.example>: 550 5.1.1 no such user")
    assert second == BouncedRecipient("ali@acme.example", "failed", "", "mailbox is full")


def test_an_address_of_other_letters_and_one_whose_quoting_was_left() -> None:
    status = """Reporting-MTA: dns; mx.acme.example

Original-Recipient: utf-8; sam\\x{EF}ra@acme.example
Final-Recipient: utf-8; sam\\x{EF}ra@acme.example
Action: failed
Status: 5.6.7

Original-Recipient: rfc822; a+2Bb@acme.example
Final-Recipient: rfc822; a+b@acme.example
Action: failed
Status: 5.1.1
"""
    raw = report(status, OURS, "message/global-headers", of="message/global-delivery-status")
    found = bounce_of(raw)
    assert [one.address for one in found.recipients] == ["samïra@acme.example", "a+b@acme.example"]
    assert found.message_id == IDENTITY


NESTED = b"Content-Type: multipart/x; boundary=b\n\n--b\n"


def mail(text: str, *fields: str) -> bytes:
    return "\n".join(["From: samira@acme.example", "To: bounces@p2i.example", *fields, "", text]).encode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (mail("Away.", "Auto-Submitted: auto-replied (vacation)"), "is an automatic answer (an absence note, say)"),
        (mail("Absent.", "X-Auto-Response-Suppress: All"), "is an automatic answer (an absence note, say)"),
        (mail("Merci", "Auto-Submitted: no"), "is a mail, but no word of a delivery"),
        (mail("Merci"), "is a mail, but no word of a delivery"),
        (
            mail("read", "Content-Type: multipart/report; report-type=disposition-notification; boundary=x"),
            "is a receipt for reading",
        ),
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"no colon anywhere\n", "is no mail"),
        (b"\x00\xff\xfe" * 50, "is no mail"),
        (report("Reporting-MTA: dns; x\n", OURS, of="message/delivery-status"), "that names no recipient"),
        (report("Final-Recipient: x\nAction: eaten\n", OURS, of="message/delivery-status"), "that names no recipient"),
        (b"x" * (MOST_BYTES + 1), "is larger than"),
        (NESTED * 5000, "is a "),
    ],
)  # fmt: skip
def test_what_is_no_bounce_is_said_in_one_line(raw: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        bounce_of(raw)
    assert str(caught.value).startswith(said) or said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_foreign_text_is_one_line_that_can_be_shown_and_short() -> None:
    said = POSTFIX.replace("User unknown", "\x1b[2J\u202e" + "y" * 4000).replace("Message-ID", "X")
    (one,) = bounce_of(report(said, OURS, of="message/delivery-status")).recipients
    assert one.diagnostic.isprintable()
    assert len(one.diagnostic) == LONGEST


def test_an_address_cannot_hide_what_cannot_be_shown() -> None:
    status = "Final-Recipient: utf-8; a\\x{1B}b@acme.example\nAction: failed\nStatus: 5.1.1\n"
    with pytest.raises(InputError, match="names no recipient"):
        bounce_of(report(f"Reporting-MTA: dns; x\n\n{status}", OURS, of="message/delivery-status"))


def test_many_recipients_are_bounded() -> None:
    more = "".join(f"\nFinal-Recipient: rfc822; a{number}@acme.example\nAction: failed\n" for number in range(3000))
    assert len(bounce_of(report(POSTFIX + more, OURS, of="message/delivery-status")).recipients) <= 1000


PIECES = [report(POSTFIX, OURS, of="message/delivery-status"), EXIM, OURS.encode()]


@given(st.sampled_from(PIECES), st.lists(st.tuples(st.integers(0, 1500), st.binary(max_size=12)), max_size=12))
def test_whatever_is_broken_in_it_nothing_but_a_line_comes_of_it(raw: bytes, cuts: list[tuple[int, bytes]]) -> None:
    for place, put in cuts:
        raw = raw[:place] + put + raw[place + len(put) // 2 :]
    found = None
    with suppress(InputError):
        found = bounce_of(raw)
    if found is not None:
        assert found.recipients
        assert all(one.address.isprintable() and one.diagnostic.isprintable() for one in found.recipients)


@given(st.binary(max_size=400))
def test_any_bytes_at_all(raw: bytes) -> None:
    with pytest.raises(InputError):
        bounce_of(b"Subject: x\n" + raw)
