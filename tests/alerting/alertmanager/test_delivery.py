"""What really happens: our posts, a real Alertmanager with the generated configuration, and what it sends on."""

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from alerting.alertmanager.client import WATCHDOG
from alerting.alertmanager.destinations import Destinations, Mail
from alerting.alertmanager.link import Alertmanager
from alerting.announcements import Context, by_mail, drafts
from alerting.grouping import AUDIENCES, group_key
from facilities.inventory import Inventory
from store.alert_rows import AlertRow, Announcement
from tests.alerting.alertmanager.conftest import StartAlertmanager
from tests.alerting.alertmanager.running import Hooks, Mails, RunningAlertmanager, alert, wait_for

Told = list[tuple[str, str]]


def now() -> datetime:
    return datetime.now(UTC)


class Teller:
    """One run of our process towards one Alertmanager; a new one remembers nothing."""

    def __init__(self, running: RunningAlertmanager, inventory: Inventory) -> None:
        self._client = Alertmanager(running.address, inventory.name)
        self._inventory = inventory

    def tell(self, *rows: AlertRow, at: datetime | None = None) -> bool:
        """Says what lasts and has ended, as at `at`."""
        at = at or now()
        return self._client.tell(drafts(rows, self._inventory, at), [], at)


@pytest.fixture
def teller(alertmanager: RunningAlertmanager, demo: Inventory) -> Teller:
    return Teller(alertmanager, demo)


def outage(alert_id: int = 1, circuit: str = "fes-a1", *, cause_id: int | None = None) -> AlertRow:
    return alert(alert_id, "outage", f"circuit:{circuit}", now(), facility="fes-shore", cause_id=cause_id)


def site_cut(alert_id: int = 7) -> AlertRow:
    return alert(alert_id, "site_cut", "park:fes-shore", now(), facility="fes-shore")


def closed(row: AlertRow) -> AlertRow:
    return row._replace(closed_at=now())


def flushed_since(hooks: Hooks, teller: Teller, *rows: AlertRow) -> None:
    """Returns once the group of outages at Fès has been looked at anew, twice: what was to be sent has been sent."""
    extra = outage(901, "fes-b1"), outage(902, "fes-c1")
    teller.tell(*rows, extra[0])
    wait_for(lambda: ("901", "firing") in hooks.alerts())
    teller.tell(*rows, *extra)
    wait_for(lambda: ("902", "firing") in hooks.alerts())


def sent_with(told: Told, name: str) -> list[str]:
    return [status for one, status in told if one == name]


def news_of(hooks: Hooks, name: str) -> int:
    """How many webhooks those on call got about `name` and not about what came after it."""
    found = [[one["labels"].get("alert") for one in body["alerts"]] for path, body in hooks.bodies if "on_call" in path]
    return sum(1 for alerts in found if name in alerts and not {"901", "902"} & set(alerts))


def test_the_same_posted_again_by_us_restarted_is_one_notification(
    alertmanager: RunningAlertmanager, demo: Inventory, hooks: Hooks
) -> None:
    row = outage()
    for _ in range(3):
        Teller(alertmanager, demo).tell(row)
    wait_for(lambda: hooks.alerts() == [("1", "firing")])
    flushed_since(hooks, Teller(alertmanager, demo), row)
    assert news_of(hooks, "1") == 1


def test_what_a_cut_explains_is_seen_suppressed_and_told_nobody(
    alertmanager: RunningAlertmanager, teller: Teller, hooks: Hooks
) -> None:
    cut, member = site_cut(), outage(cause_id=7)
    teller.tell(cut, member)
    wait_for(lambda: ("7", "firing") in hooks.alerts())
    seen = {
        one["labels"]["alert"]: one
        for one in alertmanager.get("/api/v2/alerts")
        if one["labels"].get("audience") == "on_call"
    }
    assert seen["1"]["status"]["state"] == "suppressed"
    assert seen["1"]["status"]["inhibitedBy"] == [seen["7"]["fingerprint"]]
    flushed_since(hooks, teller, cut, member)
    assert sent_with(hooks.alerts(), "1") == []


def test_an_outage_told_before_its_cause_is_known_ends_as_explained_and_comes_back_when_it_stays(
    teller: Teller, hooks: Hooks
) -> None:
    alone = outage()
    teller.tell(alone)
    wait_for(lambda: hooks.alerts() == [("1", "firing")])
    cut = site_cut()
    teller.tell(cut, alone._replace(cause_id=7))
    wait_for(lambda: ("1", "resolved") in hooks.alerts())
    assert [one.annotations["ended"] for one in hooks.told() if one.alert == ("1", "resolved")] == ["explained"]
    teller.tell(closed(cut), alone)
    wait_for(lambda: sent_with(hooks.alerts(), "1") == ["firing", "resolved", "firing"])
    wait_for(lambda: ("7", "resolved") in hooks.alerts())


def test_an_end_is_told_once_however_often_it_is_posted(
    alertmanager: RunningAlertmanager, demo: Inventory, teller: Teller, hooks: Hooks
) -> None:
    row = outage()
    teller.tell(row)
    wait_for(lambda: hooks.alerts() == [("1", "firing")])
    over = closed(row)
    teller.tell(over)
    wait_for(lambda: ("1", "resolved") in hooks.alerts())
    assert [one.annotations["ended"] for one in hooks.told() if one.status == "resolved"] == ["closed"]
    for _ in range(2):
        Teller(alertmanager, demo).tell(over)
    flushed_since(hooks, teller)
    assert news_of(hooks, "1") == 2


def test_an_alert_nobody_posts_any_more_would_end_by_itself_in_three_minutes(
    alertmanager: RunningAlertmanager, teller: Teller
) -> None:
    teller.tell(outage())
    found = next(one for one in alertmanager.get("/api/v2/alerts") if one["labels"].get("audience") == "on_call")
    left = datetime.fromisoformat(found["endsAt"]) - now()
    assert timedelta(seconds=170) < left <= timedelta(seconds=180)


def test_alertmanager_restarted_in_the_middle_tells_nothing_twice_and_loses_no_end(
    alertmanager: RunningAlertmanager, teller: Teller, hooks: Hooks
) -> None:
    lasting, ending = outage(1, "fes-a1"), outage(2, "fes-b1")
    teller.tell(lasting, ending)
    wait_for(lambda: sorted(hooks.alerts()) == [("1", "firing"), ("2", "firing")])
    alertmanager.stop()
    over = closed(ending)
    assert not teller.tell(lasting, over)
    alertmanager.start()
    assert not teller.tell(lasting, over)  # tried again only after a while
    assert teller.tell(lasting, over, at=now() + timedelta(seconds=31))
    wait_for(lambda: ("2", "resolved") in hooks.alerts())
    firing = [one for one in hooks.alerts() if one[1] == "firing"]
    assert firing.count(("2", "firing")) == 1


def test_alertmanager_killed_repeats_at_most_what_still_fires(
    alertmanager: RunningAlertmanager, teller: Teller, hooks: Hooks
) -> None:
    """Its log of notifications is written every quarter of an hour: killed, it has forgotten whom it told of what."""
    row = outage()
    teller.tell(row)
    wait_for(lambda: hooks.alerts() == [("1", "firing")])
    alertmanager.stop(signal.SIGKILL)
    alertmanager.start()
    assert teller.tell(row, at=now() + timedelta(seconds=60))
    wait_for(lambda: hooks.alerts() == [("1", "firing")] * 2)
    teller.tell(closed(row), at=now() + timedelta(seconds=60))
    wait_for(lambda: sent_with(hooks.alerts(), "1") == ["firing", "firing", "resolved"])


def test_each_audience_has_its_own_and_names_arrive_as_they_are_written(teller: Teller, hooks: Hooks) -> None:
    odd = 'B\u00e2t. "{{ .Labels.x }}" \u2028 \U0001f600 \\ {a="b"}, \u0645\u0628\u0646\u0649'
    breach = alert(
        3, "objective_breached", 'objective:A"{{B}}/o/2026-11', now(), severity="ticket",
        facility="fes-shore", circuit="fes-a1", agreement='A"{{B}}', facts={"value": odd},
    )  # fmt: skip
    teller.tell(breach)
    wait_for(lambda: all(hooks.alerts(audience) == [("3", "firing")] for audience in ("on_call", "tenant", "owner")))
    (told,) = hooks.told("tenant")
    assert (told.labels["tenant"], told.labels["agreement"], told.annotations["value"]) == (
        "locataire-c",
        'A"{{B}}',
        odd,
    )
    assert not {"carrier", "incident", "subject", "building"} & set(told.labels)


def test_one_webhook_holds_alerts_of_one_notice(teller: Teller, demo: Inventory, hooks: Hooks) -> None:
    """Alertmanager groups as we do without it, however it is told."""
    rows = [
        alert(
            number, rule, f"circuit:{circuit}", now(), facility=facility,
            severity="ticket" if number % 2 else "page",
        )
        for number, (rule, circuit, facility) in enumerate(
            (rule, circuit, facility)
            for rule in ("outage", "objective_breached", "no_data")
            for circuit, facility in (("fes-a1", "fes-shore"), ("fes-b1", "fes-shore"), ("casa-a1", "casanearshore"))
            for _ in range(2)
        )
    ]  # fmt: skip
    wanted = drafts(rows, demo, now())
    teller.tell(*rows)
    wait_for(lambda: len({(one.path, *one.alert) for word in AUDIENCES for one in hooks.told(word)}) == len(wanted))
    keys = [{group_key(one["labels"]) for one in body["alerts"]} for path, body in hooks.bodies]
    assert {len(one) for one in keys} == {1}
    assert {key for one in keys for key in one} == {group_key(one.labels) for one in wanted}


def test_a_text_that_cannot_be_written_holds_up_no_page(
    alertmanager: RunningAlertmanager, demo: Inventory, hooks: Hooks
) -> None:
    def annotate(row: AlertRow, _: Context) -> dict[str, str]:
        if row.alert_id == 1:
            raise ValueError("no words")
        return {"summary": "words"}

    client = Alertmanager(alertmanager.address, demo.name, annotate=annotate)
    client.tell(drafts([outage(1), outage(2, "fes-b1")], demo, now()), [], now())
    wait_for(lambda: {one.labels["alert"]: one.annotations.get("summary") for one in hooks.told()} == {
        "1": "outage circuit:fes-a1", "2": "words",
    })  # fmt: skip


def test_the_watchdog_has_a_hook_of_its_own(alertmanager: RunningAlertmanager, demo: Inventory, hooks: Hooks) -> None:
    client = Alertmanager(alertmanager.address, demo.name)
    client.tell([Announcement(WATCHDOG, {}, now(), None)], [], now())
    wait_for(lambda: hooks.alerts("watchdog") == [("Watchdog", "firing")])
    assert hooks.alerts() == []


def test_pages_go_by_mail_while_the_escalator_is_dead(
    start_alertmanager: StartAlertmanager, demo: Inventory, hooks: Hooks, mails: Mails
) -> None:
    mail = Mail(
        mails.host, "p2i@example.org", {"fr": ("astreinte@example.org",), "en": ("b@example.org",)}, require_tls=False
    )
    running = start_alertmanager(Destinations(hooks.url, mail=mail))
    told = drafts([outage(), site_cut()._replace(muted_by="exclusion M-1")], demo, now())
    Alertmanager(running.address, demo.name).tell([*told, *by_mail(told)], [], now())
    wait_for(lambda: mails.texts)
    (text,) = mails.texts
    assert "To: astreinte@example.org" in text
    assert "outage fes-shore circuit:fes-a1" in text
    assert "site_cut" not in text


def test_five_thousand_in_a_minute(alertmanager: RunningAlertmanager, teller: Teller, hooks: Hooks) -> None:
    before = alertmanager.resident_bytes()
    began = time.monotonic()
    rows = [outage(number, f"fes-{number}") for number in range(1, 5001)]
    teller.tell(*rows)
    posted_seconds = time.monotonic() - began
    wait_for(lambda: len(set(hooks.alerts())) == 5000, 60)
    told_seconds = time.monotonic() - began
    print(
        f"posted in {posted_seconds:.1f} s, told within {told_seconds:.1f} s in {len(hooks.bodies)} webhooks,"
        f" Alertmanager {before >> 20} -> {alertmanager.resident_bytes() >> 20} MiB"
    )
    assert posted_seconds < 60
    assert alertmanager.resident_bytes() < 400 << 20
