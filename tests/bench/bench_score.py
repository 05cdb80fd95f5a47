"""Speed of the arithmetic: the state machine against a bare scan, and scoring from the store against a bare COPY."""

import resource
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
from measured import Benchmark, Bound, Result, in_turn

from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import month
from facilities.instants import instant
from sla_engine.dense import dense_states
from sla_engine.document import document_text
from sla_engine.from_store import read_facts
from sla_engine.scoring import score
from store.binary_copy import Column
from store.connection import Connection, connect
from store.embedded import EmbeddedServer
from store.migrations import migrate
from store.readings import INTERVAL, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

SCAN_INTERVALS = 100_000_000
HARD_INTERVALS = 20_000_000
CIRCUITS = 20
AGREEMENT = """
[agreement]
id = "BENCH-{number}"
tenant = "bench"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "1000"
currency = "MAD"
[[objective]]
id = "availability"
circuit = "bench-{number}"
indicator = "availability"
target_percent = "99.9"
min_coverage_percent = "95"
[[objective]]
id = "loss"
circuit = "bench-{number}"
indicator = "loss"
at_most_percent = "0.1"
"""


def readings(intervals: int, seed: int) -> tuple[Column, Column]:
    """Sent and lost of a circuit as circuits are: ten probes, 1 % of Δt lose one, a burst a day, an outage a week."""
    random = np.random.default_rng(seed)
    lost = (random.random(intervals, dtype=np.float32) < 0.01).astype(np.int64)
    for start in random.integers(0, intervals - 400, intervals // 8640).tolist():
        lost[start : start + 5] = 10
    for start in random.integers(0, intervals - 400, max(1, intervals // 60480)).tolist():
        lost[start : start + 360] = 10
    return np.full(intervals, 10, np.int64), lost


def seconds_of_states_and_scan(sent: Column, lost: Column, rounds: int) -> tuple[float, float]:
    """Median seconds of the states of every interval, and of the bare scan for bad ones."""
    threshold = Fraction(37, 100)
    p, q = threshold.numerator, threshold.denominator

    def ours() -> int:
        return dense_states(sent, lost, threshold, 10).unavailable

    def theirs() -> int:
        return int((lost * q > sent * p).sum())

    assert 0 < ours() < theirs(), "outages are fewer than bad intervals, and there are some"
    return in_turn(ours, theirs, rounds)


def state_machine_vs_scan() -> Result:
    sent, lost = readings(SCAN_INTERVALS, 1)
    our_seconds, their_seconds = seconds_of_states_and_scan(sent, lost, rounds=5)
    # Data no circuit sends, for honesty: scattered bad or unknown intervals break every run.
    random = np.random.default_rng(2)
    sent, lost = sent[:HARD_INTERVALS].copy(), lost[:HARD_INTERVALS].copy()
    lost[random.random(HARD_INTERVALS) < 0.05] = 10
    ours_bad, theirs_bad = seconds_of_states_and_scan(sent, lost, rounds=3)
    nothing_sent = random.random(HARD_INTERVALS) < 0.09
    sent[nothing_sent] = lost[nothing_sent] = 0
    ours_unknown, theirs_unknown = seconds_of_states_and_scan(sent, lost, rounds=3)
    return Result(
        "score_state_machine_vs_scan",
        their_seconds / our_seconds,
        SCAN_INTERVALS / our_seconds,
        SCAN_INTERVALS / their_seconds,
        "intervals/s",
        "exact availability states (C = 37/100, n = 10) against (lost * q > sent * p).sum() on the same int64 arrays,"
        f" data as circuits send them; with 5 % of Δt bad at random {theirs_bad / ours_bad:.2f},"
        f" with 9 % unknown at random too {theirs_unknown / ours_unknown:.2f} (20 M)",
    )


def filled_store(connection: Connection) -> dict[str, int]:
    """Twenty circuits with a whole September 2026 at Δt 10 s: 5.2 M rows."""
    migrate(connection)
    numbers = register_circuits(
        connection, [CircuitRow(f"bench-{number}", "casanearshore", "bench", True) for number in range(CIRCUITS)]
    )
    span = month(2026, 9, agreement_from_toml(AGREEMENT.format(number=0).encode(), "bench").time_zone)
    at = np.arange(span.starts_at, span.ends_at, 10, dtype=np.int64) * 1_000_000
    for position, number in enumerate(numbers.values()):
        sent, lost = readings(at.size, position)
        columns = [np.full(at.size, number, np.int64), at, sent, lost]
        write_readings(connection, INTERVAL, columns, datetime(2026, 10, 1, tzinfo=UTC))
        connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE circuit_interval")
    connection.autocommit = False
    return numbers


def from_store_vs_copy() -> Result:
    with tempfile.TemporaryDirectory(prefix="p2i-bench-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder)).running() as dsn, connect(dsn, "bench") as connection:
            numbers = filled_store(connection)
            agreements = [
                agreement_from_toml(AGREEMENT.format(number=number).encode(), "bench") for number in range(CIRCUITS)
            ]
            span = month(2026, 9, agreements[0].time_zone)
            rows = CIRCUITS * (span.ends_at - span.starts_at) // 10

            def ours() -> None:
                for agreement in agreements:
                    document_text(score(agreement, span, read_facts(connection, agreement, span, numbers)))

            def theirs() -> None:
                statement = (
                    "COPY (SELECT circuit_id, starts_at, sent, lost FROM circuit_interval"
                    " WHERE starts_at >= %s AND starts_at < %s) TO STDOUT (FORMAT BINARY)"
                )
                read = 0
                bounds = (instant(span.starts_at), instant(span.ends_at))
                with connection.cursor() as cursor, cursor.copy(statement, bounds) as copy:
                    for chunk in copy:
                        read += len(chunk)
                assert read > rows * 38

            our_seconds, their_seconds = in_turn(ours, theirs, rounds=3)
            server = connection.info.server_version
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Result(
        "score_from_store_vs_copy",
        their_seconds / our_seconds,
        rows / our_seconds,
        rows / their_seconds,
        "intervals/s",
        f"a month of {CIRCUITS} circuits at 10 s read and scored, against binary COPY TO STDOUT of the same rows"
        f" (peak memory of the process {peak} MiB)",
        f"PostgreSQL {server // 10000}.{server % 10000}",
    )


def benchmarks() -> Iterator[Benchmark]:
    """The benchmarks of scoring."""
    yield Benchmark("score_from_store_vs_copy", Bound("at least", 0.8), from_store_vs_copy)
    yield Benchmark("score_state_machine_vs_scan", Bound("at least", 0.7), state_machine_vs_scan)
