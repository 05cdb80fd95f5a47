"""Accepted maintenance becomes silences of a real Alertmanager, and what the deliverer writes into the database."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerting.alertmanager.address import Address
from alerting.alertmanager.client import ESCALATOR_SILENT_FOR, WATCHDOG, Alertmanagers, deliverer
from alerting.alertmanager.link import Alertmanager
from facilities.inventory import Inventory
from store.alert_rows import AlertRow, Announcement
from store.connection import Connection
from store.errors import InputError
from store.exclusions import decide_exclusions
from store.maintenance import read_maintenance
from store.notices import beat, beats
from store.registry import register_circuits
from store.rows import CircuitRow, ExclusionRow
from tests.alerting.alertmanager.running import Hooks, RunningAlertmanager, alert, answering, wait_for
from tests.conftest import LogIn, WriteExclusions

BEGAN = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def begins_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alertmanager lives by the real clock: each test begins now, however long ago this file was read."""
    monkeypatch.setattr(sys.modules[__name__], "BEGAN", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def circuits(connection: Connection) -> None:
    register_circuits(connection, [CircuitRow(code, "fes-shore", "locataire-c", True) for code in ("fes-a1", "fes-b1")])
    connection.commit()


def maintenance(name: str, circuit: str, starts_minutes: int, ends_minutes: int) -> ExclusionRow:
    span = BEGAN + timedelta(minutes=starts_minutes), BEGAN + timedelta(minutes=ends_minutes)
    return ExclusionRow(name, circuit, "maintenance", *span, BEGAN - timedelta(days=10), "accepted")


def lasting(running: RunningAlertmanager) -> dict[str, dict[str, Any]]:
    """The silences that have not expired, by the first word of their comment."""
    found = [one for one in running.get("/api/v2/silences") if one["status"]["state"] != "expired"]
    assert len({one["comment"] for one in found}) == len(found)
    return {one["comment"].partition(" ")[0]: one for one in found}


def round_after(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


@pytest.mark.usefixtures("circuits")
def test_maintenance_is_one_silence_with_author_and_end_and_follows_what_becomes_of_it(
    alertmanager: RunningAlertmanager,
    demo: Inventory,
    connection: Connection,
    decide_by_two: WriteExclusions,
    log_in: LogIn,
) -> None:
    theirs = {
        "matchers": [{"name": "circuit", "value": "fes-a1", "isRegex": False, "isEqual": True}],
        "startsAt": BEGAN.isoformat(),
        "endsAt": (BEGAN + timedelta(hours=5)).isoformat(),
        "createdBy": "amina",
        "comment": "mine: not to be touched",
    }
    alertmanager.address.exchange("POST", "/api/v2/silences", theirs)
    decide_by_two(
        [
            maintenance("M-1", "fes-a1", -30, 60),
            maintenance("M-1", "fes-b1", 120, 180),
            maintenance("M-2", "fes-b1", 60 * 24 * 8, 60 * 24 * 8 + 60),  # too far ahead
            maintenance("M-3", "fes-b1", -60, -30),  # over
        ]
    )
    tell = Alertmanagers([alertmanager.address], demo)
    tell(connection, [], BEGAN)
    found = [one for one in alertmanager.get("/api/v2/silences") if one["createdBy"] != "amina"]
    assert sorted((one["comment"].split(":")[0], one["status"]["state"]) for one in found) == [
        ("M-1 fes-a1", "active"),
        ("M-1 fes-b1", "pending"),
    ]
    running = next(one for one in found if one["comment"].startswith("M-1 fes-a1"))
    assert running["createdBy"].startswith("approver_")
    assert datetime.fromisoformat(running["endsAt"]) == round_after(60)
    ids = {one["id"] for one in found}

    # A restart of ours, and further rounds: the same two, untouched.
    for minutes in (1, 2):
        Alertmanagers([alertmanager.address], demo)(connection, [], round_after(minutes))
    assert {one["id"] for one in alertmanager.get("/api/v2/silences") if one["createdBy"] != "amina"} == ids

    decide_by_two([maintenance("M-1", "fes-a1", -30, 90)])  # it takes longer
    tell(connection, [], round_after(3))
    after = [one for one in alertmanager.get("/api/v2/silences") if one["comment"].startswith("M-1 fes-a1")]
    assert [datetime.fromisoformat(one["endsAt"]) for one in after] == [round_after(90)]

    withdrawing = log_in("withdrawing")
    decide_exclusions(withdrawing, [("M-1", "fes-a1"), ("M-1", "fes-b1")], "rejected", "the works were called off")
    withdrawing.commit()
    tell(connection, [], round_after(4))
    assert list(lasting(alertmanager)) == ["mine:"]


@pytest.mark.usefixtures("circuits")
def test_in_maintenance_a_foreign_alert_is_silenced_and_ours_as_it_was_decided(
    alertmanager: RunningAlertmanager,
    demo: Inventory,
    connection: Connection,
    decide_by_two: WriteExclusions,
    hooks: Hooks,
) -> None:
    decide_by_two([maintenance("M-1", "fes-a1", -30, 60)])
    tell = Alertmanagers([alertmanager.address], demo)
    tell(connection, [], datetime.now(UTC))
    foreign = {"labels": {"alertname": "grafana rule", "circuit": "fes-a1"}, "startsAt": BEGAN.isoformat()}
    alertmanager.address.exchange("POST", "/api/v2/alerts", [foreign])

    def row(number: int, **more: Any) -> AlertRow:
        return alert(number, "outage", "circuit:fes-a1", datetime.now(UTC), facility="fes-shore", **more)

    told = row(1)
    tell(connection, [told, row(2, muted_by="exclusion M-1")], datetime.now(UTC))
    wait_for(lambda: ("1", "firing") in hooks.alerts())
    seen = {
        one["labels"].get("alert", "foreign"): one["status"]
        for one in alertmanager.get("/api/v2/alerts")
        if one["labels"].get("audience", "on_call") == "on_call" and one["labels"]["alertname"] != "Watchdog"
    }
    assert {name: one["state"] for name, one in seen.items()} == {
        "1": "active", "2": "suppressed", "foreign": "suppressed",
    }  # fmt: skip
    # It was told before it was muted: that it is told no more is not swallowed by the silence.
    tell(connection, [told._replace(muted_by="exclusion M-1")], datetime.now(UTC))
    wait_for(lambda: ("1", "resolved") in hooks.alerts())
    assert [one.annotations["ended"] for one in hooks.told() if one.status == "resolved"] == ["muted"]
    assert {one.alert[0] for one in hooks.told()} == {"1"}


def test_every_alertmanager_gets_all_and_one_that_is_away_holds_up_none(
    alertmanager: RunningAlertmanager,
    demo: Inventory,
    connection: Connection,
    hooks: Hooks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("P2I_ALERTMANAGER_TOKEN", raising=False)
    tell = deliverer(demo, {"P2I_ALERTMANAGER_URL": f"http://127.0.0.1:9, {alertmanager.address.url}"})
    assert tell is not None
    now = datetime.now(UTC)
    tell(connection, [alert(1, "outage", "circuit:fes-a1", now, facility="fes-shore")], now)
    wait_for(lambda: hooks.alerts() == [("1", "firing")])
    assert beats(connection)["alertmanager"] == now
    assert connection.info.transaction_status.name == "INTRANS"  # ours, by the line above


def test_one_that_is_away_is_said_once_and_tried_less_and_less_often(
    demo: Inventory, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[tuple[str, str, str | None]] = []
    watchdog = Announcement(WATCHDOG, {}, BEGAN, None)
    with answering(503, b"not now", tries) as url:
        client = Alertmanager(Address(url), demo.name)
        seconds = [0, 1, 2, 5, 6, 13, 14, 29, 30, 60, 90]
        tried = []
        for second in seconds:
            before = len(tries)
            assert not client.tell([watchdog], [], BEGAN + timedelta(seconds=second))
            tried.append((second, len(tries) > before))
        assert [second for second, was_tried in tried if was_tried] == [0, 2, 6, 14, 30, 60, 90]
        before = len(tries)
        client.tell([watchdog], [], BEGAN - timedelta(days=1))  # a clock that was set back is no reason to wait for it
        assert len(tries) > before
    assert [record.message for record in caplog.records] == [f"{url}: answers 503; trying again"]


def test_what_it_refuses_is_logged_once_and_holds_up_nothing(demo: Inventory, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[tuple[str, str, str | None]] = []
    watchdog = Announcement(WATCHDOG, {}, BEGAN, None)
    with answering(400, b"bad label", seen) as url:
        client = Alertmanager(Address(url), demo.name, every=timedelta(seconds=1))
        for second in range(3):
            client.tell([watchdog], [], BEGAN + timedelta(seconds=second * 40))
    assert [one[0] for one in seen] == ["/api/v2/alerts"] * 3
    assert sum("answers 400: bad label" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize("text", ["0", "x", "nan", "1e9"])
def test_a_pace_that_is_none_is_refused(demo: Inventory, text: str) -> None:
    with pytest.raises(InputError, match="P2I_ALERTMANAGER_EVERY_SECONDS"):
        deliverer(demo, {"P2I_ALERTMANAGER_URL": "http://a", "P2I_ALERTMANAGER_EVERY_SECONDS": text})


def test_without_an_alertmanager_there_is_nothing_to_deliver_to(demo: Inventory) -> None:
    assert deliverer(demo, {}) is None


def test_pages_are_sent_by_mail_only_while_an_escalator_that_was_there_is_silent(
    alertmanager: RunningAlertmanager, demo: Inventory, connection: Connection
) -> None:
    tell = Alertmanagers([alertmanager.address], demo)
    # Alertmanager ends alerts by its own clock, so that ours may not be ahead of it.
    now = datetime.now(UTC) - ESCALATOR_SILENT_FOR - timedelta(seconds=10)
    page = alert(1, "outage", "circuit:fes-a1", now, facility="fes-shore")

    def by_mail(at: datetime) -> bool:
        tell(connection, [page], at)
        return any(
            one["labels"].get("audience") == "mail" and datetime.fromisoformat(one["endsAt"]) > at
            for one in alertmanager.get("/api/v2/alerts")
        )

    assert not by_mail(now)  # there never was one
    beat(connection, "escalator", now)
    assert not by_mail(now + timedelta(seconds=1))
    beat(connection, "escalator", now)
    assert by_mail(now + ESCALATOR_SILENT_FOR + timedelta(seconds=1))
    beat(connection, "escalator", now + ESCALATOR_SILENT_FOR + timedelta(seconds=2))
    assert not by_mail(now + ESCALATOR_SILENT_FOR + timedelta(seconds=3))


@pytest.mark.usefixtures("circuits")
def test_only_accepted_maintenance_is_read(connection: Connection, decide_by_two: WriteExclusions) -> None:
    one = maintenance("M-1", "fes-a1", -30, 60)
    decide_by_two(
        [
            one,
            one._replace(exclusion="C-1", kind="customer"),
            one._replace(exclusion="M-2", decision="rejected"),
            one._replace(exclusion="M-3", decision="proposed"),
            one._replace(exclusion="M-4", ends_at=one.starts_at),
        ]
    )
    found = read_maintenance(connection, BEGAN, BEGAN + timedelta(days=7))
    assert [row.exclusion for row in found] == ["M-1"]
    assert read_maintenance(connection, one.ends_at, one.ends_at + timedelta(days=1)) == []
