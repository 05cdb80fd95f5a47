"""The statement as one HTML file: readable on a screen, on A4 and in black and white, without a network or scripts."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from facilities.calendar import zone
from facilities.instants import epoch_seconds, instant
from reports.catalogue import Catalogue
from reports.formats import duration
from reports.statement import part_name
from reports.timeline import timeline
from store.intervals import Interval

Json = dict[str, Any]

MARKS = {"met": "✓", "breached": "✗", "open": "…", "insufficient_data": "?", "not_measurable": "–"}
"""A shape beside each verdict's word, for paper without colour."""


def html(statement: Json, words: Catalogue) -> str:
    """The statement as HTML. Everything shown comes from the statement and the catalogue of its language."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    formats = words.formats
    environment.filters |= {
        "number": lambda value: formats.number(str(value)),
        "percent": formats.percent,
        "money": formats.money,
        "duration": duration,
        "local": partial(_local, words),
        "share": partial(_share, words),
        "within": partial(_within, words),
        "is_running": partial(_is_running, statement),
    }
    month = datetime.strptime(statement["month"], "%Y-%m")  # noqa: DTZ007 - a civil month, no instant
    return environment.get_template("statement.html").render(
        statement=statement,
        say=words.say,
        marks=MARKS,
        month_name=formats.month(month.year, month.month),
        timeline=_timeline,
        as_of=_as_of,
        part_name=part_name,
        days=partial(_days, words),
    )


def _local(words: Catalogue, text: str, time_zone: str) -> str:
    """An instant of the statement as local date and time, with its offset: Morocco's changed in September 2026."""
    at = instant(epoch_seconds(text)).astimezone(zone(time_zone))
    offset = at.strftime("%z")
    return f"{words.formats.moment(at)} {offset[:3]}:{offset[3:]}"


def _share(words: Catalogue, seconds: int, total: int) -> str:
    """A part of the period in percent, cut after the fourth decimal as the contract does."""
    whole, rest = divmod(seconds * 1_000_000 // total, 10_000) if total else (0, 0)
    return words.formats.percent(f"{whole}.{rest:04d}")


def _within(words: Catalogue, found: Json) -> str:
    return _share(words, found["within"], found["answered"]) if found["answered"] else ""


def _timeline(found: Json, agreement: Json) -> Any:
    period = agreement["score"]["period"]
    span = Interval(epoch_seconds(period["starts_at"]), epoch_seconds(period["ends_at"]))
    outages = [Interval(epoch_seconds(one["starts_at"]), epoch_seconds(one["ends_at"])) for one in found["outages"]]
    return timeline(span, outages, epoch_seconds(agreement["scored_to_at"]), zone(period["time_zone"]))


def _is_running(statement: Json, agreement: Json) -> bool:
    """Whether a verdict can still change because its period was not over, or not scored to its end, when issued."""
    ends_at = agreement["score"]["period"]["ends_at"]
    return bool(min(statement["issued_at"], agreement["scored_to_at"]) < ends_at)


def _days(words: Catalogue, agreement: Json) -> str:
    """The first and last day of a segment, in the words of the language."""
    first, last = (date.fromisoformat(agreement["segment"][name]) for name in ("first_on", "last_on"))
    return words.say("segment", first=words.formats.day(first), last=words.formats.day(last))


def _as_of(agreement: Json) -> str:
    """The option that repeats the score of a period scored before its end; nothing for a period scored whole."""
    scored_to_at = agreement["scored_to_at"]
    return f" --as-of {scored_to_at}" if scored_to_at < agreement["score"]["period"]["ends_at"] else ""
