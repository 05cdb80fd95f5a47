"""Who is told and who has the duty: the entries of people.toml and rotas.toml, each checked alone. Pure."""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Annotated, Literal

import msgspec

from store.notice_rows import Lane

Text = Annotated[str, msgspec.Meta(min_length=1)]
Language = Literal["fr", "en"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Shape = Literal["plain", "goalert", "pagerduty"]

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def minute_of_day(text: str, key: str) -> int:
    """`HH:MM` as minutes after midnight; ValueError naming the key for anything else."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f'key "{key}": "{text}" is not a time of day such as "08:30"')
    return int(found[1]) * 60 + int(found[2])


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A way to reach a person. The address is written here, or in a file, or in the environment: one of the three.

    `kind` email takes an e-mail address, apprise a URL of Apprise, webhook an http(s) URL that gets JSON in `shape`.
    `short` sends the form of at most 160 signs (SMS). `per_hour` is how many messages may go out in an hour.
    """

    code: Text
    kind: Lane
    address: Text | None = None
    address_file: Text | None = None
    address_environment: Text | None = None
    short: bool = False
    shape: Shape = "plain"
    per_hour: Annotated[int, msgspec.Meta(ge=1)] = 120

    def __post_init__(self) -> None:
        written = [self.address, self.address_file, self.address_environment]
        if sum(one is not None for one in written) != 1:
            raise ValueError('key "address": write one of address, address_file and address_environment')
        if self.shape != "plain" and self.kind != "webhook":
            raise ValueError(f'key "shape": "{self.shape}" is for the kind webhook only')
        if self.short and self.kind != "apprise":
            raise ValueError('key "short": is for the kind apprise only')


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who is told: staff on call, a tenant's contact, the owner's; or a service such as GoAlert.

    Channels in the order of trying: the first is used, the next when it fails.
    """

    code: str
    name: Text
    language: Language = "fr"
    teams: tuple[Text, ...] = ()
    channel: tuple[Channel, ...]

    def __post_init__(self) -> None:
        if not self.channel:
            raise ValueError('key "channel": must not be empty')
        codes = [channel.code for channel in self.channel]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f'key "channel": the code "{code}" is used twice')

    def channel_named(self, code: str) -> Channel | None:
        """The channel of that code; None when the person has no such."""
        return next((channel for channel in self.channel if channel.code == code), None)


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody else has the duty from one instant to another, both with their offset."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime
    person: Text

    def __post_init__(self) -> None:
        for key, at in (("starts_at", self.starts_at), ("ends_at", self.ends_at)):
            if at.tzinfo is None:
                raise ValueError(f'key "{key}": needs an offset, such as 2026-12-24T18:00:00Z')
        if self.ends_at <= self.starts_at:
            raise ValueError('key "ends_at": is not after starts_at')


class Holidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """On holidays of the inventory's `calendar`, from hand-over to hand-over, `rota` has the duty."""

    calendar: Text
    rota: Text


class Rota(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who has the duty in turn: members one after another, each for a shift, handed over at a local time.

    A shift is `shift_weeks`, handed over on `hand_over_on`, or `shift_days`. The first shift begins on `starts_on`.
    """

    code: str
    members: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    time_zone: Text
    starts_on: datetime.date
    hand_over_at: Text
    hand_over_on: Weekday | None = None
    shift_weeks: Annotated[int, msgspec.Meta(ge=1, le=52)] | None = None
    shift_days: Annotated[int, msgspec.Meta(ge=1, le=366)] | None = None
    holidays: Holidays | None = None
    override: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        minute_of_day(self.hand_over_at, "hand_over_at")
        if (self.shift_weeks is None) == (self.shift_days is None):
            raise ValueError('key "shift_weeks": write one of shift_weeks and shift_days')
        if (self.shift_weeks is None) != (self.hand_over_on is None):
            raise ValueError('key "hand_over_on": belongs to shift_weeks, and only there')
        if self.hand_over_on is not None and WEEKDAYS[self.starts_on.weekday()] != self.hand_over_on:
            day = WEEKDAYS[self.starts_on.weekday()]
            raise ValueError(f'key "starts_on": {self.starts_on} is a {day}, and hands over on {self.hand_over_on}')
        spans = sorted(self.override, key=lambda one: one.starts_at)
        for one, other in itertools.pairwise(spans):
            if other.starts_at < one.ends_at:
                raise ValueError(f'key "override": two have the duty at {other.starts_at.isoformat()}')

    @property
    def days(self) -> int:
        """Length of a shift in civil days."""
        return self.shift_days if self.shift_days is not None else 7 * (self.shift_weeks or 1)

    @property
    def hand_over_minute(self) -> int:
        """The minute of the day at which the duty changes hands."""
        return minute_of_day(self.hand_over_at, "hand_over_at")
