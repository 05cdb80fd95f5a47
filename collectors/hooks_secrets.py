"""The secrets of webhooks, from the environment: no feed is ever open because somebody forgot one."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from collectors.feeds import OpenFeed
from store.connection import secret_of_environment
from store.errors import InputError

SETTING = "P2I_HOOK_SECRET_"
FEWEST_CHARACTERS = 16
MOST_SECRETS = 2


class Hook(NamedTuple):
    """A feed that comes by webhook, and the secrets that open it: two while one replaces the other."""

    opened: OpenFeed
    secrets: tuple[bytes, ...]


def secret_setting(feed: str) -> str:
    """The environment variable that holds the secret of a feed: xovis-tower.2 is P2I_HOOK_SECRET_XOVIS_TOWER_2."""
    return SETTING + feed.upper().replace("-", "_").replace(".", "_")


def hooks_of(feeds: Iterable[OpenFeed]) -> Mapping[str, Hook]:
    """The webhooks among the feeds, by code, each with its secrets.

    A secret has at least 16 characters; two lines are two secrets, both valid, for the time of a change. Raises
    InputError in one line when there is no webhook, when one has no secret, and when two would share a variable.
    """
    hooks: dict[str, Hook] = {}
    holders: dict[str, str] = {}
    for one in feeds:
        if not one.feed.is_webhook:
            continue
        code = one.feed.code
        setting = secret_setting(code)
        holder = holders.setdefault(setting, code)
        if holder != code:
            raise InputError(f'feeds.toml: feeds "{holder}" and "{code}" share {setting}; rename one')
        hooks[code] = Hook(one, _secrets(code, setting))
    if not hooks:
        raise InputError("feeds.toml: no feed comes by webhook (a feed without topics does); nothing to listen for")
    return hooks


def _secrets(code: str, setting: str) -> tuple[bytes, ...]:
    text = secret_of_environment(setting)
    if text is None:
        raise InputError(f'feeds.toml: feed "{code}": its secret is needed, in {setting} or {setting}_FILE')
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_SECRETS:
        raise InputError(f"{setting}: {len(lines)} lines; one secret, or two while one replaces the other")
    if any(len(line) < FEWEST_CHARACTERS for line in lines):
        raise InputError(f"{setting}: a secret has at least {FEWEST_CHARACTERS} characters")
    return tuple(line.encode() for line in lines)
