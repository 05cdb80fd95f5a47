"""`p2i engine`: looks every minute for what is due and scores it; the scheduler only says "look now"."""

import argparse
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler

from facilities.inventory import inventory_path, read_inventory
from facilities.process import run, serve_metrics, stop_event, wait_until
from facilities.registration import register_inventory
from sla_engine import metrics
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection, connect, server
from store.errors import P2IError, StoreUnavailable
from store.migrations import require_current_schema
from store.verdicts import read_scored_periods
from store.zone_data import zone_data_are_current

log = logging.getLogger("sla_engine")


class Engine:
    """Passes over one database, which may go away and come back."""

    def __init__(self, dsn: str, promised: Promised) -> None:
        self.dsn = dsn
        self.scorer = Scorer(promised)
        self._connection: Connection | None = None
        self._is_away = False

    def look(self) -> None:
        """One pass now. A database that is away is one line in the log, and one when it is back."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self.dsn, "sla_engine")
            scored = self.scorer.run_pass(self._connection, datetime.now(UTC).replace(microsecond=0))
        except (StoreUnavailable, psycopg.OperationalError) as error:
            self.close()
            if not self._is_away:
                log.warning("the database is away; looking again at every pass: %s", " ".join(str(error).split()))
            self._is_away = True
        except Exception:  # the one broad catch of this process: a pass that fails must not end the engine
            self.close()
            log.exception("a pass failed; the next one starts anew")
        else:
            if self._is_away:
                log.info("the database is back")
            self._is_away = False
            log.debug("scored %s agreement periods", scored)

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def main(argv: Sequence[str]) -> int:
    """Runs the engine until it is told to stop; with `--once` one pass."""
    parser = argparse.ArgumentParser(prog="p2i engine", description=__doc__)
    parser.add_argument(
        "--inventory", metavar="DIR", help="the inventory (default: P2I_INVENTORY, else the packaged one)"
    )
    parser.add_argument("--once", action="store_true", help="score what is due now, then end")
    parser.add_argument(
        "--every-seconds", type=int, default=os.environ.get("P2I_ENGINE_EVERY_SECONDS", "60"), metavar="N",
        help="how often to look (default: P2I_ENGINE_EVERY_SECONDS, else 60)",
    )  # fmt: skip
    parser.add_argument(
        "--metrics-port", type=int, default=os.environ.get("P2I_METRICS_PORT", "0"), metavar="PORT",
        help="serve metrics for Prometheus (default: P2I_METRICS_PORT, else not)",
    )  # fmt: skip
    options = parser.parse_args(argv)

    def body() -> int:
        promised = Promised.of(read_inventory(inventory_path(options.inventory, os.environ)))
        with server() as dsn:
            with connect(dsn, "sla_engine") as connection:
                require_current_schema(connection)
                register_inventory(connection, promised.inventory, datetime.now(UTC))
                connection.commit()
                current = zone_data_are_current(connection)
                metrics.DATABASE_ZONE_DATA.set(current)
                if not current:
                    log.warning(
                        "the database server's zone data predate 2026-09-20; scores do not use them (p2i doctor)"
                    )
                _tell_foreign(connection, promised)
                if options.once:
                    scored = Scorer(promised).run_pass(connection, datetime.now(UTC).replace(microsecond=0))
                    log.info("scored %s agreement periods", scored)
                    return 0
            serve_metrics(options.metrics_port)
            _look_until_stopped(Engine(dsn, promised), options.every_seconds)
        return 0

    return run("sla_engine", body)


def _tell_foreign(connection: Connection, promised: Promised) -> None:
    """What was scored by another inventory is not scored by this one: silence would look like all is well."""
    scored = {row.agreement for row in read_scored_periods(connection)}
    if foreign := sorted(scored - promised.inventory.versions.keys()):
        log.warning("scored in the store but not in this inventory: %s (--inventory?)", ", ".join(foreign))


def _look_until_stopped(engine: Engine, every_seconds: int) -> None:
    if every_seconds < 1:
        raise P2IError("--every-seconds: must be at least 1")
    stop = stop_event()
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        engine.look, "interval", seconds=every_seconds, next_run_time=datetime.now(UTC), coalesce=True, max_instances=1
    )
    scheduler.start()
    log.info("looking every %s s at %s agreements", every_seconds, len(engine.scorer.promised.inventory.agreements))
    wait_until(stop)
    scheduler.shutdown()
    engine.close()
