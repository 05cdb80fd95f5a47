"""One pass of the closing job: publish, issue, write files, write messages, send. Any death in between is continued."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from p2i.closing.files import make_files
from p2i.closing.issuing import issue_statements
from p2i.closing.messages import write_contest_messages, write_statement_message
from p2i.closing.metrics import PROGRESS, RECIPIENTS
from p2i.closing.problems import Problems
from p2i.closing.publishing import publish_due
from p2i.closing.sending import Sender
from p2i.closing.settings import Settings
from p2i.closing.work import Work
from store.connection import Connection
from store.dispatch_rows import STATES
from store.dispatches import count_states, read_failed, read_undispatched
from store.errors import InputError
from store.ledger import read_writer
from store.statements import read_without_files

PUBLISHES_EVERY = timedelta(minutes=10)
"""Whether a month is due changes by the hour and by the day; looking at every month costs more than the rest."""


class Passes:
    """Passes over one database by one process; what it remembers saves work, and nothing depends on it."""

    def __init__(
        self,
        read: Callable[[], Settings],
        *,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._read = read
        self.settings = read()
        self.problems = Problems()
        self._is_stopping = is_stopping
        self._sender = Sender()
        self._published_at: datetime | None = None
        self._published_problems: list[tuple[str, str]] = []
        self._in_folder: set[str] = set()
        self._unready: dict[tuple[str, str], str] = {}

    def run(self, connection: Connection) -> list[str]:
        """One pass now; returns what it could not do, one line each."""
        connection.rollback()
        now = read_writer(connection).recorded_at.replace(microsecond=0)
        connection.commit()
        self.problems.begin_pass()
        # A database's clock that was set back must not make it wait until it has caught up.
        is_publishing = self._published_at is None or abs(now - self._published_at) >= PUBLISHES_EVERY
        if is_publishing:
            self._read_again()
            self._unready.clear()
        work = Work(self.settings, connection, now, self.problems, self._is_stopping)
        self._sender.begin_pass()
        if is_publishing:
            publish_due(work)
            self._published_problems, self._published_at = self.problems.found_so_far, now
        else:  # what it found lasts until it looks again
            for what, text in self._published_problems:
                self.problems.found(what, text)
        issue_statements(work, self._unready)
        for number in read_without_files(connection, list(self.settings.recipients)):
            if self._is_stopping():
                break
            with work.guarded(number):
                make_files(work, number)
                PROGRESS.set_to_current_time()
            self._write_messages(work, only=number)
            self._sender.send_due(work)
        self._write_messages(work)
        write_contest_messages(work)
        self._sender.send_due(work)
        for number, kind, state, count in read_failed(connection):
            work.problems.found(f"{number} {kind}", f"{count} of its recipients {state}: p2i closing show {number}")
        standing = count_states(connection)
        connection.commit()
        for state in STATES:
            RECIPIENTS.labels(state).set(standing.get(state, 0))
        PROGRESS.set_to_current_time()
        found = self.problems.texts
        self.problems.end_pass()
        return found

    def _read_again(self) -> None:
        """Takes what was changed in inventory and recipients; with a mistake in them it goes on as it was."""
        try:
            self.settings = self._read()
        except InputError as error:
            self.problems.found("settings", f"{error}; going on with those read before")

    def _write_messages(self, work: Work, *, only: str | None = None) -> None:
        for number, tenant, month in read_undispatched(work.connection, list(self.settings.recipients)):
            if only not in (None, number):
                continue
            if month >= self.settings.recipients[tenant].from_month and number not in self._in_folder:
                with work.guarded(number):
                    write_statement_message(work, number)
                    if self.settings.server is None:
                        self._in_folder.add(number)
        work.connection.commit()
