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
            f' false, {OPENED}, \'{{"value": "31.5"}}\')'.encode()
        )
        made.owner.commit()
        yield made


def subjects(known: World, key: Key) -> set[str]:
    with known.login(key) as login:
        return {subject for (subject,) in login.execute("SELECT subject FROM reporting.alert").fetchall()}


ROOMS = {"zone:aamark-z", "sensor:aamark-s/temperature_celsius"}
CASA = {"park:casa", "zone:sharedmark-z", "circuit:aamark-c", "circuit:zzmark-c"}


def test_who_sees_which_alert(known: World) -> None:
    assert subjects(known, ("tenant", "aamark")) == {"circuit:aamark-c", *ROOMS}
    assert subjects(known, ("tenant", "zzmark")) == {"circuit:zzmark-c"}
    assert subjects(known, ("organisation", "ewane")) == CASA
    assert subjects(known, ("organisation", "tanger-med-zones")) == {"circuit:yymark-c"}
    assert subjects(known, ("authority", "ministry")) == set()
    assert subjects(known, ("operator", None)) == {"carrier:x", "circuit:yymark-c", *CASA, *ROOMS}


def test_a_count_of_people_is_shown_to_nobody_it_is_not_shown_to_elsewhere(known: World) -> None:
    with known.login(("organisation", "ewane")) as manager:
        query = "SELECT facts FROM reporting.alert WHERE rule = 'occupancy_over'"
        assert manager.execute(query).fetchall() == [({},)]
    with known.login(("tenant", "aamark")) as tenant:
        assert tenant.execute(query).fetchall() == [({"people": 77},)]


def test_steps_are_seen_with_their_alert(known: World) -> None:
    with known.login(("tenant", "yymark")) as tenant:
        rows = tenant.execute("SELECT tenant, change, detail FROM reporting.alert_change").fetchall()
    assert rows == [("yymark", "explained", {"note": "yymark"})]
