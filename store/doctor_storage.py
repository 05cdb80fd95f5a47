"""What `p2i doctor` says about storage: rollups, policies and their last run, chunks and columns, disk to come."""

import shutil
from datetime import datetime, timedelta

import psycopg

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
    return [*_policies(connection, now), _chunks(connection, now), _disk(connection, now, is_extended=True)]


def _rollups(connection: Connection, now: datetime) -> Finding:
    row = connection.execute(
        "SELECT CASE WHEN isfinite(refreshed_at) THEN refreshed_at END FROM rollup_progress"
    ).fetchone()
    assert row is not None
    if row[0] is None:
        return Finding(
            "warning",
            "rollups",
            "never brought up to date: long spans are slow; run p2i upkeep (once: --once)",
        )
    if now - row[0] > STALE:
        return Finding(
            "warning", "rollups", f"last brought up to date {row[0]:%Y-%m-%dT%H:%M:%SZ}; is p2i upkeep running?"
        )
    return Finding("ok", "rollups", f"up to date as of {row[0]:%Y-%m-%dT%H:%M:%SZ}")


def _policies(connection: Connection, now: datetime) -> list[Finding]:
    """A policy that is absent, paused or failing; else one line with the oldest of their last runs."""
    rows = connection.execute(
        """
        SELECT jobs.hypertable_name, replace(jobs.proc_name, 'policy_', ''), jobs.scheduled, stats.last_run_status,
               CASE WHEN isfinite(stats.last_run_started_at) THEN stats.last_run_started_at END,
               (SELECT err_message FROM timescaledb_information.job_errors
                WHERE job_errors.job_id = jobs.job_id ORDER BY finish_time DESC LIMIT 1),
               jobs.schedule_interval
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
    failed: dict[str, list[str]] = {}
    for relation, policy, scheduled, status, _, message, _ in rows:
        if not scheduled:
            findings.append(Finding("warning", "policies", f"{policy} of {relation} is paused (alter_job)"))
        elif status == "Failed":
            failed.setdefault(str(message), []).append(f"{policy} of {relation}")
    for message, names in failed.items():
        text = f"{len(names)} failed last time ({names[0]}{' …' if len(names) > 1 else ''}): {message}"
        # A report of a job whose work was done all the same: PostgreSQL 15.20 with TimescaleDB 2.22.
        findings.append(Finding("warning" if "cannot drop portal" in message else "error", "policies", text))
    findings += _standing_still(connection, [(f"{row[1]} of {row[0]}", row[4], row[6]) for row in rows if row[2]], now)
    if findings:
        return findings
    runs = [row[4] for row in rows if row[4] is not None]
    if len(runs) < len(rows):
        text = f"{len(rows)} set, {len(rows) - len(runs)} have not run yet (they should within minutes of p2i migrate)"
        return [Finding("ok" if runs else "warning", "policies", text)]
    return [Finding("ok", "policies", f"{len(rows)} set and running, the last at {max(runs):%Y-%m-%dT%H:%M:%SZ}")]


def _standing_still(
    connection: Connection, jobs: list[tuple[str, datetime | None, timedelta]], now: datetime
) -> list[Finding]:
    """What keeps policies from running at all, or that they have not for three times as long as they should."""
    row = connection.execute(
        "SELECT current_setting('timescaledb.restoring', true),"
        " current_setting('timescaledb.max_background_workers', true)"
    ).fetchone()
    if row is not None and row[0] == "on":
        text = "none runs: timescaledb.restoring is on, a restore was not finished (docs/operations.md)"
        return [Finding("error", "policies", text)]
    late = [name for name, last, every in jobs if last is not None and now - last > 3 * every + STALE]
    if not late:
        return []
    workers = (
        ""
        if row is None or row[1] is None
        else f" timescaledb.max_background_workers is {row[1]} for all its databases"
    )
    text = f"{len(late)} have not run for long ({late[0]}{' …' if len(late) > 1 else ''}); is the scheduler at work?"
    return [Finding("error", "policies", text + workers)]


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
    free = _free_bytes(connection)
    text = f"{_size(row[0])} now" + ("" if free is None else f", {_size(free)} free")
    if free is not None and free < row[0] // 10:
        return Finding(
            "warning", "disk", f"{text}: little for what is to come; p2i archive, p2i retention, a larger disk"
        )
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
        f"{text}; {sum(rates.values())} readings both measured and received in the last day (a backfill is no rate):"
        f" at that rate about {_size(final)} of readings once all are as old as they are kept (p2i retention)",
    )


def _free_bytes(connection: Connection) -> int | None:
    """What the disk of a server on this machine has free; None where it is elsewhere or not ours to see."""
    try:
        with connection.transaction():
            row = connection.execute("SHOW data_directory").fetchone()
        if row is None or not connection.info.host.startswith("/"):
            return None
        return shutil.disk_usage(row[0]).free
    except (psycopg.errors.InsufficientPrivilege, OSError):
        return None


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
