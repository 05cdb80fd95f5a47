from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.instant_format import InstantFormat, format_mistake
from collectors.reasons import Reason, Refused
from facilities.calendar import zone

CASABLANCA = zone("Africa/Casablanca")
PARIS = zone("Europe/Paris")


def microseconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("written", "in_zone", "text", "expected"),
    [
        ("iso", None, "2016-10-14T21:18:40Z", microseconds(2016, 10, 14, 21, 18, 40)),
        ("iso", None, "2016-10-14 22:18:40+01:00", microseconds(2016, 10, 14, 21, 18, 40)),
        ("iso", zone("UTC"), "2016-10-14 21:18:40", microseconds(2016, 10, 14, 21, 18, 40)),
        ("iso", zone("UTC"), "2016-10-14 21:18", microseconds(2016, 10, 14, 21, 18)),
        ("iso", zone("UTC"), "2016-10-14 21:18:40.250000000", microseconds(2016, 10, 14, 21, 18, 40) + 250_000),
        ("%d/%m/%Y %H:%M", zone("UTC"), "11/10/2016 21:17", microseconds(2016, 10, 11, 21, 17)),
        ("%d/%m/%Y %H:%M %z", None, "11/10/2016 21:17 +0100", microseconds(2016, 10, 11, 20, 17)),
        ("epoch_seconds", None, "1476479920", 1_476_479_920_000_000),
        ("epoch_seconds", None, "1476479920.5", 1_476_479_920_500_000),
        ("epoch_milliseconds", None, "1476479920123", 1_476_479_920_123_000),
        # Morocco was at UTC+1 until 2026-09-20T01:00Z and is at UTC+0 from then on.
        ("iso", CASABLANCA, "2026-09-19 12:00:00", microseconds(2026, 9, 19, 11)),
        ("iso", CASABLANCA, "2026-09-20 12:00:00", microseconds(2026, 9, 20, 12)),
    ],
)
def test_instants_are_read_exactly(written: str, in_zone: object, text: str, expected: int) -> None:
    assert InstantFormat(written, in_zone).microseconds(text) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "in_zone", "text", "reason"),
    [
        ("iso", None, "2016-10-14 21:18:40", Reason.NAIVE_INSTANT),
        ("iso", None, "14/10/2016", Reason.OFF_TYPE),
        ("iso", None, "2016-13-14T21:18:40Z", Reason.OFF_TYPE),
        ("iso", None, "2016-W41-5T21:18:40Z", Reason.OFF_TYPE),
        ("iso", None, "", Reason.OFF_TYPE),
        ("iso", None, "2016-10-14T21:18:40.0000001Z", Reason.TOO_PRECISE),
        ("%d/%m/%Y %H:%M", PARIS, "10/14/2016 21:17", Reason.OFF_TYPE),
        ("epoch_seconds", None, "yesterday", Reason.OFF_TYPE),
        ("epoch_seconds", None, "1476479920.1234567", Reason.TOO_PRECISE),
        ("epoch_seconds", None, "1e30", Reason.OUT_OF_RANGE),
        ("iso", CASABLANCA, "2026-09-20 01:30:00", Reason.AMBIGUOUS_INSTANT),
        ("iso", PARIS, "2026-10-25 02:30:00", Reason.AMBIGUOUS_INSTANT),
        ("iso", PARIS, "2026-03-29 02:30:00", Reason.NONEXISTENT_INSTANT),
    ],
)
def test_what_names_no_instant_or_two_is_refused(written: str, in_zone: object, text: str, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        InstantFormat(written, in_zone).microseconds(text)  # type: ignore[arg-type]
    assert caught.value.refusal.reason is reason


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("%d/%m/%Y %d", "names the day twice"),
        ("%d/%m/%Y %y", "names the year twice"),
        ("%c %H", "names the hour twice"),
        ("%d %m %Y %j", "names the month twice"),
        ("%d/%m/%Y %Q", "'%Q' is no directive that can be read; write %% for a percent sign"),
        ("%d/%m/%Y %", "'%' is no directive that can be read; write %% for a percent sign"),
        ("%d/%m/%Y %Z", "'%Z' is no directive that can be read; write %% for a percent sign"),
        ("%H:%M", "names no year; a whole date is needed, such as %d/%m/%Y"),
        ("%d/%Y %%m", "names no month; a whole date is needed, such as %d/%m/%Y"),
        ("%m/%Y", "names no day; a whole date is needed, such as %d/%m/%Y"),
        ("%d/%m/%Y %I:%M", "needs %I and %p together, or %H"),
    ],
)
def test_a_format_that_cannot_name_an_instant_is_refused(written: str, mistake: str) -> None:
    assert format_mistake(written) == mistake


@pytest.mark.parametrize("written", ["%d/%m/%y %I:%M %p", "%Y-%j", "%d %b %Y 100%%", "%c %z", "%x %X", "%A %d %B %Y"])
def test_a_format_of_a_whole_date_is_taken_and_reads_what_it_writes(written: str) -> None:
    assert format_mistake(written) is None
    text = datetime(2026, 9, 1, 21, 30, tzinfo=UTC).strftime(written)
    day = microseconds(2026, 9, 1)
    assert day <= InstantFormat(written, zone("UTC")).microseconds(text) < day + 86_400_000_000


@given(
    st.lists(st.sampled_from([*(f"%{letter}" for letter in "aAwdbBmyYHIpMSfzZjUWcxXGuV%Q"), " ", "/", "("]), max_size=9)
)
def test_a_format_that_is_taken_fails_only_for_the_text(pieces: list[str]) -> None:
    written = "".join(pieces)
    if format_mistake(written) is None:
        with pytest.raises(Refused):
            InstantFormat(written, zone("UTC")).microseconds("no instant")
