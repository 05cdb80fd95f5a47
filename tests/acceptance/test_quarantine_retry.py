"""Refused in September, stored in November: the engine counts the past month again by itself."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from collectors.quarantine_command import main
from facilities.inventory import DEMO_INVENTORY, read_inventory
from facilities.registration import register_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.quarantine import write_quarantine
from store.readings import INTERVAL, write_readings
from store.rows import QuarantineRow
from store.verdicts import read_scores

DAY = datetime(2026, 9, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
TOPIC = "p2i/v1/casanearshore/edge/intervals"


def september(connection: Connection) -> tuple[str, list[dict[str, Any]]]:
    """The document of September, and the outages in it."""
    (row,) = [
        row
        for row in read_scores(connection)
        if row.agreement == "DEMO-CASA-A" and row.period_starts_at < DAY < row.period_ends_at
    ]
    outages = [one for objective in row.parsed()["objectives"] for one in objective.get("outages", [])]
    return row.document, outages


def test_the_engine_scores_what_a_retry_stored(
    connection: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))
    demo = read_inventory(DEMO_INVENTORY)
    circuits, _ = register_inventory(connection, demo, DAY)
    instants = [int((DAY + timedelta(seconds=10 * at)).timestamp() * 1e6) for at in range(360)]
    columns = [np.full(360, circuits["casa-a1"]), np.array(instants), np.full(360, 10), np.zeros(360, np.int64)]
    write_readings(connection, INTERVAL, columns, DAY + timedelta(hours=1))
    down = [
        {"starts_at": (DAY + timedelta(hours=1, seconds=10 * at)).isoformat(), "sent": 10, "lost": 10}
        for at in range(360)
    ]
    payload = json.dumps({"circuit": "casa-a1", "readings": down}).encode()
    refused = QuarantineRow("mqtt", TOPIC, "unknown_circuit", "not in the inventory", payload, DAY + timedelta(hours=2))
    write_quarantine(connection, [refused])
    connection.commit()
    Scorer(Promised.of(demo)).run_pass(connection, NOW)
    connection.commit()
    before, outages = september(connection)
    assert outages == []
    Scorer(Promised.of(demo)).run_pass(connection, NOW + timedelta(minutes=1))
    connection.commit()
    assert september(connection)[0] == before
    assert main(["retry", "1"]) == 0
    assert capsys.readouterr().out.startswith("#1  stored: 360 stored\n")
    Scorer(Promised.of(demo)).run_pass(connection, NOW + timedelta(minutes=2))
    after, outages = september(connection)
    assert after != before
    assert outages == [{"starts_at": "2026-09-08T01:00:00Z", "ends_at": "2026-09-08T02:00:00Z", "seconds": 3600}]
