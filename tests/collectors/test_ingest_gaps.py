"""What never reached us is told, once: a session the broker lost, numbers that are missing; and what follows."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collectors.decoders.sparkplug_b_pb2 import Metric, Payload
from collectors.feeds import open_feeds
from facilities.sensors import Feed
from p2i.broker import start_broker

if TYPE_CHECKING:
    from facilities.inventory import Inventory
    from p2i.broker import RunningBroker
    from tests.collectors.conftest import Message, Site

GAPS = "SELECT source, series, messages, reason FROM reporting.gap ORDER BY gap_id"
LOST = ("mqtt", "p2i-collect", None, "session_lost")


def numbered(number: int, seq: int | None = None) -> Message:
    reading = {"starts_at": f"2026-09-01T00:{number // 6:02}:{number % 6 * 10:02}Z", "sent": 20, "lost": 0}
    body = {"circuit": "casa-a1", "readings": [reading], "seq": number if seq is None else seq}
    return "p2i/v1/casanearshore/edge/intervals", json.dumps(body).encode()


def end(broker: RunningBroker) -> None:
    broker.process.terminate()
    broker.process.wait()


def test_a_session_lost_while_we_run_is_a_gap_since_the_last_message(site: Site, folder: Path) -> None:
    with site.collecting() as ingest:
        site.publish_intervals([0])
        site.wait_for_intervals(1)
        end(site.broker)
        ingest.subscribed.clear()
        with start_broker(folder / "forgetful", site.broker.port, "mosquitto"):
            assert ingest.subscribed.wait(20)
            site.publish_intervals([1])
            site.wait_for_intervals(2)
    assert site.rows(GAPS) == [LOST]
    assert site.rows(
        "SELECT starts_at = (SELECT min(received_at) FROM circuit_interval), ends_at > starts_at, noticed_at >= ends_at"
        " FROM gap"
    ) == [(True, True, True)]


def test_a_session_lost_while_we_were_away_is_a_gap_even_if_nothing_is_published(
    site: Site, folder: Path, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with site.collecting():
        pass
    ((seen_at, topics),) = site.rows("SELECT seen_at, topics FROM collector_session")
    assert topics == ["p2i/v1/#"]
    with site.collecting():
        assert site.rows(GAPS) == []
    ((seen_again_at,),) = site.rows("SELECT seen_at FROM collector_session")
    assert seen_again_at > seen_at
    end(site.broker)
    with start_broker(folder / "forgetful", site.broker.port, "mosquitto"), site.collecting():
        eventually(lambda: site.rows(GAPS) == [LOST])
    assert site.rows("SELECT starts_at FROM gap") == [(seen_again_at,)]


def test_another_client_id_has_nothing_to_lose(site: Site) -> None:
    for name in ("one", "two"):
        with site.collecting(client_id=name):
            pass
    assert site.rows(GAPS) == []
    assert site.rows("SELECT client_id FROM collector_session ORDER BY 1") == [("one",), ("two",)]


def test_missing_numbers_are_a_gap_once_also_when_a_new_process_is_told_them_again(site: Site) -> None:
    sent = [numbered(0), numbered(1), numbered(4)]
    for _ in range(2):  # what is redelivered after a crash: committed, not acknowledged
        with site.collecting():
            site.publish(*sent)
            site.wait_for_intervals(3)
    with site.collecting():
        site.publish(numbered(5), numbered(7))
        site.wait_for_intervals(5)
    sequence = ("mqtt", "casanearshore/edge", 2, "sequence")
    assert site.rows(GAPS) == [sequence, (*sequence[:2], 1, sequence[3])]


def test_a_gap_is_written_with_its_batch_or_not_at_all(site: Site) -> None:
    with site.collecting():
        site.publish(numbered(0))
        site.wait_for_intervals(1)
        site.execute("ALTER TABLE circuit_interval RENAME TO away")
        site.publish(numbered(3))
        site.execute("ALTER TABLE away RENAME TO circuit_interval")
        site.wait_for_intervals(2)
    assert site.rows(GAPS) == [("mqtt", "casanearshore/edge", 2, "sequence")]


def test_what_the_session_is_subscribed_to_and_we_no_longer_want_is_unsubscribed(site: Site) -> None:
    site.execute("INSERT INTO collector_session VALUES ('p2i-collect', '{other/#}', now())")
    old = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="p2i-collect", clean_session=False)
    subscribed: list[int] = []
    old.on_subscribe = lambda _c, _d, mid, _r, _p: subscribed.append(mid)
    old.connect("127.0.0.1", site.broker.port)
    old.subscribe("other/#", qos=1)
    while not subscribed:
        old.loop(0.05)
    old.disconnect()
    with site.collecting():
        site.publish(("other/topic", b"{}"), numbered(0))
        site.wait_for_intervals(1)
    assert site.rows("SELECT origin FROM quarantine") == []
    assert site.rows("SELECT topics FROM collector_session") == [(["p2i/v1/#"],)]


def test_a_sparkplug_node_that_we_missed_the_birth_of_is_asked_for_it(site: Site, demo: Inventory) -> None:
    options = {"metrics": {"people": {"quantity": "people"}}}
    feed = Feed(code="plant", facility="casanearshore", source="sparkplug", topics=("spBv1.0/#",), options=options)
    site.known = site.known._replace(feeds=open_feeds(replace(demo, feeds={"plant": feed}, sensors={})))
    commands: list[mqtt.MQTTMessage] = []
    node = mqtt.Client(CallbackAPIVersion.VERSION2)
    node.on_message = lambda _c, _d, message: commands.append(message)
    node.connect("127.0.0.1", site.broker.port)
    ready: list[int] = []
    node.on_subscribe = lambda _c, _d, mid, _r, _p: ready.append(mid)
    node.subscribe("spBv1.0/casa/NCMD/plc-1", qos=1)
    while not ready:
        node.loop(0.05)
    data = Payload(timestamp=1_788_220_800_000, seq=7, metrics=[Metric(alias=3, int_value=4)]).SerializeToString()
    with site.collecting():
        site.publish(("spBv1.0/casa/NDATA/plc-1", data))
        while not commands:
            assert node.loop(5.0) == mqtt.MQTT_ERR_SUCCESS
    node.disconnect()
    assert [metric.name for metric in Payload.FromString(bytes(commands[0].payload)).metrics] == [
        "Node Control/Rebirth"
    ]
    assert not commands[0].retain


def test_two_processes_under_one_client_id_are_told_and_store_everything_once(
    site: Site, eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    with site.collecting(), site.collecting():
        site.publish(*(numbered(number) for number in range(300)))
        site.wait_for_intervals(300)
        eventually(lambda: "does another process use the client id p2i-collect?" in caplog.text)
    assert site.rows("SELECT count(*), count(DISTINCT starts_at) FROM circuit_interval") == [(300, 300)]


def test_a_sender_that_begins_to_count_again_is_told_as_restarted_and_not_as_redelivered(site: Site) -> None:
    with site.collecting():
        site.publish(numbered(0, 900), numbered(1, 901))
        site.wait_for_intervals(2)
        site.publish(numbered(2, 1), numbered(3, 2), numbered(4, 5))
        site.wait_for_intervals(5)
    with site.collecting():
        site.publish(numbered(2, 1), numbered(5, 6))
        site.wait_for_intervals(6)
    stream = ("mqtt", "casanearshore/edge")
    assert site.rows(GAPS) == [(*stream, None, "restart"), (*stream, 2, "sequence")]


def test_what_comes_late_makes_its_gap_smaller_and_closes_it(site: Site) -> None:
    with site.collecting():
        site.publish(numbered(0), numbered(4), numbered(2))
        site.wait_for_intervals(3)
        assert site.rows("SELECT messages, came_late FROM reporting.gap") == [(2, 1)]
    with site.collecting():
        site.publish(numbered(1), numbered(3), numbered(1))
        site.wait_for_intervals(5)
    assert site.rows("SELECT messages, came_late, reason FROM reporting.gap") == [(0, 3, "sequence")]
