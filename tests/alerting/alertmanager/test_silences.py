from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerting.alertmanager.silences import AHEAD, Silence, Steps, own_silences, steps, wanted_silences
from store.exclusion_rows import Decided

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORKS = Decided(
    "M-7", "casa-a1", "maintenance", NOW - HOUR, NOW + HOUR, NOW - 5 * HOUR, "accepted", "youssef", NOW, "amina", NOW,
    "remplacement\nde la carte", None,
)  # fmt: skip


def wanted(*rows: Decided) -> list[Silence]:
    return wanted_silences(rows, "Parcs", NOW)


def as_found(silence: Silence, silence_id: str, **changes: Any) -> dict[str, Any]:
    """The silence as Alertmanager answers it, with what somebody changed."""
    state = "active" if silence.starts_at <= NOW else "pending"
    return silence.postable() | {"id": silence_id, "status": {"state": state}} | changes


def own(*answers: dict[str, Any]) -> list[Silence]:
    return own_silences(answers, "Parcs")


def test_a_silence_says_who_until_when_and_why() -> None:
    (found,) = wanted(WORKS)
    assert found.postable() == {
        "matchers": [
            {"name": "circuit", "value": "casa-a1", "isEqual": True, "isRegex": False},
            {"name": "muted", "value": "false", "isEqual": False, "isRegex": False},
        ],
        "startsAt": "2026-11-22T02:00:00+00:00",
        "endsAt": "2026-11-22T04:00:00+00:00",
        "createdBy": "amina (p2i)",
        "comment": 'M-7 casa-a1: remplacement de la carte [p2i "Parcs" M-7/casa-a1]',
    }


@pytest.mark.parametrize(
    "row",
    [
        WORKS._replace(decision="proposed"),
        WORKS._replace(decision="rejected"),
        WORKS._replace(kind="force_majeure"),
        WORKS._replace(ends_at=NOW),
        WORKS._replace(starts_at=NOW + AHEAD, ends_at=NOW + AHEAD + HOUR),
        WORKS._replace(starts_at=NOW + HOUR, ends_at=NOW + HOUR),
    ],
)
def test_what_is_no_silence(row: Decided) -> None:
    assert wanted(row) == []


def test_recurring_works_are_a_silence_per_occurrence_of_the_next_days() -> None:
    nights = [
        WORKS._replace(exclusion=f"W-{day}", starts_at=NOW + day * 24 * HOUR, ends_at=NOW + (day * 24 + 2) * HOUR)
        for day in range(10)
    ]
    assert [one.comment.split()[0] for one in wanted(*nights)] == [f"W-{day}" for day in range(7)]


def test_the_second_time_there_is_nothing_to_do() -> None:
    rows = [WORKS, WORKS._replace(circuit="casa-b1", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)]
    found = own(*(as_found(one, f"id-{number}") for number, one in enumerate(wanted(*rows))))
    assert steps(wanted(*rows), found, NOW) == Steps((), ())


def test_a_silence_begins_when_it_was_made_and_stays_as_it_is() -> None:
    """Alertmanager puts a start that has passed to the instant it was posted."""
    (want,) = wanted(WORKS)
    assert steps([want], own(as_found(want, "id", startsAt="2026-11-22T02:59:58.123Z")), NOW) == Steps((), ())


def test_changed_terms_change_the_same_silence_and_keep_its_start() -> None:
    (want,) = wanted(WORKS)
    longer = wanted(WORKS._replace(ends_at=NOW + 3 * HOUR))
    begun = "2026-11-22T02:59:58.123000+00:00"
    (changed,) = steps(longer, own(as_found(want, "id", startsAt=begun)), NOW).write
    assert (changed.silence_id, changed.ends_at) == ("id", NOW + 3 * HOUR)
    assert changed.postable()["startsAt"] == begun


def test_works_put_off_move_their_silence() -> None:
    (want,) = wanted(WORKS)
    later = wanted(WORKS._replace(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR))
    (changed,) = steps(later, own(as_found(want, "id")), NOW).write
    assert (changed.silence_id, changed.starts_at) == ("id", NOW + HOUR)


def test_withdrawn_and_doubled_ones_end() -> None:
    (want,) = wanted(WORKS)
    assert steps([], own(as_found(want, "id")), NOW) == Steps((), ("id",))
    assert steps([want], own(as_found(want, "a"), as_found(want, "b")), NOW) == Steps((), ("b",))


def test_others_silences_are_never_touched() -> None:
    (want,) = wanted(WORKS)
    theirs = [
        as_found(want, "another installation's", comment=want.comment.replace("Parcs", "Parcs (essai)")),
        as_found(want, "in a person's name", createdBy="amina"),
        as_found(want, "said otherwise", comment=want.comment + " and longer"),
        as_found(want, "no mark", comment="M-7 casa-a1"),
        as_found(want, "over", status={"state": "expired"}),
    ]
    assert own(*theirs) == []


def test_names_with_brackets_and_slashes_are_found_again() -> None:
    row = WORKS._replace(exclusion='M]/"7" [p2i', reason='[p2i "Parcs" x/y]')
    want = wanted(row)
    assert steps(want, own(as_found(want[0], "id")), NOW) == Steps((), ())


def test_alertmanager_of_before_negative_matchers_is_read() -> None:
    (want,) = wanted(WORKS)
    answer = as_found(want, "id", matchers=[{"name": "circuit", "value": "casa-a1", "isRegex": False}])
    assert [one.matchers for one in own(answer)] != [want.matchers]
    assert len(steps([want], own(answer), NOW).write) == 1
