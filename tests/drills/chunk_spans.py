"""What chunk spans cost, measured: `python tests/drills/chunk_spans.py` with P2I_TEST_DSN naming a TimescaleDB.

For each span: loading a week of 200 circuits at 10 s, the size of a chunk with its key, its columns, and a day of one
circuit read from columns. The figures stand in docs/decisions/0004-time-series.md.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from national import DAY, END, database, fill

from store.connection import Connection

CIRCUITS, DAYS = 200, 8
DAY_OF_ONE = (
    "SELECT starts_at, sent, lost FROM reporting.circuit_interval WHERE starts_at >= %s AND starts_at < %s"
    " AND circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = %s))"
)


def main() -> int:
    """Prints a row per span; 2 without a server."""
    dsn = os.environ.get("P2I_TEST_DSN")
    if dsn is None:
        print("P2I_TEST_DSN: name a TimescaleDB", file=sys.stderr)
        return 2
    print("| chunk | loaded rows/s | chunk and key | columns, bytes a row | a day of a circuit | chunks, 62 months |")
    print("|---|---|---|---|---|---|")
    for days in (1, 3, 7):
        with database(dsn, "p2i_drill_chunks") as connection:
            connection.execute("SELECT set_chunk_time_interval('circuit_interval', %s)", (timedelta(days=days),))
            connection.commit()
            print(_row(connection, days), flush=True)
    return 0


def _row(connection: Connection, days: int) -> str:
    began = perf_counter()
    fill(connection, CIRCUITS, DAYS)
    seconds = perf_counter() - began
    rows = CIRCUITS * DAYS * 8640
    connection.commit()
    sizes = connection.execute("SELECT max(total_bytes) FROM chunks_detailed_size('circuit_interval')").fetchone()
    connection.execute("SELECT compress_chunk(chunk, true) FROM show_chunks('circuit_interval') AS chunk")
    connection.commit()
    columns = connection.execute(
        "SELECT sum(after_compression_total_bytes) FROM chunk_columnstore_stats('circuit_interval')"
    ).fetchone()
    assert sizes is not None
    assert columns is not None
    milliseconds = []
    for number in range(40):
        at = END - (1 + number % 6) * DAY
        began = perf_counter()
        found = connection.execute(DAY_OF_ONE, (at - DAY, at, f"bench-{number * 5}")).fetchall()
        milliseconds.append((perf_counter() - began) * 1000)
        assert len(found) == 8640
    return (
        f"| {days} d | {rows / seconds:,.0f} | {sizes[0] / 1e6:,.0f} MB | {columns[0] / rows:.2f} |"
        f" {median(milliseconds):.1f} ms | {1888 // days} |"
    )


if __name__ == "__main__":
    sys.exit(main())
