"""How people are told: the entries of policies.toml and routes.toml, each checked alone. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from alerting.escalation.entries import Text, minute_of_day
from store.notice_rows import Audience

Minutes = Annotated[int, msgspec.Meta(ge=0)]
WHO_KINDS = ("rota", "person", "team", "contacts")


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hours in which nobody is told: what comes then waits for their end. The local times `starts` to `ends`."""

    starts: Text
    ends: Text
    time_zone: Text

    def __post_init__(self) -> None:
        if minute_of_day(self.starts, "starts") == minute_of_day(self.ends, "ends"):
            raise ValueError('key "ends": is the same as starts; leave the table out for none')


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A step of a policy: whom, so many minutes after the beginning, over which channels (else each one's first)."""

    after_minutes: Minutes
    who: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    channels: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        for who in self.who:
            kind, colon, code = who.partition(":")
            if kind not in WHO_KINDS or (kind != "contacts" and not code) or (kind == "contacts" and colon):
                raise ValueError(f'key "who": "{who}" is none of rota:CODE, person:CODE, team:NAME, contacts')


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How somebody is found who takes it: levels one after another, then the last one again.

    `taken_minutes` after being taken a notice that still lasts wakes again; 0 = never.
    """

    code: str
    level: Annotated[tuple[Level, ...], msgspec.Meta(min_length=1)]
    repeat_minutes: Minutes = 30
    repeat_times: Minutes = 0
    taken_minutes: Minutes = 0
    quiet: Quiet | None = None

    def __post_init__(self) -> None:
        after = [level.after_minutes for level in self.level]
        if sorted(set(after)) != after:
            raise ValueError('key "level": each comes later (after_minutes) than the one before')
        if self.repeat_times and not self.repeat_minutes:
            raise ValueError('key "repeat_minutes": must not be 0 with repeat_times')

    @property
    def is_ladder(self) -> bool:
        """Whether it waits for somebody to take the notice; else it only informs."""
        return len(self.level) > 1 or self.repeat_times > 0


class Gathering(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What comes is told once a day, at the local time `at`, as one digest."""

    at: Text
    time_zone: Text

    def __post_init__(self) -> None:
        minute_of_day(self.at, "at")


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which notices go by which policy: the first route that fits counts. A key that is not written fits everything."""

    code: str
    audience: Audience
    policy: Text
    severity: Literal["page", "ticket"] | None = None
    facilities: tuple[Text, ...] = ()
    tenants: tuple[Text, ...] = ()
    rules: tuple[Text, ...] = ()
    contacts: tuple[Text, ...] = ()
    digest: Gathering | None = None

    def fits(self, audience: str, severity: str, facility: str | None, tenant: str | None, rule: str) -> bool:
        """Whether a notice with these properties goes this way."""
        return (
            audience == self.audience
            and self.severity in (None, severity)
            and (not self.facilities or facility in self.facilities)
            and (not self.tenants or tenant in self.tenants)
            and (not self.rules or rule in self.rules)
        )
