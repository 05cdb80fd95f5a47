"""How a language writes numbers, money, dates and durations in a statement. Pure.

French follows fr-FR, never fr-MA: the latter groups thousands with a dot, and "99.950" would be read as ninety-nine
thousand (shared/spec p2i-domain §0.7 and §4.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"


@dataclass(frozen=True, slots=True)
class Formats:
    """The signs and patterns of one language. `percent` and `money` have the places `{value}` and `{currency}`."""

    decimal_sign: str
    group_sign: str
    percent_pattern: str
    money_pattern: str
    date_pattern: str
    months: tuple[str, ...]

    def number(self, text: str) -> str:
        """A plain number such as `1234.50`, digit for digit, with this language's signs."""
        whole, point, decimals = text.partition(".")
        sign = "−" if whole.startswith("-") else ""
        grouped = f"{int(whole.lstrip('-')):,}".replace(",", self.group_sign)
        return f"{sign}{grouped}{self.decimal_sign if point else ''}{decimals}"

    def percent(self, text: str) -> str:
        """A percentage as the contract prints or writes it, digit for digit: never rounded a second time."""
        return self.percent_pattern.format(value=self.number(text))

    def money(self, text: str, currency: str) -> str:
        """An amount as the contract prints it, with its currency."""
        return self.money_pattern.format(value=self.number(text), currency=currency)

    def day(self, on: date) -> str:
        """A civil date."""
        return on.strftime(self.date_pattern)

    def moment(self, at: datetime) -> str:
        """A civil date and the time of day, in the zone `at` is in."""
        return f"{self.day(at.date())}{NO_BREAK}{at:%H:%M:%S}"

    def month(self, year: int, number: int) -> str:
        """The name of a civil month with its year."""
        return f"{self.months[number - 1]} {year}"


def duration(seconds: int) -> str:
    """Whole seconds in hours, minutes and seconds without the leading zeros: `1 h 05 min 00 s`, `40 s`."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours}{NO_BREAK}h{NO_BREAK}{minutes:02d}{NO_BREAK}min{NO_BREAK}{left:02d}{NO_BREAK}s"
    if minutes:
        return f"{minutes}{NO_BREAK}min{NO_BREAK}{left:02d}{NO_BREAK}s"
    return f"{left}{NO_BREAK}s"


def exact_decimal(value: Fraction) -> str:
    """A number that can be written with an end, as plain digits and a point: `1339.2`.

    Raises ValueError for one that cannot (1/3): a contract's figures are written as decimals, so theirs can.
    """
    places = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
        if places > 40:
            raise ValueError(f"{value} has no finite decimal form")
    digits = f"{abs(int(scaled))}".rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def percent_of(ratio: Fraction) -> str:
    """A ratio of a contract as the percentage it was written as, without superfluous zeros: `99.95`."""
    return exact_decimal(ratio * 100)


def shown_above(printed: str, most: Fraction, exact: Fraction | None) -> tuple[str, str]:
    """A figure that is more than its bound so that a reader sees that: a sign (`>` or none) and plain digits.

    `printed` is the figure as the contract cuts it. Where cutting took away what it is more by, it gets so many more
    decimals of `exact` as show it, still cut; without `exact` the sign and the bound: `>` and `33.360`. Any other
    figure stays as it is printed.
    """
    places = len(printed.partition(".")[2])
    if even_decimal(most, places) != printed:
        return "", printed
    if exact is None:
        return ">", max(printed, exact_decimal(most), key=len)
    while most < exact and Fraction(even_decimal(exact, places)) <= most:
        places += 1
    return "", even_decimal(exact, places)


def cut_decimal(value: Fraction, places: int) -> str:
    """A number as plain digits and a point, cut towards zero after so many decimals, without superfluous zeros."""
    text = even_decimal(value, places)
    return text.rstrip("0").rstrip(".") if places else text


def even_decimal(value: Fraction, places: int) -> str:
    """The same with all of its decimals, so that figures of a column stand under each other."""
    whole, rest = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    sign = "-" if value < 0 and (whole or rest) else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"
