"""Where Alertmanager sends what it is told: the escalator, mail of its own, receivers of the operator's own. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from alerting.alertmanager.receivers import Receiver
from alerting.alertmanager.rhythm import Rhythm

NOBODY = "nobody"


class Mail(NamedTuple):
    """Where Alertmanager hands mail in, and who gets pages by it, per language, while the escalator is dead."""

    smarthost: str
    sender: str
    to: Mapping[str, tuple[str, ...]]
    user: str | None = None
    password_file: str | None = None
    require_tls: bool = True


class Destinations(NamedTuple):
    """Where alerts go. `token_file` holds the escalator's bearer token, as Alertmanager sees the file."""

    escalator_url: str
    token_file: str | None = None
    mail: Mail | None = None
    receivers: tuple[Receiver, ...] = ()
    tickets_in_hours: bool = False
    rhythms: Mapping[str, Rhythm] = {}
