"""How long it takes from the first bad interval to the alert: readings in, the engine's passes, the looks, all as in
operation but for the clock, which is moved from second to second."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerting.looking import Looker
from facilities.inventory import DEMO_INVENTORY, read_inventory
from facilities.registration import register_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.alerts import read_open_alerts
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, write_readings

BAD_AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
DELTA = timedelta(seconds=10)
PASS_SECONDS, LOOK_SECONDS = 60, 2
LEAST = 10 * DELTA
"""n·Δt of mef-10.4: before ten bad intervals the contract knows no outage."""


@pytest.mark.parametrize("phase", [0, 25, 50])
def test_an_alert_comes_within_a_pass_and_a_look_of_what_the_contract_asks_for(
    connection: Connection, phase: int
) -> None:
    """`phase`: how many seconds after the first bad interval begins the engine makes its first pass."""
    inventory = read_inventory(DEMO_INVENTORY)
    numbers = register_inventory(connection, inventory, BAD_AT)
    scorer, looker = Scorer(Promised.of(inventory)), Looker(inventory, 300)
    circuit = numbers.circuits["casa-a1"]
    starts_at = BAD_AT - timedelta(minutes=5)
    at = starts_at
    opened_at = None
    while opened_at is None and at < BAD_AT + timedelta(minutes=6):
        at += timedelta(seconds=1)
        gone = at - starts_at
        if gone % DELTA == timedelta(0):  # an interval is over, and its reading is here a second later
            begins = at - DELTA
            lost = 100 if begins >= BAD_AT else 0
            column = np.array([microseconds(begins)], dtype=np.int64)
            rows = [np.array([circuit]), column, np.array([100]), np.array([lost])]
            write_readings(connection, INTERVAL, rows, at + timedelta(seconds=1))
            connection.commit()
        if int((at - BAD_AT).total_seconds() - phase) % PASS_SECONDS == 0:
            scorer.run_pass(connection, at)
        if int(gone.total_seconds()) % LOOK_SECONDS == 0:
            looker.look(connection, at)
            opened_at = next(
                (one.opened_at for one in read_open_alerts(connection) if one.trouble.rule == "outage"), None
            )
            connection.commit()
    assert opened_at is not None
    took = opened_at - BAD_AT
    assert LEAST <= took <= LEAST + timedelta(seconds=PASS_SECONDS + LOOK_SECONDS + 1), took
    # From the first bad interval to the alert is what the contract demands, then up to one pass, then up to one look.
    passes = -(-(int(LEAST.total_seconds()) - phase) // PASS_SECONDS) * PASS_SECONDS + phase
    assert took <= timedelta(seconds=passes + LOOK_SECONDS), took
    (outage,) = [one for one in read_open_alerts(connection) if one.trouble.rule == "outage"]
    assert outage.trouble.since_at == BAD_AT, "dated back to the first bad interval"
