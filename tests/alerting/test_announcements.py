import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerting.announcements import ENDS_TOLD_FOR, Context, Languages, announcements, by_mail, drafts
from alerting.words.annotations import annotator
from alerting.words.headline import headline
from alerting.words.said import Said
from alerting.words.tongue import TONGUES
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from store.alert_rows import AlertRow, Announcement
from tests.alerting.alertmanager.running import alert

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FES: dict[str, Any] = {"facility": "fes-shore"}


@pytest.fixture(scope="module")
def demo() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


def told(inventory: Inventory, *rows: AlertRow, **options: Any) -> dict[tuple[str, str], Announcement]:
    """By audience and alert."""
    found = announcements(rows, inventory, NOW, **options)
    by_both = {(one.labels["audience"], one.labels["alert"]): one for one in found}
    assert len(by_both) == len(found)
    return by_both


@pytest.mark.parametrize(
    ("rule", "subject", "more", "audiences"),
    [
        ("outage", "circuit:fes-a1", FES, {"on_call", "tenant"}),
        ("burn_fast", "objective:A/availability/2026-11", FES | {"circuit": "fes-a1"}, {"on_call"}),
        ("breach_foreseen", "objective:A/availability/2026-11", FES | {"circuit": "fes-a1"}, {"on_call", "tenant"}),
        ("objective_breached", "objective:A/availability/2026-11", FES | {"tenant": "locataire-c"},
         {"on_call", "tenant", "owner"}),
        ("statement_ready", "statement:A/2026-11", {"tenant": "locataire-c"}, {"tenant"}),
        ("site_cut", "park:fes-shore", FES, {"on_call", "owner"}),
        ("site_cut", "park:fes-shore", FES | {"facts": {"seen_as": "outage"}}, {"on_call", "owner"}),
        ("site_cut", "park:fes-shore", FES | {"facts": {"seen_as": "silence"}}, {"on_call"}),
        ("occupancy_over", "zone:fes-z1", FES | {"zone": "fes-z1", "tenant": "locataire-c"}, {"on_call", "tenant"}),
        ("occupancy_over", "zone:fes-z3", FES | {"zone": "fes-z3"}, {"on_call"}),
        ("carrier_down", "carrier:operateur-a", {"carrier": "operateur-a"}, {"on_call", "owner"}),
        ("probe_fault", "probe:agadir", {}, {"on_call"}),
        ("engine_late", "engine:pass", {}, {"on_call"}),
        ("outage", "circuit:gone", {}, {"on_call"}),  # has left the inventory: nobody knows whose it was
    ],
)  # fmt: skip
def test_who_is_told_of_what(
    demo: Inventory, rule: str, subject: str, more: dict[str, Any], audiences: set[str]
) -> None:
    assert {audience for audience, _ in told(demo, alert(1, rule, subject, NOW, **more))} == audiences


def test_labels_of_an_outage_for_those_on_call(demo: Inventory) -> None:
    row = alert(1, "outage", "circuit:casa-a1", NOW, facility="casanearshore", tenant="locataire-a")
    assert told(demo, row)["on_call", "1"].labels == {
        "alertname": "outage", "severity": "page", "audience": "on_call", "alert": "1", "incident": "1",
        "facility": "casanearshore", "circuit": "casa-a1", "subject": "circuit:casa-a1", "tenant": "locataire-a",
        "carrier": "operateur-a", "infrastructure_carrier": "infrastructure-a", "building": "A",
        "muted": "false", "demo": "true", "language": "fr",
    }  # fmt: skip


def test_a_tenant_learns_of_its_own_outage_though_a_cut_explains_it_and_of_nobody_else(demo: Inventory) -> None:
    cut = alert(7, "site_cut", "park:fes-shore", NOW, **FES, facts={"circuits": ["fes-a1", "secret-circuit"]})
    row = alert(
        1, "outage", "circuit:fes-a1", NOW, **FES, cause_id=7,
        facts={"flaps": 2, "neighbour": "Locataire Z", "breach_at": "2026-11-22T04:00:00Z"},
    )  # fmt: skip
    found = told(demo, cut, row)
    assert ("tenant", "7") not in found
    own = found["tenant", "1"]
    assert own.labels == {
        "alertname": "outage", "severity": "page", "audience": "tenant", "alert": "1", "facility": "fes-shore",
        "circuit": "fes-a1", "tenant": "locataire-c", "muted": "false", "demo": "true", "language": "fr",
    }  # fmt: skip
    assert own.annotations == {"since": "2026-11-22T03:00:00Z", "breach_at": "2026-11-22T04:00:00Z", "cause": "park"}


def test_a_tenant_learns_of_its_own_room_by_its_name(demo: Inventory) -> None:
    zone = next(one for one in demo.zones.values() if one.tenant is not None)
    facts = {"people": 60, "capacity_people": 50, "neighbour": "Locataire Z"}
    row = alert(1, "occupancy_over", f"zone:{zone.code}", NOW, zone=zone.code, tenant=zone.tenant, facts=facts)
    found = told(demo, row)["tenant", "1"]
    assert (found.labels["zone"], found.labels["tenant"]) == (zone.code, zone.tenant)
    assert found.annotations == {"since": "2026-11-22T03:00:00Z", "people": "60", "capacity_people": "50"}
    words = Said(told(demo, row, annotate=annotator(demo, {}))["tenant", "1"])
    assert headline(words, TONGUES["fr"], "tenant").startswith(f"Affluence au-delà de la capacité – zone {zone.label}")
    other = next(one for one in demo.zones.values() if one.tenant not in (None, zone.tenant))
    moved = told(demo, row._replace(trouble=row.trouble._replace(tenant=other.tenant)))
    assert "zone" not in moved["tenant", "1"].labels


def test_causes_come_first_and_what_they_explain_names_the_first_cause(demo: Inventory) -> None:
    burn = alert(3, "burn_fast", "objective:A/a/2026-11", NOW, circuit="fes-a1", cause_id=1)
    outage = alert(1, "outage", "circuit:fes-a1", NOW, **FES, cause_id=7)
    cut = alert(7, "site_cut", "park:fes-shore", NOW, **FES)
    found = announcements([burn, outage, cut], demo, NOW)
    assert found[0].labels["alertname"] == "site_cut"
    on_call = {one.labels["alert"]: one for one in found if one.labels["audience"] == "on_call"}
    assert {name: (one.labels["incident"], one.labels.get("explained")) for name, one in on_call.items()} == {
        "7": ("7", None), "1": ("7", "true"), "3": ("7", "true"),
    }  # fmt: skip
    assert on_call["7"].annotations["members"] == "circuit:fes-a1"


def test_a_cause_that_is_not_in_the_list_still_explains(demo: Inventory) -> None:
    found = told(demo, alert(1, "outage", "circuit:fes-a1", NOW, cause_id=7))["on_call", "1"]
    assert (found.labels["incident"], found.labels["explained"]) == ("7", "true")


def test_causes_in_a_circle_end(demo: Inventory) -> None:
    rows = [alert(1, "a", "x:1", NOW, cause_id=2), alert(2, "b", "x:2", NOW, cause_id=1)]
    assert {one.labels["explained"] for one in announcements(rows, demo, NOW)} == {"true"}


@pytest.mark.parametrize(
    ("subject", "more", "label", "value"),
    [
        ("building:fes-shore/A", FES, "building", "A"),
        ("building:north", FES, "building", "north"),
        ("duct:fes-shore/rue/quai", FES, "duct", "rue/quai"),
        ("carrier:operateur-a", {}, "carrier", "operateur-a"),
        ("carrier:operateur-a/fes-shore", FES, "carrier", "operateur-a"),
        ("cable:ace", {}, "cable", "ace"),
        ("uplink:fes-main", FES, "uplink", "fes-main"),
    ],
)
def test_what_has_failed_is_a_label(
    demo: Inventory, subject: str, more: dict[str, Any], label: str, value: str
) -> None:
    assert told(demo, alert(1, "site_cut", subject, NOW, **more))["on_call", "1"].labels[label] == value


def test_an_end_is_told_for_a_while_and_starts_before_it_ends(demo: Inventory) -> None:
    row = alert(1, "outage", "circuit:fes-a1", NOW, closed_at=NOW)
    found = told(demo, row)["on_call", "1"]
    assert found.ends_at == NOW
    assert found.starts_at < NOW
    assert found.annotations["ended"] == "closed"
    assert announcements([row], demo, NOW + ENDS_TOLD_FOR) == []


def test_an_alert_starts_when_it_was_noticed_and_says_since_when_it_is(demo: Inventory) -> None:
    row = alert(1, "outage", "circuit:fes-a1", NOW, since_at=NOW - timedelta(hours=2))
    found = told(demo, row)["on_call", "1"]
    assert found.starts_at == NOW
    assert found.annotations["since"] == "2026-11-22T01:00:00Z"


def test_a_tenant_reads_its_own_language(demo: Inventory) -> None:
    found = told(demo, alert(1, "outage", "circuit:fes-a1", NOW), languages=Languages("fr", {"locataire-c": "en"}))
    assert found["tenant", "1"].labels["language"] == "en"
    assert found["on_call", "1"].labels["language"] == "fr"


def test_annotations_are_whoevers_who_writes_them_and_always_valid_text(demo: Inventory) -> None:
    def annotate(row: AlertRow, context: Context) -> Mapping[str, str]:
        return {"summary": f"{row.alert_id} {context.audience} {context.language} \ud800", "nothing": ""}

    found = told(demo, alert(1, "engine_late", "engine:pass", NOW), annotate=annotate)["on_call", "1"]
    assert found.annotations == {"summary": "1 on_call fr ?"}


def test_pages_that_are_told_and_only_those_go_by_mail(demo: Inventory) -> None:
    rows = [
        alert(1, "outage", "circuit:fes-a1", NOW),
        alert(2, "outage", "circuit:fes-b1", NOW, cause_id=1),
        alert(3, "outage", "circuit:casa-a1", NOW, muted_by="exclusion M-1"),
        alert(4, "burn_slow", "objective:A/a/2026-11", NOW, severity="ticket"),
    ]
    found = by_mail(drafts(rows, demo, NOW))
    assert [(one.labels["audience"], one.labels["alert"]) for one in found] == [("mail", "1")]


def test_what_matters_comes_first(demo: Inventory) -> None:
    rows = [
        alert(1, "outage", "circuit:fes-a1", NOW, cause_id=4),
        alert(2, "burn_slow", "objective:A/a/2026-11", NOW, severity="ticket"),
        alert(3, "outage", "circuit:casa-a1", NOW),
        alert(4, "site_cut", "park:fes-shore", NOW, **FES),
    ]
    found = [(one.labels["alert"], one.labels["audience"]) for one in drafts(rows, demo, NOW)]
    assert found == [
        ("3", "on_call"), ("4", "on_call"), ("3", "tenant"), ("4", "owner"), ("2", "on_call"),
        ("1", "on_call"), ("1", "tenant"),
    ]  # fmt: skip


def test_a_storm_is_drafted_in_no_time(demo: Inventory) -> None:
    """At every look; what is written of each is left to what is due."""
    rows = [
        alert(number, "outage", "circuit:fes-a1", NOW, cause_id=1 if number > 1 else None) for number in range(5000)
    ]
    began = time.monotonic()
    assert len(drafts(rows, demo, NOW)) == 10_000
    assert time.monotonic() - began < 5


def test_the_owner_is_told_of_the_bigger_incident_only(demo: Inventory) -> None:
    park = alert(8, "site_cut", "park:fes-shore", NOW, **FES)
    building = alert(7, "site_cut", "building:fes-shore/A", NOW, **FES, cause_id=8)
    found = told(demo, park, building)
    assert (found["owner", "7"].labels["explained"], found["owner", "7"].labels["incident"]) == ("true", "8")
    assert "explained" not in found["owner", "8"].labels
