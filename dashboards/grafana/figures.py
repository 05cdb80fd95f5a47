"""Figures of a score document as it writes them: the digits are the document's, only signs are the language's. Pure."""

from __future__ import annotations

from dashboards.grafana.field import Column, Patterns
from dashboards.grafana.speech import Speech
from dashboards.words import NO_BREAK

_GROUPS = 4
"""Groups of three digits in the largest amount that is written with its signs: 999 999 999 999."""


def figure_patterns(say: Speech) -> Patterns:
    """`99.8921 %`, `≥ 99.95 %`, `24.700 ms`, `2 / 3` (so many in time), in this language."""
    point, percent = say.words.decimal_sign, say.words.percent_sign
    space = NO_BREAK if say.language == "fr" else " "
    return {
        r"(.*?)(\d+)\.(\d+) %": f"$1$2{point}$3{percent}",
        r"(.*?)(\d+) %": f"$1$2{percent}",
        r"(.*?)(\d+)\.(\d+) (ms|s|min|h)": f"$1$2{point}$3{space}$4",
        r"(.*?)(\d+) (ms|s|min|h)": f"$1$2{space}$3",
        r"(\d+) / (\d+)": say("shared.in_time"),
    }


def money_patterns(say: Speech) -> Patterns:
    """`1234.57 MAD` with this language's signs, groups of three digits and all."""
    point, group = say.words.decimal_sign, say.words.group_sign
    space = NO_BREAK if say.language == "fr" else " "
    found = {}
    for groups in range(1, _GROUPS + 1):
        whole = group.join(f"${number}" for number in range(1, groups + 1))
        pattern = r"(-?\d{1,3})" + r"(\d{3})" * (groups - 1)
        found[pattern + r"\.(\d\d) ([A-Z]{3})"] = f"{whole}{point}${groups + 1}{space}${groups + 2}"
    return found


def figure(say: Speech, name: str, title: str) -> Column:
    """A column of figures' texts."""
    return Column(name, title, patterns=figure_patterns(say))


def money(say: Speech, name: str, title: str) -> Column:
    """A column of amounts' texts, each with its currency."""
    return Column(name, title, patterns=money_patterns(say))


def exact_duration(name: str, title: str) -> Column:
    """Whole seconds as hours, minutes and seconds: none is lost to a larger unit."""
    return Column(name, title, unit="dthms", decimals=0)
