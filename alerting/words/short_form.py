"""A message in one SMS: what, of what, the link that answers, then where, since when, the budget. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from alerting.words.headline import Audience, name, place
from alerting.words.said import Said
from alerting.words.sms import cut, fitted, in_alphabet, is_sayable
from alerting.words.spelling import short_moment
from alerting.words.stakes import budget_left_short
from alerting.words.tongue import Tongue

_THING = 28
_PLACE = 22
_NAME = 48


class Notice(Protocol):
    """What is needed of a notice here."""

    @property
    def now(self) -> datetime: ...


def short_form(
    tongue: Tongue,
    audience: Audience,
    kind: str,
    said: Sequence[Said],
    notice: Notice,
    *,
    is_demo: bool,
    first: str,
    links: Mapping[str, str],
) -> str:
    """At most 160 places of the GSM alphabet. `first` is said where there is no single alert to name."""
    label = "DÉMO " if is_demo else ""
    link = links.get("acknowledge", links.get("page", "")) if audience == "on_call" else links.get("page", "")
    if kind == "digest" or not said:
        return fitted(f"{label}{first}", [], link)
    one = said[0]
    why = _why(tongue, audience, kind, one)
    called = cut(in_alphabet(name(one, tongue, audience)), _NAME)
    thing = _thing(one, audience)
    needed = " ".join(part for part in (f"{label}{why}", called, thing) if part)
    where = place(one)
    since = short_moment(one.since_at, notice.now, tongue.language)
    more = f" ({tongue.count('more', len(said) - 1)})" if len(said) > 1 else ""
    lasts = kind != "resolved"
    return fitted(
        needed,
        [
            (0, f" {cut(in_alphabet(where), _PLACE)}" if where and is_sayable(where) else ""),
            (1, tongue("since.short", at=since) if lasts else ""),
            (2, more),
            (3, budget_left_short(one, tongue) if lasts and audience == "on_call" else ""),
        ],
        link,
    )


def _why(tongue: Tongue, audience: Audience, kind: str, one: Said) -> str:
    if kind in ("resolved", "escalated", "handed_over"):
        return f"{tongue(f'kind.{one.put_aside or kind}')}:"
    if audience != "on_call":
        return "P2I:"
    return f"{tongue('severity.page' if one.is_page else 'severity.ticket')}:"


def _thing(one: Said, audience: Audience) -> str:
    """The code is what staff look up; a tenant reads the name, and the code where the name cannot be sent."""
    for kind in ("circuit", "zone"):
        code, called = one.label(kind), one.text(f"{kind}_name")
        if code is not None:
            wanted = called if audience == "tenant" and called and is_sayable(called) else code
            return cut(in_alphabet(wanted), _THING)
    named = one.text("subject_name") or one.text("subject_code")
    return cut(in_alphabet(named), _THING) if named and audience != "tenant" and is_sayable(named) else ""
