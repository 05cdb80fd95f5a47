"""One lane of the outbox: what is due is claimed, put into words, sent and confirmed, message by message."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from alerting.escalation.addresses import address_of
from alerting.escalation.entries import Channel, Person
from alerting.escalation.failing import write_failure
from alerting.escalation.gateways import apprise_job, send_jobs, webhook_job
from alerting.escalation.group_change import ESCALATOR
from alerting.escalation.mail import mail
from alerting.escalation.metrics import MESSAGES
from alerting.escalation.oncall import OnCall
from alerting.escalation.outcome import Outcome, never, not_now
from alerting.escalation.smtp_sender import send_mails
from alerting.escalation.storm import Limits, flow
from alerting.escalation.told_later import put_off_to_hours
from alerting.escalation.told_text import Said, say
from alerting.escalation.webhook_shapes import webhook
from facilities.mail_server import MailServer
from store.connection import Connection
from store.errors import InputError
from store.notice_rows import ClaimedMessage, Lane, Waiting
from store.notices import write_steps
from store.outbox import (
    LEASE,
    claim,
    confirm_sent,
    free_the_gones,
    gather,
    hold_sender,
    lock_claiming,
    waiting,
)
from store.outbox_withdrawal import withdraw_unneeded

logger = logging.getLogger(__name__)

AT_ONCE = 20
"""Messages claimed together: few enough to be sent within the lease."""
BEGUN_WITHIN = LEASE / 3

Job = tuple[ClaimedMessage, Person, Channel, Said]


class LaneWorker:
    """Sends one lane's messages for one process; `send` can be called from one thread only."""

    def __init__(
        self,
        lane: Lane,
        oncall: OnCall,
        environment: Mapping[str, str],
        *,
        mail_server: MailServer | None,
        base_url: str | None,
        claimed_by: str,
        clock: Callable[[], datetime],
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._lane: Lane = lane
        self._oncall = oncall
        self._environment = environment
        self._mail_server = mail_server
        self._base_url = base_url
        self._claimed_by = f"{claimed_by}:{lane}"
        self._held_on: Connection | None = None
        self._clock = clock
        self._limits = limits
        self._unconfirmed: list[tuple[int, datetime]] = []

    def send(self, connection: Connection) -> int:
        """Sends what is due and returns how many messages were tried.

        What was sent while the database was away is confirmed first, so that it is not sent again.
        """
        if self._held_on is not connection:
            hold_sender(connection, self._claimed_by)
            connection.commit()
            self._held_on = connection
        self._confirm(connection)
        claimed = self._claim(connection)
        began = time.monotonic()
        jobs: dict[int, Job] = {}
        for of in claimed:
            job = self._prepared(connection, of)
            if job is not None:
                jobs[of.message_id] = job
        connection.commit()

        def has_time() -> bool:
            return time.monotonic() - began < BEGUN_WITHIN.total_seconds()

        for number, outcome in self._sent(list(jobs.values()), has_time):
            of = jobs[number][0]
            MESSAGES.labels(of.kind, self._lane, _word(outcome)).inc()
            if outcome.is_sent:
                self._unconfirmed.append((number, self._clock()))
                self._confirm(connection)
            else:
                self._failed(connection, of, outcome)
        return len(claimed)

    def _confirm(self, connection: Connection) -> None:
        if self._unconfirmed:
            confirm_sent(connection, self._unconfirmed)
            connection.commit()
            self._unconfirmed.clear()

    def _claim(self, connection: Connection) -> list[ClaimedMessage]:
        """Claims what may go out now, making digests where it is too much; one process at a time counts and claims."""
        now = self._clock()
        lock_claiming(connection, self._lane)
        free_the_gones(connection, now)
        withdraw_unneeded(connection, now)
        put_off_to_hours(connection, self._oncall, self._lane, now)
        found: list[ClaimedMessage] = []
        for one in waiting(connection, self._lane, now, self._limits.window):
            found += self._claim_of(connection, one, now, AT_ONCE - len(found))
        connection.commit()
        return found

    def _claim_of(self, connection: Connection, one: Waiting, now: datetime, at_most: int) -> list[ClaimedMessage]:
        if at_most <= 0:
            return []
        person = self._oncall.people.get(one.person)
        channel = person.channel_named(one.channel) if person is not None else None
        going = flow(one, self._limits, channel.per_hour if channel is not None else one.due, now)
        claimed = claim(connection, self._lane, one, self._claimed_by, now, min(going.alone, at_most))
        if going.digest:
            self._digest(connection, gather(connection, self._lane, one, now), now)
        if one.gathered:
            self._digest(connection, gather(connection, self._lane, one, now, gathered=True), now)
        room = at_most - len(claimed)
        return claimed + claim(connection, self._lane, one, self._claimed_by, now, room, digests=True)

    def _digest(self, connection: Connection, made: tuple[int, list[int]] | None, now: datetime) -> None:
        if made is not None:
            write_steps(connection, made[1], now, "digested", ESCALATOR, self._lane, message=made[0])

    def _prepared(self, connection: Connection, of: ClaimedMessage) -> Job | None:
        """A claimed message with its words; None where its person or channel has left the on-call folder."""
        person = self._oncall.people.get(of.person)
        channel = person.channel_named(of.channel) if person is not None else None
        if person is None or channel is None:
            self._failed(connection, of, never("no longer in the on-call folder"))
            return None
        return of, person, channel, say(connection, self._oncall, of, self._base_url, self._clock())

    def _sent(self, jobs: Sequence[Job], has_time: Callable[[], bool]) -> Iterator[tuple[int, Outcome]]:
        """Sends and yields what became of each; one whose address cannot be had does not hold up the others."""
        mails = []
        gateway_jobs = []
        for of, person, channel, said in jobs:
            try:
                address = address_of(person, channel, Path(self._oncall.path), self._environment).value
            except InputError as error:
                logger.error("%s", error)
                yield of.message_id, not_now("its address cannot be read")
                continue
            if channel.kind == "email":
                if self._mail_server is None:
                    yield of.message_id, not_now("no mail server is named (P2I_SMTP_HOST)")
                    continue
                mails.append((of.message_id, mail(said, self._mail_server.come_from, address, of.written_at)))
            elif channel.kind == "webhook":
                gateway_jobs.append((of.message_id, webhook_job(*webhook(channel.shape, address, said))))
            else:
                words = said.words
                title, body = ("", words.short) if channel.short else (words.subject, words.text)
                is_over = said.kind == "resolved"
                job = apprise_job(address, title, body, is_over=is_over, is_urgent=said.is_urgent)
                gateway_jobs.append((of.message_id, job))
        if mails and self._mail_server is not None:
            yield from send_mails(self._mail_server, mails, has_time)
        if gateway_jobs:
            yield from send_jobs(gateway_jobs, has_time)

    def _failed(self, connection: Connection, of: ClaimedMessage, outcome: Outcome) -> None:
        if outcome.was_tried:
            logger.warning("message %d to %s over %s: %s", of.message_id, of.person, of.channel, outcome.why)
        write_failure(connection, self._oncall, of, outcome, self._clock())
        connection.commit()


def _word(outcome: Outcome) -> str:
    if outcome.is_sent:
        return "sent"
    if not outcome.was_tried:
        return "put_off"
    return "refused" if outcome.is_permanent else "failed"


def pause(tried: int, every: timedelta) -> float:
    """Seconds until the next look: none while there was something to do."""
    return 0.0 if tried else every.total_seconds()
