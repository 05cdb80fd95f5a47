"""The webhooks: who may notify, what is taken, and that 2xx means committed."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from alerting.escalation import hooks as hooks_module
from tests.alerting.escalation.conftest import NOW, SECRET, Night, Site
from tests.mail_box import MailBox

BEARER = {"Authorization": f"Bearer {SECRET}"}


def payload(*alerts: dict[str, Any], **more: Any) -> bytes:
    """A notification as Alertmanager 0.25 and 0.28 send it."""
    body = {
        "version": "4", "groupKey": "{}:{alertname=\"outage\"}", "truncatedAlerts": 0, "status": "firing",
        "receiver": "on_call", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://alertmanager", "alerts": list(alerts),
    }  # fmt: skip
    return json.dumps(body | more).encode()


def one(number: str = "1", status: str = "firing", **labels: str) -> dict[str, Any]:
    named = {"alertname": "outage", "severity": "page", "facility": "casanearshore", "alert": number}
    return {
        "status": status, "labels": named | labels, "annotations": {"since": "2026-11-23T01:59:00Z"},
        "startsAt": "2026-11-23T01:59:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-23T02:00:00Z",
        "generatorURL": "", "fingerprint": "0123456789abcdef",
    }  # fmt: skip


def counts(night: Night) -> tuple[int, int]:
    row = night.connection.execute(
        "SELECT (SELECT count(*) FROM notice), (SELECT count(*) FROM notice_alert)"
    ).fetchone()
    night.connection.rollback()
    assert row is not None
    return row[0], row[1]


def test_a_notification_is_taken_once_and_tells_the_right_person(night: Night, mailbox: MailBox, site: Site) -> None:
    for _ in range(3):
        answer = site.ask("POST", "/hooks/alertmanager/on_call", payload(one(), one("2")), **BEARER)
        assert answer.status == 200
    assert counts(night) == (1, 2)
    night.round()
    assert mailbox.names() == ["amina"]
    body = payload(one(status="resolved"), one("2", "resolved"), status="resolved")
    assert site.ask("POST", "/hooks/alertmanager/on_call", body, **BEARER).status == 200
    night.go(1)
    assert mailbox.names() == ["amina"]


def test_strangers_learn_nothing_and_change_nothing(night: Night, site: Site) -> None:
    body = payload(one())
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET}, {"Authorization": "Bearer "}):
        for path in ("/hooks/alertmanager/on_call", "/hooks/alertmanager/nobody", "/hooks/grafana"):
            assert site.ask("POST", path, body, **headers).status == 401
    assert counts(night) == (0, 0)
    assert site.ask("POST", "/hooks/alertmanager/nobody", body, **BEARER).status == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b'{"alerts": [{}]}', b'{"alerts": 3}', b"[" * 100_000,
     payload(one() | {"startsAt": "yesterday"}), payload(one() | {"status": "odd"}),
     payload(one() | {"labels": {"alertname": 5}})],
)  # fmt: skip
def test_what_is_no_notification_is_refused(night: Night, site: Site, body: bytes) -> None:
    assert site.ask("POST", "/hooks/alertmanager/on_call", body, **BEARER).status == 400
    assert counts(night) == (0, 0)


def test_a_body_beyond_the_limit_is_refused(night: Night, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks_module, "BODY_BYTES", 1000)
    big = payload(one(filler="x" * 2000))
    assert site.ask("POST", "/hooks/alertmanager/on_call", big, **BEARER).status == 413
    assert counts(night) == (0, 0)


def signed(body: bytes, stamp: str | None) -> dict[str, str]:
    text = body if stamp is None else f"{stamp}:".encode() + body
    digest = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    stamped = {} if stamp is None else {"X-Grafana-Alerting-Timestamp": stamp}
    return {"X-Grafana-Alerting-Signature": digest} | stamped


def test_grafana_signs_and_an_old_recording_is_refused(night: Night, site: Site) -> None:
    extra = {"orgId": 1, "title": "[FIRING:1]", "state": "alerting", "message": "m"}
    alert = one() | {"values": {"A": 1}, "dashboardURL": "http://g/d", "panelURL": "", "valueString": ""}
    del alert["labels"]["alert"]
    body = payload(alert, **extra)
    stamp = str(int(NOW.timestamp()))
    assert site.ask("POST", "/hooks/grafana", body, **signed(body, stamp)).status == 200
    assert site.ask("POST", "/hooks/grafana", body, **signed(body, None)).status == 200
    assert counts(night) == (1, 1)
    old = str(int(NOW.timestamp()) - 301)
    for headers in (
        signed(body, old),
        signed(body + b" ", stamp),
        signed(body, stamp) | {"X-Grafana-Alerting-Timestamp": "9"},
    ):
        assert site.ask("POST", "/hooks/grafana", body, **headers).status == 401


def test_the_database_away_is_503_so_that_it_is_sent_again(
    night: Night, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store.errors import StoreUnavailable

    def away(*_arguments: object) -> None:
        raise StoreUnavailable("database: gone")

    with monkeypatch.context() as broken:
        broken.setattr(hooks_module, "intake", away)
        answer = site.ask("POST", "/hooks/alertmanager/on_call", payload(one()), **BEARER)
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert counts(night) == (0, 0)
    assert site.ask("POST", "/hooks/alertmanager/on_call", payload(one()), **BEARER).status == 200
    assert counts(night) == (1, 1)


def test_a_watchdog_that_stops_is_a_page_and_comes_back(night: Night, mailbox: MailBox, site: Site) -> None:
    dog = one(alertname="Watchdog", severity="none", source="p2i-alerting")
    assert site.ask("POST", "/hooks/alertmanager/watchdog", payload(dog), **BEARER).status == 200
    assert counts(night) == (0, 0)
    night.go(10)
    assert mailbox.names() == []
    night.go(2)
    assert mailbox.names() == ["amina"]
    assert site.ask("POST", "/hooks/alertmanager/watchdog", payload(dog), **BEARER).status == 200
    night.go(1)
    ((name, subject),) = mailbox.take()
    assert name == "amina"
    assert "Terminé" in subject


def test_five_thousand_alerts_in_one_body(night: Night, site: Site) -> None:
    body = payload(*(one(str(number), circuit=f"c{number}") for number in range(1, 5001)))
    assert site.ask("POST", "/hooks/alertmanager/on_call", body, **BEARER).status == 200
    assert counts(night) == (1, 5000)
