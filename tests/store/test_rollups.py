"""Rollups hold what the readings sum up to: before, between and after refreshes, with late rows, on either server."""

import random
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from store.connection import Connection
from store.readings import INTERVAL, OCCUPANCY, PROBE, Kind, write_readings
from store.rollups import ROLLUPS
from tests.store.rollup_truth import bring_up_to_date, differences

MIDNIGHT = datetime(2026, 9, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def write(connection: Connection, kind: Kind, series: int, rows: list[tuple[datetime, list[int]]]) -> None:
    columns = [
        np.full(len(rows), series, dtype=np.int64),
        np.array([int(at.timestamp() * 1_000_000) for at, _ in rows], dtype=np.int64),
        *(np.array(values, dtype=np.int64) for values in zip(*(values for _, values in rows), strict=True)),
    ]
    write_readings(connection, kind, columns, MIDNIGHT)
    connection.commit()


def random_rows(dice: random.Random, kind: Kind, first: datetime, hours: float) -> list[tuple[datetime, list[int]]]:
    rows = []
    for _ in range(dice.randrange(1, 60)):
        at = first + timedelta(seconds=dice.randrange(int(hours * 3600)))
        if kind is INTERVAL:
            sent = dice.choice((0, 1, 10))
            rows.append((at, [sent, dice.randrange(sent + 1)]))
        elif kind is PROBE:
            rows.append((at, [dice.choice((-1, 249_999, 250_000, 250_001, 5_000_000, 2_000_000_000))]))
        else:
            rows.append((at, [dice.randrange(200)]))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_rollups_are_the_sums_of_the_readings_whatever_the_order_of_rows_and_refreshes(
    connection: Connection, seed: int
) -> None:
    dice = random.Random(seed)
    now = MIDNIGHT
    for _ in range(12):
        now += timedelta(minutes=dice.randrange(1, 90))
        for kind in (INTERVAL, PROBE, OCCUPANCY):
            late = dice.choice((0.5, 3, 24 * 40))
            write(connection, kind, dice.randrange(1, 4), random_rows(dice, kind, now - late * HOUR, late))
        if dice.random() < 0.6:
            bring_up_to_date(connection, now)
            assert differences(connection) == {}
    bring_up_to_date(connection, now + HOUR)
    assert differences(connection) == {}


def test_what_was_never_rolled_is_computed_when_asked_for(connection: Connection) -> None:
    write(connection, INTERVAL, 1, [(MIDNIGHT, [10, 1]), (MIDNIGHT + timedelta(seconds=10), [0, 0])])
    write(connection, PROBE, 1, [(MIDNIGHT, [-1]), (MIDNIGHT + timedelta(seconds=1), [12_000_000])])
    assert differences(connection) == {}
    assert connection.execute("SELECT intervals, intervals_known, sent, lost FROM circuit_1h").fetchall() == [
        (2, 1, 10, 1)
    ]
    assert connection.execute("SELECT delay_class, probes FROM probe_1h ORDER BY 1").fetchall() == [(-1, 1), (8, 1)]


def test_rows_of_the_open_hour_are_seen_after_a_refresh_too(connection: Connection) -> None:
    write(connection, INTERVAL, 1, [(MIDNIGHT, [10, 1])])
    bring_up_to_date(connection, MIDNIGHT + HOUR)
    write(connection, INTERVAL, 1, [(MIDNIGHT + HOUR, [10, 2])])
    assert connection.execute("SELECT sum(lost)::int FROM circuit_5m").fetchall() == [(3,)]


def test_a_refresh_repeated_or_with_a_clock_set_back_loses_nothing(connection: Connection) -> None:
    write(connection, INTERVAL, 1, [(MIDNIGHT, [10, 1])])
    bring_up_to_date(connection, MIDNIGHT + 5 * HOUR)
    write(connection, INTERVAL, 1, [(MIDNIGHT + HOUR, [10, 2])])
    bring_up_to_date(connection, MIDNIGHT + timedelta(minutes=1))
    bring_up_to_date(connection, MIDNIGHT + 5 * HOUR)
    bring_up_to_date(connection, MIDNIGHT + 5 * HOUR)
    assert differences(connection) == {}


def test_every_rollup_adds_up_again() -> None:
    """Only sums, counts and extremes: a mean of means would be another number."""
    for rollup in ROLLUPS:
        for _, expression in rollup.values:
            assert re.match(r"(coalesce\()?(count|sum|min|max)\(", expression), expression
