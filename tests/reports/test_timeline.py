import pytest

from facilities.calendar import period, zone
from facilities.instants import epoch_seconds
from reports.timeline import Timeline, timeline
from store.intervals import Interval

CASABLANCA = zone("Africa/Casablanca")


def drawn(month: str, *outages: tuple[str, str], scored_to: str = "2027-01-01T00:00:00Z") -> Timeline:
    spans = [Interval(epoch_seconds(start), epoch_seconds(end)) for start, end in outages]
    return timeline(period(month, CASABLANCA), spans, epoch_seconds(scored_to), CASABLANCA)


def test_days_are_those_of_the_wall_clock() -> None:
    """September 2026 has 30 days, of which the 20th has 25 hours; they fill the bar."""
    days = drawn("2026-09").days
    assert [day.label for day in days] == [str(number) for number in range(1, 31)]
    assert sum(float(day.width) for day in days) == pytest.approx(1000, abs=0.2)
    assert float(days[19].width) == pytest.approx(25 / 721 * 1000, abs=0.01)
    assert float(days[0].width) == pytest.approx(24 / 721 * 1000, abs=0.01)
    assert days[0].x == "0.00"


def test_an_outage_lies_where_it_was() -> None:
    """Noon of the 15th of a month of 31 days; half a day long."""
    [outage] = drawn("2026-10", ("2026-10-15T12:00:00Z", "2026-10-16T00:00:00Z")).outages
    assert float(outage.x) == pytest.approx(14.5 / 31 * 1000, abs=0.01)
    assert float(outage.width) == pytest.approx(0.5 / 31 * 1000, abs=0.01)
    assert outage.label == "1"


def test_a_brief_outage_can_be_seen_and_stays_inside() -> None:
    brief, last = drawn(
        "2026-10",
        ("2026-10-15T12:00:00Z", "2026-10-15T12:00:10Z"),
        ("2026-10-31T23:59:50Z", "2026-11-01T00:00:00Z"),
    ).outages
    assert brief.width == last.width == "3.00"
    assert float(last.x) + float(last.width) == pytest.approx(1000)


def test_numbers_that_would_overlap_are_left_out() -> None:
    outages = [(f"2026-10-15T{hour:02d}:00:00Z", f"2026-10-15T{hour:02d}:10:00Z") for hour in range(24)]
    labels = [outage.label for outage in drawn("2026-10", *outages).outages]
    assert labels[0] == "1"
    assert 1 < len([label for label in labels if label]) < 4


def test_what_was_not_scored_yet_is_marked() -> None:
    ahead = drawn("2026-10", scored_to="2026-10-16T12:00:00Z").ahead
    assert ahead is not None
    assert (ahead.x, ahead.width) == ("500.00", "500.00")
    assert drawn("2026-10", scored_to="2026-11-01T00:00:00Z").ahead is None


def test_a_period_that_starts_inside_a_month_starts_inside_a_day_of_the_bar() -> None:
    span = Interval(epoch_seconds("2026-10-10T00:00:00Z"), epoch_seconds("2026-11-01T00:00:00Z"))
    days = timeline(span, [], span.ends_at, CASABLANCA).days
    assert [day.label for day in days][:2] == ["10", "11"]
    assert len(days) == 22
