"""The file of the webhooks' queue: opened, made when it is not there, set aside where SQLite finds it damaged."""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

logger = logging.getLogger(__name__)

BUSY_SECONDS = 10.0


def opened_queue(path: Path) -> sqlite3.Connection:
    """A connection to the file, closed to others and flushed to the disk with every commit.

    A damaged file is set aside under another name, with an error in the log, and a new one takes its place. Raises
    OSError or sqlite3.Error when neither can be opened.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        return _connected(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        aside = path.with_name(f"{path.name}.damaged-{path.stat().st_mtime_ns}")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        logger.error("the queue is damaged (%s): set aside as %s; bodies in it wait there", error, aside)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # FULL: the log is on the disk before a commit returns. NORMAL would lose the last bodies with the power.
        for pragma in (
            "auto_vacuum = INCREMENTAL",
            "journal_mode = WAL",
            "synchronous = FULL",
            "journal_size_limit = 67108864",
            "incremental_vacuum",  # what a long outage has left
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS hook (number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,"
            " body BLOB NOT NULL, received_at_us INTEGER NOT NULL)"
        )
    except sqlite3.Error:
        connection.close()
        raise
    return connection
