"""What is well again while its alert is still open: called neither out nor over, it closes if that stays so. Pure."""

from __future__ import annotations

from datetime import datetime

from alerting.words.headline import Audience, headline
from alerting.words.rule_texts import PARENTS
from alerting.words.said import Said
from alerting.words.spelling import short_moment
from alerting.words.tongue import Tongue

_REPORTS = frozenset({"no_data", "probe_fault", "collector_dead", "watchdog_silent"})
"""Of which nothing but silence was seen: it has ended when readings come again."""


def well(said: Said, tongue: Tongue, now: datetime) -> str:
    """`répond de nouveau depuis 12 h 04 ; clos si cela tient`; empty while it is not well, and once it is over."""
    at = said.well_since(now)
    if at is None:
        return ""
    return tongue("well", state=_state(said, tongue), at=short_moment(at, now, tongue.language))


def spell(said: Said, tongue: Tongue, now: datetime) -> str:
    """When it was, behind its name: ` depuis 11 h 59`, ` répond de nouveau depuis 12 h 04`, ` de 11 h 59 à 12 h 04`.

    Of what is over and of which only the closing is known, no end is said.
    """

    def short(at: datetime) -> str:
        return short_moment(at, now, tongue.language)

    began = short(said.since_at)
    if said.is_over(now):
        ended_at = said.ended_at(now)
        return (
            tongue("closed.short", at=began)
            if ended_at is None
            else tongue("ended.short", start=began, end=short(ended_at))
        )
    if (well_at := said.well_since(now)) is not None:
        return f" {tongue('well.short', state=_state(said, tongue), at=short(well_at))}"
    return tongue("since.short", at=began)


def standing(said: Said, tongue: Tongue, audience: Audience, now: datetime) -> str:
    """The headline, which of what is well again says so: it is read before anything else."""
    line = headline(said, tongue, audience)
    return f"{line} ({_state(said, tongue)})" if said.well_since(now) is not None else line


def _state(said: Said, tongue: Tongue) -> str:
    if said.rule in _REPORTS or said.is_silence or said.is_measurement:
        return tongue("well.reports")
    if said.rule == "outage":
        return tongue("well.answers")
    return tongue("well.answer" if said.rule in PARENTS else "well.gone")
