"""The closing job as a process: alone at work on its database, which may go away and come back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler

from facilities.process import stop_event, wait_until
from p2i.closing.passes import Passes
from p2i.closing.settings import Settings
from store.connection import Connection, connect
from store.errors import P2IError, StoreUnavailable
from store.session_hold import hold_session

log = logging.getLogger("closing")
SESSION = "p2i closing"


class Job:
    """Looks when it is told to; a look that fails is told once and tried again at the next."""

    def __init__(
        self,
        dsn: str,
        read: Callable[[], Settings],
        stop: Event,
    ) -> None:
        self._dsn = dsn
        self.passes = Passes(read, is_stopping=stop.is_set)
        self._connection: Connection | None = None
        self._said: str | None = None

    def look(self) -> None:
        """One pass, unless another process is at work or the database is away."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = held(self._dsn)
            self.passes.run(self._connection)
        except (P2IError, psycopg.Error) as error:
            self.close()
            lines = str(error).split() if isinstance(error, StoreUnavailable) else str(error).splitlines()[:1]
            first = " ".join(lines) or type(error).__name__
            if first != self._said:
                log.warning("%s; looking again every time", first)
            self._said = first
        except Exception:  # the one broad catch of this process: a pass that fails must not end the job
            self.close()
            log.exception("a pass failed; the next one starts anew")
        else:
            if self._said is not None:
                log.info("at work again")
            self._said = None

    def close(self) -> None:
        """Ends the connection, and with it our being alone."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def held(dsn: str) -> Connection:
    """A connection that alone does the closing; P2IError, which says who does, while another has it."""
    connection = connect(dsn, "closing")
    other = hold_session(connection, SESSION)
    connection.commit()
    if other is not None:
        connection.close()
        raise P2IError(f"another p2i closing is at work: {other}")
    return connection


def look_until_stopped(dsn: str, read: Callable[[], Settings], every_seconds: int) -> None:
    """Looks every so many seconds until SIGTERM or SIGINT, which wait for the statement that is being made."""
    stop = stop_event()
    job = Job(dsn, read, stop)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        job.look, "interval", seconds=every_seconds, next_run_time=datetime.now(UTC), coalesce=True, max_instances=1
    )
    scheduler.start()
    log.info("looking every %s s at the months of %s tenants", every_seconds, len(job.passes.settings.recipients))
    wait_until(stop)
    scheduler.shutdown()
    job.close()
