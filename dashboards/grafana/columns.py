"""Columns that several tables share, each with its title, unit and meaning. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboards.grafana import meanings
from dashboards.grafana.dashboard import uid
from dashboards.grafana.field import (
    BAD,
    LEAST,
    PLAIN,
    UNKNOWN,
    WARNING,
    WELL,
    Column,
    JsonObject,
    Meanings,
    data_link,
    thresholds,
)
from dashboards.grafana.speech import Speech

BUDGET_STEPS = thresholds(UNKNOWN, (LEAST, BAD), (0, WARNING), (25, WELL))
"""Colours of the percentage of a budget that is left; none is grey."""

COVERAGE_STEPS = thresholds(UNKNOWN, (0, BAD), (90, WARNING), (99, WELL))
"""Colours of the percentage that was measured; where nothing was due it is grey."""


_LEAST_WIDTHS = {"agreement": 125, "carrier": 138, "exclusion": 110, "objective": 100, "park": 118, "tenant": 130}
"""Pixels in which names that people give are read whole."""


def plain(say: Speech, *names: str) -> tuple[Column, ...]:
    """Columns whose texts are `shared.<name>` and that need nothing else."""
    return tuple(Column(name, say(f"shared.{name}"), least_width=_LEAST_WIDTHS.get(name)) for name in names)


def sized(columns: Sequence[Column], **widths: int) -> tuple[Column, ...]:
    """The columns with these widths in pixels, by name: Grafana gives the others what is left, 150 at least."""
    return tuple(replace(column, width=widths.get(column.name, column.width)) for column in columns)


def coded(say: Speech, name: str, words: Meanings, title: str | None = None, width: int | None = None) -> Column:
    """A code shown in its words and colour."""
    return Column(name, say(f"shared.{title or name}"), meanings=words, cell="color-text", width=width)


def instant(name: str, title: str) -> Column:
    """An instant to the second; the dashboard shows UTC."""
    return Column(name, title, unit="time:YYYY-MM-DD HH:mm:ss", width=165)


def duration(name: str, title: str) -> Column:
    """Whole seconds as hours, minutes and seconds: Grafana's letter for days is English in every language."""
    return Column(name, title, unit="dthms", width=95)


def fingerprint(title: str) -> Column:
    """A SHA-256, of which the cell shows the beginning and its eye, under the pointer, the whole to copy."""
    return Column("sha256", title, least_width=125, custom={"inspect": True})


def budget(say: Speech) -> Column:
    """What is left of a budget: whole minutes, cut downwards."""
    return Column(
        "budget_left_minutes", say("shared.budget_left"), unit="suffix:min", decimals=0, width=95,
        thresholds=thresholds(PLAIN, (LEAST, BAD), (0, PLAIN)), cell="color-text",
    )  # fmt: skip


def indicator(say: Speech, width: int | None = None) -> Column:
    """What an objective promises, in words."""
    return Column("indicator", say("shared.indicator"), meanings=meanings.indicators(say), width=width)


def circuit(say: Speech) -> Column:
    """A circuit's code, which opens its dashboard over the same range."""
    return Column("circuit", say("shared.circuit"), link=circuit_link(say), width=100)


def circuit_link(say: Speech) -> JsonObject:
    """From a row with a column `circuit` to that circuit's dashboard."""
    target = f"/d/{uid('circuit', say.language)}?var-circuit=${{__data.fields.circuit:percentencode}}"
    return data_link(say("circuits.list.open"), f"{target}&${{__url_time_range}}")


def park_link(say: Speech) -> JsonObject:
    """From a row with a column `facility` to that park's dashboard."""
    target = f"/d/{uid('park', say.language)}?var-facility=${{__data.fields.facility:percentencode}}"
    return data_link(say("shared.park.open"), f"{target}&${{__url_time_range}}")
