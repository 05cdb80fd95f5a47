"""Figures with decimals: texts of SQL, of which the digits stay and only the signs are the language's. Pure.

Grafana 12.4 writes the decimals of a number with a point in every language. So what has decimals in a tile or a table
is text (those of a score document are its own); what Grafana draws of numbers, as bars and gauges, is whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from dashboards.grafana.field import BAD, PLAIN, WARNING, WELL, Column, Meaning, Patterns
from dashboards.grafana.speech import Speech
from dashboards.words import NO_BREAK

_GROUPS = 4
"""Groups of three digits in the largest amount that is written with its signs: 999 999 999 999."""


Bands: TypeAlias = Sequence[tuple[str, str]]
"""Colours of a percentage by a pattern of its whole part; the first that fits."""

COVERAGE_BANDS: Bands = (("99|100", WELL), (r"9\d", WARNING), (r"\d+", BAD))
"""Of the share that was measured, as `columns.COVERAGE_STEPS`."""

LOSS_BANDS: Bands = ((r"\d{2,}", BAD), (r"[1-9]", WARNING), ("0", PLAIN))


def percent(share: str, decimals: int) -> str:
    """SQL of a share as the text of a percentage, cut and never rounded: 99.996 % is not 100 %."""
    return f"trunc(100 * ({share})::numeric, {decimals}) || ' %'"


def whole_percent(share: str) -> str:
    """SQL of a share as a whole number of percent, cut downwards, for what Grafana draws by itself."""
    return f"floor(100 * ({share})::numeric)::integer"


def percent_unit(say: Speech) -> str:
    """Grafana's unit of such a whole number."""
    return "suffix:%" if say.language == "fr" else "percent"


def figure_patterns(say: Speech, bands: Bands = ((r"\d+", PLAIN),)) -> Patterns:
    """`99.8921 %`, `≥ 99.95 %`, `24.700 ms`, `a1 · 21.5 °C`, `1.43`, `2 / 3` (so many in time), in this language."""
    point, sign = say.words.decimal_sign, say.words.percent_sign
    space = NO_BREAK if say.language == "fr" else " "
    percents = {}
    for whole, color in bands:
        percents[rf"(|[≥≤] |.* · )({whole})\.(\d+) %"] = Meaning(f"$1$2{point}$3{sign}", color)
        percents[rf"(|[≥≤] |.* · )({whole}) %"] = Meaning(f"$1$2{sign}", color)
    others = {
        r"(.*?)(\d+)\.(\d+) (ms|s|min|h|°C)": f"$1$2{point}$3{space}$4",
        r"(.*?)(\d+) (ms|s|min|h|°C)": f"$1$2{space}$3",
        r"(\d+)\.(\d+)": f"$1{point}$2",
        r"(\d+) / (\d+)": say("shared.in_time"),
    }
    return percents | {pattern: Meaning(text, PLAIN) for pattern, text in others.items()}


def money_patterns(say: Speech, color: str = PLAIN) -> Patterns:
    """`1234.57 MAD` with this language's signs, groups of three digits and all."""
    point, group = say.words.decimal_sign, say.words.group_sign
    space = NO_BREAK if say.language == "fr" else " "
    found = {}
    for groups in range(1, _GROUPS + 1):
        whole = group.join(f"${number}" for number in range(1, groups + 1))
        pattern = r"(-?\d{1,3})" + r"(\d{3})" * (groups - 1)
        text = f"{whole}{point}${groups + 1}{space}${groups + 2}"
        found[pattern + r"\.(\d\d) ([A-Z]{3})"] = Meaning(text, color)
    return found


def figure(say: Speech, name: str, title: str, width: int | None = None, bands: Bands | None = None) -> Column:
    """A column of figures' texts."""
    patterns = figure_patterns(say) if bands is None else figure_patterns(say, bands)
    return Column(name, title, patterns=patterns, cell="color-text" if bands else "auto", width=width)


def money(say: Speech, name: str, title: str, width: int | None = None) -> Column:
    """A column of amounts' texts, each with its currency."""
    return Column(name, title, patterns=money_patterns(say), width=width)


def whole_share(say: Speech, name: str, title: str, width: int | None = None) -> Column:
    """A share in whole percent, as `whole_percent` gives it."""
    return Column(name, title, unit=percent_unit(say), decimals=0, width=width)


def exact_duration(name: str, title: str) -> Column:
    """Whole seconds as hours, minutes and seconds: none is lost to a larger unit."""
    return Column(name, title, unit="dthms", decimals=0)
