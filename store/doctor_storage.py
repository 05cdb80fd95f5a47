"""What `p2i doctor` says about storage: rollups, policies and their last run, chunks and columns, disk to come."""

from datetime import datetime, timedelta

from store.connection import Connection
from store.finding import Finding
from store.plain import READINGS
from store.rollups import ROLLUPS
from store.timescale import HYPERTABLES, extension_version
from store.upkeep import read_retention

STALE = timedelta(hours=3)
LATE_CHUNKS = timedelta(days=3)

# What a reading takes in the end, key and index included: measured by `make bench BENCH=store_bytes_per_million`.
BYTES_PER_ROW_PLAIN = 95
BYTES_PER_ROW_COLUMNAR = 6


def storage_findings(connection: Connection, now: datetime) -> list[Finding]:
    """The findings about storage; none while the schema is older than this release (its own finding says so)."""
    if connection.execute("SELECT to_regclass('p2i.rollup_progress')").fetchone() == (None,):
        return []
    if extension_version(connection) is None:
        return [_rollups(connection, now), _disk(connection, now, is_extended=False)]
    return [*_policies(connection), _chunks(connection, now), _disk(connection, now, is_extended=True)]


def _rollups(connection: Connection, now: datetime) -> Finding:
    row = connection.execute(
        "SELECT CASE WHEN isfinite(refreshed_at) THEN refreshed_at END FROM rollup_progress"
    ).fetchone()
    assert row is not None
    if row[0] is None:
        return Finding(
            "warning", "rollups", "never brought up to date: questions about long spans are slow; run: p2i upkeep"
        )
    if now - row[0] > STALE:
        return Finding(
            "warning", "rollups", f"last brought up to date {row[0]:%Y-%m-%dT%H:%M:%SZ}; is p2i upkeep running?"
        )
    return Finding("ok", "rollups", f"up to date as of {row[0]:%Y-%m-%dT%H:%M:%SZ}")


def _policies(connection: Connection) -> list[Finding]:
    """A policy that is absent, paused or failing; else one line with the oldest of their last runs."""
    rows = connection.execute(
        """
        SELECT jobs.hypertable_name, replace(jobs.proc_name, 'policy_', ''), jobs.scheduled, stats.last_run_status,
               CASE WHEN isfinite(stats.last_successful_finish) THEN stats.last_successful_finish END,
               (SELECT err_message FROM timescaledb_information.job_errors
                WHERE job_errors.job_id = jobs.job_id ORDER BY finish_time DESC LIMIT 1)
        FROM timescaledb_information.jobs LEFT JOIN timescaledb_information.job_stats AS stats USING (job_id)
        WHERE jobs.hypertable_schema = 'p2i' ORDER BY 1, 2
        """
    ).fetchall()
    there = {(relation, policy) for relation, policy, *_ in rows}
    wanted = {(name, "compression") for name in (*HYPERTABLES, *(rollup.name for rollup in ROLLUPS))}
    wanted |= {(rollup.name, "refresh_continuous_aggregate") for rollup in ROLLUPS}
    wanted |= {
        (kept.relation, "retention")
        for kept in read_retention(connection)
        if kept.kept_days is not None and (kept.relation, "compression") in wanted
    }
    findings = [
        Finding("error", "policies", f"{policy} of {relation} is not there; run: p2i migrate")
        for relation, policy in sorted(wanted - there)
    ]
    for relation, policy, scheduled, status, _, message in rows:
        if not scheduled:
            findings.append(Finding("warning", "policies", f"{policy} of {relation} is paused (alter_job)"))
        elif status == "Failed":
            findings.append(Finding("error", "policies", f"{policy} of {relation} failed last time: {message}"))
    if findings:
        return findings
    runs = [row[4] for row in rows if row[4] is not None]
    if len(runs) < len(rows):
        text = f"{len(rows)} set, {len(rows) - len(runs)} have not run yet"
        return [Finding("ok" if runs else "warning", "policies", text)]
    return [
        Finding("ok", "policies", f"{len(rows)} set, all have run, the last of them {max(runs):%Y-%m-%dT%H:%M:%SZ}")
    ]


def _chunks(connection: Connection, now: datetime) -> Finding:
    """How much is in columns, and chunks that should be and are not."""
    due = 0
    counted = columnar = 0
    for table, cut in HYPERTABLES.items():
        row = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE is_compressed),"
            " count(*) FILTER (WHERE NOT is_compressed AND range_end < %s)"
            " FROM timescaledb_information.chunks WHERE hypertable_schema = 'p2i' AND hypertable_name = %s",
            (now - cut.columnar_after - LATE_CHUNKS, table),
        ).fetchone()
        assert row is not None
        counted, columnar, due = counted + row[0], columnar + row[1], due + row[2]
    text = f"{counted} chunks of readings, {columnar} in columns"
    if due:
        return Finding("warning", "chunks", f"{text}, {due} overdue; see the policies, or: CALL run_job(…)")
    return Finding("ok", "chunks", text)


def _disk(connection: Connection, now: datetime, *, is_extended: bool) -> Finding:
    """What the database takes, and will take once everything is as old as it is kept, at the last day's rate."""
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    rates: dict[str, int] = dict(
        connection.execute(
            # What was measured in the last day, too: a backfill is no rate.
            "SELECT kind, sum(rows)::bigint FROM ingest"
            " WHERE received_at >= %(from)s AND received_at < %(now)s AND first_at >= %(from)s GROUP BY kind",
            {"from": now - timedelta(days=1), "now": now},
        ).fetchall()
    )
    assert row is not None
    text = f"{_size(row[0])} now"
    if not rates:
        return Finding("ok", "disk", f"{text}; nothing came in the last day, so no forecast")
    kept = {one.relation: one.kept_days for one in read_retention(connection)}
    tables = dict(
        zip(("interval", "probe", "state", "occupancy", "sensor"), (table for table, _ in READINGS), strict=True)
    )
    each = BYTES_PER_ROW_COLUMNAR if is_extended else BYTES_PER_ROW_PLAIN
    final = sum(rows * (kept.get(tables[kind]) or 3650) * each for kind, rows in rates.items())
    return Finding(
        "ok",
        "disk",
        f"{text}; {sum(rates.values())} readings in the last day: at that rate about {_size(final)} of readings once"
        " all are as old as they are kept (p2i retention)",
    )


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
