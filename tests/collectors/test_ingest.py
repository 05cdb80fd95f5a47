"""The whole way of a message, over a real broker into a real database."""

from __future__ import annotations

import json
import logging
import random
import string
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from collectors.backlog import MESSAGE_BYTES
from p2i.broker import start_broker

if TYPE_CHECKING:
    from tests.collectors.conftest import Message, Site

TOPIC = "p2i/v1/casanearshore/edge/intervals"


def interval(number: int, lost: int = 0, collector: str = "edge") -> Message:
    starts_at = f"2026-09-01T{number // 360:02}:{number // 6 % 60:02}:{number % 6 * 10:02}Z"
    reading = {"starts_at": starts_at, "sent": 20, "lost": lost}
    return (
        f"p2i/v1/casanearshore/{collector}/intervals",
        json.dumps({"circuit": "casa-a1", "readings": [reading]}).encode(),
    )


def lines_about(word: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if word in record.message]


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def quarantined(reason: str) -> float:
    return metric("collectors_quarantined_total", reason=reason)


def test_readings_of_every_kind_arrive(site: Site) -> None:
    circuit, zone = '{"circuit": "casa-a1", "readings": [%s]}', '{"zone": "casa-z1", "readings": [%s]}'
    lost = '{"sent_at": "2026-09-01T00:00:01.5Z", "round_trip_ms": null}'
    payloads = {
        "intervals": circuit % '{"starts_at": "2026-09-01T00:00:00Z", "sent": 10, "lost": 1}',
        "probes": circuit % ('{"sent_at": "2026-09-01T00:00:00.5Z", "round_trip_ms": "24.700001"},' + lost),
        "states": circuit % '{"changed_at": "2026-09-01T00:00:00Z", "state": "down"}',
        "occupancy": zone % '{"measured_at": "2026-09-01T00:00:00Z", "people": 12}',
    }
    with site.collecting():
        site.publish(*((f"p2i/v1/casanearshore/e/{kind}", text.encode()) for kind, text in payloads.items()))
        site.publish_intervals([1])
        site.wait_for_intervals(2)
    assert site.rows("SELECT sent, lost FROM circuit_interval ORDER BY starts_at LIMIT 1") == [(10, 1)]
    assert site.rows("SELECT round_trip_nanoseconds FROM probe ORDER BY sent_at") == [(24_700_001,), (None,)]
    assert site.rows("SELECT state FROM circuit_state") == [(2,)]
    assert site.rows("SELECT people FROM occupancy") == [(12,)]


BAD: list[tuple[str, str, bytes]] = [
    ("malformed", TOPIC, b'{"circuit": "casa-a1", "readings": ['),
    ("malformed", TOPIC, b'{"circuit": "\xff"}'),
    ("oversized", TOPIC, b" " * 300_000),
    ("topic", "p2i/v1/casanearshore/edge/interval", b"{}"),
    ("unknown_circuit", TOPIC, b'{"circuit": "casa-a9", "readings": []}'),
    ("unknown_zone", "p2i/v1/casanearshore/edge/occupancy", b'{"zone": "casa-z9", "readings": []}'),
    ("facility_mismatch", "p2i/v1/technopolis/edge/intervals", b'{"circuit": "casa-a1", "readings": []}'),
    *(
        (reason, TOPIC, f'{{"circuit": "casa-a1", "readings": [{reading}]}}'.encode())
        for reason, reading in (
            ("future", '{"starts_at": "2126-09-01T00:00:00Z", "sent": 10, "lost": 0}'),
            ("lost_exceeds_sent", '{"starts_at": "2026-09-01T00:00:00Z", "sent": 10, "lost": 11}'),
            ("negative", '{"starts_at": "2026-09-01T00:00:00Z", "sent": -1, "lost": 0}'),
            ("off_type", '{"starts_at": "2026-09-01T00:00:00Z", "sent": "ten", "lost": 0}'),
            ("naive_instant", '{"starts_at": "2026-09-01T00:00:00", "sent": 10, "lost": 0}'),
            ("unknown_key", '{"starts_at": "2026-09-01T00:00:00Z", "sent": 10, "lost": 0, "mac": "00:1a:2b:3c:4d:5e"}'),
        )
    ),
]


def test_each_bad_input_is_quarantined_and_the_next_good_message_stored(site: Site) -> None:
    before = {reason: quarantined(reason) for reason, _, _ in BAD}
    with site.collecting():
        for number, (reason, topic, payload) in enumerate(BAD, start=1):
            site.publish((topic, payload), interval(number))
            site.wait_for_intervals(number)
            assert site.rows("SELECT reason, origin, source FROM quarantine ORDER BY quarantine_id DESC LIMIT 1") == [
                (reason, topic, "mqtt")
            ]
    assert {reason: quarantined(reason) - before[reason] for reason in before} == Counter(
        reason for reason, _, _ in BAD
    )
    ((kept,),) = site.rows("SELECT payload FROM quarantine WHERE reason = 'unknown_key'")
    assert b"00:1a" not in bytes(kept)


def test_a_redelivered_message_is_one_row_and_one_quarantine_row(site: Site) -> None:
    with site.collecting():
        site.publish(interval(0), (TOPIC, b"{"), interval(0), (TOPIC, b"{"), interval(1))
        site.wait_for_intervals(2)
    assert site.rows("SELECT arrivals FROM quarantine") == [(2,)]


def test_different_messages_that_leave_the_same_masked_text_are_counted(site: Site) -> None:
    occupancy = "p2i/v1/casanearshore/edge-1/occupancy"
    with site.collecting():
        site.publish((occupancy, b"Fatima 4471"), (occupancy, b"Khadij 1213"), interval(0))
        site.wait_for_intervals(1)
    assert site.rows("SELECT arrivals, payload_bytes FROM quarantine") == [(2, 11)]


def test_a_conflicting_duplicate_is_quarantined_and_the_first_value_stays(site: Site) -> None:
    with site.collecting():
        site.publish(interval(0, lost=1))
        site.wait_for_intervals(1)
        site.publish(interval(0, lost=2, collector="other"), interval(1))
        site.wait_for_intervals(2)
    assert site.rows("SELECT lost FROM circuit_interval ORDER BY starts_at LIMIT 1") == [(1,)]
    ((reason, origin, kept),) = site.rows("SELECT reason, origin, payload FROM quarantine")
    assert (reason, origin) == ("conflict", "p2i/v1/casanearshore/other/intervals")
    assert json.loads(bytes(kept)) == json.loads(interval(0, lost=2)[1])


def test_a_row_the_database_refuses_does_not_hold_up_the_others(site: Site) -> None:
    site.execute("ALTER TABLE circuit_interval ADD CONSTRAINT unlucky CHECK (lost <> 13)")
    with site.collecting():
        site.publish(*(interval(number, lost=13 if number in (7, 58) else 0) for number in range(100)))
        site.wait_for_intervals(98)
    found = site.rows("SELECT reason, detail, payload FROM quarantine ORDER BY quarantine_id")
    assert [reason for reason, _, _ in found] == ["database_refused"] * 2
    assert all("SQLSTATE 23514" in detail for _, detail, _ in found)
    assert [json.loads(bytes(kept)) for _, _, kept in found] == [
        json.loads(interval(number, lost=13)[1]) for number in (7, 58)
    ]


def test_a_topic_too_long_for_a_key_of_the_database_does_not_hold_up_the_others(site: Site) -> None:
    letters = random.Random(1).choices(string.ascii_letters, k=30_000)  # which do not compress
    long_topic = f"p2i/v1/{''.join(letters)}"
    with site.collecting():
        site.publish((long_topic, b"{}"), interval(0))
        site.wait_for_intervals(1)
    ((origin, reason),) = site.rows("SELECT origin, reason FROM quarantine")
    assert (origin, reason) == (long_topic[:1000] + "…", "topic")


def test_the_one_message_that_the_store_fails_on_is_set_aside_and_the_others_stored(site: Site) -> None:
    """Whatever it is that no rule foresaw: here quarantine itself refuses the bytes."""
    site.execute("ALTER TABLE quarantine ADD CONSTRAINT unforeseen CHECK (position('boom'::bytea IN payload) = 0)")
    with site.collecting(flush_seconds=0.2):
        site.publish(
            *(interval(number) for number in range(13)),
            (TOPIC, b"{boom"),
            *(interval(number) for number in range(13, 40)),
        )
        site.wait_for_intervals(40)
    assert site.rows("SELECT reason, payload, arrivals FROM quarantine") == [("undecodable", b"{xxxx", 1)]


def test_a_right_that_is_missing_is_waited_for_with_one_line(
    site: Site, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    site.execute("CREATE FUNCTION deny() RETURNS trigger LANGUAGE plpgsql AS"
                 " $$ BEGIN RAISE insufficient_privilege USING MESSAGE = 'permission denied'; END $$")  # fmt: skip
    with site.collecting():
        site.execute("CREATE TRIGGER denied BEFORE INSERT ON circuit_interval EXECUTE FUNCTION deny()")
        site.publish_intervals(range(50))
        eventually(lambda: lines_about("database away", caplog))
        eventually(lambda: metric("collectors_database_up") == 0)
        site.execute("DROP TRIGGER denied ON circuit_interval")
        site.wait_for_intervals(50)
    (line,) = lines_about("database away", caplog)
    assert line.endswith("database: permission denied")
    assert site.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_transaction_that_another_one_got_in_the_way_of_is_tried_again_at_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.execute("CREATE SEQUENCE tries")
    site.execute("CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                 " IF nextval('p2i.tries') = 1 THEN RAISE deadlock_detected; END IF; RETURN NULL; END $$")  # fmt: skip
    site.execute("CREATE TRIGGER clashing BEFORE INSERT ON circuit_interval EXECUTE FUNCTION clash()")
    with site.collecting():
        site.publish_intervals([0])
        site.wait_for_intervals(1)
    assert site.rows("SELECT last_value FROM tries") == [(2,)]
    assert not lines_about("database away", caplog)


@pytest.mark.parametrize("window", [1, 5])
def test_a_window_smaller_than_the_batch_does_not_stall(site: Site, window: int) -> None:
    with site.collecting(receive_maximum=window, batch_messages=500, flush_seconds=0.2):
        site.publish_intervals(range(60))
        site.wait_for_intervals(60, seconds=10)


def test_messages_wait_in_the_session_while_the_collector_is_away(site: Site) -> None:
    with site.collecting():
        site.publish_intervals([0])
        site.wait_for_intervals(1)
    site.publish_intervals(range(1, 30))
    with site.collecting():
        site.wait_for_intervals(30)


def test_a_retained_message_is_stored_once_however_often_it_comes(site: Site) -> None:
    site.publish(interval(0), retain=True)
    for number in (1, 2):
        with site.collecting():
            site.publish(interval(number))
            site.wait_for_intervals(number + 1)
    assert site.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_database_that_refuses_everything_is_waited_for(
    site: Site, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with site.collecting():
        site.publish_intervals([0])
        site.wait_for_intervals(1)
        site.execute("ALTER TABLE circuit_interval RENAME TO away")
        site.publish_intervals(range(1, 20))
        eventually(lambda: lines_about("database away", caplog))
        site.execute("ALTER TABLE away RENAME TO circuit_interval")
        site.wait_for_intervals(20)
    assert [line.split()[1].strip(";") for line in lines_about("database ", caplog)] == ["away", "back"]


def test_a_full_queue_stops_reading_and_drops_nothing(
    site: Site, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    size = len(TOPIC) + len(interval(0)[1]) + MESSAGE_BYTES
    with site.collecting(queue_bytes=20 * size):
        site.publish_intervals([0])
        site.wait_for_intervals(1)
        site.execute("ALTER TABLE circuit_interval RENAME TO away")
        site.publish_intervals(range(1, 1000))
        eventually(lambda: lines_about("database away", caplog))
        eventually(lambda: metric("collectors_queue_bytes") >= 20 * size)
        assert metric("collectors_queue_bytes") < 22 * size
        site.execute("ALTER TABLE away RENAME TO circuit_interval")
        site.wait_for_intervals(1000)


def test_a_broker_that_restarts_is_found_again(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with site.collecting():
        site.publish_intervals([0])
        site.wait_for_intervals(1)
        site.broker.process.terminate()
        site.broker.process.wait()
        with start_broker(site.broker.log.parent, site.broker.port, "mosquitto"):
            site.publish_intervals([1])
            site.wait_for_intervals(2)
    lines = [line.split("mqtt://")[0] for line in lines_about("broker", caplog) if "mqtt://" in line]
    assert lines[:3] == ["connected to broker ", "broker ", "connected to broker "]
    assert not lines_about("lost our session", caplog)  # Mosquitto had it on disk


def test_a_session_the_broker_lost_is_logged(site: Site, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with site.collecting() as ingest:
        site.publish_intervals([0])
        site.wait_for_intervals(1)
        site.broker.process.terminate()
        site.broker.process.wait()
        ingest.subscribed.clear()
        with start_broker(folder / "forgetful", site.broker.port, "mosquitto"):
            assert ingest.subscribed.wait(20)
            site.publish_intervals([1])
            site.wait_for_intervals(2)
    assert len(lines_about("the broker has lost our session", caplog)) == 1


def test_over_an_older_broker_it_negotiates_down_and_says_once_what_that_costs(
    older_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with older_site.collecting():
        older_site.publish_intervals(range(50))
        older_site.wait_for_intervals(50)
    assert lines_about("MQTT 3.1.1", caplog) == [
        f"broker {older_site.broker.url} took MQTT 3.1.1 and not 5: how long it keeps messages while we are away, and"
        " how many it sends before it waits for an acknowledgement, is up to it, and it gives no reason for a refusal"
    ]
