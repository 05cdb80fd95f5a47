"""What dashboards ask, on a national month and as months grow, disk per reading, ingest's longest pause."""

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter, sleep

import numpy as np
from measured import Benchmark, Bound, Result
from national import DAY, END, PARKS, bench_server, database, fill
from panels import dashboard_names, panels, tenant_login
from panels import timed as timed_panel
from psycopg import conninfo

from store.connection import Connection, connect
from store.instants import microseconds
from store.plain import refresh_rollups
from store.readings import INTERVAL, write_readings
from store.reporting import query, query_names
from store.rollups import ROLLUPS
from store.timescale import extension_version

SPANS = (timedelta(hours=1), DAY, 30 * DAY)
ROUNDS = 20
PANEL_ROUNDS = 7
"""Of three spans each: enough for a 95th percentile that is not simply the slowest."""
BY_MONTH = frozenset({"tenant", "portfolio"})
"""Dashboards that show twelve months, so that they read more of them where there are more."""
DAY_PANELS = ("loss_curve", "loss_heatmap", "delay_curve", "delay_heatmap", "timeline", "occupancy_curve", "coverage")
DAY_OF_READINGS = b"""
SELECT starts_at, sent, lost FROM reporting.circuit_interval WHERE starts_at >= %(from)s AND starts_at < %(to)s
AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %(circuit)s))
"""
"""The readings themselves, as evidence: these lie in columns."""


def server_name(connection: Connection) -> str:
    """PostgreSQL's version and the extension's."""
    version = connection.info.server_version
    extension = extension_version(connection)
    return f"PostgreSQL {version // 10000}.{version % 10000}" + (f" TimescaleDB {extension}" if extension else "")


def parameters(dice: random.Random, circuits: int, span: timedelta) -> dict[str, object]:
    """Values for every place of the canonical queries; buckets as a panel of 300 points would ask for."""
    to = END if dice.random() < 0.5 else END - dice.randrange(0, 20) * DAY
    number = dice.randrange(circuits)
    return {
        "now": END,
        "from": to - span,
        "to": to,
        "circuit": f"bench-{number}",
        "zone": f"casa-z{1 + number % 2}",
        "facility": PARKS[number % len(PARKS)],
        "tenant": "locataire-a",
        "agreement": f"BENCH-{number}",
        "month": "2026-10",
        "rows": 15,
        "sensor": "tet-routeur",
        "channel": "",
        "largest_per_second": 125_000_000,
        "bucket": {SPANS[0]: timedelta(minutes=15), DAY: timedelta(minutes=15)}.get(span, timedelta(hours=6)),
    }


def timed(connection: Connection, circuits: int, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Milliseconds of every canonical query, rows fetched, over spans of an hour, a day and 30 days."""
    dice = random.Random(1)
    milliseconds: dict[str, list[float]] = {name: [] for name in query_names()}
    for _ in range(rounds):
        for span in SPANS:
            values = parameters(dice, circuits, span)
            for name in milliseconds:
                began = perf_counter()
                connection.execute(query(name).encode(), values).fetchall()
                milliseconds[name].append((perf_counter() - began) * 1000)
            connection.commit()
    return milliseconds


def timed_panels(connection: Connection) -> dict[str, list[float]]:
    """Milliseconds of every panel's query of every dashboard, by the login of the tenant whose circuits all are."""
    dice = random.Random(1)
    milliseconds: dict[str, list[float]] = {}
    with tenant_login(connection) as viewer:
        for number in range(PANEL_ROUNDS):
            for span in SPANS:
                for one in panels(viewer, dashboard_names(), END - number * DAY, span, dice):
                    milliseconds.setdefault(one.name, []).append(timed_panel(viewer, one.text) * 1000)
    return milliseconds


def p95(values: list[float]) -> float:
    """The nearest-rank 95th percentile."""
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


def dashboards_p95_ms() -> Result:
    with bench_server() as dsn, database(dsn, "p2i_bench_national") as connection:
        fill(connection, circuits=200, days=30)
        rows = connection.execute("SELECT count(*) FROM circuit_interval").fetchone()
        assert rows is not None
        milliseconds = timed(connection, 200) | timed_panels(connection)
        in_order = sorted(milliseconds, key=lambda name: -p95(milliseconds[name]))
        for name in in_order:
            print(f"  {name:<18} median {median(milliseconds[name]):8.1f} ms   p95 {p95(milliseconds[name]):8.1f} ms")
        worst = p95(milliseconds[in_order[0]])
        server = server_name(connection)
    return Result(
        "dashboards_p95_ms",
        None,
        worst,
        None,
        "ms",
        f"p95 of the slowest query ({in_order[0]}) of every panel, as the tenant's login, and of the canonical ones, on"
        f" {rows[0] / 1e6:.1f} M intervals (spans of 1 h, 24 h, 30 d); no peer: a bound for people, not a race",
        server,
    )


def dashboards_growth() -> Result:
    seconds: dict[int, list[float]] = {1: [], 3: [], 6: []}
    with ExitStack() as stack:
        dsn = stack.enter_context(bench_server())
        stored = {each: stack.enter_context(database(dsn, f"p2i_bench_{each}_months")) for each in seconds}
        viewers = {}
        for months, connection in stored.items():
            fill(connection, circuits=20, days=30 * months)
            viewers[months] = stack.enter_context(tenant_login(connection))
        for number in range(ROUNDS + 2):
            for months, connection in stored.items():
                took = one_day_panels(connection, number) + one_day_of_a_tenant(viewers[months], number)
                if number >= 2:  # the first two fill caches
                    seconds[months].append(took)
        server = server_name(stored[1])
    typical = {months: median(rounds) for months, rounds in seconds.items()}
    for months, took in typical.items():
        print(f"  {months} months: {took * 1000:.1f} ms for the panels of one day")
    return Result(
        "dashboards_growth",
        typical[6] / typical[1],
        typical[6],
        typical[1],
        "s",
        f"a day's panels as the tenant's login, and canonical queries, on 6 stored months / on 1 (on 3:"
        f" {typical[3] / typical[1]:.2f}), 20 circuits, in columns",
        server,
    )


def one_day_panels(connection: Connection, number: int) -> float:
    """Seconds of all panels of a circuit over one day, 20 days ago: in columns already."""
    day = {"from": END - 20 * DAY, "to": END - 19 * DAY, "bucket": timedelta(minutes=15), "zone": "casa-z1"}
    values = parameters(random.Random(number), 20, DAY) | day
    began = perf_counter()
    for name in DAY_PANELS:
        connection.execute(query(name).encode(), values).fetchall()
    connection.execute(DAY_OF_READINGS, values).fetchall()
    took = perf_counter() - began
    connection.commit()
    return took


def one_day_of_a_tenant(viewer: Connection, number: int) -> float:
    """Seconds of the panels of every dashboard of days, over the same day, by the tenant's login."""
    asked = panels(viewer, dashboard_names() - BY_MONTH, END - 19 * DAY, DAY, random.Random(number))
    return sum(timed_panel(viewer, one.text) for one in asked)


def store_bytes_per_million() -> Result:
    with bench_server() as dsn, database(dsn, "p2i_bench_1_months") as connection:
        fill(connection, circuits=20, days=30)
        server, extended = server_name(connection), extension_version(connection) is not None
        if not extended:
            row = connection.execute(
                "SELECT pg_total_relation_size('circuit_interval'), 0, count(*) FROM circuit_interval"
            ).fetchone()
        else:
            row = connection.execute(
                "SELECT sum(before_compression_total_bytes), sum(after_compression_total_bytes),"
                " (SELECT count(*) FROM circuit_interval WHERE starts_at < (SELECT max(range_end)"
                "  FROM timescaledb_information.chunks WHERE hypertable_name = 'circuit_interval' AND is_compressed))"
                " FROM chunk_columnstore_stats('circuit_interval') WHERE compression_status = 'Compressed'"
            ).fetchone()
        assert row is not None
    plain, columnar, count = (float(row[0]) / 1e6, float(row[1]) / 1e6, float(row[2]) / 1e6)
    return Result(
        "store_bytes_per_million",
        None,
        (columnar or plain) / count,
        plain / count if extended else None,
        "MB per million intervals",
        "in columns, against rows with their key"
        if extended
        else "rows with their key; no columns without TimescaleDB",
        server,
    )


def ingest_longest_pause() -> Result:
    """Writers of the present, and of rows that are twenty days late, while old chunks turn to columns and back."""
    name = "p2i_bench_pause"
    with bench_server() as dsn, database(dsn, name) as connection:
        fill(connection, circuits=20, days=30)
        server, extended = server_name(connection), extension_version(connection) is not None
        connection.commit()
        own = conninfo.make_conninfo(dsn, dbname=name)
        pauses: dict[str, list[float]] = {"present": [], "late": []}
        stop = threading.Event()
        writers = [
            threading.Thread(target=_write_until, args=(own, stop, pauses[name], start, step))
            for name, start, step in (
                ("present", END, timedelta(seconds=10)),
                ("late", END - 20 * DAY, timedelta(milliseconds=7)),
            )
        ]
        for writer in writers:
            writer.start()
        try:
            began = perf_counter()
            while perf_counter() - began < 20:
                _upkeep(connection, extended=extended)
        finally:
            stop.set()
            for writer in writers:
                writer.join()
    return Result(
        "ingest_longest_pause",
        None,
        max(pauses["present"]),
        None,
        "s",
        f"longest of {len(pauses['present'])} commits of 20 rows of the present while old chunks turn to columns"
        f" and back and sums are refreshed; of {len(pauses['late'])} commits 20 days late, into those very chunks,"
        f" {max(pauses['late']):.2f} s",
        server,
    )


def _upkeep(connection: Connection, *, extended: bool) -> None:
    """What policies, or `p2i upkeep`, do now and then, one after the other without a pause."""
    if not extended:
        refresh_rollups(connection, END + DAY)
        connection.commit()
        return
    connection.autocommit = True
    for chunk, is_columnar in connection.execute(
        "SELECT format('%%I.%%I', chunk_schema, chunk_name), is_compressed FROM timescaledb_information.chunks"
        " WHERE hypertable_name = 'circuit_interval' AND range_end < %s ORDER BY range_end DESC LIMIT 2",
        (END - 16 * DAY,),
    ).fetchall():
        call = "decompress_chunk" if is_columnar else "compress_chunk"
        connection.execute(f"SELECT {call}(%s::regclass)".encode(), (chunk,))
    for rollup in ROLLUPS:
        connection.execute("CALL refresh_continuous_aggregate(%s::regclass, NULL, NULL)", (rollup.name,))
    connection.autocommit = False


def _write_until(dsn: str, stop: threading.Event, pauses: list[float], at: datetime, step: timedelta) -> None:
    with connect(dsn, "bench") as connection:
        numbers = [number for (number,) in connection.execute("SELECT circuit_id FROM circuit").fetchall()]
        connection.commit()
        series = np.array(numbers, np.int64)
        while not stop.is_set():
            at += step
            instants = np.full(series.size, microseconds(at), np.int64)
            began = perf_counter()
            write_readings(connection, INTERVAL, [series, instants, instants * 0 + 10, instants * 0], at)
            connection.commit()
            pauses.append(perf_counter() - began)
            sleep(0.02)


def benchmarks() -> Iterator[Benchmark]:
    """The benchmarks of the store and of what is read from it."""
    yield Benchmark("dashboards_p95_ms", Bound("at most", 150, of="ours"), dashboards_p95_ms)
    yield Benchmark("dashboards_growth", Bound("at most", 1.3), dashboards_growth)
    yield Benchmark("store_bytes_per_million", None, store_bytes_per_million)
    yield Benchmark("ingest_longest_pause", Bound("at most", 1, of="ours"), ingest_longest_pause)
