"""Many alerts on one page: counted by what they are and where, the most urgent ones named. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from alerting.words.headline import Audience, headline, name, place, thing
from alerting.words.page import Heading, Item, Paragraph, Piece
from alerting.words.said import Said
from alerting.words.settling import spell
from alerting.words.tongue import Tongue

_GROUPS = 30
_NAMED = 5


def listing(tongue: Tongue, audience: Audience, said: Sequence[Said], now: datetime) -> Iterator[Piece]:
    """Groups of rule and park in the order of their most urgent alert, a few lines each however many there are."""
    over = sum(one.is_over(now) for one in said)
    settling = sum(one.well_since(now) is not None for one in said)
    counts = (
        tongue.count("alerts", len(said)),
        tongue.count("lasting", len(said) - over - settling),
        tongue.count("settling", settling) if settling else "",
        tongue.count("over", over) if over else "",
    )
    yield Paragraph(", ".join(part for part in counts if part))
    groups: dict[tuple[str, str], list[Said]] = {}
    for one in said:
        groups.setdefault((name(one, tongue, audience), place(one)), []).append(one)
    for (called, where), members in list(groups.items())[:_GROUPS]:
        yield Heading(" – ".join(part for part in (called, where, tongue.count("alerts", len(members))) if part))
        for one in members[:_NAMED]:
            yield Item(f"{thing(one, tongue, audience) or headline(one, tongue, audience)},{spell(one, tongue, now)}")
        if len(members) > _NAMED:
            yield Item(tongue.count("more", len(members) - _NAMED))
    left_out = sum(len(members) for members in list(groups.values())[_GROUPS:])
    if left_out:
        yield Paragraph(tongue.count("more", left_out))
