"""Looks at a real database: what the engine, the arrivals and the exclusions say becomes alerts and their steps."""

import dataclasses
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import msgspec
import pytest

from alerting.looking import Looker
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.registration import register_inventory
from store.alert_rows import AlertRow
from store.alerts import hold_deciding, read_alert_changes, read_alerts, read_open_alerts
from store.changes import snapshot_xid, write_watermark
from store.connection import Connection, connect
from store.rows import ExclusionRow, TransitionRow
from store.transitions import write_transitions
from tests.conftest import WriteExclusions

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AGREEMENT = "DEMO-LIVE-F"
CUT = [f"k{n:02}" for n in range(8)]


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    """The demonstration with eight more measured circuits at Fès Shore, of two carriers and two entries."""
    demo = read_inventory(DEMO_INVENTORY)
    like = demo.circuits["live-1"]
    more = {
        code: msgspec.structs.replace(
            like, code=code, facility="fes-shore", carrier=f"operateur-{'ab'[n % 2]}", building_entry="AB"[n // 4]
        )
        for n, code in enumerate(CUT)
    }
    return dataclasses.replace(demo, circuits=MappingProxyType({**demo.circuits, **more}))


class Estate:
    """The store as engine and collectors leave it at `now`, and looks at it."""

    def __init__(self, connection: Connection, inventory: Inventory) -> None:
        self.connection = connection
        self.now = NOW
        self.looker = Looker(inventory, 300)
        register_inventory(connection, inventory, NOW)
        for code in CUT:
            connection.execute(
                "INSERT INTO objective (agreement, objective, circuit, indicator, target_ratio, interval_seconds)"
                " VALUES (%s, %s, %s, 'availability', 0.999, 10)",
                (AGREEMENT, f"availability-{code}", code),
            )
        connection.commit()

    def readings(self, circuits: Iterable[str], *, late: timedelta = timedelta(0)) -> None:
        self.connection.execute(
            "INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at)"
            " SELECT 'interval', circuit_id, %(at)s, %(at)s, 1, %(now)s FROM circuit WHERE circuit = ANY (%(codes)s)",
            {"at": self.now - timedelta(seconds=10) - late, "now": self.now, "codes": list(circuits)},
        )

    def change(self, circuits: Iterable[str], to_state: str, *, ago: timedelta = timedelta(seconds=100)) -> None:
        write_transitions(
            self.connection,
            [
                TransitionRow(
                    "circuit",
                    AGREEMENT,
                    f"availability-{code}",
                    code,
                    True,
                    "up",
                    to_state,
                    self.now - ago,
                    self.now,
                    "",
                )
                for code in circuits
            ],
        )

    def passed(self) -> None:
        write_watermark(self.connection, snapshot_xid(self.connection), self.now)

    def look(
        self, *, after: timedelta = timedelta(0), hears: Iterable[str] = CUT, passes: bool = True
    ) -> list[AlertRow]:
        """Time goes by, readings of `hears` come, the engine passes, and somebody looks; what is open then."""
        self.now += after
        self.readings(hears)
        if passes:
            self.passed()
        self.connection.commit()
        assert self.looker.look(self.connection, self.now)
        return read_open_alerts(self.connection)

    def steps(self) -> list[tuple[str, str, str]]:
        return [
            (alert.trouble.subject, step.change, step.reason)
            for alert in read_alerts(self.connection, newest=100)[::-1]
            for step in read_alert_changes(self.connection, alert.alert_id)
        ]


@pytest.fixture
def estate(connection: Connection, inventory: Inventory) -> Estate:
    return Estate(connection, inventory)


def names(alerts: Iterable[AlertRow]) -> set[tuple[str, str]]:
    return {(one.trouble.rule, one.trouble.subject) for one in alerts}


def test_where_nothing_is_wrong_there_is_no_alert(estate: Estate) -> None:
    assert estate.look() == []
    assert estate.look(after=MINUTE) == []


def test_a_park_that_is_cut_is_one_page_and_its_circuits_say_why_nobody_is_told_of_them(estate: Estate) -> None:
    estate.look()
    estate.now += MINUTE
    estate.change(CUT, "down")
    alerts = {(one.trouble.rule, one.trouble.subject): one for one in estate.look()}
    site = alerts.pop(("site_cut", "park:fes-shore"))
    assert set(alerts) == {("outage", f"circuit:{code}") for code in CUT}
    assert {one.cause_id for one in alerts.values()} == {site.alert_id}
    assert (site.trouble.facts["members"], site.trouble.facts["of"]) == (8, 8)
    assert (site.trouble.facility, site.trouble.is_demo, site.trouble.severity) == ("fes-shore", True, "page")
    estate.change(CUT, "up", ago=timedelta(0))
    assert len(estate.look(after=MINUTE)) == 9, "it settles first"
    assert estate.look(after=5 * MINUTE) == []
    assert [step[1:] for step in estate.steps() if step[0] == "park:fes-shore"] == [
        ("opened", "park_lost"),
        ("closed", "ended"),
    ]
    for code in CUT:
        mine = [step[1:] for step in estate.steps() if step[0] == f"circuit:{code}"]
        assert mine == [("opened", "down"), ("explained", "site_cut"), ("closed", "ended")]


def test_what_a_pass_has_written_so_far_waits_until_it_is_complete(estate: Estate) -> None:
    """Of eight circuits the engine has come to three: told now, they would be three pages and then one more."""
    estate.look()
    estate.now += MINUTE
    estate.change(CUT[:3], "down")
    assert estate.look(passes=False) == []
    estate.change(CUT[3:], "down")
    assert ("site_cut", "park:fes-shore") in names(estate.look(passes=True))


def test_a_pass_that_died_is_read_after_half_a_minute(estate: Estate) -> None:
    estate.look()
    estate.now += MINUTE
    estate.change(CUT[:1], "down")
    assert estate.look(passes=False) == []
    assert names(estate.look(after=timedelta(seconds=31), passes=False)) == {("outage", "circuit:k00")}


def test_a_state_that_becomes_unknown_ends_no_outage(estate: Estate) -> None:
    estate.change(CUT[:1], "down")
    estate.look()
    estate.now += MINUTE
    estate.change(CUT[:1], "unknown", ago=timedelta(0))
    for _ in range(4):
        assert ("outage", "circuit:k00") in names(estate.look(after=5 * MINUTE))
    estate.change(CUT[:1], "up", ago=timedelta(0))
    estate.look(after=MINUTE)
    assert estate.look(after=5 * MINUTE) == []


def test_while_the_engine_is_late_nothing_of_it_ends(estate: Estate) -> None:
    estate.change(CUT[:1], "down")
    estate.look()
    estate.connection.execute("DELETE FROM transition")  # as if it said nothing any more
    for _ in range(4):
        found = names(estate.look(after=4 * MINUTE, passes=False))
    assert found == {("outage", "circuit:k00"), ("engine_late", "engine:pass")}


def test_a_part_that_cannot_be_read_closes_nothing_and_is_logged_once(
    estate: Estate, caplog: pytest.LogCaptureFixture
) -> None:
    estate.change(CUT[:1], "down")
    estate.look()
    estate.connection.execute("ALTER TABLE transition RENAME TO elsewhere")
    for minutes in (4, 8, 12, 16):
        assert names(estate.look(after=4 * MINUTE)) == {("outage", "circuit:k00")}
        assert estate.looker.is_blind(estate.now) == (minutes > 8), "who cannot see gives no sign of life"
    assert [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR] == [
        'engine could not be read: relation "transition" does not exist'
    ]
    estate.connection.execute("ALTER TABLE elsewhere RENAME TO transition")
    estate.change(CUT[:1], "up", ago=timedelta(0))
    estate.look(after=MINUTE)
    assert not estate.looker.is_blind(estate.now)
    assert estate.look(after=5 * MINUTE) == []


@pytest.mark.parametrize("how", ["unread", "unknown"])
def test_of_a_park_that_is_cut_nobody_is_told_that_it_is_over_while_nobody_can_say(estate: Estate, how: str) -> None:
    estate.change(CUT, "down")
    before = names(estate.look())
    assert ("site_cut", "park:fes-shore") in before
    estate.now += MINUTE
    if how == "unread":
        estate.connection.execute("ALTER TABLE transition RENAME TO elsewhere")
    else:
        estate.change(CUT, "unknown", ago=timedelta(0))
    for _ in range(8):
        assert names(estate.look(after=MINUTE)) == before
    assert {change for _, change, _ in estate.steps()} == {"opened", "explained"}
    if how == "unread":
        estate.connection.execute("ALTER TABLE elsewhere RENAME TO transition")
    estate.change(CUT, "up", ago=timedelta(0))
    estate.look(after=MINUTE)
    assert estate.look(after=5 * MINUTE) == []


def test_while_nobody_can_say_who_works_three_outages_are_no_cut_of_their_park(estate: Estate) -> None:
    estate.change(CUT[:3], "down")
    estate.look(hears=CUT[3:])
    estate.connection.execute("ALTER TABLE ingest RENAME COLUMN received_at TO elsewhere")
    estate.now += MINUTE
    estate.passed()
    estate.connection.commit()
    assert estate.looker.look(estate.connection, estate.now)
    assert {rule for rule, _ in names(read_open_alerts(estate.connection))} == {"outage"}


def test_a_dead_collector_is_one_page_and_its_park_none(estate: Estate) -> None:
    estate.look(after=timedelta(0), hears=[*CUT, "live-1"])
    estate.connection.execute(
        "INSERT INTO collector_session (client_id, topics, seen_at) VALUES ('mqtt', '{}', %s)", [estate.now]
    )
    estate.now += timedelta(seconds=200)
    alerts = estate.look(hears=["live-1"])
    told = [one for one in alerts if one.cause_id is None]
    assert names(told) == {("collector_dead", "collector:mqtt")}
    assert {one.trouble.circuit for one in alerts if one.cause_id == told[0].alert_id} == set(CUT)


def test_maintenance_mutes_and_leaves_the_record_as_it_is(estate: Estate, decide_by_two: WriteExclusions) -> None:
    ends_at = NOW + 10 * MINUTE
    row = ExclusionRow("M-7", "k00", "maintenance", NOW - MINUTE, ends_at, NOW - 9999 * MINUTE, "accepted")
    decide_by_two([row, row._replace(exclusion="M-8", circuit="k01", decision="proposed")])
    estate.change(["k00", "k01"], "down")
    muted = {one.trouble.circuit: one.muted_by for one in estate.look()}
    assert muted == {"k00": "exclusion M-7", "k01": None}
    row_count = "SELECT count(*), min(to_state) FROM transition"
    assert estate.connection.execute(row_count).fetchone() == (2, "down")
    muted = {one.trouble.circuit: one.muted_by for one in estate.look(after=10 * MINUTE)}
    assert muted == {"k00": None, "k01": None}
    assert ("circuit:k00", "unmuted", "maintenance_over") in estate.steps()


def test_silence_of_one_is_told_and_ends_when_it_speaks(estate: Estate) -> None:
    estate.look()
    others = CUT[1:]
    assert names(estate.look(after=2 * MINUTE, hears=others)) == set()
    (alert,) = estate.look(after=2 * MINUTE, hears=others)
    assert (alert.trouble.rule, alert.trouble.subject, alert.trouble.severity) == ("no_data", "circuit:k00", "page")
    assert alert.trouble.since_at == NOW
    estate.look(after=MINUTE)
    assert estate.look(after=2 * MINUTE) == []


def test_when_nothing_comes_from_anywhere_the_measurement_failed_and_no_park(estate: Estate) -> None:
    estate.look()
    for _ in range(3):
        alerts = estate.look(after=MINUTE + timedelta(seconds=10), hears=[])
    found = {(one.trouble.rule, one.trouble.subject): one for one in alerts}
    dead = found.pop(("collector_dead", "collector:all"))
    assert set(found) == {("no_data", f"circuit:{code}") for code in CUT}
    assert {one.cause_id for one in found.values()} == {dead.alert_id}


def test_what_is_imported_of_the_past_is_no_sign_of_life(estate: Estate) -> None:
    estate.look()
    estate.now += 4 * MINUTE
    estate.readings(["k00"], late=timedelta(days=30))
    assert ("no_data", "circuit:k00") in names(estate.look(hears=CUT[1:]))


def test_a_second_look_at_the_same_writes_nothing(estate: Estate) -> None:
    estate.change(CUT, "down")
    estate.look()
    query = "SELECT (SELECT count(*) FROM alert_change), (SELECT array_agg(xmin::text ORDER BY alert_id) FROM alert)"
    before = estate.connection.execute(query).fetchone()
    estate.looker.look(estate.connection, estate.now)
    assert estate.connection.execute(query).fetchone() == before


def test_of_two_processes_one_decides(estate: Estate, dsn: str) -> None:
    estate.change(CUT, "down")
    estate.passed()
    estate.connection.commit()
    with connect(dsn, "tests") as other:
        assert hold_deciding(other)
        assert not estate.looker.look(estate.connection, estate.now)
        assert read_open_alerts(estate.connection) == []
        other.commit()
        assert estate.looker.look(estate.connection, estate.now)
        assert len(read_open_alerts(other)) == 9


def test_a_process_that_takes_over_goes_on_where_the_other_was(estate: Estate, inventory: Inventory) -> None:
    estate.change(CUT, "down")
    estate.look()
    estate.looker = Looker(inventory, 300)
    assert len(estate.look(after=MINUTE)) == 9
    estate.change(CUT[:1], "up", ago=timedelta(0))
    estate.look(after=MINUTE)
    estate.looker = Looker(inventory, 300)
    assert len(estate.look(after=5 * MINUTE)) == 8


def test_a_mistake_of_ours_leaves_every_alert_as_it_is(
    estate: Estate, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.change(CUT[:1], "down")
    before = estate.look()
    monkeypatch.setattr("alerting.judging.troubles", lambda *_: 1 / 0)
    for minutes in range(3):
        assert not estate.looker.try_to_look(estate.connection, NOW + (minutes + 1) * MINUTE)
    assert read_open_alerts(estate.connection) == before
    assert len(caplog.records) == 1
    monkeypatch.undo()
    assert estate.looker.try_to_look(estate.connection, NOW + 5 * MINUTE)


def of_circuit(estate: Estate, code: str) -> list[tuple[str, str]]:
    return [step[1:] for step in estate.steps() if step[0] == f"circuit:{code}"]


def test_a_circuit_that_stays_down_is_told_once_the_park_is_back(estate: Estate) -> None:
    estate.change(CUT, "down")
    estate.look()
    estate.now += 20 * MINUTE
    estate.change(CUT[1:], "up", ago=timedelta(0))
    estate.look()
    assert names(estate.look(after=5 * MINUTE)) == {("outage", "circuit:k00")}
    (alone,) = estate.look(after=timedelta(seconds=2))
    assert alone.cause_id is None
    assert of_circuit(estate, "k00") == [("opened", "down"), ("explained", "site_cut"), ("unexplained", "cause_closed")]


def test_what_is_lost_later_joins_and_what_flaps_inside_is_no_news(estate: Estate) -> None:
    estate.change(CUT[:7], "down")
    estate.look()
    for _ in range(3):
        estate.now += MINUTE
        estate.change(CUT[:1], "up", ago=timedelta(0))
        estate.look()
        estate.now += MINUTE
        estate.change(CUT[:1], "down", ago=timedelta(0))
        estate.look()
    estate.now += 30 * MINUTE
    estate.change(CUT[7:], "down")
    alerts = {one.trouble.subject: one for one in estate.look()}
    site = alerts.pop("park:fes-shore")
    assert {one.cause_id for one in alerts.values()} == {site.alert_id}
    assert site.trouble.facts["members"] == 8
    assert alerts["circuit:k00"].trouble.facts["flaps"] == 3
    assert of_circuit(estate, "k00") == of_circuit(estate, "k07") == [("opened", "down"), ("explained", "site_cut")]


def test_maintenance_in_the_middle_of_a_cut(estate: Estate, decide_by_two: WriteExclusions) -> None:
    starts_at, ends_at = NOW + 10 * MINUTE, NOW + 20 * MINUTE
    decide_by_two([ExclusionRow("M-7", "k00", "maintenance", starts_at, ends_at, NOW - 9999 * MINUTE, "accepted")])
    estate.change(CUT, "down")
    estate.look()
    during = {one.trouble.circuit: one for one in estate.look(after=10 * MINUTE)}["k00"]
    assert (during.muted_by, during.cause_id) == ("exclusion M-7", None)
    after = {one.trouble.circuit: one for one in estate.look(after=10 * MINUTE)}["k00"]
    assert after.muted_by is None
    assert after.cause_id is not None, "the park is still cut, and explains it again: nobody is told in between"
