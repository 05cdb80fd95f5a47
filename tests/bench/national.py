"""A database of national size for benchmarks: 200 circuits, 30 days, an interval every 10 s, and verdicts over them."""

import dataclasses
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np
import psycopg
from psycopg import conninfo, sql

from facilities.agreement_toml import agreement_from_toml
from facilities.agreement_versions import AgreementFile
from facilities.circuits import Circuit
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.registration import register_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.binary_copy import Column, copy_in
from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.migrations import migrate
from store.plain import refresh_rollups
from store.readings import INTERVAL, OCCUPANCY, PROBE, Kind
from store.rollups import ROLLUPS
from store.timescale import HYPERTABLES, extension_version

DAY = timedelta(days=1)
END = datetime(2026, 10, 31, tzinfo=UTC)
"""The present of these databases: in the thirtieth day of October."""
PARKS = ("casanearshore", "technopolis", "fes-shore", "oujda-shore", "tetouan-shore")
AGREEMENT = """
[agreement]
id = "BENCH-{0}"
tenant = "locataire-a"
facility = "{1}"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "1000"
currency = "MAD"
[[objective]]
id = "availability"
circuit = "bench-{0}"
indicator = "availability"
profile = "mef-10.4"
target_percent = "99.9"
credits = [{{ at_least_percent = "0", below_percent = "99.9", credit_percent = "5" }}]
[[objective]]
id = "loss"
circuit = "bench-{0}"
indicator = "loss"
at_most_percent = "0.1"
[[objective]]
id = "rtt"
circuit = "bench-{0}"
indicator = "round_trip"
percentile = "95"
at_most_ms = "30"
"""


@contextmanager
def bench_server() -> Iterator[str]:
    """The server of `P2I_TEST_DSN`, else an embedded one of this run alone."""
    if named := os.environ.get("P2I_TEST_DSN"):
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="p2i-bench-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder)).running() as dsn:
            yield dsn


@contextmanager
def database(server_dsn: str, name: str) -> Iterator[Connection]:
    """A migrated database of its own, dropped afterwards; kept and found again where P2I_BENCH_KEEP is set."""
    keep = bool(os.environ.get("P2I_BENCH_KEEP"))
    with psycopg.connect(server_dsn, autocommit=True) as server:
        there = server.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if there is not None and not keep:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        if there is None or not keep:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with connect(conninfo.make_conninfo(server_dsn, dbname=name), "bench") as connection:
            migrate(connection)
            connection.commit()
            yield connection
    finally:
        if not keep:
            with psycopg.connect(server_dsn, autocommit=True) as server:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def promised(circuits: int) -> Promised:
    """An agreement with three objectives for each circuit, over five parks."""
    demo = read_inventory(DEMO_INVENTORY)
    one = next(iter(demo.circuits.values()))
    parks = [PARKS[number % len(PARKS)] for number in range(circuits)]
    texts = [AGREEMENT.format(number, park).encode() for number, park in enumerate(parks)]
    agreements = [agreement_from_toml(text, "bench") for text in texts]
    inventory: Inventory = dataclasses.replace(
        demo,
        circuits=MappingProxyType({f"bench-{at}": _circuit(one, at, park) for at, park in enumerate(parks)}),
        contracts=MappingProxyType({each.id: (AgreementFile(each, Path("bench")),) for each in agreements}),
    )
    return Promised(inventory, {(each.id, 0): text for each, text in zip(agreements, texts, strict=True)})


def _circuit(like: Circuit, number: int, park: str) -> Circuit:
    fields = {name: getattr(like, name) for name in like.__struct_fields__}
    return Circuit(**fields | {"code": f"bench-{number}", "facility": park, "tenant": "locataire-a"})


def fill(connection: Connection, circuits: int, days: int) -> None:
    """Writes the inventory, `days` days of readings up to END (nothing where they are already), rollups, verdicts."""
    scorer = Scorer(promised(circuits))
    numbers = register_inventory(connection, scorer.promised.inventory, END)
    connection.commit()
    if connection.execute("SELECT FROM score LIMIT 1").fetchone() is not None:
        return
    connection.execute("TRUNCATE circuit_interval, probe, occupancy, ingest")  # of a run that was ended
    random = np.random.default_rng(7)
    began = time.perf_counter()
    for day in range(days):
        start = END - (days - day) * DAY
        for number in numbers.circuits.values():
            at = _instants(start, 10)
            sent, lost = np.full(at.size, 10, np.int64), np.zeros(at.size, np.int64)
            lost[random.integers(0, at.size, 40)] = random.integers(1, 4, 40)
            if random.random() < 0.05:  # an outage of ten minutes, and as long without a measurement
                first = random.integers(0, at.size - 200)
                lost[first : first + 60] = 10
                sent[first + 60 : first + 120] = lost[first + 60 : first + 120] = 0
            _copy(connection, INTERVAL, number, at, [sent, lost])
            at = _instants(start, 300)
            _copy(connection, PROBE, number, at, [random.integers(18_000_000, 32_000_000, at.size)])
        for number in numbers.zones.values():
            at = _instants(start, 900)
            _copy(connection, OCCUPANCY, number, at, [random.integers(0, 200, at.size)])
        connection.commit()
    for kind, series in (("interval", numbers.circuits), ("probe", numbers.circuits), ("occupancy", numbers.zones)):
        for number in series.values():
            connection.execute(
                "INSERT INTO ingest (kind, series_id, first_at, last_at, rows, received_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (kind, number, END - days * DAY, END - timedelta(seconds=10), 1, END),
            )
    connection.commit()
    print(f"  filled in {time.perf_counter() - began:.0f} s", flush=True)
    settle(connection)
    scorer.run_pass(connection, END)
    connection.commit()


def settle(connection: Connection) -> None:
    """Rolls up, and turns what is old enough to columns: what policies and `p2i upkeep` would have done by END."""
    began = time.perf_counter()
    extended = extension_version(connection) is not None
    connection.commit()
    connection.autocommit = True
    if extended:
        for rollup in ROLLUPS:
            connection.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, %s)", (rollup.name, END))
        for table, cut in HYPERTABLES.items():
            connection.execute(
                "SELECT compress_chunk(chunk, true) FROM show_chunks(%s::regclass, older_than => %s) AS chunk",
                (table, END - cut.columnar_after),
            )
    else:
        connection.autocommit = False
        refresh_rollups(connection, END)
        connection.commit()
        connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False
    print(f"  rolled up and settled in {time.perf_counter() - began:.0f} s", flush=True)


def _instants(start: datetime, every_seconds: int) -> Column:
    first = int(start.timestamp())
    return np.arange(first, first + 86_400, every_seconds, dtype=np.int64) * 1_000_000


def _copy(connection: Connection, kind: Kind, number: int, at: Column, values: list[Column]) -> None:
    names = ", ".join([kind.series, kind.instant, *(name for name, _ in kind.values), "received_at"])
    # Arrival scatters over two seconds, as over a network: what columns can save depends on it.
    received = at + 10_000_000 + np.random.default_rng(number).integers(0, 2_000_000, at.size)
    copy_in(
        connection,
        f"COPY {kind.table} ({names}) FROM STDIN (FORMAT BINARY)",
        [np.full(at.size, number, np.int64), at, *values, received],
        [*kind.types, "timestamptz"],
    )
