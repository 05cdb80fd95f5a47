"""People and air: at capacity, over it, one count, a silence; a value on the edge of its band and beyond it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from alerting.rules import Rules
from alerting.rules.facts import SensorValues, ZoneCounts
from alerting.rules.thresholds import OFFICE_BANDS, Band
from store.rows import ZoneRow
from tests.alerting.rules.cases import NOW, found

OPEN = {("occupancy_over", "zone:z"): NOW - timedelta(hours=1)}
WARM = Rules(bands=OFFICE_BANDS)


def counts(*people: int, last: datetime = NOW, every: int = 5) -> tuple[ZoneCounts, ...]:
    """Counts every five minutes, the last one now."""
    first = last - timedelta(minutes=every * (len(people) - 1))
    return (ZoneCounts("z", tuple((first + timedelta(minutes=every * i), each) for i, each in enumerate(people))),)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ((100, 100, 100), None),  # full is not over
        ((90, 101), None),  # one count
        ((101, 101), ("occupancy_100", "ticket")),
        ((101, 110), ("occupancy_100", "ticket")),
        ((101, 111), ("occupancy_110", "page")),
        ((111, 101), ("occupancy_100", "ticket")),
        ((101, 100, 101), None),  # not for five minutes without a break
    ],
)
def test_too_many_people(people: tuple[int, ...], told: tuple[str, str] | None) -> None:
    found_here = [(one.reason, one.severity) for one in found("occupancy_over", counts=counts(*people))]
    assert found_here == ([] if told is None else [told])


def test_it_began_with_the_first_count_above() -> None:
    (one,) = found("occupancy_over", counts=counts(99, 105, 104, 103))
    assert (one.since_at, one.zone, one.tenant) == (NOW - timedelta(minutes=10), "z", "t")
    assert (one.facts["people"], one.facts["capacity_people"]) == (103, 100)


def test_four_minutes_are_not_five() -> None:
    assert found("occupancy_over", counts=counts(105, 105, 105, 105, 105, every=1)) == []
    assert found("occupancy_over", counts=counts(105, 105, 105, 105, 105, 105, every=1))


@pytest.mark.parametrize(("people", "lasts"), [(105, True), (96, True), (95, True), (94, False)])
def test_it_closes_below_ninety_five_percent(people: int, lasts: bool) -> None:
    assert bool(found("occupancy_over", counts=counts(people), open=OPEN)) is lasts


def test_silence_neither_opens_nor_closes() -> None:
    old = counts(105, 105, last=NOW - timedelta(minutes=20))
    assert found("occupancy_over", counts=old) == []
    assert found("occupancy_over", counts=old, open=OPEN)


def test_without_a_capacity_nothing_is_too_much() -> None:
    zones = {"z": ZoneRow("z", "casa", None, None, False)}
    assert found("occupancy_over", counts=counts(900, 900), zones=zones) == []
    assert found("occupancy_over", counts=counts(900, 900), zones={}) == []


def values(*measured: float, quantity: str = "temperature_celsius", last: datetime = NOW) -> tuple[SensorValues, ...]:
    first = last - timedelta(minutes=5 * (len(measured) - 1))
    return (
        SensorValues("s", "", quantity, tuple((first + timedelta(minutes=5 * i), x) for i, x in enumerate(measured))),
    )


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        ((26.0, 26.0, 26.0, 26.0), []),  # the ends belong to the band
        ((26.1, 26.1, 26.1, 26.1), ["high"]),
        ((19.9, 19.9, 19.9, 19.9), ["low"]),
        ((26.1, 26.1, 26.1), []),  # ten minutes are not fifteen
        ((26.1, 26.1, 25.0, 26.1, 26.1), []),
    ],
)
def test_a_value_outside_its_band(measured: tuple[float, ...], told: list[str]) -> None:
    assert [one.reason for one in found("environment", rules=WARM, values=values(*measured))] == told


@pytest.mark.parametrize(("value", "told"), [(0.3, []), (0.29999999999999993, ["low"]), (0.7000000000000001, ["high"])])
def test_a_value_is_compared_as_it_was_sent(value: float, told: list[str]) -> None:
    """Three tenths as a float lie just below three tenths: what the device sent is 0.3, which belongs to the band."""
    measured = values(*[value] * 4, quantity="humidity_ratio")
    assert [one.reason for one in found("environment", rules=WARM, values=measured)] == told


def test_what_is_no_number_is_not_outside() -> None:
    assert found("environment", rules=WARM, values=values(*[float("nan")] * 4)) == []


def test_without_bands_there_is_no_rule_and_a_park_may_have_its_own() -> None:
    hot = values(*[40.0] * 4)
    assert found("environment", values=hot) == []
    own = Rules(bands=(*OFFICE_BANDS, Band("temperature_celsius", None, Decimal(45), "casa")))
    assert found("environment", rules=own, values=hot) == []


def test_the_band_of_a_zone_holds_before_that_of_its_park() -> None:
    hot = values(*[40.0] * 4)
    kitchen = Band("temperature_celsius", None, Decimal(45), zones=frozenset({"z", "y"}))
    park = Band("temperature_celsius", None, Decimal(26), "casa")
    assert found("environment", rules=Rules(bands=(park, kitchen)), values=hot) == []
    elsewhere = kitchen._replace(zones=frozenset({"y"}))
    (told,) = found("environment", rules=Rules(bands=(elsewhere, park)), values=hot)
    assert told.facts["at_most"] == "26"
    assert found("environment", rules=Rules(bands=(elsewhere,)), values=hot) == []


def test_it_lasts_until_a_value_is_inside() -> None:
    is_open = {("environment", "sensor:s/temperature_celsius"): NOW - timedelta(hours=1)}
    assert found("environment", rules=WARM, values=values(26.5), open=is_open)
    assert found("environment", rules=WARM, values=values(26.5, 25.9), open=is_open) == []
    assert found("environment", rules=WARM, values=values(26.5, last=NOW - timedelta(hours=1)), open=is_open)
