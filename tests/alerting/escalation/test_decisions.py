"""What comes next, how much goes out, when it is tried again, what changes: the pure decisions as tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerting.escalation.group_change import Announced, announced, fingerprint, group_change
from alerting.escalation.ladder import Exhausted, Move, Over, Tell, Wait, Wake, next_move
from alerting.escalation.policy_entries import Level, Policy
from alerting.escalation.storm import Flow, Limits, flow
from alerting.escalation.trying import Next, after_failure
from store.alert_rows import Announcement
from store.notice_rows import NoticeRow, Settled, Waiting

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def policy(*after: int, repeat_times: int = 1) -> Policy:
    levels = tuple(Level(after_minutes=minutes, who=("team:noc",)) for minutes in after)
    return Policy(code="p", level=levels, repeat_minutes=15, repeat_times=repeat_times)


def notice(**changed: Any) -> NoticeRow:
    row = NoticeRow(
        1, "on_call", "g", "page", False, None, None, "outage", NOW, None, "open", "alerts", 0, 1, None, NOW, None, None
    )
    return row._replace(**changed)


@pytest.mark.parametrize(
    ("levels", "row", "expected"),
    [
        (policy(0, 10, 20), notice(), Tell(0, False, NOW + 10 * MINUTE)),
        (policy(0, 10, 25), notice(level=1), Tell(1, False, NOW + 15 * MINUTE)),
        (policy(0, 10, 25), notice(level=2), Tell(2, False, NOW + 15 * MINUTE)),
        (policy(0, 10, 25), notice(level=3), Tell(2, True, NOW + 15 * MINUTE)),
        (policy(0, 10, 25), notice(level=4), Exhausted(NOW + 45 * MINUTE)),
        (policy(0, 10, 25), notice(level=4, reason="exhausted"), Tell(2, True, NOW + 60 * MINUTE)),
        (policy(0, 10, 25), notice(level=9, reason="exhausted"), Tell(2, True, NOW + 60 * MINUTE)),
        (policy(0, 10, 25), notice(level=4, severity="ticket"), Exhausted(None)),
        (policy(5), notice(), Wait(NOW + 5 * MINUTE)),
        (policy(5, 10), notice(opened_at=NOW - 5 * MINUTE), Tell(0, False, NOW + 5 * MINUTE)),
        (policy(5, 10), notice(climb=2), Tell(0, False, NOW + 5 * MINUTE)),
        (policy(0, repeat_times=0), notice(), Tell(0, False, None)),
        (policy(0, 5, repeat_times=0), notice(level=1), Tell(1, False, NOW + 15 * MINUTE)),
        (policy(0, 5, repeat_times=0), notice(level=2), Exhausted(NOW + 45 * MINUTE)),
        (policy(0), notice(state="acknowledged", level=1), Wake("acknowledged")),
        (policy(0), notice(state="snoozed"), Wake("snoozed")),
        (policy(0), notice(state="resolved", closed_at=NOW), Over()),
    ],
)
def test_what_comes_next(levels: Policy, row: NoticeRow, expected: Move) -> None:
    assert next_move(levels, row, NOW) == expected


def waiting(
    due: int, *, alone: int = 0, within_hour: int = 0, digest_ago: float | None = None, urgent: int | None = None
) -> Waiting:
    digest_at = None if digest_ago is None else NOW - timedelta(seconds=digest_ago)
    return Waiting("amina", "email", due, 0, 0, alone, within_hour, digest_at, due if urgent is None else urgent)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (waiting(5), Flow(5, False)),
        (waiting(6), Flow(1, True)),
        (waiting(5000), Flow(1, True)),
        (waiting(3, alone=3), Flow(0, True)),
        (waiting(2, alone=3), Flow(2, False)),
        (waiting(1, alone=1, digest_ago=10), Flow(1, False)),
        (waiting(500, alone=1, digest_ago=10), Flow(4, False)),
        (waiting(500, alone=5, digest_ago=10), Flow(0, False)),
        (waiting(500, alone=5, digest_ago=121), Flow(0, True)),
        (waiting(3, within_hour=118), Flow(1, True)),
        (waiting(3, within_hour=119), Flow(1, False)),
        (waiting(3, within_hour=120), Flow(0, False)),
        (waiting(3, within_hour=93, urgent=0), Flow(3, False)),
        (waiting(3, within_hour=94, urgent=0), Flow(1, True)),
        (waiting(3, within_hour=95, urgent=0), Flow(1, False)),
        (waiting(3, within_hour=96, urgent=0), Flow(0, False)),
        (waiting(3, within_hour=110, urgent=1), Flow(1, False)),
    ],
)
def test_how_much_goes_out(one: Waiting, expected: Flow) -> None:
    assert flow(one, Limits(), 120, NOW) == expected


def test_a_channel_carries_a_bounded_number_whatever_comes() -> None:
    """5,000 in a minute, then 100 a second for ten minutes: never more than six messages in a window."""
    limits, pending = Limits(), 5000
    sent: list[datetime] = []
    digests: list[datetime] = []
    for second in range(600):
        now = NOW + timedelta(seconds=second)
        pending += 100
        since = now - limits.window
        alone = sum(at > since for at in sent)
        last = max(digests, default=None)
        going = flow(
            Waiting("a", "e", pending, 0, 0, alone, alone + sum(at > since for at in digests), last, pending),
            limits,
            10_000,
            now,
        )
        sent += [now] * going.alone
        pending -= going.alone
        if going.digest:
            digests.append(now)
            pending = 0
        assert sum(at > since for at in [*sent, *digests]) <= limits.alone + 1
    assert sent[0] == NOW, "the one that matters first does not wait"
    assert len(digests) >= 5


@pytest.mark.parametrize(
    ("is_page", "is_permanent", "other", "attempts", "hours", "expected"),
    [
        (True, True, True, 1, 0, Next(None, True)),
        (False, True, False, 1, 0, Next(None, True)),
        (True, False, True, 1, 0, Next(NOW + timedelta(seconds=10), False)),
        (True, False, True, 2, 0, Next(NOW + timedelta(seconds=20), False)),
        (True, False, True, 3, 0, Next(None, True)),
        (True, False, False, 3, 0, Next(NOW + timedelta(seconds=40), True)),
        (True, False, False, 4, 0, Next(NOW + timedelta(seconds=80), False)),
        (True, False, False, 400, 1, Next(NOW + timedelta(minutes=15), False)),
        (False, False, True, 5, 0, Next(NOW + timedelta(minutes=15), False)),
        (False, False, True, 6, 0, Next(None, True)),
        (False, False, False, 99, 24, Next(None, False)),
    ],
)
def test_when_it_is_tried_again(
    is_page: bool, is_permanent: bool, other: bool, attempts: int, hours: int, expected: Next
) -> None:
    found = after_failure(
        is_page=is_page, is_permanent=is_permanent, has_other_channel=other, attempts=attempts,
        written_at=NOW - timedelta(hours=hours), now=NOW,
    )  # fmt: skip
    assert found == expected


def one(ends_at: datetime | None = None, **labels: str) -> Announcement:
    return Announcement({"alertname": "outage", **labels}, {}, NOW - MINUTE, ends_at)


@pytest.mark.parametrize(
    ("told", "on_record", "audience", "settled"),
    [
        (one(alert="7"), {}, "on_call", None),
        (one(NOW, alert="7"), {}, "on_call", "over"),
        (one(NOW + MINUTE, alert="7"), {}, "on_call", None),
        (one(alert="7"), {7: "over"}, "on_call", "over"),
        (one(alert="7", explained="true"), {}, "on_call", "explained"),
        (one(alert="7", explained="true"), {7: None}, "on_call", None),
        (one(alert="7", muted="true"), {}, "on_call", "muted"),
        (one(alert="7", muted="false"), {}, "on_call", None),
        (one(alert="7", muted="true", explained="true"), {}, "tenant", "muted"),
        (one(alert="7"), {7: "muted"}, "tenant", "muted"),
        (one(alert="7"), {7: "muted"}, "owner", "muted"),
        (one(alert="7"), {7: "explained"}, "tenant", None),
        (one(alert="7"), {7: "over"}, "tenant", "over"),
        (one(alert="²"), {}, "on_call", None),
        (one(alert="9" * 30), {}, "on_call", None),
    ],
)
def test_how_an_announced_alert_stands(
    told: Announcement, on_record: dict[int, Settled | None], audience: str, settled: Settled | None
) -> None:
    found = announced(told, on_record, audience, NOW)
    assert found is not None
    assert found.settled == settled


def test_an_end_that_our_record_does_not_know_says_nothing() -> None:
    assert announced(one(NOW, alert="7"), {7: None}, "on_call", NOW) is None


def as_announced(told: Announcement) -> Announced:
    found = announced(told, {}, "on_call", NOW)
    assert found is not None
    return found


def test_what_a_notification_changes() -> None:
    first = as_announced(one(alert="1"))
    known = {first.alert.fingerprint: first.alert}
    assert group_change(known, [first]).is_nothing
    assert group_change(known, []).is_nothing, "what a notification does not name is not over"
    second = as_announced(one(alert="2"))
    assert [alert.alert_id for alert in group_change(known, [first, second, second]).joined] == [2]
    over = as_announced(one(NOW, alert="1"))
    ((left, why),) = group_change(known, [over]).left
    assert (left.ends_at, why) == (NOW, "over")
    gone = {left.fingerprint: left}
    assert group_change(gone, [over]).is_nothing
    assert [alert.alert_id for alert in group_change(gone, [first]).joined] == [1]
    changed = Announced(first.alert._replace(annotations={"a": "b"}), None)
    assert len(group_change(known, [changed]).refreshed) == 1


def test_a_label_that_says_how_it_stands_makes_no_other_alert() -> None:
    assert fingerprint({"alertname": "x", "muted": "true"}) == fingerprint({"alertname": "x", "muted": "false"})
    assert fingerprint({"alertname": "x", "a": "b"}) != fingerprint({"alertname": "x", "a": "c"})
