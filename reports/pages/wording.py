"""How a statement's values are written in one language: instants, shares, measured values and verdicts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from facilities.calendar import zone
from facilities.instants import epoch_seconds, instant
from reports.catalogue import Catalogue
from reports.formats import NO_BREAK, duration, even_decimal, shown_above
from reports.pages.blocks import Line, chip, line

Json = dict[str, Any]

BOUNDS = {"loss": "at_most_percent", "round_trip": "at_most_ms"}
"""Where a promise of at most so much has its number, by indicator."""
UNITS = {
    "temperature_celsius": (Decimal(1), 1, "°C"),
    "humidity_ratio": (Decimal(100), 1, "%"),
    "co2_ratio": (Decimal(1_000_000), 0, "ppm"),
    "sound_decibels": (Decimal(1), 1, "dB"),
    "illuminance_lux": (Decimal(1), 0, "lx"),
}
"""By what a stored quantity is multiplied for reading, its decimals (cut), and the unit then."""


@dataclass(frozen=True)
class Wording:
    """One statement in the words of one language."""

    words: Catalogue
    statement: Json

    def say(self, key: str, **places: object) -> str:
        """The text of `key`."""
        return self.words.say(key, **places)

    def local(self, at: str | None, time_zone: str) -> str:
        """An instant as local date and time with its offset: Morocco's changed in September 2026; a dash for None."""
        if at is None:
            return self.say("none")
        there = instant(epoch_seconds(at)).astimezone(zone(time_zone))
        offset = there.strftime("%z")
        return f"{self.words.formats.moment(there)}\u00a0{offset[:3]}:{offset[3:]}"

    def day(self, text: str) -> str:
        """A civil date."""
        return self.words.formats.day(date.fromisoformat(text))

    def month(self, text: str) -> str:
        """A civil month."""
        at = datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a civil month, no instant
        return self.words.formats.month(at.year, at.month)

    def number(self, value: object) -> str:
        """A number of the statement, digit for digit; a dash for None."""
        return self.say("none") if value is None else self.words.formats.number(str(value))

    def percent(self, value: str | None) -> str:
        """A percentage of the statement, digit for digit."""
        return self.say("no_value") if value is None else self.words.formats.percent(value)

    def money(self, value: str, currency: str) -> str:
        """An amount with its currency."""
        return self.words.formats.money(value, currency)

    def signed_money(self, value: str, currency: str) -> str:
        """A difference of amounts: more owed than before has its sign, too."""
        amount = self.money(value, currency)
        return amount if value.startswith("-") or not Decimal(value) else f"+{amount}"

    def seconds(self, value: int | None) -> str:
        """A duration in hours, minutes and seconds; a dash for None."""
        return self.say("none") if value is None else duration(value)

    def minutes(self, seconds: str) -> str:
        """An amount of seconds in minutes and seconds, digit for digit and without its sign: `21 min 35,64 s`."""
        whole, point, decimals = seconds.lstrip("-").partition(".")
        minutes, left = divmod(int(whole), 60)
        rest = f"{left:02d}{self.words.formats.decimal_sign if point else ''}{decimals}"
        return f"{self.number(minutes)}\u00a0min\u00a0{rest}\u00a0s"

    def share(self, part: int, whole: int) -> str:
        """A part in percent, cut after the fourth decimal as the contract does."""
        return self.percent(_four_decimals(Fraction(part * 100, whole))) if whole else self.say("no_value")

    def verdict(self, verdict: str, *, to_date: bool = False) -> Line:
        """A verdict with its shape, and whether it can still change."""
        word = self.say(f"verdict.{verdict}")
        if not to_date:
            return chip(verdict, word)
        shown = chip(verdict, f"{word} ({self.say('verdict.to_date')})")
        return {**shown, "style": f"{shown['style']} to-date"}

    def value(self, found: Json, promised: Json) -> str:
        """What was measured of an objective, in one figure that never looks kept where its promise was not."""
        indicator = found["indicator"]
        if indicator == "availability":
            return self.percent(found["value_percent"])
        if indicator == "loss":
            return self.measured("value_percent", found, promised, self.percent)
        if indicator == "round_trip":
            if found["value_ms"] is None:
                return self.say("no_value")
            value = self.measured("value_ms", found, promised, self.number)
            return self.say("measured.round_trip", value=value)
        tickets = found["tickets"]
        if isinstance(tickets, int):
            late, count = found["late_tickets"], tickets
        else:
            late, count = sum(one["verdict"] == "breached" for one in tickets), len(tickets)
        return self.say("measured.tickets", breached=late, count=count) if count else self.say("measured.no_ticket")

    def measured(self, key: str, found: Json, promised: Json, write: Callable[[str], str]) -> str:
        """The figure `key` of an objective, digit for digit; one in breach shows by which digit it is above its bound.

        Cutting helps nobody where less is better: 0.10005 % of loss must not stand as 0.1000 % beside "0.1 % at most".
        Of a loss the digits are counted out of `lost` and `sent`; of a round trip the score has no more than it prints.
        What is promised at least needs none of it: cut, a figure in breach is further below its target.
        """
        printed = found[key]
        if printed is None or found["verdict"] != "breached" or found["indicator"] not in BOUNDS:
            return write(printed) if printed is not None else self.say("no_value")
        most = Fraction(promised[BOUNDS[found["indicator"]]])
        exact = Fraction(100 * found["lost"], found["sent"]) if found.get("sent") else None
        sign, digits = shown_above(printed, most, exact)
        return f"{sign}{NO_BREAK}{write(digits)}" if sign else write(digits)

    def quantity(self, name: str, value: str) -> str:
        """A measured value in the unit people read it in, cut and never rounded."""
        factor, decimals, unit = UNITS[name]
        text = even_decimal(Fraction(Decimal(value) * factor), decimals)
        return self.percent(text) if unit == "%" else f"{self.number(text)}\u00a0{unit}"

    def small(self, key: str, **places: object) -> Line:
        """A text in small print."""
        return line(self.say(key, **places), "small")

    def is_running(self, agreement: Json) -> bool:
        """Whether a verdict can still change: its period was not over, or not scored to its end, when issued."""
        ends_at = agreement["score"]["period"]["ends_at"]
        return bool(min(self.statement["issued_at"], agreement["scored_to_at"]) < ends_at)

    def agreement_name(self, agreement: Json) -> str:
        """An agreement, and of a month in two segments the days of this one."""
        name = self.say("agreement", agreement=agreement["agreement"])
        return f"{name}, {self.segment(agreement)}" if "segment" in agreement else name

    def segment(self, agreement: Json) -> str:
        """The first and the last day of a segment."""
        days = agreement["segment"]
        return self.say("segment", first=self.day(days["first_on"]), last=self.day(days["last_on"]))

    def head(self, name: str) -> str:
        """The head of an agreement's ledger at the moment of writing, short; nothing for one that has none."""
        found = self.statement["chain"].get(name)
        if found is None:
            return ""
        return self.say("foot.head", agreement=name, entry=found["entry"], sha256=found["sha256"][:16])


def _four_decimals(value: Fraction) -> str:
    whole, rest = divmod(value.numerator * 10_000 // value.denominator, 10_000)
    return f"{whole}.{rest:04d}"
