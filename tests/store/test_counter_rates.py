"""The rates of totals as the canonical query tells them: R-18 case by case; growth adds up, and a gap has no rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.connection import Connection
from store.registry import SENSORS, register
from store.reporting import query
from store.rows import SensorReadingRow, SensorRow
from store.sensors import write_sensor_readings

AT = datetime(2026, 9, 8, 9, tzinfo=UTC)
GIGABIT = 10**9 // 8


@pytest.fixture
def store(connection: Connection) -> Connection:
    register(connection, SENSORS, [SensorRow("router", "casanearshore", None, "poller", "192.0.2.1", True)])
    return connection


def rates(
    store: Connection, *samples: tuple[float, int | None], modulus: int | None = 2**64, largest: int | None = None
) -> list[tuple[Any, ...]]:
    """Growth, rate and gap between samples (seconds, count) of one counter."""
    rows = [
        SensorReadingRow(
            *("router", "eth0", "octets_in_total", AT + timedelta(seconds=seconds), count, None),
            reason="null" if count is None else "",
            modulus=modulus,
        )
        for seconds, count in samples
    ]
    write_sensor_readings(store, rows, AT)
    asked = {
        "sensor": "router", "channel": "eth0", "from": AT - timedelta(days=1), "to": AT + timedelta(days=3650),
        "largest_per_second": largest,
    }  # fmt: skip
    found = store.execute(query("counter_rates").encode(), asked).fetchall()
    return [(growth, per_second, gap) for _, _, _, growth, per_second, gap in found]


def test_a_rate_is_growth_over_the_time_between_the_readings(store: Connection) -> None:
    assert rates(store, (0, 1_000), (10.5, 2_050), (20.5, 2_050)) == [(1_050, 100.0, None), (0, 0.0, None)]


@pytest.mark.parametrize(
    ("samples", "modulus", "largest", "gap"),
    [
        (((0, 2**63), (10, 1)), 2**64, GIGABIT, "decreased"),
        (((0, 2**33), (10, 1)), 2**32, GIGABIT, "decreased"),
        (((0, 70), (10, 1)), None, GIGABIT, "decreased"),
        (((0, 2**32 - 1), (10, 1)), 2**32, None, "ambiguous_wrap"),
        (((0, 2**32 - 1), (10, 1)), 2**32, 0, "ambiguous_wrap"),
        (((0, 2**32 - 1), (35, 1)), 2**32, GIGABIT, "ambiguous_wrap"),
        (((0, 0), (1, 131_250_001)), 2**64, GIGABIT, "implausible"),
        (((0, 2**31), (1, 1)), 2**32, GIGABIT, "implausible"),
        (((0, 1), (10, None)), 2**64, None, "no_value"),
        (((0, None), (10, 1)), 2**64, None, "no_value"),
    ],
)
def test_what_cannot_be_believed_is_a_gap(
    store: Connection, samples: Any, modulus: int | None, largest: int | None, gap: str
) -> None:
    assert rates(store, *samples, modulus=modulus, largest=largest) == [(None, None, gap)]


@pytest.mark.parametrize(
    ("first", "second", "modulus", "growth"),
    [
        ((0, 2**32 - 10), (10, 90), 2**32, 100),
        ((0, 2**53 - 10), (10, 90), 2**53, 100),
        ((0, 2**16 - 10), (1e-4, 90), 2**16, 100),
        ((0, 0), (1, 131_250_000), 2**64, 131_250_000),
        ((0, 2**64 - 4), (10, 2**64 - 2), 2**64, 2),
    ],
)
def test_a_wrap_and_the_edge_of_each_bound_are_rates(
    store: Connection, first: tuple[float, int], second: tuple[float, int], modulus: int, growth: int
) -> None:
    ((found, _, gap),) = rates(store, first, second, modulus=modulus, largest=GIGABIT)
    assert (found, gap) == (growth, None)


def test_counts_of_another_series_and_physical_values_are_no_part_of_it(store: Connection) -> None:
    other = [
        SensorReadingRow("router", "eth1", "octets_in_total", AT, 1, None, "", 2**64),
        SensorReadingRow("router", "eth0", "energy_joules_total", AT, None, 1.5),
        SensorReadingRow("router", "eth0", "people_in", AT, 9, None, "", None, Decimal(60)),
    ]
    again = [row._replace(measured_at=AT + timedelta(seconds=9)) for row in other]
    write_sensor_readings(store, [*other, *again], AT)
    assert rates(store, (0, 5), (10, 15)) == [(10, 1.0, None)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 86_400), st.integers(0, 999)), min_size=1, max_size=20))
def test_growth_adds_up_over_a_wrap(store: Connection, steps: list[tuple[int, int]]) -> None:
    store.execute("TRUNCATE sensor_reading")
    at, total, samples = 0, 2**32 - 500, [(0, 2**32 - 500)]
    for seconds, growth in steps:
        at, total = at + seconds, total + growth
        samples.append((at, total % 2**32))
    found = rates(store, *samples, modulus=2**32, largest=1000)
    assert [gap for _, _, gap in found] == [None] * len(steps)
    assert sum(growth for growth, _, _ in found) == total - (2**32 - 500)
