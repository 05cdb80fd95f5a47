"""What a retry does to quarantine and to readings: stored once, in one transaction with the row, or left open."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.batch import Arrival, decoded_batch
from collectors.decoders import generic_json
from collectors.decoders.json_mapping import json_mapping_of
from collectors.feeds import Feeds, OpenFeed
from collectors.known import Known, Series
from collectors.observation import DeviceMessage
from collectors.quarantine_retry import Retried, message_again, retry_row
from collectors.readings_writer import ReadingsWriter
from collectors.reasons import Reason, Refused
from facilities.sensors import Feed, Sensor
from facilities.toml_table import TomlTable
from store.connection import Connection, connect
from store.quarantine import KEPT_BYTES, write_quarantine
from store.quarantine_rows import Chosen, QuarantinedRow, read_quarantine
from store.registry import SENSORS, register, register_circuits, register_zones
from store.rows import CircuitRow, QuarantineRow, SensorRow, ZoneRow

FIRST = datetime(2026, 9, 2, tzinfo=UTC)
NOW = FIRST + timedelta(days=9)
TOPIC = "p2i/v1/casanearshore/edge/intervals"
LIMIT_BYTES = 4096
NOTHING = Known({}, {})


def interval(second: int, lost: int = 0) -> dict[str, object]:
    starts_at = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(seconds=second)
    return {"starts_at": starts_at.isoformat(), "sent": 10, "lost": lost}


def payload(*readings: object, **more: object) -> bytes:
    return json.dumps({"circuit": "casa-a1", "readings": list(readings), **more}).encode()


class Site:
    """A database that knows one circuit, and a collector in front of it."""

    def __init__(self, dsn: str, connection: Connection) -> None:
        self.dsn, self.connection = dsn, connection
        circuits = register_circuits(connection, [CircuitRow("casa-a1", "casanearshore", "locataire-a", True)])
        zones = register_zones(connection, [ZoneRow("casa-z1", "casanearshore", "locataire-a", 120, True)])
        connection.commit()
        self.known = Known(
            {"casa-a1": Series(circuits["casa-a1"], "casanearshore")},
            {"casa-z1": Series(zones["casa-z1"], "casanearshore")},
        )

    def arrive(
        self, body: bytes, known: Known | None = None, minute: int = 0, topic: str = TOPIC, *, retained: bool = False
    ) -> None:
        """A message comes while the collector knows only `known`."""
        at = FIRST + timedelta(minutes=minute)
        batch = decoded_batch([Arrival(topic, body, at, retained)], self.known if known is None else known, LIMIT_BYTES)
        writer = ReadingsWriter(self.dsn)
        writer.write(batch)
        writer.close()

    def retry(self, number: int = 1, limit_bytes: int = LIMIT_BYTES, is_rehearsal: bool = False) -> Retried:
        by_source = {"mqtt": message_again(self.known, limit_bytes)}
        done = retry_row(self.connection, number, by_source, NOW, is_rehearsal)
        self.connection.commit()
        return done

    @property
    def rows(self) -> list[QuarantinedRow]:
        """Quarantine in the order it was filled."""
        found = read_quarantine(self.connection, Chosen(resolved_too=True), 99)
        return sorted(found, key=lambda row: row.number)

    @property
    def intervals(self) -> Sequence[tuple[object, ...]]:
        return self.connection.execute(
            "SELECT starts_at, sent, lost, received_at FROM circuit_interval ORDER BY 1"
        ).fetchall()


@pytest.fixture
def site(dsn: str, connection: Connection) -> Site:
    return Site(dsn, connection)


def test_what_the_inventory_did_not_know_is_stored_as_of_its_first_arrival(site: Site) -> None:
    site.arrive(payload(interval(0), interval(10, 3)), NOTHING)
    site.arrive(payload(interval(0), interval(10, 3)), NOTHING, minute=7)
    assert site.intervals == []
    assert site.retry() == Retried(1, "stored", "2 stored")
    assert [row[1:] for row in site.intervals] == [(10, 0, FIRST), (10, 3, FIRST)]
    (row,) = site.rows
    assert (row.reason, row.arrivals, row.resolved_at, row.resolution) == ("unknown_circuit", 2, NOW, "stored")
    logged = site.connection.execute("SELECT kind, rows, first_at, last_at FROM ingest").fetchall()
    starts = datetime(2026, 9, 1, tzinfo=UTC)
    assert logged == [("interval", 2, starts, starts + timedelta(seconds=10))]


def test_a_second_retry_stores_nothing_and_says_so(site: Site) -> None:
    site.arrive(payload(interval(0)), NOTHING)
    site.retry()
    before = site.rows, site.intervals
    assert site.retry() == Retried(1, "resolved before", "stored")
    assert (site.rows, site.intervals) == before


def test_what_the_sender_has_sent_again_meanwhile_is_resolved_and_stored_once(site: Site) -> None:
    site.arrive(payload(interval(0)), NOTHING)
    site.arrive(payload(interval(0)), minute=1)
    assert site.retry() == Retried(1, "stored", "0 stored, 1 there already")
    assert len(site.intervals) == 1
    assert site.rows[0].resolution == "stored"


def test_a_resolved_row_opens_again_when_its_message_is_refused_again(site: Site) -> None:
    site.arrive(payload(interval(0)), NOTHING)
    site.retry()
    site.arrive(payload(interval(0)), NOTHING, minute=2)
    (row,) = site.rows
    assert (row.arrivals, row.resolved_at, row.resolution) == (2, None, None)


def test_what_is_still_refused_stays_open_as_it_was(site: Site) -> None:
    site.arrive(payload(interval(0, lost=11)))
    before = site.rows
    assert site.retry() == Retried(1, "refused", "more lost than sent")
    assert site.rows == before


def test_another_reason_today_is_told_in_the_detail(site: Site) -> None:
    site.arrive(payload(interval(0, lost=11)), NOTHING)
    assert site.retry() == Retried(1, "refused", "now lost_exceeds_sent: more lost than sent")
    (row,) = site.rows
    assert (row.reason, row.detail) == ("unknown_circuit", "now lost_exceeds_sent: more lost than sent")
    assert (row.arrivals, row.last_received_at, row.resolved_at) == (1, None, None)


def test_refused_parts_of_a_message_become_rows_of_their_own(site: Site) -> None:
    site.arrive(payload(interval(0), interval(10, lost=11)), NOTHING)
    assert site.retry() == Retried(1, "stored", "1 stored; 1 refused, each a row of its own")
    whole, part = site.rows
    assert whole.resolution == "stored; 1 refused, each a row of its own"
    assert (part.reason, part.arrivals, part.resolved_at, part.received_at) == ("lost_exceeds_sent", 1, None, FIRST)
    assert len(site.intervals) == 1


def test_a_conflict_stays_a_conflict(site: Site) -> None:
    site.arrive(payload(interval(0)))
    site.arrive(payload(interval(0, lost=1)))
    before = site.rows, site.intervals
    assert site.retry().became == "refused"
    assert (site.rows, site.intervals) == before


def test_a_future_instant_is_judged_by_when_it_came(site: Site) -> None:
    tomorrow = {"starts_at": (FIRST + timedelta(days=1)).isoformat(), "sent": 10, "lost": 0}
    site.arrive(payload(tomorrow))
    assert site.retry().became == "refused"
    assert site.intervals == []


def test_a_larger_limit_lets_an_oversized_message_in(site: Site) -> None:
    site.arrive(payload(*(interval(10 * number) for number in range(99))))
    assert site.retry().became == "refused"
    assert site.retry(limit_bytes=65_536) == Retried(1, "stored", "99 stored")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (payload(interval(0), badge=7), "parts of it were removed or replaced by their length before it was kept"),
        (payload(interval(0), note=" " * KEPT_BYTES), f"only its first {KEPT_BYTES} of "),
    ],
)
def test_what_is_not_what_was_sent_is_never_decoded(site: Site, body: bytes, why: str) -> None:
    site.arrive(body)
    before = site.rows
    done = site.retry(limit_bytes=2 * KEPT_BYTES)
    assert done.became == "not retried"
    assert done.text.startswith(why)
    assert done.text.endswith("the sender must send it again")
    assert (site.rows, site.intervals) == (before, [])


def test_a_masked_message_is_never_stored_even_where_its_form_would_decode(site: Site) -> None:
    masked = b'{"xxxx":"xxxx-x9"}'
    write_quarantine(site.connection, [QuarantineRow("mqtt", "p2i/v1/x/y/occupancy", "malformed", "", masked, FIRST)])
    assert site.retry().text.startswith("only its form was kept")


def test_a_rehearsal_says_the_same_and_changes_nothing(site: Site) -> None:
    site.arrive(payload(interval(0), interval(10, lost=11)), NOTHING)
    before = site.rows
    rehearsed = site.retry(is_rehearsal=True)
    assert (site.rows, site.intervals) == (before, [])
    assert site.connection.execute("SELECT count(*) FROM ingest").fetchone() == (0,)
    assert site.retry() == rehearsed


def test_another_source_or_an_absent_row_is_left_alone(site: Site) -> None:
    write_quarantine(site.connection, [QuarantineRow("webcam", "x", "malformed", "", b"a b", FIRST)])
    assert site.retry() == Retried(1, "not retried", 'nothing here decodes the source "webcam"')
    assert site.retry(99).became == "not retried"


def feed_of(*devices: str) -> Feeds:
    """A feed of door counters of which only these devices are entered."""
    reading = {"at": "/people", "quantity": "people"}
    options = {"device": "/id", "reading": [reading]}
    feed = Feed(code="doors", facility="casanearshore", source="generic-json", topics=("doors/#",), options=options)
    sensors = {
        device: Sensor(code=f"sensor-{device}", feed="doors", device=device, label=device, zone="casa-z1")
        for device in devices
    }
    read = json_mapping_of(TomlTable("feeds.toml", "options", options))
    return Feeds(
        [OpenFeed(feed, lambda one: [generic_json.decoded(one.payload, read, retained=one.retained)], sensors)]
    )


def test_a_message_of_a_device_that_was_not_entered_is_stored_by_its_feed(site: Site) -> None:
    register(site.connection, SENSORS, [SensorRow("sensor-d1", "casanearshore", "casa-z1", "doors", "d1", True)])
    site.connection.commit()
    body = b'{"id":"d1","people":7}'
    site.arrive(body, site.known._replace(feeds=feed_of()), topic="doors/north")
    (row,) = site.rows
    assert (row.reason, row.origin) == ("unknown_device", "doors/north")
    assert site.retry().became == "refused"
    site.known = site.known._replace(feeds=feed_of("d1"))
    assert site.retry() == Retried(1, "stored", "2 stored")
    found = site.connection.execute("SELECT people, measured_at, received_at FROM occupancy").fetchall()
    assert found == [(7, FIRST, FIRST)]
    assert site.retry().became == "resolved before"


def test_a_retained_message_is_no_reading_of_when_it_came_after_a_retry_either(site: Site) -> None:
    register(site.connection, SENSORS, [SensorRow("sensor-d1", "casanearshore", "casa-z1", "doors", "d1", True)])
    site.connection.commit()

    def older(_: object) -> list[DeviceMessage]:
        raise Refused(Reason.OFF_TYPE, "what a release before could not read")

    before = site.known._replace(feeds=Feeds([replace(feed_of("d1").by_code["doors"], reader=older)]))
    for retained in (True, False):
        site.arrive(b'{"id":"d1","people":7}', before, topic="doors/north", retained=retained)
    site.known = site.known._replace(feeds=feed_of("d1"))
    assert [row.retained for row in site.rows] == [True, False]
    assert site.retry(1) == Retried(1, "stored", "decoded, and there is no reading in it")
    assert site.connection.execute("SELECT count(*) FROM occupancy").fetchone() == (0,)
    assert site.retry(2) == Retried(2, "stored", "2 stored")


def test_two_operators_at_once_store_once(site: Site) -> None:
    site.arrive(payload(interval(0)), NOTHING)
    with connect(site.dsn, "tests") as other:
        other.execute("SET lock_timeout = '200ms'")
        other.commit()
        by_source = {"mqtt": message_again(site.known, LIMIT_BYTES)}
        site.connection.execute("SELECT 1")  # a transaction is open: the row stays ours until its commit
        assert retry_row(site.connection, 1, by_source, NOW).became == "stored"
        with pytest.raises(Exception, match="lock timeout"):
            retry_row(other, 1, by_source, NOW)
        other.rollback()
        site.connection.commit()
        assert retry_row(other, 1, by_source, NOW).became == "resolved before"
    assert len(site.intervals) == 1
