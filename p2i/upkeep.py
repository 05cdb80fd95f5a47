"""`p2i upkeep`: keeps rollups up to date, drops rows past their time, and ends what readers run for too long."""

import argparse
import logging
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import Counter, Gauge

from facilities.process import run, serve_metrics, stop_event, wait_until
from store.connection import Connection, connect, secret_of_environment, server
from store.errors import P2IError, StoreUnavailable
from store.migrations import require_current_schema
from store.reader_sessions import LONGEST, end_long_reads
from store.upkeep import drop_old, refresh

log = logging.getLogger("upkeep")

REFRESHED_AT = Gauge("p2i_upkeep_rollups_refreshed_timestamp_seconds", "When rollups were last brought up to date.")
LATE_SPANS = Counter("p2i_upkeep_late_spans_total", "Spans of rollups summed anew because rows came late.")
DROPPED_ROWS = Counter("p2i_upkeep_dropped_rows_total", "Rows dropped by age, by relation.", ["relation"])
ENDED_READS = Counter("p2i_upkeep_ended_reads_total", "Sessions of readers ended because they ran for too long.")
FAILURES = Counter("p2i_upkeep_failures_total", "Jobs that failed and are tried again.", ["job"])


def _refresh(connection: Connection, now: datetime) -> None:
    LATE_SPANS.inc(refresh(connection, now))
    REFRESHED_AT.set(now.timestamp())


def _drop_old(connection: Connection, now: datetime) -> None:
    for relation, rows in drop_old(connection, now).items():
        DROPPED_ROWS.labels(relation).inc(rows)
        if rows:
            log.info("dropped %s rows of %s past their time", rows, relation)


def _end_long_reads(connection: Connection, _now: datetime) -> None:
    for one in end_long_reads(connection):
        ENDED_READS.inc()
        log.warning("%s: ended after %s s, %s (docs/tenants.md)", one.role, one.seconds, one.state)


JOBS: dict[str, Callable[[Connection, datetime], None]] = {
    "refresh": _refresh,
    "drop_old": _drop_old,
    "end_long_reads": _end_long_reads,
}
ON_STANDBY = "end_long_reads_on_standby"
EVERY_SECONDS = {"refresh": 60, "drop_old": 3600, "end_long_reads": 10, ON_STANDBY: 10}


class Upkeep:
    """Jobs over one database, which may go away and come back; one line in the log each way, and per failure.

    With a `standby`, where readers read, what they run for too long is ended there as well.
    """

    def __init__(self, dsn: str, standby: str | None = None) -> None:
        self.dsn = dsn
        self.standby = standby
        self.jobs = list(JOBS) if standby is None else [*JOBS, ON_STANDBY]
        self._said: dict[str, str] = {}

    def do(self, job: str) -> bool:
        """Runs one job now; False when it could not be done, and will be tried at its next time."""
        try:
            dsn = self.standby if job == ON_STANDBY and self.standby is not None else self.dsn
            with connect(dsn, "upkeep") as connection:
                (_end_long_reads if job == ON_STANDBY else JOBS[job])(connection, datetime.now(UTC))
        except (P2IError, psycopg.Error) as error:
            FAILURES.labels(job).inc()
            first = " ".join(str(error).split()) if isinstance(error, StoreUnavailable) else str(error).splitlines()[0]
            if self._said.get(job) != first:
                log.warning("%s: %s; tried again next time", job, first)
            self._said[job] = first
            return False
        except Exception:  # the one broad catch of this process: a job that fails must not end the others
            FAILURES.labels(job).inc()
            log.exception("%s failed", job)
            return False
        if self._said.pop(job, None):
            log.info("%s: done again", job)
        return True


def main(argv: Sequence[str]) -> int:
    """Runs upkeep until it is told to stop; with `--once` every job one time (1 when one could not be done)."""
    parser = argparse.ArgumentParser(prog="p2i upkeep", description=__doc__)
    parser.add_argument("--once", action="store_true", help="do everything now, then end")
    parser.add_argument(
        "--metrics-port", type=int, default=os.environ.get("P2I_METRICS_PORT", "0"), metavar="PORT",
        help="serve metrics for Prometheus (default: P2I_METRICS_PORT, else not)",
    )  # fmt: skip
    options = parser.parse_args(argv)

    def body() -> int:
        with server() as dsn:
            with connect(dsn, "upkeep") as connection:
                require_current_schema(connection)
            upkeep = Upkeep(dsn, secret_of_environment("P2I_STANDBY_DSN"))
            if options.once:
                done = [upkeep.do(job) for job in upkeep.jobs]  # each of them, whatever became of the others
                return 0 if all(done) else 1
            serve_metrics(options.metrics_port)
            _until_stopped(upkeep)
        return 0

    return run("upkeep", body)


def _until_stopped(upkeep: Upkeep) -> None:
    stop = stop_event()
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in upkeep.jobs:
        scheduler.add_job(
            upkeep.do,
            "interval",
            [job],
            seconds=EVERY_SECONDS[job],
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
        )
    scheduler.start()
    log.info("rollups every minute, rows past their time every hour, reads longer than %s s at once", LONGEST.seconds)
    wait_until(stop)
    scheduler.shutdown()
