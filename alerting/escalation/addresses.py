"""Addresses of channels: written in the on-call folder, in a file or in the environment; secrets, shown to nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from alerting.escalation.entries import Channel, Person
from facilities.inventory_toml import mistake
from store.errors import InputError

_EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s<>\"(),:;\[\]\\]+")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a channel leads. It has no text form: no log line and no error may hold an address by accident."""

    value: str


def address_of(person: Person, channel: Channel, folder: Path, environment: Mapping[str, str]) -> Address:
    """The address of a person's channel; InputError that names file, entry and key, never the address.

    A file is looked for beside the on-call folder's own files unless its path is absolute.
    """
    key = "address"
    try:
        if channel.address is not None:
            value = channel.address
        elif channel.address_environment is not None:
            key = "address_environment"
            value = _of_environment(channel.address_environment, environment)
        else:
            key = "address_file"
            value = _of_file(folder / (channel.address_file or ""))
        _require_right(channel, value)
    except InputError as error:
        raise channel_mistake(person, channel, folder, f'key "{key}": {error}') from None
    return Address(value)


def channel_mistake(person: Person, channel: Channel, folder: Path, what: str) -> InputError:
    """The error of one channel in people.toml, as one line."""
    return mistake(folder / "people.toml", f'person "{person.code}": channel "{channel.code}": {what}')


def _of_environment(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise InputError(f"{name} is not set")
    return value


def _of_file(file: Path) -> str:
    try:
        value = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: not UTF-8") from None
    if not value:
        raise InputError(f"{file}: the file is empty")
    return value


def _require_right(channel: Channel, value: str) -> None:
    if any(not sign.isprintable() for sign in value):
        raise InputError("the address has more than one line")
    if channel.kind == "email" and not _EMAIL.fullmatch(value):
        raise InputError("the address is not NAME@DOMAIN")
    if channel.kind == "webhook" and not _is_web(value):
        raise InputError("the address is not an http:// or https:// URL")
    if channel.kind == "apprise" and "://" not in value:
        raise InputError("the address is not a URL of Apprise, such as ntfys://ntfy.example/TOPIC")


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
