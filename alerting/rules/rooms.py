"""People and air: a zone above its capacity, a sensor outside its band. Pure, exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from math import isfinite
from typing import TypeVar

from alerting.rules.facts import Facts, SensorValues
from alerting.rules.thresholds import Band, Rules
from store.alert_rows import Trouble
from store.instants import utc_text

Value = TypeVar("Value")


def occupancy(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each zone with more people than its capacity in every count of at least `occupancy_over_seconds`.

    It takes two counts, so that one person counted twice at a door is nobody's ticket, and it lasts until a count is
    below `occupancy_closes_percent`. At capacity it is full, not over. Silence neither begins nor ends it.
    """
    fresh = timedelta(seconds=rules.reading_fresh_seconds)
    for each in facts.counts:
        zone = facts.zones.get(each.zone)
        if zone is None or zone.capacity_people is None or not each.counts:
            continue
        subject, capacity = f"zone:{each.zone}", zone.capacity_people
        newest_at, people = each.counts[-1]
        over = _last_run(each.counts, [count > capacity for _, count in each.counts])
        since_at = facts.open.get(("occupancy_over", subject))
        if since_at is not None and people * 100 < rules.occupancy_closes_percent * capacity:
            continue
        if since_at is None:
            is_new = now - newest_at < fresh and _lasted(over, rules.occupancy_over_seconds)
            if not is_new:
                continue
            since_at = over[0][0]
        is_page = people * 100 > rules.occupancy_page_percent * capacity
        yield Trouble(
            "occupancy_over", subject, "page" if is_page else "ticket", since_at,
            f"occupancy_{rules.occupancy_page_percent}" if is_page else "occupancy_100", zone.is_demo,
            facility=zone.facility,
            tenant=zone.tenant,
            zone=each.zone,
            facts={"people": people, "capacity_people": capacity, "counted_at": utc_text(newest_at)},
        )  # fmt: skip


def environment(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each part of a sensor that has measured outside its band for `environment_seconds`; without bands none.

    Both ends belong to the band. It lasts until a value is inside.
    """
    fresh = timedelta(seconds=rules.reading_fresh_seconds)
    for each in facts.values:
        sensor = facts.sensors.get(each.sensor)
        band = None if sensor is None else _band(rules, each.quantity, sensor.facility, sensor.zone)
        if sensor is None or band is None or not each.values:
            continue
        subject = _subject(each)
        outside = _last_run(each.values, [_side(band, value) != "" for _, value in each.values])
        if not outside:
            continue
        since_at = facts.open.get(("environment", subject))
        newest_at, value = each.values[-1]
        if since_at is None:
            if now - newest_at >= fresh or not _lasted(outside, rules.environment_seconds):
                continue
            since_at = outside[0][0]
        zone = facts.zones.get(sensor.zone or "")
        yield Trouble(
            "environment", subject, "ticket", since_at, _side(band, value), sensor.is_demo,
            facility=sensor.facility,
            tenant=None if zone is None else zone.tenant,
            zone=sensor.zone,
            facts={
                "quantity": each.quantity,
                "value": repr(value),
                "at_least": None if band.at_least is None else str(band.at_least),
                "at_most": None if band.at_most is None else str(band.at_most),
                "measured_at": utc_text(newest_at),
            },
        )  # fmt: skip


def _subject(values: SensorValues) -> str:
    part = f"/{values.channel}" if values.channel else ""
    return f"sensor:{values.sensor}{part}/{values.quantity}"


def _band(rules: Rules, quantity: str, facility: str, zone: str | None) -> Band | None:
    """The band of the zone where it has one of its own, else that of the park, else the one for all."""
    bands = [band for band in rules.bands if band.quantity == quantity]
    of_zone = (band for band in bands if zone in band.zones)
    of_park = (band for band in bands if band.facility == facility and not band.zones)
    of_all = (band for band in bands if band.facility is None and not band.zones)
    return next(of_zone, None) or next(of_park, None) or next(of_all, None)


def _side(band: Band, value: float) -> str:
    """Whether it is "low" or "high"; nothing inside the band. 0.3 is three tenths, as sent, not the float below it."""
    if not isfinite(value):
        return ""
    exact = Fraction(repr(value))
    if band.at_least is not None and exact < Fraction(band.at_least):
        return "low"
    return "high" if band.at_most is not None and exact > Fraction(band.at_most) else ""


def _last_run(readings: Sequence[tuple[datetime, Value]], flags: Sequence[bool]) -> Sequence[tuple[datetime, Value]]:
    """The readings at the end that are all flagged."""
    first = next((place for place in range(len(flags), 0, -1) if not flags[place - 1]), 0)
    return readings[first:]


def _lasted(run: Sequence[tuple[datetime, object]], seconds: int) -> bool:
    return len(run) > 1 and run[-1][0] - run[0][0] >= timedelta(seconds=seconds)
