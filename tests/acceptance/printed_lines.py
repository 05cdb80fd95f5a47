"""The lines that a statement must print of an objective, written from the document of `p2i score` alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
NUMBERS = {"fr": (" ", ",", " %"), "en": (",", ".", "%")}
"""The sign of thousands, of decimals, and the sign after a percentage, as either language prints them."""
TARGETS = {"night-and-day": "99.95", "shift": "99.7", "switch": "99.9"}


def told(value: object, language: str) -> str:
    """A number as people read it in print, each digit as it is in the JSON."""
    group, point, _ = NUMBERS[language]
    whole, _, decimals = str(value).partition(".")
    sign = "−" if whole.startswith("-") else ""
    whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", group, whole.lstrip("-"))
    return f"{sign}{whole}{point}{decimals}" if decimals else f"{sign}{whole}"


def percent(value: object, language: str) -> str:
    return f"{told(value, language)}{NUMBERS[language][2]}"


def clock(seconds: int) -> str:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes:02} min" if hours else f"{minutes} min"] * bool(seconds >= 60)
    return " ".join([*parts, f"{rest:02} s" if parts else f"{rest} s"])


def in_minutes(seconds: Decimal, language: str) -> str:
    rest = plain(seconds % 60)
    return f"{told(int(seconds // 60), language)} min {'0' * (seconds % 60 < 10)}{told(rest, language)} s"


def by_id(document: Json) -> dict[str, Json]:
    return {one["id"]: one for one in document["objectives"]}


def budget(found: Json) -> dict[str, Decimal]:
    """What the promise allows of the counted time, and what is left of it."""
    counted = found["seconds"]["up"] + found["seconds"]["down"]
    allowed = (100 - Decimal(TARGETS[found["id"]])) / 100 * counted
    return {"allowed": allowed, "used": Decimal(found["seconds"]["down"]), "left": allowed - found["seconds"]["down"]}


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def lines(found: Json, raw: Json, say: Callable[..., str], language: str) -> Iterator[str]:
    """The lines of an objective: what it is called, the raw figure, the contractual one."""

    def two(label: str, key: str, as_read: Callable[[object, str], str] = told) -> str:
        return f"{label} {as_read(raw[key], language)} {as_read(found[key], language)}"

    if found["indicator"] == "availability":
        yield from availability_lines(found, raw, say, language)
    elif found["indicator"] == "loss":
        yield from (two(say("sent"), "sent"), two(say("lost"), "lost"), two(say("loss"), "value_percent", percent))
    elif found["indicator"] == "round_trip":
        yield from (two(say(name), name) for name in ("answered", "within"))
        yield f"{say('value_ms')} {told(raw['value_ms'], language)} ms {told(found['value_ms'], language)} ms"
    else:
        for one in found["tickets"]:
            frozen = say("ticket.frozen", duration=clock(one["frozen_seconds"]))
            yield f"{clock(one['elapsed_seconds'])} {frozen}"


def availability_lines(found: Json, raw: Json, say: Callable[..., str], language: str) -> Iterator[str]:
    seconds = found["seconds"]
    for kind, value in seconds.items():
        yield f"{say(f'time.{kind}')} {told(raw['seconds'][kind], language)} {told(value, language)} {clock(value)}"
    whole = sum(seconds.values())
    yield f"{told(whole, language)} {told(whole, language)} {clock(whole)}"
    up, down = (told(seconds[kind], language) for kind in ("up", "down"))
    for key, label in {
        "value_percent": f"{say('availability')} {say('availability.formula', up=up, down=down)}",
        "coverage_percent": f"{say('coverage')} {say('coverage.minimum', minimum=percent('95', language))}",
        "lowest_percent": f"{say('bounds.lowest')} {say('bounds.lowest.what')}",
        "highest_percent": f"{say('bounds.highest')} {say('bounds.highest.what')}",
    }.items():
        yield f"{label} {percent(raw[key], language)} {percent(found[key], language)}"
    for key in ("high_loss_intervals", "consecutive_high_loss"):
        if found[key] is not None:
            yield f"{say(f'figure.{key}')} {told(raw[key], language)} {told(found[key], language)}"
    own = budget(found)
    for name in ("used", "allowed", "over" if own["left"] < 0 else "left"):
        value = abs(own[name.replace("over", "left")])
        yield say(f"budget.{name}", minutes=in_minutes(value, language), seconds=told(plain(value), language))
    for one in found["outages"]:
        yield f"{one['starts_at']} → {one['ends_at']} {clock(one['seconds'])} {told(one['seconds'], language)} s"
    total = sum(one["seconds"] for one in found["outages"])
    sums = (f"{clock(value)} {told(value, language)} s" for value in (total, seconds["down"]))
    yield " ".join([say("outages.sum"), *sums])
