"""Who has the duty at an instant: turns, hand-overs across clock changes, overrides, holidays."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from alerting.escalation.entries import Holidays, Override, Rota
from alerting.escalation.hours import may_be_told_at, next_time
from alerting.escalation.policy_entries import Quiet
from alerting.escalation.rota import duty


def rota(**changed: Any) -> Rota:
    values: dict[str, Any] = {
        "code": "noc", "members": ("a", "b", "c"), "time_zone": "Africa/Casablanca", "starts_on": date(2026, 9, 7),
        "hand_over_on": "monday", "hand_over_at": "09:00", "shift_weeks": 1,
    }  # fmt: skip
    return Rota(**values | changed)


DAILY = {"hand_over_on": None, "shift_weeks": None, "shift_days": 1}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def who(one: Rota, text: str, **more: Any) -> str | None:
    return duty(one, more.get("rotas", {}), more.get("days_off", {}), at(text)).person


@pytest.mark.parametrize(
    ("instant", "person"),
    [
        ("2026-09-07T07:59:59Z", None),  # 08:59:59 there: it has not begun
        ("2026-09-07T08:00:00Z", "a"),  # 09:00 at UTC+1
        ("2026-09-14T07:59:59Z", "a"),
        ("2026-09-14T08:00:00Z", "b"),
        # Morocco leaves UTC+1 for UTC+0 on 2026-09-20 at 01:00Z: the next hand-over is an hour later in UTC.
        ("2026-09-21T08:00:00Z", "b"),
        ("2026-09-21T08:59:59Z", "b"),
        ("2026-09-21T09:00:00Z", "c"),
        ("2026-09-28T09:00:00Z", "a"),
    ],
)
def test_weekly_turns_across_moroccos_change(instant: str, person: str | None) -> None:
    assert who(rota(), instant) == person


@pytest.mark.parametrize(
    ("instant", "person"),
    [
        # Clocks of Paris show 02:30 twice on 2026-10-25 (00:30Z and 01:30Z): the first one counts, once.
        ("2026-10-25T00:29:59Z", "a"),
        ("2026-10-25T00:30:00Z", "b"),
        ("2026-10-25T01:29:00Z", "b"),
        ("2026-10-25T01:30:00Z", "b"),
        ("2026-10-26T01:29:59Z", "b"),
        ("2026-10-26T01:30:00Z", "c"),
        # And never on 2027-03-28: the offset before the change counts, so it is at 03:30 on the clock.
        ("2027-03-28T01:29:59Z", "b"),
        ("2027-03-28T01:30:00Z", "c"),
    ],
)
def test_daily_turns_at_a_time_that_comes_twice_and_one_that_never_comes(instant: str, person: str) -> None:
    one = rota(time_zone="Europe/Paris", hand_over_at="02:30", starts_on=date(2026, 10, 24), **DAILY)
    assert who(one, instant) == person


def test_a_day_that_comes_twice_at_midnight_is_handed_over_once() -> None:
    # Havana goes back from 01:00 to 00:00 on 2026-11-01, so 00:30 comes twice; nobody else may get the second one.
    one = rota(time_zone="America/Havana", hand_over_at="00:30", starts_on=date(2026, 10, 31), **DAILY)
    start = at("2026-10-31T04:30:00Z")
    seen = [duty(one, {}, {}, start + timedelta(minutes=15 * step)).person for step in range(24 * 4 * 3)]
    changes = sum(before != after for before, after in itertools.pairwise(seen))
    assert changes == 2


def test_every_instant_has_one_person_and_until_is_where_it_changes() -> None:
    one = rota(
        override=(Override(starts_at=at("2026-09-16T20:00:00Z"), ends_at=at("2026-09-17T06:00:00Z"), person="x"),)
    )
    now = at("2026-09-07T08:00:00Z")
    seen: list[str | None] = []
    while now < at("2026-10-05T09:00:00Z"):
        found = duty(one, {}, {}, now)
        assert found.until > now
        assert duty(one, {}, {}, found.until - timedelta(seconds=1)).person == found.person
        if not seen or seen[-1] != found.person:
            seen.append(found.person)
        now = found.until
    assert seen == ["a", "b", "x", "b", "c", "a"]


def test_an_override_counts_before_everything() -> None:
    one = rota(
        override=(Override(starts_at=at("2026-09-07T00:00:00Z"), ends_at=at("2026-09-08T00:00:00Z"), person="x"),)
    )
    assert who(one, "2026-09-07T01:00:00Z") == "x"
    assert who(one, "2026-09-08T00:00:00Z") == "a"


def test_on_a_holiday_the_other_rota_has_it_from_hand_over_to_hand_over() -> None:
    one = rota(holidays=Holidays(calendar="ma", rota="holidays"))
    other = rota(code="holidays", members=("h1", "h2"), starts_on=date(2026, 9, 7), **DAILY)
    more = {"rotas": {"holidays": other}, "days_off": {"ma": {date(2026, 11, 18)}}}
    assert who(one, "2026-11-18T08:59:59Z", **more) == "b"  # the day of duty of the 17th
    assert who(one, "2026-11-18T09:00:00Z", **more) == "h1"
    assert who(one, "2026-11-19T08:59:59Z", **more) == "h1"
    assert who(one, "2026-11-19T09:00:00Z", **more) == "b"


def test_shifts_of_some_days_and_weeks() -> None:
    three = rota(**DAILY | {"shift_days": 3})
    assert [who(three, f"2026-09-{day:02d}T12:00:00Z") for day in range(7, 14)] == ["a", "a", "a", "b", "b", "b", "c"]
    fortnight = rota(shift_weeks=2)
    assert [who(fortnight, f"2026-09-{day}T12:00:00Z") for day in ("08", "15", "22")] == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-22T19:59:59Z", "2026-11-22T19:59:59Z"),
        ("2026-11-22T20:00:00Z", "2026-11-23T07:30:00Z"),
        ("2026-11-23T03:00:00Z", "2026-11-23T07:30:00Z"),
        ("2026-11-23T07:30:00Z", "2026-11-23T07:30:00Z"),
        ("2026-09-19T22:00:00Z", "2026-09-20T07:30:00Z"),  # 23:00 at UTC+1; in the morning it is UTC+0
    ],
)
def test_quiet_hours_end_on_the_local_clock(now: str, told: str) -> None:
    quiet = Quiet(starts="20:00", ends="07:30", time_zone="Africa/Casablanca")
    assert may_be_told_at(at(now), quiet) == at(told)
    assert may_be_told_at(at(now), None) == at(now)


def test_the_next_time_is_after_now() -> None:
    assert next_time(at("2026-11-23T08:00:00Z"), "08:00", "Africa/Casablanca") == at("2026-11-24T08:00:00Z")
    assert next_time(at("2026-11-23T07:59:59Z"), "08:00", "Africa/Casablanca") == at("2026-11-23T08:00:00Z")
    assert next_time(datetime(2026, 9, 19, 8, tzinfo=UTC), "08:00", "Africa/Casablanca") == at("2026-09-20T08:00:00Z")
