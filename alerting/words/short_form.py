"""A message in one SMS: what, of what, the link that answers, then where, since when, the budget. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerting.words.changes import joined
from alerting.words.headline import Audience, name, place
from alerting.words.said import Said
from alerting.words.settling import spell
from alerting.words.sms import cut, fitted, in_alphabet, is_sayable
from alerting.words.stakes import budget_left_short
from alerting.words.told import Kind, Told
from alerting.words.tongue import Tongue
from alerting.words.why import kind_of

_THING = 28
_PLACE = 22
_NAME = 48


def short_form(
    tongue: Tongue,
    audience: Audience,
    kind: Kind,
    said: Sequence[Said],
    notice: Told,
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
    why = _why(tongue, audience, kind_of(kind, said, notice), one)
    sign = "+" if kind == "updated" and joined(said[:1], notice) else ""
    called = cut(in_alphabet(name(one, tongue, audience)), _NAME)
    thing = _thing(one, audience)
    needed = " ".join(part for part in (f"{label}{why}", sign, called, thing) if part)
    where = place(one)
    more = f" ({tongue.count('more', len(said) - 1)})" if len(said) > 1 else ""
    lasts = kind != "resolved"
    return fitted(
        needed,
        [
            (0, f" {cut(in_alphabet(where), _PLACE)}" if where and is_sayable(where) else ""),
            (1, spell(one, tongue, notice.now)),
            (2, more),
            (3, budget_left_short(one, tongue) if lasts and audience == "on_call" else ""),
        ],
        link,
    )


def _why(tongue: Tongue, audience: Audience, kind: str, one: Said) -> str:
    if kind not in ("firing", "updated"):
        return f"{tongue(f'kind.{kind}')}:"
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
