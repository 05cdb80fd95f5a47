"""Looks at the store again and again; while it is away, what was seen last stays."""

from __future__ import annotations

from datetime import datetime

import psycopg

from dashboards.reading import read_observed
from dashboards.rows import Observed
from store.connection import Connection, connect
from store.errors import P2IError, StoreUnavailable
from store.migrations import require_current_schema


class Look:
    """Looks at the store again and again; while it is away, what was seen last stays, and since when is known."""

    def __init__(self, dsn: str, month: str | None) -> None:
        self._dsn = dsn
        self._month = month
        self._connection: Connection | None = None
        self._observed = Observed([], {}, {}, {})
        self.away_since_at: datetime | None = None

    def newest(self, now: datetime) -> Observed:
        """What the store holds now, or what it held when it was last reached.

        Raises P2IError for a database that is there and cannot be used.
        """
        try:
            if self._connection is None:
                self._connection = connect(self._dsn, "dashboards")
                require_current_schema(self._connection)
            self._observed = observed_at(self._connection, now, self._month)
            self.away_since_at = None
        except StoreUnavailable:
            self.close()
            self.away_since_at = self.away_since_at or now
        return self._observed

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def observed_at(connection: Connection, now: datetime, month: str | None) -> Observed:
    """What the store holds at `now`. Raises StoreUnavailable when it is away, P2IError when it cannot be used."""
    try:
        return read_observed(connection, now, month=month)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnavailable(f"database: {_first_line(error)}") from error
    except psycopg.Error as error:
        raise P2IError(f"database: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
