"""Looks for changes again and again; a database that is away is waited for, with one line when it goes and comes."""

import logging
from collections.abc import Callable

import psycopg

from alerting.metrics import DATABASE_UP
from store.connection import Connection, connect
from store.errors import P2IError, StoreUnavailable
from store.migrations import require_current_schema

logger = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 30.0


class Watch:
    """One connection, opened when needed; `step` looks once and says how long to wait before the next look."""

    def __init__(self, dsn: str, every_seconds: float, tell: Callable[[Connection], int]) -> None:
        self._dsn = dsn
        self._every_seconds = every_seconds
        self._tell = tell
        self._connection: Connection | None = None
        self._failures = 0

    def step(self) -> float:
        """Tells what is new and returns the seconds until the next look: longer while the database is away.

        Raises P2IError for a database that is there and cannot be used (not migrated, no right).
        """
        try:
            if self._connection is None:
                self._connection = connect(self._dsn, "alerting")
                require_current_schema(self._connection)
            self._tell(self._connection)
        except (StoreUnavailable, psycopg.OperationalError, psycopg.InterfaceError) as error:
            return self._away(error)
        except psycopg.Error as error:
            raise unusable(error) from error
        if self._failures:
            logger.info("database back, %d looks missed", self._failures)
            self._failures = 0
        DATABASE_UP.set(1)
        return self._every_seconds

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _away(self, error: Exception) -> float:
        self.close()
        DATABASE_UP.set(0)
        if not self._failures:
            first_line = (str(error).strip().splitlines() or ["no message"])[0]
            logger.warning("database away, waiting for it: %s", first_line)
        self._failures += 1
        return min(self._every_seconds * 2.0**self._failures, LONGEST_WAIT_SECONDS)


def unusable(error: psycopg.Error) -> P2IError:
    """The one line for a database that answers and refuses."""
    return P2IError(f"database: {str(error).strip().splitlines()[0]}")
