"""Hands messages over to the mail server: each attempt is on record before it is made, and its outcome after it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from facilities.handing_over import Envelope, Handed, hand_over
from p2i.closing.messages import FOLDER
from p2i.closing.metrics import ATTEMPTS
from p2i.closing.work import Work
from store.connection import Connection
from store.dispatch_rows import Dispatch, RecipientState
from store.dispatches import begin_attempt, end_attempt, read_dispatch, read_due, write_happened
from store.errors import InputError

log = logging.getLogger("closing")

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=5)
"""As long as mail servers go on trying (RFC 5321, 4.5.4.1)."""


class Outcome(NamedTuple):
    """What became of an attempt, and when that was known."""

    of: RecipientState
    number: str
    handed: Handed
    at: datetime

    @property
    def is_last(self) -> bool:
        """Whether it was tried for so long that it is not tried again."""
        return self.at - self.of.tried_from >= GIVES_UP_AFTER


def next_wait(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, doubled each time, at most an hour."""
    doublings = min(attempts - 1, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


class Sender:
    """Sends what is due. What the server took while the database was away is written down first when it is back."""

    def __init__(self) -> None:
        self._unwritten: list[Outcome] = []
        self._is_away = False

    def begin_pass(self) -> None:
        """From now on the server may be tried again."""
        self._is_away = False

    def send_due(self, work: Work) -> None:
        """Tries everybody who is due once; a server that does not answer ends it until the next pass, for all."""
        self._write(work)
        if self._is_away:
            return
        due = dict(enumerate(read_due(work.connection, work.now)))
        work.connection.commit()
        if work.settings.server is None:
            if due:
                work.problems.found("mail", f"waits for {len(due)} recipients: P2I_SMTP_HOST is not set")
            return
        numbers: dict[int, str] = {}
        envelopes = self._envelopes(work, due, numbers)
        for number, handed in hand_over(work.settings.server, envelopes, is_stopping=work.is_stopping):
            self._unwritten.append(Outcome(due[number], numbers[number], handed, work.at()))
            self._is_away = self._is_away or not (handed.is_sent or handed.code)
            self._write(work)

    def _envelopes(self, work: Work, due: dict[int, RecipientState], numbers: dict[int, str]) -> Iterator[Envelope]:
        for number, one in due.items():
            if work.is_stopping() or self._is_away:
                return
            dispatch = read_dispatch(work.connection, one.dispatch_id)
            assert dispatch is not None
            work.connection.commit()
            if dispatch.tenant not in work.settings.recipients:
                work.problems.found(dispatch.number, f"mail waits: {dispatch.tenant} is not among the recipients now")
                continue
            with work.guarded(dispatch.number):
                message, at, attempt = read_message(work, dispatch), work.at(), one.attempts + 1
                is_begun = begin_attempt(work.connection, one, at, at + next_wait(attempt))
                work.connection.commit()
                if is_begun:
                    numbers[number] = dispatch.number
                    yield Envelope(number, one.address, dispatch.envelope_id(attempt), message)

    def _write(self, work: Work) -> None:
        while self._unwritten:
            _write_outcome(work.connection, self._unwritten[0])
            work.connection.commit()
            _tell(work, self._unwritten.pop(0))


def read_message(work: Work, dispatch: Dispatch) -> bytes:
    """The message's bytes; InputError when the file is not the one that was written down."""
    path = work.settings.folder / dispatch.tenant / FOLDER / dispatch.file
    try:
        message = path.read_bytes()
    except OSError as error:
        raise InputError(f"not sent: {path}: {error.strerror}; restore it from a backup") from error
    if hashlib.sha256(message).hexdigest() != dispatch.message_sha256:
        raise InputError(f"not sent: {path}: was changed since it was written; restore it from a backup")
    return message


def _write_outcome(connection: Connection, outcome: Outcome) -> None:
    one, handed = outcome.of, outcome.handed
    detail = {"server": handed.server, "code": handed.code, "reply": handed.reply}
    if handed.is_sent:
        end_attempt(connection, one, "handed_over")
        detail["asked_dsn"] = handed.asked_dsn
        write_happened(connection, one.dispatch_id, one.address, outcome.at, "handed_over", **detail)
    elif handed.is_permanent:
        end_attempt(connection, one, "refused")
        write_happened(connection, one.dispatch_id, one.address, outcome.at, "refused", **detail)
    else:
        detail["is_uncertain"] = handed.is_uncertain
        write_happened(connection, one.dispatch_id, one.address, outcome.at, "deferred", **detail)
        if outcome.is_last:
            end_attempt(connection, one, "given_up")
            write_happened(connection, one.dispatch_id, one.address, outcome.at, "given_up", attempts=one.attempts + 1)


def _tell(work: Work, outcome: Outcome) -> None:
    handed = outcome.handed
    word = "handed_over" if handed.is_sent else "refused" if handed.is_permanent else "deferred"
    ATTEMPTS.labels(word).inc()
    if handed.is_sent:
        log.info("%s: handed over for one recipient: %s: %s", outcome.number, handed.server, handed.code)
    elif not (
        handed.is_permanent or outcome.is_last
    ):  # a server's words repeat addresses: they are in the proof, not in the log
        work.problems.found(outcome.number, f"mail waits: {handed.server}: {handed.code or handed.reply}")
