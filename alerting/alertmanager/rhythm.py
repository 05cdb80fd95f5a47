"""How soon Alertmanager sends a new group on, when it looks at it again, and when it repeats itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from store.errors import InputError

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SPAN = re.compile(r"(\d{1,6})([smh])", re.ASCII)


class Rhythm(NamedTuple):
    """In seconds; written as Alertmanager's `group_wait`, `group_interval` and `repeat_interval`."""

    wait_seconds: int
    interval_seconds: int
    repeat_seconds: int

    def settings(self) -> dict[str, str]:
        """As a route has them."""
        names = ("group_wait", "group_interval", "repeat_interval")
        return {name: _span(seconds) for name, seconds in zip(names, self, strict=True)}


RHYTHMS: Mapping[str, Rhythm] = MappingProxyType(
    {
        "page": Rhythm(5, 15, 3600),
        "ticket": Rhythm(30, 60, 12 * 3600),
        "mail": Rhythm(30, 300, 4 * 3600),
        "watchdog": Rhythm(0, 30, 60),
    }
)
"""Short for pages: the escalator paces what people get, and repetition heals one that has lost its database."""
NAMES = ("page", "ticket", "on_call", "tenant", "owner", "mail", "watchdog")
"""A severity, an audience with both of its severities, or one of the two ways beside them."""


def _span(seconds: int) -> str:
    unit = next((unit for unit in ("h", "m") if seconds and seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds // _SECONDS[unit]}{unit}"


def rhythm_option(text: str) -> tuple[str, Rhythm]:
    """`page=5s,15s,1h`: a name of `NAMES`, then wait, interval and repetition, in s, m or h. InputError otherwise."""
    name, equals, spans = text.partition("=")
    found = [_SPAN.fullmatch(span) for span in spans.split(",")]
    if not equals or name not in NAMES or len(found) != 3 or None in found:
        raise InputError(f'"{text}" is not NAME=WAIT,INTERVAL,REPEAT such as page=5s,15s,1h ({", ".join(NAMES)})')
    wait, interval, repeat = (int(one[1]) * _SECONDS[one[2]] for one in found if one is not None)
    if interval < 1 or repeat < interval:
        raise InputError(f'"{text}": the interval is at least a second, and repetition not shorter than it')
    return name, Rhythm(wait, interval, repeat)


def rhythm(chosen: Mapping[str, Rhythm], severity: str, audience: str | None = None) -> Rhythm:
    """What is chosen for the audience, else for the severity (or the way), else the default."""
    return chosen.get(audience or "") or chosen.get(severity) or RHYTHMS[severity]
