"""How figures, durations and instants are written in each language of the messages. Pure.

French follows fr-FR, never fr-MA (which groups thousands with a dot). Instants are Casablanca's wall clock, and say so.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Literal, TypeAlias

from facilities.calendar import zone

Language: TypeAlias = Literal["fr", "en"]

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"
HOME_ZONE = "Africa/Casablanca"

_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_LESS_THAN_A_MINUTE = {"fr": f"moins d’une{NO_BREAK}minute", "en": "less than a minute"}


def number(value: Decimal | int, language: Language) -> str:
    """The digits as they are, with the language's signs: `1 234,50` (U+202F and a comma) or `1,234.50`."""
    whole, point, decimals = (f"{abs(value):f}" if isinstance(value, Decimal) else str(abs(value))).partition(".")
    grouped = f"{int(whole):,}"
    sign = "−" if value < 0 else ""
    if language == "fr":
        return f"{sign}{grouped.replace(',', NARROW_NO_BREAK)}{',' if point else ''}{decimals}"
    return f"{sign}{grouped}{point}{decimals}"


def percent(value: Decimal | int, language: Language) -> str:
    """A percentage, digit for digit: `2,4 %` (with U+00A0), `2.4%`."""
    return f"{number(value, language)}{NO_BREAK}%" if language == "fr" else f"{number(value, language)}%"


def money(amount: Decimal, currency: str, language: Language) -> str:
    """An amount to the cent, cut and never rounded up, with its currency: `1 234,50 MAD`."""
    return f"{number(amount.quantize(Decimal('0.01'), ROUND_DOWN), language)}{NO_BREAK}{currency}"


def duration(seconds: int, language: Language) -> str:
    """Whole minutes, cut downwards: `2 j 03 h`, `1 h 05 min`, `12 min`; below one minute says just that.

    Seconds would be false precision in something that is read minutes later. Negative spans count as their length.
    """
    minutes = abs(seconds) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days >= 2:
        return f"{days}{NO_BREAK}{'j' if language == 'fr' else 'd'}{NO_BREAK}{hours_left:02d}{NO_BREAK}h"
    if hours:
        return f"{hours}{NO_BREAK}h{NO_BREAK}{minutes:02d}{NO_BREAK}min"
    return f"{minutes}{NO_BREAK}min" if minutes else _LESS_THAN_A_MINUTE[language]


def local(at: datetime) -> datetime:
    """The instant on Casablanca's wall clock."""
    return at.astimezone(zone(HOME_ZONE))


def clock(at: datetime, language: Language) -> str:
    """The time of day in Casablanca: `10 h 05`, `10:05`."""
    there = local(at)
    return f"{there:%H}{NO_BREAK}h{NO_BREAK}{there:%M}" if language == "fr" else f"{there:%H:%M}"


def short_moment(at: datetime, now: datetime, language: Language) -> str:
    """The time of day, with the day before it unless it is the same day as `now` there: `21/11 10 h 05`."""
    day = "" if local(at).date() == local(now).date() else f"{local(at):%d/%m} "
    return f"{day}{clock(at, language)}"


def moment(at: datetime, language: Language) -> str:
    """The day, the time of day and the zone: `dimanche 22 novembre 2026 à 10 h 05 (heure de Casablanca, UTC+0)`."""
    there = local(at)
    day, month = _DAYS[language][there.weekday()], _MONTHS[language][there.month - 1]
    number_of_day = "1er" if language == "fr" and there.day == 1 else str(there.day)
    on = f"{day} {number_of_day} {month} {there.year}"
    if language == "fr":
        return f"{on} à {clock(at, language)} (heure de Casablanca, {_offset(there)})"
    return f"{on} at {clock(at, language)} (Casablanca time, {_offset(there)})"


def month(text: str, language: Language) -> str | None:
    """`2026-11` as `novembre 2026`; None for what is no month."""
    year, _, number_of_month = text.partition("-")
    if not (year.isdecimal() and number_of_month.isdecimal() and 1 <= int(number_of_month) <= 12):
        return None
    return f"{_MONTHS[language][int(number_of_month) - 1]} {year}"


def _offset(there: datetime) -> str:
    offset = there.utcoffset()
    hours = 0 if offset is None else int(offset.total_seconds()) // 3600
    return f"UTC{hours:+d}"
