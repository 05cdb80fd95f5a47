from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.alertmanager.memory import BATCH, ENDS_POSTED_FOR, EVERY, Memory, postable, requests
from alerting.grouping import fingerprint
from store.alert_rows import Announcement

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def said(alert: str, ends_at: datetime | None = None, **labels: str) -> Announcement:
    base = {"alertname": "outage", "audience": "on_call", "alert": alert, "incident": alert, "muted": "false"}
    return Announcement(base | labels, {}, NOW, ends_at)


def post(memory: Memory, wanted: list[Announcement], now: datetime) -> list[Announcement]:
    """What is due, all of it accepted."""
    is_round = memory.is_round(now)
    due = [one for one in memory.due(wanted, now) if isinstance(one, Announcement)]
    memory.took(due, now)
    if is_round:
        memory.completed_round(now)
    return due


def test_everything_at_first_and_every_minute_and_between_only_what_is_new() -> None:
    memory = Memory()
    one, two = said("1"), said("2")
    assert post(memory, [one], NOW) == [one]
    assert post(memory, [one, two], NOW + SECOND) == [two]
    assert post(memory, [one, two], NOW + 2 * SECOND) == []
    assert post(memory, [one, two], NOW + EVERY) == [one, two]


def test_annotations_that_change_wait_for_the_next_round() -> None:
    memory = Memory()
    post(memory, [said("1")], NOW)
    changed = said("1")._replace(annotations={"minutes_left": "3"})
    assert post(memory, [changed], NOW + SECOND) == []
    assert post(memory, [changed], NOW + EVERY) == [changed]


def test_an_end_is_posted_at_once_and_again_in_every_round_for_a_while() -> None:
    memory = Memory()
    post(memory, [said("1")], NOW)
    over = said("1", ends_at=NOW + SECOND)
    assert post(memory, [over], NOW + SECOND) == [over]
    assert post(memory, [], NOW + 2 * SECOND) == []
    assert post(memory, [], NOW + EVERY) == [over]
    assert post(memory, [], NOW + SECOND + ENDS_POSTED_FOR) == [over]
    assert post(memory, [], NOW + SECOND + ENDS_POSTED_FOR + EVERY) == []


def test_an_end_that_the_record_still_tells_of_is_not_posted_for_longer() -> None:
    memory = Memory()
    over = said("1", ends_at=NOW)
    assert post(memory, [over], NOW) == [over]
    assert post(memory, [over], NOW + ENDS_POSTED_FOR - SECOND) == [over]
    assert post(memory, [over], NOW + ENDS_POSTED_FOR + EVERY) == []
    assert post(memory, [over], NOW + ENDS_POSTED_FOR + 2 * EVERY) == []


def test_one_that_was_away_is_told_every_end_anew() -> None:
    memory = Memory()
    over, gone = said("1", ends_at=NOW), said("2")
    post(memory, [over, gone], NOW)
    post(memory, [over], NOW + SECOND)
    memory.lost_sight()
    later = NOW + timedelta(hours=2)
    assert {one.labels["alert"] for one in post(memory, [over], later)} == {"1", "2"}
    assert {one.labels["alert"] for one in post(memory, [over], later + EVERY)} == {"1", "2"}
    assert post(memory, [over], later + ENDS_POSTED_FOR + EVERY) == []


def test_what_nobody_speaks_of_any_more_ends_now_and_says_why() -> None:
    changes = [
        (said("1"), said("1", explained="true", incident="7"), "explained"),
        (said("1", explained="true", incident="7"), said("1"), "unexplained"),
        (said("1"), said("1", muted="true"), "muted"),
        (said("1", muted="true"), said("1"), "unmuted"),
        (said("1", severity="ticket"), said("1", severity="page"), "raised"),
        (said("1", severity="page"), said("1", severity="ticket"), "lowered"),
        (said("1", facility="p"), said("1", facility="q"), "relabelled"),
    ]
    for before, after, why in changes:
        memory = Memory()
        post(memory, [before], NOW)
        new, ended = post(memory, [after], NOW + SECOND)
        assert (new, ended.labels, ended.ends_at) == (after, before.labels, NOW + SECOND)
        assert ended.annotations == {"ended": why}
    memory = Memory()
    post(memory, [said("1")], NOW)
    (gone,) = post(memory, [], NOW)
    assert gone.annotations == {"ended": "gone"}
    assert gone.ends_at == NOW > gone.starts_at


def test_a_label_set_that_comes_back_fires_again() -> None:
    memory = Memory()
    plain, explained = said("1"), said("1", explained="true", incident="7")
    post(memory, [plain], NOW)
    post(memory, [explained], NOW + SECOND)
    assert plain in post(memory, [plain], NOW + 2 * SECOND)
    assert [one.ends_at for one in post(memory, [plain], NOW + EVERY) if one.labels == plain.labels] == [None]


def test_what_was_not_accepted_is_due_again() -> None:
    memory = Memory()
    assert memory.due([said("1")], NOW) == [said("1")]
    assert memory.due([said("1")], NOW) == [said("1")]
    post(memory, [said("1")], NOW)
    memory.lost_sight()
    assert memory.due([said("1")], NOW + SECOND) == [said("1")]


def test_a_clock_that_was_set_back_makes_no_pause() -> None:
    memory = Memory()
    post(memory, [said("1")], NOW)
    assert memory.is_round(NOW - timedelta(hours=1))


def test_causes_are_posted_in_a_request_of_their_own_before_what_they_explain() -> None:
    member = said("1", explained="true", incident="7")
    cause, other = said("7"), said("8")
    assert list(requests([member, other, cause])) == [(cause,), (member, other)]
    assert list(requests([])) == []


def test_requests_are_bounded() -> None:
    many = [said(str(number)) for number in range(2 * BATCH + 1)]
    assert [len(one) for one in requests(many)] == [BATCH, BATCH, 1]


def test_the_watchdog_has_no_incident_and_is_posted_all_the_same() -> None:
    watchdog = Announcement({"alertname": "Watchdog"}, {}, NOW, None)
    assert list(requests([watchdog])) == [(watchdog,)]


def test_what_lasts_ends_in_three_rounds_and_instants_are_utc() -> None:
    found = postable(said("1")._replace(annotations={"dashboard_url": "https://example.org/d"}), NOW)
    assert (found["startsAt"], found["endsAt"]) == ("2026-11-22T03:00:00.000Z", "2026-11-22T03:03:00.000Z")
    assert found["generatorURL"] == "https://example.org/d"
    assert postable(said("1"), NOW, 5 * SECOND)["endsAt"] == "2026-11-22T03:00:15.000Z"


states = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["plain", "explained", "closed"])), max_size=12
)


@settings(deadline=None)
@given(states, st.lists(st.booleans(), min_size=12, max_size=12))
def test_whatever_happens_the_other_side_ends_up_with_exactly_what_lasts(
    looks: list[dict[str, str]], reached: list[bool]
) -> None:
    """Some looks do not reach it; one that does brings everything up to date."""
    memory = Memory()
    there: dict[str, Announcement] = {}
    for number, (look, is_reached) in enumerate(zip(looks, reached, strict=False)):
        now = NOW + number * 10 * SECOND
        wanted = [
            said(alert, now if state == "closed" else None, **({"explained": "true"} if state == "explained" else {}))
            for alert, state in look.items()
        ]
        if not is_reached:
            memory.lost_sight()
            continue
        for one in post(memory, wanted, now):
            there[fingerprint(one.labels)] = one
        lasting = {name for name, one in there.items() if one.ends_at is None}
        assert lasting == {fingerprint(one.labels) for one in wanted if one.ends_at is None}
