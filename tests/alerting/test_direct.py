from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from alerting.announcements import Context, Languages
from alerting.command import deliverers
from alerting.direct import AGAIN_AFTER, AWAY_AFTER, Direct, WhileAway
from alerting.escalation.watchdogs import hear
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from store.alert_rows import AlertRow, Trouble
from store.alerts import open_alerts, read_open_alerts, update_alerts
from store.connection import Connection
from store.notices import beat, list_notices
from tests.alerting.estate import NOW

OUTAGE = Trouble(
    "outage", "circuit:casa-a1", "page", NOW, "down", True, "casanearshore", "locataire-a", "operateur-a", "casa-a1"
)


class Worded:
    """Counts how often something was put into words."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, alert: AlertRow, context: Context) -> dict[str, str]:
        self.times += 1
        return {"summary": f"{alert.trouble.subject} for {context.audience}"}


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


def lasting(connection: Connection, troubles: Sequence[Trouble]) -> list[AlertRow]:
    open_alerts(connection, [(one, None) for one in troubles], NOW)
    connection.commit()
    return read_open_alerts(connection)


def test_each_audience_has_its_notice_and_what_has_not_changed_is_not_said_again(
    connection: Connection, inventory: Inventory
) -> None:
    alerts = lasting(connection, [OUTAGE])
    worded = Worded()
    direct = Direct(inventory, worded, Languages())
    direct(connection, alerts, NOW)
    assert {(one.audience, one.rule, one.state) for one in list_notices(connection)} == {
        ("on_call", "outage", "open"),
        ("tenant", "outage", "open"),
    }
    assert worded.times == 2
    direct(connection, alerts, NOW + timedelta(seconds=2))
    assert worded.times == 2
    direct(connection, alerts, NOW + AGAIN_AFTER)
    assert worded.times == 4
    assert len(list_notices(connection)) == 2, "the same notices"


def test_the_end_is_handed_over_at_once(connection: Connection, inventory: Inventory) -> None:
    (alert,) = lasting(connection, [OUTAGE])
    direct = Direct(inventory, Worded(), Languages())
    direct(connection, [alert], NOW)
    closed = alert._replace(closed_at=NOW + timedelta(seconds=1))
    update_alerts(connection, [closed])
    direct(connection, [closed], NOW + timedelta(seconds=2))
    assert {one.state for one in list_notices(connection, closed=True)} == {"resolved"}


def test_a_new_notice_waits_before_its_first_message(connection: Connection, inventory: Inventory) -> None:
    hold = timedelta(seconds=30)
    Direct(inventory, Worded(), Languages(), hold)(connection, lasting(connection, [OUTAGE]), NOW)
    assert {one.next_step_at for one in list_notices(connection)} == {NOW + hold}


def test_with_an_alertmanager_the_escalator_is_told_by_us_only_while_that_is_away(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("P2I_ALERTMANAGER_URL", raising=False)
    (alone,) = deliverers(inventory, "fr", timedelta(0))
    assert isinstance(alone.deliver, Direct)
    monkeypatch.setenv("P2I_ALERTMANAGER_URL", "http://127.0.0.1:9")
    first, second = deliverers(inventory, "fr", timedelta(0))
    assert first.name == "alertmanager"
    assert isinstance(second.deliver, WhileAway)


def test_while_every_alertmanager_is_away_a_living_escalator_is_told_directly(
    connection: Connection, inventory: Inventory
) -> None:
    alerts = lasting(connection, [OUTAGE])
    away = WhileAway(Direct(inventory, Worded(), Languages()))

    def notices_at(now: datetime, **beats: datetime) -> int:
        for process, at in beats.items():
            beat(connection, process, at)
        away(connection, alerts, now)
        return len(list_notices(connection))

    second = timedelta(seconds=1)
    assert notices_at(NOW, escalator=NOW) == 0, "it has just been started"
    assert notices_at(NOW + AWAY_AFTER, alertmanager=NOW) == 0
    later = NOW + AWAY_AFTER + second
    assert notices_at(later) == 0, "the escalator is dead: nobody would read it"
    assert notices_at(later, escalator=later) == 2
    back = later + AGAIN_AFTER
    assert notices_at(back, alertmanager=back, escalator=back) == 2, "the same notices"


@pytest.mark.parametrize("heard", [False, True])
def test_an_alertmanager_whose_webhook_is_wrong_from_the_first_day_holds_nothing_back(
    connection: Connection, inventory: Inventory, heard: bool
) -> None:
    alerts = lasting(connection, [OUTAGE])
    away = WhileAway(Direct(inventory, Worded(), Languages()))
    for minute in range(6):
        now = NOW + timedelta(minutes=minute)
        for process in ("alertmanager", "alerting", "escalator"):
            beat(connection, process, now)
        if heard:
            hear(connection, "p2i-alerting", now)
        away(connection, alerts, now)
    assert len(list_notices(connection)) == (0 if heard else 2)
