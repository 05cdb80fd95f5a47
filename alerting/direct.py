"""Without an Alertmanager, or while it is away: the same groups, handed to the escalator by ourselves."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerting.announcements import Annotate, Draft, Languages, announced, drafts
from alerting.escalation.intake import intake
from alerting.escalation.watchdogs import through_alertmanager_at
from alerting.grouping import audience_of, group_key
from facilities.inventory import Inventory
from store.alert_rows import AlertRow
from store.connection import Connection
from store.notices import beats

AGAIN_AFTER = timedelta(minutes=1)
"""A group in which nothing changed is handed over again after this time: a notice that was lost is found."""

AWAY_AFTER = timedelta(minutes=3)
"""So long an Alertmanager may be away, being restarted for instance, before its groups are handed over without it."""


class Direct:
    """Hands each group over when something of it has changed, and every minute. A deliverer.

    A notice that opens waits for `hold` before its first message, as Alertmanager waits for the rest of a group.
    """

    def __init__(
        self, inventory: Inventory, annotate: Annotate | None, languages: Languages, hold: timedelta = timedelta(0)
    ) -> None:
        self._hold = hold
        self._inventory = inventory
        self._annotate = annotate
        self._languages = languages
        self._handed: dict[str, tuple[str, datetime]] = {}

    def __call__(self, connection: Connection, alerts: Sequence[AlertRow], now: datetime) -> None:
        """Takes the groups in, one transaction each; what fails is tried again at the next look."""
        groups: dict[str, list[Draft]] = defaultdict(list)
        for one in drafts(alerts, self._inventory, now, self._languages):
            groups[group_key(one.labels)].append(one)
        for key, members in groups.items():
            said = _digest(members)
            before = self._handed.get(key)
            if before is None or before[0] != said or now - before[1] >= AGAIN_AFTER:
                told = [announced(one, self._annotate) for one in members]
                intake(connection, audience_of(members[0].labels), key, told, now, hold=self._hold)
                connection.commit()
                self._handed[key] = (said, now)
        self._handed = {key: handed for key, handed in self._handed.items() if key in groups}


class WhileAway:
    """Hands over directly while nothing comes through an Alertmanager, to an escalator that lives. A deliverer.

    That one takes alerts is not enough: its webhook may be wrong, from the first day on, and nobody would be told. What
    shows that it brings them is the watchdog, which the escalator writes down.

    What Alertmanager then says of the same groups when it is back makes no second message: the escalator knows them.
    """

    def __init__(self, direct: Direct) -> None:
        self._direct = direct
        self._since_at: datetime | None = None

    def __call__(self, connection: Connection, alerts: Sequence[AlertRow], now: datetime) -> None:
        """Does nothing while a round was taken and the watchdog came within three minutes, or nobody would read it."""
        self._since_at = self._since_at or now
        signs = beats(connection)
        connection.commit()
        ways = (signs.get("alertmanager"), through_alertmanager_at(signs))
        through_at = max(min(at or self._since_at for at in ways), self._since_at)
        read_at = signs.get("escalator")
        if now - through_at > AWAY_AFTER and read_at is not None and now - read_at <= AWAY_AFTER:
            self._direct(connection, alerts, now)


def _digest(members: Sequence[Draft]) -> str:
    """What the group says, without putting it into words."""
    said = [(one.labels, str(one.ends_at), one.row.trouble.reason, one.row.trouble.facts) for one in members]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
