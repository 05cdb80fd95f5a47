"""What the figures of a rule say, as short phrases; a phrase whose figure is missing is not said. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from alerting.words.said import Said
from alerting.words.spelling import NO_BREAK, duration, moment, money, month, number, percent
from alerting.words.tongue import Tongue

_SHOWN_AS: Mapping[str, tuple[int, str]] = {
    "temperature_celsius": (1, "°C"),
    "humidity_ratio": (100, "%"),
    "co2_ratio": (1_000_000, "ppm"),
}
"""What people call a quantity's unit, and what its value is multiplied by for that."""


def details(said: Said, tongue: Tongue) -> list[str]:
    """The phrases of one alert, in the order in which they are read."""
    told = _BY_RULE.get(said.rule, _parent)
    return list(told(said, tongue))


def _at(said: Said, tongue: Tongue, name: str, key: str) -> Iterator[str]:
    if at := said.instant(name):
        yield tongue(key, at=moment(at, tongue.language))


def _span(seconds: int | None, tongue: Tongue) -> str | None:
    return None if seconds is None else duration(seconds, tongue.language)


def _outage(said: Said, tongue: Tongue) -> Iterator[str]:
    if flaps := said.whole("flaps"):
        yield tongue.count("fact.flaps", flaps)
    if (day := said.whole("outages_day")) and day > 1:
        yield tongue.count("fact.outages_day", day)


def _burn(said: Said, tongue: Tongue) -> Iterator[str]:
    bad, span = _span(said.whole("long_bad_seconds"), tongue), _span(said.whole("long_seconds"), tongue)
    share = said.decimal("budget_share_percent")
    if bad is not None and span is not None:
        text = tongue("fact.bad", bad=bad, span=span)
        limit = "" if share is None else tongue("fact.share", share=percent(share, tongue.language))
        yield f"{text} {limit}".strip()


def _budget(said: Said, tongue: Tongue) -> Iterator[str]:
    if (consumed := said.decimal("consumed_percent")) is not None:
        yield tongue("fact.consumed", consumed=percent(consumed, tongue.language))


def _restore(said: Said, tongue: Tongue) -> Iterator[str]:
    ticket = said.text("ticket", 40)
    elapsed, allowed = _span(said.whole("elapsed_seconds"), tongue), _span(said.whole("at_most_seconds"), tongue)
    if ticket and elapsed and allowed:
        yield tongue("fact.restore", ticket=ticket, elapsed=elapsed, allowed=allowed)
    yield from _at(said, tongue, "due_at", "fact.deadline")


def _breached(said: Said, tongue: Tongue) -> Iterator[str]:
    yield from _month(said, tongue)
    credit = said.decimal("credit")
    if credit:
        yield tongue("fact.credit", amount=money(credit, said.text("currency", 3) or "MAD", tongue.language))


def _occupancy(said: Said, tongue: Tongue) -> Iterator[str]:
    people, capacity = said.whole("people"), said.whole("capacity_people")
    if people is not None and capacity is not None:
        yield tongue.count("fact.people", people, capacity=number(capacity, tongue.language))


def _environment(said: Said, tongue: Tongue) -> Iterator[str]:
    value, quantity = said.decimal("value"), said.text("quantity", 40)
    if value is None or quantity is None:
        return
    factor, unit = _SHOWN_AS.get(quantity, (1, ""))
    named = tongue(f"quantity.{quantity}") if tongue.has(f"quantity.{quantity}") else quantity

    def shown(figure: Decimal) -> str:
        return f"{number((figure * factor).quantize(Decimal('0.1')), tongue.language)}{NO_BREAK}{unit}".strip()

    text = tongue("fact.environment", quantity=named, value=shown(value))
    limits = [
        tongue(f"fact.{name}", limit=shown(limit))
        for name in ("at_least", "at_most")
        if (limit := said.decimal(name)) is not None
    ]
    yield f"{text} ({', '.join(limits)})" if limits else text


def _silent(said: Said, tongue: Tongue) -> Iterator[str]:
    for name in ("seen_at", "received_at"):
        yield from _at(said, tongue, name, f"fact.{name}")


def _engine(said: Said, tongue: Tongue) -> Iterator[str]:
    yield from _at(said, tongue, "passed_at", "fact.passed_at")


def _clock(said: Said, tongue: Tongue) -> Iterator[str]:
    if offset := said.whole("offset_seconds"):
        yield tongue("fact.ahead" if offset > 0 else "fact.behind", span=duration(offset, tongue.language))
    if months := said.whole("months"):
        yield tongue.count("fact.zone_rules", months, zone=said.text("time_zone", 40) or "")


def _statement(said: Said, tongue: Tongue) -> Iterator[str]:
    spoken = month(said.text("month", 10) or "", tongue.language)
    if spoken and (version := said.text("version", 10)):
        yield tongue("fact.statement", month=spoken, version=version)


def _unscored(said: Said, tongue: Tongue) -> Iterator[str]:
    yield from _month(said, tongue)
    if why := said.text("why"):
        yield tongue("fact.why", why=why)


def _parent(said: Said, tongue: Tongue) -> Iterator[str]:
    members, of = said.whole("members"), said.whole("of")
    if members is not None and of is not None:
        yield tongue.count("fact.members", members, of=number(of, tongue.language))
    if parks := said.text("parks"):
        yield tongue("fact.parks", parks=parks)


def _month(said: Said, tongue: Tongue) -> Iterator[str]:
    if spoken := month(said.text("month", 10) or "", tongue.language):
        yield tongue("fact.month", month=spoken)


def _watchdog(said: Said, tongue: Tongue) -> Iterator[str]:
    if source := said.text("source", 60) or said.label("source"):
        yield tongue("fact.source", source=source)


_BY_RULE: Mapping[str, Callable[[Said, Tongue], Iterator[str]]] = {
    "outage": _outage,
    "burn_fast": _burn,
    "burn_slow": _burn,
    "budget": _budget,
    "restore_deadline": _restore,
    "objective_breached": _breached,
    "occupancy_over": _occupancy,
    "environment": _environment,
    "no_data": _silent,
    "collector_dead": _silent,
    "engine_late": _engine,
    "clock_stale": _clock,
    "statement_ready": _statement,
    "unscored": _unscored,
    "watchdog_silent": _watchdog,
}
