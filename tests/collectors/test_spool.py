from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from collectors.mqtt_address import BrokerAddress
from collectors.spool import Spool
from p2i.broker import start_broker

if TYPE_CHECKING:
    from tests.collectors.conftest import Site

TOPIC = "p2i/v1/casanearshore/prober/intervals"


def payload(number: int) -> bytes:
    starts_at = f"2026-09-01T{number // 60:02}:{number % 60:02}:00Z"
    return f'{{"circuit":"casa-a1","readings":[{{"starts_at":"{starts_at}","sent":10,"lost":0}}]}}'.encode()


def dropped() -> float:
    return REGISTRY.get_sample_value("collectors_spool_dropped_total") or 0.0


def test_everything_put_while_the_broker_is_away_arrives_in_order(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with site.collecting():
        spool = Spool(BrokerAddress("127.0.0.1", site.broker.port), "test-spool")
        spool.start()
        spool.put(TOPIC, payload(0))
        site.wait_for_intervals(1)
        site.broker.process.terminate()
        site.broker.process.wait()
        for number in range(1, 200):
            spool.put(TOPIC, payload(number))
        with start_broker(site.broker.log.parent, site.broker.port, "mosquitto"):
            site.wait_for_intervals(200)
            before = dropped()
            spool.stop(5.0)
    assert dropped() == before
    assert not [record for record in caplog.records if "they are lost" in record.message]


def test_a_full_spool_drops_the_oldest_and_says_so(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    before = dropped()
    port = site.broker.port
    site.broker.process.terminate()
    site.broker.process.wait()
    spool = Spool(BrokerAddress("127.0.0.1", port), "test-spool", limit_bytes=10 * len(payload(0)))
    spool.start()
    for number in range(30):
        spool.put(TOPIC, payload(number))
    assert dropped() - before == 20
    with start_broker(site.broker.log.parent, port, "mosquitto"):
        with site.collecting():
            site.publish((TOPIC, payload(59)))
            site.wait_for_intervals(11)
        spool.stop(5.0)
    assert site.rows("SELECT min(starts_at), max(starts_at) FROM circuit_interval")[0][0].minute == 20
    lines = [
        record.message
        for record in caplog.records
        if "spool full" in record.message or "were dropped" in record.message
    ]
    assert [line.split(" ")[0] for line in lines] == ["spool", "20"]


def test_what_is_left_when_it_stops_is_said(free_port: int, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(BrokerAddress("127.0.0.1", free_port), "test-spool")
    spool.start()
    spool.put(TOPIC, payload(0))
    spool.stop(0.0)
    assert caplog.records[-1].message == "stopped with 1 messages that no broker has taken; they are lost"


def test_it_publishes_through_an_older_broker(older_site: Site) -> None:
    spool = Spool(BrokerAddress("127.0.0.1", older_site.broker.port), "test-spool")
    spool.start()
    with older_site.collecting():
        for number in range(50):
            spool.put(TOPIC, payload(number))
        older_site.wait_for_intervals(50)
        spool.stop(5.0)
