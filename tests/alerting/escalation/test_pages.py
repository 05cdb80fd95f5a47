"""Links: they cannot be forged, replayed or used for another notice; looking acts on nothing; nothing leaks."""

import base64
import hashlib
import re
import threading
from datetime import timedelta

import pytest

from alerting.escalation.tokens import LINK_LASTS, hashed, new_link
from tests.alerting.escalation.conftest import Night, Site, alert, ended
from tests.mail_box import MailBox


def link_of(night: Night, mailbox: MailBox) -> tuple[int, str]:
    """The notice and the path of the link in the mail that tells it."""
    number = night.take(alert(1)).notice_id
    assert number is not None
    night.round()
    body = mailbox.mails[-1].get_body(("plain",))
    assert body is not None
    found = re.search(r"https://page\.example(/l/[A-Za-z0-9_-]{43})", body.get_content())
    assert found is not None
    return number, found[1]


def test_looking_acts_on_nothing_however_often(night: Night, mailbox: MailBox, site: Site) -> None:
    number, path = link_of(night, mailbox)
    steps = night.steps(number)
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        site.ask(method, path)
    assert night.state(number) == "open"
    assert night.steps(number) == steps
    assert site.ask("GET", path).status == 200


def test_a_link_acts_once_and_its_replay_is_refused_in_one_sentence(night: Night, mailbox: MailBox, site: Site) -> None:
    number, path = link_of(night, mailbox)
    done = site.post(path, act="acknowledge")
    assert done.status == 303
    assert night.state(number) == "acknowledged"
    for _ in range(3):
        again = site.post(path, act="resolve")
        assert again.status == 409
        assert "Ce lien a déjà servi : rien n’a été changé." in again.text
    assert night.state(number) == "acknowledged"
    assert night.steps(number).count("refused") == 1, "tried once or often, it is written down once"
    row = night.connection.execute("SELECT actor, via FROM notice_step WHERE step = 'acknowledged'").fetchone()
    assert row == ("amina", "link")
    follows = done.headers["location"]
    assert "/" not in follows, "relative: a proxy may serve the page under a path of its own"
    after = site.ask("GET", f"/l/{follows}")
    assert "Pris en charge par Amina" in after.text
    assert site.post(f"/l/{follows}", act="resolve").status == 303
    assert night.state(number) == "resolved"


def test_two_clicks_at_once_are_one_act(night: Night, mailbox: MailBox, site: Site) -> None:
    number, path = link_of(night, mailbox)
    answers: list[int] = []
    start = threading.Barrier(4)

    def click() -> None:
        start.wait(10)
        answers.append(site.post(path, act="snooze-30").status)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [303, 409, 409, 409]
    assert night.steps(number).count("snoozed") == 1


def test_a_link_is_of_one_notice_and_one_person_and_ends(night: Night, mailbox: MailBox, site: Site) -> None:
    number, path = link_of(night, mailbox)
    other = night.take(alert(9, alertname="no_data")).notice_id
    assert other is not None
    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (forged, "/l/" + "A" * 43, "/l/x", f"/l/{hashed(path[3:])}", f"{path}%00", "/l/" + "é" * 20):
        assert site.ask("GET", wrong.replace("é", "%C3%A9")).status == 404
        assert site.post(wrong.replace("é", "%C3%A9"), act="acknowledge", notice=str(other)).status == 404
    site.post(path, act="acknowledge", notice=str(other), person="sara")
    assert (night.state(number), night.state(other)) == ("acknowledged", "open")
    late = new_link(night.connection, number, "amina", night.now)
    night.connection.commit()
    night.time[0] += LINK_LASTS
    refused = site.post(f"/l/{late}", act="resolve")
    assert refused.status == 410
    assert "a expiré" in refused.text
    assert night.state(number) == "acknowledged"


def test_a_refused_act_uses_no_link_up(night: Night, mailbox: MailBox, site: Site) -> None:
    number, path = link_of(night, mailbox)
    for form in ({"act": "hand_over", "to": "contact-a"}, {"act": "snooze-9"}, {"act": "drop table"}, {}):
        assert site.post(path, **form).status == 409
    assert site.post(path, act="hand_over", to="sara").status == 303
    row = night.connection.execute("SELECT held_by, state FROM notice WHERE notice_id = %s", (number,)).fetchone()
    assert row == ("sara", "open")


def test_what_is_over_says_so(night: Night, mailbox: MailBox, site: Site) -> None:
    number, path = link_of(night, mailbox)
    night.take(ended(alert(1), night.now))
    assert night.state(number) == "resolved"
    page = site.ask("GET", path)
    assert "<button" not in page.text
    assert site.post(path, act="acknowledge").status == 409


def test_nothing_keeps_or_tells_a_token(
    night: Night, mailbox: MailBox, site: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    from prometheus_client import generate_latest

    _, path = link_of(night, mailbox)
    token = path.removeprefix("/l/")
    page = site.ask("GET", path)
    done = site.post(path, act="acknowledge")
    next_token = done.headers["location"]
    tables = [
        str(night.connection.execute(f"SELECT to_jsonb(t) FROM {table} t".encode()).fetchall())
        for table in ("link", "message", "notice_step", "notice")
    ]
    captured = capfd.readouterr()
    kept = "\n".join([*tables, captured.out, captured.err, caplog.text, generate_latest().decode()])
    assert token not in kept
    assert next_token not in kept
    assert hashed(token) in kept
    for name, value in {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }.items():
        assert page.headers[name] == done.headers[name] == value
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    allowed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert page.headers["content-security-policy"].startswith(f"default-src 'none'; style-src 'sha256-{allowed}';")
    assert "<script" not in page.text
    assert "http" not in re.sub(r"https?://[^ \"]*runbook", "", page.text).replace("http-equiv", "")


def test_what_others_wrote_is_text_on_the_page(night: Night, site: Site) -> None:
    number = night.take(alert(1, "<img src=x onerror=alert(1)>", facility="<b>x</b>")).notice_id
    assert number is not None
    token = new_link(night.connection, number, "youssef", night.now)
    night.connection.commit()
    page = site.ask("GET", f"/l/{token}")
    assert page.status == 200
    assert "<img" not in page.text
    assert "Acknowledge" in page.text, "Youssef reads English"
    assert timedelta(0) < LINK_LASTS
