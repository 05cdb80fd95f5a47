"""Drawings: well formed, in their frame, and told apart without colour."""

import re
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from facilities.calendar import zone
from reports.drawing import DARK, HEIGHT, PATTERNS, STRIP, Bar, budget_svg, months_svg, swatch_svg, timeline_svg
from reports.timeline import Timeline, timeline
from store.intervals import Interval

DAY = 86_400
MONTH = Interval(0, 30 * DAY)
SVG = "{http://www.w3.org/2000/svg}"


def every_kind() -> str:
    drawn = timeline(
        MONTH, [Interval(5 * DAY, 5 * DAY + 60)], 25 * DAY, zone("UTC"),
        outside=[Interval(0, DAY // 2)], unknown=[Interval(7 * DAY, 7 * DAY + 10), Interval(26 * DAY, 27 * DAY)],
        excluded=[Interval(9 * DAY, 9 * DAY + 3_600)],
    )  # fmt: skip
    return timeline_svg(drawn, "t", 'a "month" & more')


def test_every_kind_of_time_has_a_pattern_of_its_own() -> None:
    root = ElementTree.fromstring(every_kind())
    patterns = {one.get("id"): ElementTree.tostring(one[-1]) for one in root.iter(f"{SVG}pattern")}
    assert sorted(map(str, patterns)) == ["t-ahead", "t-excluded", "t-outside", "t-unknown"]
    assert len(set(patterns.values())) == len(PATTERNS)
    assert root.get("aria-label") == 'a "month" & more'


def test_time_to_come_is_not_drawn_as_unknown_too() -> None:
    assert len(re.findall(r'fill="url\(#t-unknown\)"', every_kind())) == 1


def test_a_brief_span_is_wide_enough_to_see_its_pattern() -> None:
    root = ElementTree.fromstring(every_kind())
    widths = [float(one.get("width", "0")) for one in root.iter(f"{SVG}rect") if "unknown" in one.get("fill", "")]
    assert widths == [6.0]


def heights(drawn: Timeline, kind: str) -> list[float]:
    root = ElementTree.fromstring(timeline_svg(drawn, "t", ""))
    return [float(one.get("height", "0")) for one in root.findall(f"{SVG}rect") if kind in one.get("fill", "")]


def test_time_that_was_not_available_leaves_no_white_that_says_so() -> None:
    """A month without a measurement, and one of a single outage: white is what the legend calls available."""
    unknown = timeline(MONTH, [], 30 * DAY, zone("UTC"), unknown=[MONTH])
    assert heights(unknown, "t-unknown") == [HEIGHT - 1]
    assert heights(timeline(MONTH, [MONTH], 30 * DAY, zone("UTC")), DARK) == [HEIGHT + 2]


def test_an_outage_that_was_excluded_is_seen_with_its_exclusion() -> None:
    span = Interval(5 * DAY, 6 * DAY)
    drawn = timeline(MONTH, [span], 30 * DAY, zone("UTC"), excluded=[span])
    kinds = re.findall(r'fill="(#7a1414|url\(#t-excluded\))"', timeline_svg(drawn, "t", ""))
    assert kinds == ["url(#t-excluded)", DARK, "url(#t-excluded)"], "the strip at the foot is over the outage"
    assert heights(drawn, "t-excluded") == [HEIGHT - 1, STRIP - 1]


def test_a_month_of_flapping_is_no_thousand_shapes() -> None:
    flapping = [Interval(at, at + 10) for at in range(0, 30 * DAY, 20)]
    drawn = timeline(MONTH, [], 30 * DAY, zone("UTC"), unknown=flapping)
    assert [one.width for one in drawn.unknown] == ["1000.00"]


def test_labels_of_sixty_outages_neither_overlap_nor_leave_the_frame() -> None:
    outages = [Interval(at, at + 900) for at in range(0, 30 * DAY, DAY // 2)]
    drawn = timeline(MONTH, outages, 30 * DAY, zone("UTC"))
    root = ElementTree.fromstring(timeline_svg(drawn, "t", ""))
    bold = [float(one.get("x", "0")) for one in root.iter(f"{SVG}text") if one.get("font-weight") == "700"]
    assert min(later - before for before, later in pairwise(bold)) >= 20
    assert 9 <= min(bold) <= max(bold) <= 991


def budget(used: Fraction) -> ElementTree.Element:
    return ElementTree.fromstring(budget_svg(used, "used", "left", ("100 %", "200 %", "share"), "b", "budget"))


@pytest.mark.parametrize(
    ("used", "shades"),
    [
        (Fraction(0), [0.0]),
        (Fraction(1, 2), [220.0]),
        (Fraction(1), [440.0]),
        (Fraction(3, 2), [440.0, 220.0]),
        (Fraction(2), [440.0, 440.0]),
        (Fraction(9), [440.0, 440.0]),
    ],
)
def test_a_budget_goes_on_to_scale_past_its_end_up_to_twice(used: Fraction, shades: list[float]) -> None:
    root = budget(used)
    assert [float(one.get("width", "0")) for one in root.findall(f"{SVG}rect")][1:] == shades
    assert all(float(one.get("x", "0")) + float(one.get("width", "0")) < 1000 for one in root.findall(f"{SVG}rect"))


@pytest.mark.parametrize(
    ("used", "is_broken"), [(Fraction(2), False), (Fraction(21, 10), True), (Fraction(46, 10), True)]
)
def test_a_budget_of_more_than_twice_breaks_off_and_says_its_share(used: Fraction, is_broken: bool) -> None:
    root = budget(used)
    cuts = [one for one in root.findall(f"{SVG}path") if one.get("fill") == "#fff"]
    assert len(cuts) == is_broken, "a white cut needs no colour to be seen"
    labels = ["200 %", "100 %", "used", "left"]
    assert [one.text for one in root.findall(f"{SVG}text")] == (["share", *labels] if is_broken else labels)


def test_a_month_without_a_verdict_has_no_column_and_a_missed_one_is_hatched() -> None:
    bars = [Bar("01/26", None, is_missed=False, text="—"), Bar("02/26", Fraction(1), is_missed=True, text="99.1"),
            Bar("03/26", Fraction(0), is_missed=False, text="100.0")]  # fmt: skip
    root = ElementTree.fromstring(months_svg(bars, Fraction(1, 2), "limit", "m", "months"))
    columns = [(one.get("height"), one.get("fill")) for one in root.findall(f"{SVG}rect")]
    assert columns == [("96.00", "url(#m-excluded)"), ("0.00", "#c9d1d5")]


@pytest.mark.parametrize("kind", ["available", "outage", *PATTERNS])
def test_the_legend_shows_what_is_drawn(kind: str) -> None:
    root = ElementTree.fromstring(swatch_svg(kind, "s"))
    assert len(root.findall(f"{SVG}rect")) == 1
    assert len(root.findall(f".//{SVG}pattern")) == (kind in PATTERNS)
