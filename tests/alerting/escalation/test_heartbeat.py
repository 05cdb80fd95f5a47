"""The dead-man's switch: called while everything is well, and kept back as soon as something is not."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from alerting.escalation.heartbeat import Heartbeat, unwell
from alerting.escalation.watchdogs import hear, look_for_silent
from store.notices import beat, list_notices
from tests.alerting.escalation.conftest import Gateway, Night, alert
from tests.mail_box import MailBox


def given() -> float:
    return REGISTRY.get_sample_value("alerting_escalation_heartbeats_total", {"outcome": "given"}) or 0.0


@pytest.mark.parametrize("part", ["escalator", "alerting", "alertmanager"])
def test_no_sign_of_life_of_a_part_in_use_keeps_it_back(night: Night, part: str) -> None:
    night.round()
    for one in ("alerting", "alertmanager"):
        beat(night.connection, one, night.now)
    assert unwell(night.connection, night.now, night.now) == ""
    later = night.now + timedelta(minutes=6)
    for one in {"escalator", "alerting", "alertmanager"} - {part}:
        beat(night.connection, one, later)
    assert unwell(night.connection, later, night.now) == f"no sign of life of {part} for 360 s"


def test_an_alertmanager_whose_webhook_never_came_keeps_it_back_and_is_a_page(night: Night) -> None:
    started_at = night.now
    for _ in range(12):
        night.round()
        beat(night.connection, "alertmanager", night.now)
        beat(night.connection, "alerting", night.now)
        assert look_for_silent(night.connection, started_at, timedelta(minutes=10), night.now) == []
        night.time[0] += timedelta(minutes=1)
        if night.now - started_at == timedelta(minutes=6):
            assert unwell(night.connection, night.now, started_at) == "nothing came through alertmanager for 360 s"
        if night.now - started_at > timedelta(minutes=10):
            break
    assert look_for_silent(night.connection, started_at, timedelta(minutes=10), night.now) == ["p2i-alerting"]
    assert [(one.rule, one.severity) for one in list_notices(night.connection)] == [("watchdog_silent", "page")]
    hear(night.connection, "p2i-alerting", night.now)
    assert look_for_silent(night.connection, started_at, timedelta(minutes=10), night.now) == []
    assert list_notices(night.connection) == []


def test_messages_that_wait_keep_it_back(night: Night, mailbox: MailBox) -> None:
    mailbox.stop()
    night.take(alert(1, audience="tenant", tenant="locataire-a"))
    night.go(12)
    assert unwell(night.connection, night.now, night.now).startswith("a message waits in email for 6")


def test_it_is_called_and_a_dead_service_stops_nothing(night: Night, gateway: Gateway) -> None:
    night.round()
    before = given()
    assert Heartbeat(f"http://127.0.0.1:{gateway.port}/beat", lambda: night.now)(night.connection) == 1
    assert given() == before + 1
    assert Heartbeat("http://127.0.0.1:9/beat", lambda: night.now)(night.connection) == 1
    assert given() == before + 1
