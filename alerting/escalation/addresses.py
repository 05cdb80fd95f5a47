"""Addresses of channels: written in the on-call folder, in a file or in the environment; secrets, shown to nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from alerting.escalation.entries import Channel, Person
from store.errors import InputError

_EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s<>\"(),:;\[\]\\]+")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a channel leads. It has no text form: no log line and no error may hold an address by accident."""

    value: str


def address_of(person: Person, channel: Channel, folder: Path, environment: Mapping[str, str]) -> Address:
    """The address of a person's channel; InputError that names person and channel, never the address.

    A file is looked for beside the on-call folder's own files unless its path is absolute.
    """
    where = f'person "{person.code}", channel "{channel.code}"'
    if channel.address is not None:
        value = channel.address
    elif channel.address_environment is not None:
        value = environment.get(channel.address_environment, "").strip()
        if not value:
            raise InputError(f"{where}: {channel.address_environment} is not set")
    else:
        file = folder / (channel.address_file or "")
        try:
            value = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InputError(f"{where}: {file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise InputError(f"{where}: {file}: not UTF-8") from None
        if not value:
            raise InputError(f"{where}: {file}: the file is empty")
    if any(not sign.isprintable() for sign in value):
        raise InputError(f"{where}: the address has more than one line")
    if channel.kind == "email" and not _EMAIL.fullmatch(value):
        raise InputError(f"{where}: the address is not NAME@DOMAIN")
    if channel.kind == "webhook" and not _is_web(value):
        raise InputError(f"{where}: the address is not an http:// or https:// URL")
    if channel.kind == "apprise" and "://" not in value:
        raise InputError(f"{where}: the address is not a URL of Apprise, such as ntfys://ntfy.example/TOPIC")
    return Address(value)


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
