"""The escalator's settings, from options and environment, checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from alerting.escalation.addresses import address_of, channel_mistake
from alerting.escalation.oncall import OnCall
from alerting.escalation.proof import secrets_of
from facilities.mail_server import MailServer, mail_server
from store.connection import secret_of_environment
from store.errors import InputError


@dataclass(frozen=True, slots=True)
class Settings:
    """What `p2i page run` works with. Secrets are not shown."""

    hook_secrets: tuple[bytes, ...] = field(repr=False)
    base_url: str | None
    mail_server: MailServer | None
    heartbeat_url: str | None = field(repr=False)
    silent_for: timedelta | None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment names; InputError in one line for the first mistake."""
    secret = secret_of_environment("P2I_PAGE_HOOK_SECRET")
    heartbeat = secret_of_environment("P2I_PAGE_HEARTBEAT_URL")
    if heartbeat is not None and not _is_web(heartbeat):
        raise InputError("P2I_PAGE_HEARTBEAT_URL: is not an http:// or https:// URL")
    base_url = environment.get("P2I_PAGE_BASE_URL") or None
    if base_url is not None and not _is_web(base_url):
        raise InputError("P2I_PAGE_BASE_URL: is not an http:// or https:// URL")
    silent = environment.get("P2I_PAGE_WATCHDOG_SECONDS", "600")
    if not silent.isascii() or not silent.isdigit() or 0 < int(silent) < 60:
        raise InputError(f'P2I_PAGE_WATCHDOG_SECONDS: "{silent}" is neither 0 (off) nor at least 60')
    return Settings(
        hook_secrets=secrets_of(secret, "P2I_PAGE_HOOK_SECRET") if secret else (),
        base_url=base_url,
        mail_server=mail_server(environment),
        heartbeat_url=heartbeat,
        silent_for=timedelta(seconds=int(silent)) if int(silent) else None,
    )


def check_addresses(oncall: OnCall, environment: Mapping[str, str], server: MailServer | None) -> None:
    """Refuses a folder one of whose channels leads nowhere: found out now rather than at three in the morning."""
    for person in oncall.people.values():
        for channel in person.channel:
            address_of(person, channel, oncall.path, environment)
            if channel.kind == "email" and server is None:
                raise channel_mistake(person, channel, oncall.path, "e-mail needs P2I_SMTP_HOST and P2I_SMTP_FROM")


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
