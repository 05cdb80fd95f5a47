"""What each login reads of alerts: its own, its park's, and never who was in whose room."""

from collections.abc import Iterator

import pytest

from store.login_plan import Key
from tests.store.tenants_world import World, new_world

OPENED = "'2026-01-07Z', '2026-01-07Z', '2026-01-07Z'"


@pytest.fixture(scope="module")
def known(server_dsn: str, template_database: str) -> Iterator[World]:
    with new_world(server_dsn, template_database) as made:
        made.owner.execute(
            "INSERT INTO alert (rule, subject, severity, reason, facility, tenant, zone, is_demo, since_at, opened_at,"
            f" seen_at, facts) VALUES ('occupancy_over', 'zone:aamark-z', 'ticket', 'occupancy_100', 'casa', 'aamark',"
            f" 'aamark-z', false, {OPENED}, '{{\"people\": 77}}'),"
            f" ('environment', 'sensor:aamark-s/temperature_celsius', 'ticket', 'high', 'casa', 'aamark', 'aamark-z',"
            f' false, {OPENED}, \'{{"value": "31.5"}}\'),'
            # Where nobody is the tenant: a room for four with six in it, doors that count, and the air.
            f" ('occupancy_over', 'zone:four', 'ticket', 'occupancy_100', 'casa', NULL, 'four', false, {OPENED},"
            ' \'{"people": 6, "capacity_people": 4}\'),'
            f" ('occupancy_over', 'zone:ten', 'ticket', 'occupancy_100', 'casa', NULL, 'ten', false, {OPENED},"
            ' \'{"people": 13, "capacity_people": 10}\'),'
            f" ('environment', 'sensor:door/people_in', 'ticket', 'high', 'casa', NULL, 'four', false, {OPENED},"
            ' \'{"quantity": "people_in", "value": "3"}\'),'
            f" ('environment', 'sensor:door/new', 'ticket', 'high', 'casa', NULL, 'four', false, {OPENED},"
            ' \'{"quantity": "something_new", "value": "3"}\'),'
            f" ('environment', 'sensor:air/co2_ratio', 'ticket', 'high', 'casa', NULL, 'four', false, {OPENED},"
            ' \'{"quantity": "co2_ratio", "value": "0.002"}\')'.encode()
        )
        made.owner.execute(
            "INSERT INTO alert_change (alert_id, changed_at, change, reason)"
            " SELECT alert_id, opened_at, 'opened', reason FROM alert WHERE zone IN ('four', 'ten')"
        )
        made.owner.commit()
        yield made


def subjects(known: World, key: Key) -> set[str]:
    with known.login(key) as login:
        return {subject for (subject,) in login.execute("SELECT subject FROM reporting.alert").fetchall()}


ROOMS = {"zone:aamark-z", "sensor:aamark-s/temperature_celsius"}
FEW = {"zone:four", "sensor:door/people_in", "sensor:door/new"}
CASA = {
    *("park:casa", "zone:sharedmark-z", "zone:ten", "sensor:air/co2_ratio"),
    *("circuit:aamark-c", "circuit:zzmark-c"),
}


def test_who_sees_which_alert(known: World) -> None:
    assert subjects(known, ("tenant", "aamark")) == {"circuit:aamark-c", *ROOMS}
    assert subjects(known, ("tenant", "zzmark")) == {"circuit:zzmark-c"}
    assert subjects(known, ("organisation", "ewane")) == CASA
    assert subjects(known, ("organisation", "tanger-med-zones")) == {"circuit:yymark-c"}
    assert subjects(known, ("authority", "ministry")) == set()
    assert subjects(known, ("operator", None)) == {"carrier:x", "circuit:yymark-c", *CASA, *ROOMS, *FEW}


def test_a_count_of_people_is_shown_to_nobody_it_is_not_shown_to_elsewhere(known: World) -> None:
    with known.login(("organisation", "ewane")) as manager:
        query = "SELECT facts FROM reporting.alert WHERE rule = 'occupancy_over'"
        assert manager.execute(f"{query} ORDER BY alert_id".encode()).fetchall() == [
            ({"capacity_people": 120},),
            ({"capacity_people": 10},),
        ]
    with known.login(("tenant", "aamark")) as tenant:
        assert tenant.execute(query.encode()).fetchall() == [({"people": 77},)]


def test_no_row_says_that_few_people_are_somewhere(known: World) -> None:
    """More people than a capacity of four is a count of five at least, and below ten may not be told."""
    with known.login(("organisation", "ewane")) as manager:
        assert FEW.isdisjoint(subjects(known, ("organisation", "ewane")))
        steps = manager.execute(
            "SELECT subject FROM reporting.alert_change JOIN reporting.alert USING (alert_id) WHERE zone IS NOT NULL"
        ).fetchall()
        assert {subject for (subject,) in steps} == {"zone:sharedmark-z", "zone:ten", "sensor:air/co2_ratio"}


def test_steps_are_seen_with_their_alert(known: World) -> None:
    with known.login(("tenant", "yymark")) as tenant:
        rows = tenant.execute("SELECT tenant, change, detail FROM reporting.alert_change").fetchall()
    assert rows == [("yymark", "explained", {"note": "yymark"})]
