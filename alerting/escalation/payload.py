"""The webhooks of Alertmanager and of Grafana, which has the same shape and more, as announcements. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from alerting.grouping import audience_of, group_key
from store.alert_rows import Announcement
from store.errors import InputError
from store.notice_rows import Audience

WATCHDOG = "Watchdog"
"""The alert that always fires (its name in the rules of everybody): it says that the way from there to here works."""


EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class _Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert; keys we do not read are left alone, each release of the senders adds some."""

    status: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: datetime  # noqa: N815 - their spelling
    endsAt: datetime | None = None  # noqa: N815


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    alerts: Sequence[_Alert]


class Notifications(NamedTuple):
    """What one request tells: announcements by audience and group, and the watchdogs that gave a sign of life."""

    groups: dict[tuple[Audience, str], list[Announcement]]
    watchdogs: tuple[str, ...]


_DECODER = msgspec.json.Decoder(_Payload)


def notifications(body: bytes, audience: Audience | None) -> Notifications:
    """What a request's body tells `audience`; None = whom each alert's own label names, else those on call.

    Each alert goes to its group by its labels, not by the sender's `groupKey`: Alertmanager may route one group apart,
    and without it the groups are the same. `startsAt` without a meaning (Go's year 1) is kept as it is, `endsAt` of a
    firing alert says nothing. A watchdog is no alert: only its name goes on. InputError in one line for anything that
    is not such a payload.
    """
    try:
        payload = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not a notification of Alertmanager or Grafana: {error}") from None
    groups: dict[tuple[Audience, str], list[Announcement]] = {}
    watchdogs: dict[str, None] = {}
    for alert in payload.alerts:
        if alert.labels.get("alertname") == WATCHDOG:
            if alert.status == "firing":
                watchdogs[_watchdog_name(alert.labels)] = None
            continue
        one = _announcement(alert)
        whom = audience or audience_of(one.labels)
        groups.setdefault((whom, group_key(one.labels | {"audience": whom})), []).append(one)
    return Notifications(groups, tuple(watchdogs))


def _announcement(alert: _Alert) -> Announcement:
    if alert.status not in ("firing", "resolved"):
        raise InputError(f'alerts: status "{alert.status}" is neither firing nor resolved')
    starts_at = _instant(alert.startsAt, "startsAt")
    ends_at = None
    if alert.status == "resolved":
        ends_at = starts_at if alert.endsAt is None else max(_instant(alert.endsAt, "endsAt"), starts_at)
    return Announcement(_text(alert.labels), _text(alert.annotations), starts_at, ends_at)


def _instant(at: datetime, key: str) -> datetime:
    if at.tzinfo is None:
        raise InputError(f"alerts: {key} has no offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:  # Go's year 1 on a clock east of Greenwich: refused, the alert would be lost
        return EARLIEST if at.year == 1 else LATEST


def _text(pairs: dict[str, str]) -> dict[str, str]:
    """Without U+0000, which PostgreSQL stores in no text."""
    return {name.replace("\0", ""): value.replace("\0", "") for name, value in pairs.items()}


def _watchdog_name(labels: dict[str, str]) -> str:
    """Which watchdog it is: what sends it, as its labels say."""
    named = labels.get("source") or labels.get("prometheus") or labels.get("job") or "prometheus"
    return "".join(sign for sign in named if sign.isprintable())[:63] or "prometheus"
