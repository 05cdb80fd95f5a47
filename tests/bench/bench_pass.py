"""The minute pass over a thousand circuits: what it costs on the thirtieth day of a month against the first."""

import dataclasses
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from types import MappingProxyType

import numpy as np
from measured import Benchmark, Bound, Result
from psycopg import conninfo

from facilities.agreement_toml import agreement_from_toml
from facilities.agreement_versions import AgreementFile
from facilities.inventory import DEMO_INVENTORY, read_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.instants import microseconds
from store.migrations import migrate
from store.readings import INTERVAL, PROBE, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

AGREEMENTS, CIRCUITS_EACH = 200, 5
STEP_SECONDS = 300
PASSES = 9
START = datetime(2026, 10, 1, tzinfo=UTC)
HEAD = """
[agreement]
id = "BENCH-{agreement}"
tenant = "locataire-a"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "1000"
currency = "MAD"
"""
OBJECTIVES = """
[[objective]]
id = "availability-{circuit}"
circuit = "bench-{circuit}"
indicator = "availability"
interval_seconds = 300
consecutive_intervals = 3
consecutive_high_loss = 2
target_percent = "99.9"
min_coverage_percent = "95"
[[objective]]
id = "loss-{circuit}"
circuit = "bench-{circuit}"
indicator = "loss"
at_most_percent = "0.1"
[[objective]]
id = "rtt-{circuit}"
circuit = "bench-{circuit}"
indicator = "round_trip"
percentile = "95"
at_most_ms = "30"
"""


def promised() -> Promised:
    """Two hundred agreements of five circuits each, three objectives a circuit."""
    contracts, contents = {}, {}
    for number in range(AGREEMENTS):
        circuits = range(number * CIRCUITS_EACH, (number + 1) * CIRCUITS_EACH)
        text = HEAD.format(agreement=number) + "".join(OBJECTIVES.format(circuit=circuit) for circuit in circuits)
        agreement = agreement_from_toml(text.encode(), "bench")
        contracts[agreement.id] = (AgreementFile(agreement, Path("bench")),)
        contents[agreement.id, 0] = text.encode()
    inventory = dataclasses.replace(read_inventory(DEMO_INVENTORY), contracts=MappingProxyType(contracts))
    return Promised(inventory, contents)


def filled(connection: Connection, days: int) -> list[int]:
    """`days` days of October of every circuit, made on the server: an interval and a timed probe each five minutes."""
    migrate(connection)
    names = [f"bench-{number}" for number in range(AGREEMENTS * CIRCUITS_EACH)]
    numbers = register_circuits(connection, [CircuitRow(name, "casanearshore", None, True) for name in names])
    values = {"start": START, "end": START + timedelta(days=days), "now": START}
    series = (
        "generate_series(%(start)s::timestamptz, %(end)s::timestamptz - interval '5 minutes', interval '5 minutes')"
    )
    connection.execute(
        "INSERT INTO circuit_interval SELECT circuit_id, at, 10, CASE WHEN random() < 0.01 THEN 1 ELSE 0 END, %(now)s"
        f" FROM circuit, {series} AS at".encode(),
        values,
    )
    connection.execute(
        "INSERT INTO probe SELECT circuit_id, at, 20000000 + (random() * 9000000)::bigint, %(now)s"
        f" FROM circuit, {series} AS at".encode(),
        values,
    )
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False
    return list(numbers.values())


def deliver(connection: Connection, numbers: list[int], at: datetime) -> None:
    """The new interval of every circuit, through the ordinary write."""
    count = len(numbers)
    series, instants = np.array(numbers, np.int64), np.full(count, microseconds(at), np.int64)
    write_readings(connection, INTERVAL, [series, instants, np.full(count, 10), np.zeros(count, np.int64)], at)
    write_readings(connection, PROBE, [series, instants, np.full(count, 24_000_000)], at)
    connection.commit()


def minute_pass_growth() -> Result:
    seconds: dict[int, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="p2i-bench-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        dsn = stack.enter_context(EmbeddedServer(Path(folder)).running())
        admin = stack.enter_context(connect(dsn, "bench"))
        admin.autocommit = True
        days = {}
        for day in (1, 10, 30):
            admin.execute(f"CREATE DATABASE day{day}".encode())
            connection = stack.enter_context(connect(conninfo.make_conninfo(dsn, dbname=f"day{day}"), "bench"))
            numbers = filled(connection, day)
            scorer, now = Scorer(promised()), START + timedelta(days=day)
            scorer.run_pass(connection, now)  # the whole count after a start
            scorer.run_pass(connection, now + timedelta(seconds=1))
            days[day], seconds[day] = (connection, numbers, scorer, now), []
        server = admin.info.server_version
        for number in range(1, PASSES + 1):
            for day, (connection, numbers, scorer, start) in days.items():
                deliver(connection, numbers, start + timedelta(seconds=STEP_SECONDS * (number - 1)))
                began = perf_counter()
                scored = scorer.run_pass(connection, start + timedelta(seconds=STEP_SECONDS * number))
                seconds[day].append(perf_counter() - began)
                assert scored == AGREEMENTS
    cost = {day: median(each) for day, each in seconds.items()}
    return Result(
        "score_minute_pass_growth",
        cost[30] / cost[1],
        cost[30] * 1000,
        cost[1] * 1000,
        "ms/pass",
        f"a pass over 1,000 circuits of 200 agreements with one new interval each, day 30 against day 1"
        f" (day 10: {cost[10] * 1000:.0f} ms)",
        f"PostgreSQL {server // 10000}.{server % 10000}",
    )


def benchmarks() -> Iterator[Benchmark]:
    """The benchmarks of the scheduled pass."""
    yield Benchmark("score_minute_pass_growth", Bound("at most", 1.2), minute_pass_growth)
