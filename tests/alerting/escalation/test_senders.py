"""The ways out: a mail server with TLS and a login, GoAlert's and PagerDuty's forms, what errors mean."""

import json
import shutil
import smtplib
import ssl
import subprocess
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from alerting.escalation.gateway_child import NEVER, NOT_NOW
from alerting.escalation.gateways import apprise_job, send_jobs, webhook_job
from alerting.escalation.oncall import read_oncall
from alerting.escalation.outcome import SENT, never, not_now
from alerting.escalation.smtp_sender import outcome, send_mails
from facilities.inventory import Inventory
from facilities.mail_server import mail_server
from tests.alerting.escalation.conftest import (
    PEOPLE,
    Gateway,
    Night,
    alert,
    ended,
    smtp_environment,
    write_folder,
)

HOOKS = """
[[person.channel]]
code = "goalert"
kind = "webhook"
address_environment = "GOALERT"
shape = "goalert"
[[person.channel]]
code = "pagerduty"
kind = "webhook"
address_environment = "PAGERDUTY"
shape = "pagerduty"
[[person.channel]]
code = "own"
kind = "webhook"
address_environment = "OWN"
"""
POLICY = """
[[policy]]
code = "page"
[[policy.level]]
after_minutes = 0
who = ["team:noc"]
channels = ["goalert", "pagerduty", "own"]
[[policy]]
code = "ticket"
[[policy.level]]
after_minutes = 0
who = ["team:noc"]
[[policy]]
code = "inform"
[[policy.level]]
after_minutes = 0
who = ["contacts"]
"""


def test_goalert_and_pagerduty_get_their_forms_and_the_end_closes_what_the_beginning_opened(
    night: Night, gateway: Gateway, tmp_path: Path, inventory: Inventory
) -> None:
    people = PEOPLE.replace('teams = ["noc"]\n[[person.channel]]', f'teams = ["noc"]\n{HOOKS}\n[[person.channel]]', 1)
    people = people.replace(
        'teams = ["noc"]\n[[person.channel]]\ncode = "email"', 'teams = ["soc"]\n[[person.channel]]\ncode = "email"'
    )
    oncall = read_oncall(write_folder(tmp_path / "other", people=people, policies=POLICY), inventory)
    base = f"http://127.0.0.1:{gateway.port}"
    night.environment["GOALERT"] = f"{base}/api/v2/generic/incoming?token=t"
    night.environment["PAGERDUTY"] = f"{base}/v2/enqueue#routing-key"
    night.environment["OWN"] = f"{base}/own"
    night = night._replace(oncall=oncall)
    night.take(alert(1))
    night.round()
    night.take(ended(alert(1), night.now))
    night.go(1)

    def of(key: str) -> list[dict[str, Any]]:
        return [body for body in gateway.bodies if key in body]

    opened, closed = of("details")
    assert (opened["dedup"], "action" in opened) == (closed["dedup"], False)
    assert closed["action"] == "close"
    trigger, resolve = of("routing_key")
    assert [one["event_action"] for one in (trigger, resolve)] == ["trigger", "resolve"]
    assert trigger["dedup_key"] == resolve["dedup_key"]
    assert trigger["routing_key"] == "routing-key"
    assert trigger["payload"]["severity"] == "critical"
    first, last = of("identity")
    assert (first["notice"]["state"], last["notice"]["state"]) == ("open", "resolved")
    assert "/l/" not in json.dumps(gateway.bodies), "a link is for a person"


@pytest.mark.parametrize(
    ("status", "is_permanent"),
    [(400, True), (401, True), (404, True), (408, False), (429, False), (500, False), (302, False)],
)
def test_what_a_gateway_answers(gateway: Gateway, status: int, is_permanent: bool) -> None:
    gateway.status = status
    base = f"127.0.0.1:{gateway.port}"
    jobs = [
        (1, webhook_job(f"http://{base}/x", {"a": 1})),
        (2, apprise_job(f"json://{base}/x", "title", "body", is_over=False, is_urgent=True)),
    ]
    for _, found in send_jobs(jobs, lambda: True):
        assert not found.is_sent
        assert found.is_permanent is is_permanent
        assert found.why == f"gateway: HTTP {status}"
    assert NEVER != NOT_NOW


def test_a_gateway_that_is_away_or_unknown_and_one_that_takes_it(gateway: Gateway) -> None:
    jobs = [
        (1, webhook_job("http://127.0.0.1:9/x", {})),
        (2, apprise_job("nonsense://x", "t", "b", is_over=False, is_urgent=False)),
        (
            3,
            apprise_job(f"json://user:secret@127.0.0.1:{gateway.port}/x", "t", "b" * 99, is_over=True, is_urgent=False),
        ),
    ]
    found = dict(send_jobs(jobs, lambda: True))
    assert found[1] == not_now("gateway: URLError")
    assert found[2] == never("gateway: the URL is none that Apprise knows")
    assert found[3] == SENT
    assert gateway.bodies[0]["type"] == "success"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"5.1.1 <a@b> unknown")}), never("mail server: 550 5.1.1")),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"4.7.1 greylisted a@b")}), not_now("mail server: 451 4.7.1")),
        (smtplib.SMTPDataError(554, b"spam"), never("mail server: 554")),
        (smtplib.SMTPDataError(452, b"full"), not_now("mail server: 452")),
        (smtplib.SMTPSenderRefused(553, b"5.7.1 no", "p2i@x"), never("mail server: 553 5.7.1")),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 bad"), not_now("mail server: 535 5.7.8")),
        (smtplib.SMTPServerDisconnected("gone"), not_now("mail server: SMTPServerDisconnected")),
        (TimeoutError("timed out"), not_now("mail server: TimeoutError")),
        (ssl.SSLCertVerificationError("a@b"), not_now("mail server: SSLCertVerificationError")),
    ],
)
def test_what_an_error_of_the_mail_server_means(error: Exception, expected: object) -> None:
    assert outcome(error) == expected


class Kept:
    """Keeps whether mails came."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, *_arguments: object) -> str:  # noqa: N802 - its name in aiosmtpd
        self.mails += 1
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "cert")]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    return folder / "cert", folder / "key"


@pytest.mark.parametrize(("password", "trusted", "expected"), [
    ("right-password", True, "sent"), ("wrong-password", True, "535 5.7.8"), ("right-password", False, "SSLCert"),
])  # fmt: skip
def test_starttls_and_a_login(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, free_port: Any, password: str, trusted: bool,
    expected: str,
) -> None:  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    kept = Kept()

    def check(*arguments: Any) -> AuthResult:
        data = arguments[4]
        is_right = isinstance(data, LoginPassword) and data == LoginPassword(b"p2i", b"right-password")
        return AuthResult(success=is_right, handled=is_right)

    server = Controller(
        kept, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, authenticator=check,
        auth_required=True,
    )  # fmt: skip
    server.start()
    try:
        monkeypatch.setenv("P2I_SMTP_PASSWORD", password)
        settings = smtp_environment(server.port) | {"P2I_SMTP_SECURITY": "starttls", "P2I_SMTP_USER": "p2i"}
        if trusted:
            settings["P2I_SMTP_CA"] = str(certificate[0])
        named = mail_server(settings)
        assert named is not None
        one = EmailMessage()
        one["From"], one["To"] = "p2i@p2i.example", "amina@example.org"
        one.set_content("text")
        ((_, found),) = send_mails(named, [(1, one)], lambda: True)
    finally:
        server.stop()
    assert expected in ("sent" if found.is_sent else found.why)
    assert not found.is_permanent, "our password or trust will be mended"
    assert kept.mails == found.is_sent
