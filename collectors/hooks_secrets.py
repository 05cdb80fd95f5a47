"""The secrets of webhooks, from the environment: no feed is ever open because somebody forgot one."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from collectors.feeds import OpenFeed
from facilities.sensors import secret_setting
from store.connection import secret_of_environment
from store.errors import InputError

FEWEST_CHARACTERS = 16
MOST_SECRETS = 2


class Hook(NamedTuple):
    """A feed that comes by webhook, and the secrets that open it: two while one replaces the other."""

    opened: OpenFeed
    secrets: tuple[bytes, ...]


def hooks_of(feeds: Iterable[OpenFeed], folder: Path) -> Mapping[str, Hook]:
    """The webhooks among the feeds of the inventory in `folder`, by code, each with its secrets.

    A secret has at least 16 characters; two lines are two secrets, both valid, for the time of a change. Raises
    InputError in one line when there is no webhook, and when one has no secret.
    """
    file = folder / "feeds.toml"
    hooks: dict[str, Hook] = {}
    for one in feeds:
        if not one.feed.is_webhook:
            continue
        code = one.feed.code
        setting = secret_setting(code)
        text = secret_of_environment(setting)
        if text is None:
            raise InputError(f'{file}: feed "{code}": its secret is needed, in {setting} or {setting}_FILE')
        hooks[code] = Hook(one, _secrets(setting, text))
    if not hooks:
        raise InputError(f"{file}: no feed comes by webhook (a feed without topics does); nothing to listen for")
    return hooks


def _secrets(setting: str, text: str) -> tuple[bytes, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_SECRETS:
        raise InputError(f"{setting}: {len(lines)} lines; one secret, or two while one replaces the other")
    if any(len(line) < FEWEST_CHARACTERS for line in lines):
        raise InputError(f"{setting}: a secret has at least {FEWEST_CHARACTERS} characters")
    return tuple(line.encode() for line in lines)
