from datetime import UTC, datetime

import pytest

from alerting.messages import ENGLISH, FRENCH, line, severity, status
from store.rows import TransitionRow

NOTICED = datetime(2026, 11, 22, 8, 12, 30, tzinfo=UTC)
CHANGED = datetime(2026, 11, 22, 8, 12, 10, tzinfo=UTC)


def change(
    subject: str, from_state: str, to_state: str, changed_at: datetime = CHANGED, reason: str = ""
) -> TransitionRow:
    return TransitionRow(
        subject, "DEMO-CASA-F", "availability-1", "live-1", True, from_state, to_state, changed_at, NOTICED, reason
    )


@pytest.mark.parametrize(
    ("subject", "from_state", "to_state", "expected"),
    [
        ("circuit", "up", "down", ("page", "firing")),
        ("circuit", "down", "up", ("page", "resolved")),
        ("circuit", "unknown", "down", ("page", "firing")),
        ("circuit", "down", "unknown", ("page", "firing")),  # nobody has seen the outage end
        ("circuit", "up", "unknown", ("ticket", "firing")),
        ("circuit", "unknown", "up", ("ticket", "resolved")),
        ("objective", "met", "breached", ("ticket", "firing")),
        ("objective", "breached", "met", ("ticket", "resolved")),
        ("objective", "unscored", "insufficient_data", ("ticket", "noted")),  # every month begins so
        ("objective", "insufficient_data", "met", ("ticket", "noted")),
        ("objective", "insufficient_data", "breached", ("ticket", "firing")),
        ("objective", "open", "met", ("ticket", "resolved")),
        ("objective", "not_measurable", "met", ("ticket", "noted")),
        ("objective", "met", "not_measurable", ("ticket", "noted")),
    ],
)
def test_what_a_change_is_worth(subject: str, from_state: str, to_state: str, expected: tuple[str, str]) -> None:
    row = change(subject, from_state, to_state)
    assert (severity(row), status(row)) == expected


def test_a_line_in_english() -> None:
    row = change("circuit", "up", "down", reason="5 intervals in a row above the loss threshold")
    assert line(17, row, place="Casanearshore, Locataire F", label="DÉMO", words=ENGLISH) == (
        "2026-11-22T08:12:30Z DÉMO PAGE firing live-1 (Casanearshore, Locataire F) OUTAGE since 08:12:10Z"
        " – agreement DEMO-CASA-F, objective availability-1"
        " – reason: 5 intervals in a row above the loss threshold [17]"
    )


def test_a_line_in_french() -> None:
    row = change("objective", "met", "breached")
    assert line(18, row, place="Casanearshore, Locataire F", label="DÉMO", words=FRENCH) == (
        "2026-11-22T08:12:30Z DÉMO TICKET déclenchée live-1 (Casanearshore, Locataire F) NON RESPECTÉ"
        " constaté à 08:12:10Z – convention DEMO-CASA-F, engagement availability-1 [18]"
    )


def test_without_a_label_nothing_is_left_in_its_place() -> None:
    assert line(1, change("circuit", "down", "up"), place="x", words=ENGLISH).startswith(
        "2026-11-22T08:12:30Z PAGE resolved live-1 (x) AVAILABLE since 08:12:10Z"
    )


def test_a_change_of_another_day_says_which() -> None:
    row = change("circuit", "up", "down", changed_at=datetime(2026, 11, 21, 23, 59, 50, tzinfo=UTC))
    assert " OUTAGE since 2026-11-21T23:59:50Z " in line(1, row, place="x", words=ENGLISH)


def test_a_repetition_says_so() -> None:
    text = line(1, change("circuit", "up", "down"), place="x", repeated=True, words=FRENCH)
    assert text.endswith(" – peut-être déjà annoncé [1]")


def test_a_state_without_a_word_of_ours_is_shown_as_it_is() -> None:
    assert " DEGRADED since " in line(1, change("circuit", "up", "degraded"), place="x", words=ENGLISH)


def test_what_only_repeats_the_state_is_left_out() -> None:
    text = line(1, change("circuit", "up", "down", reason="outage began"), place="x", words=ENGLISH)
    assert text.endswith(" – agreement DEMO-CASA-F, objective availability-1 [1]")


def test_the_period_of_a_verdict_is_said_in_the_readers_language() -> None:
    row = change("objective", "met", "breached", reason="verdict of 2026-11")
    assert line(1, row, place="x", words=FRENCH).endswith(" – période 2026-11 [1]")
    assert line(1, row, place="x", words=ENGLISH).endswith(" – period 2026-11 [1]")


def test_a_part_of_a_month_is_named_by_its_days() -> None:
    """An amendment cuts the month: the verdicts of its two parts must not look like one that changed twice."""
    row = change("objective", "met", "breached", reason="verdict of 2026-11-01 to 2026-11-14")
    assert line(1, row, place="x", words=FRENCH).endswith(" – période du 2026-11-01 au 2026-11-14 [1]")
    assert line(1, row, place="x", words=ENGLISH).endswith(" – period 2026-11-01 to 2026-11-14 [1]")


def test_information_has_no_severity() -> None:
    text = line(1, change("objective", "unscored", "insufficient_data"), place="x", words=ENGLISH)
    assert text.startswith("2026-11-22T08:12:30Z for information live-1 (x) INSUFFICIENT DATA noticed at ")


def test_a_reason_with_line_ends_stays_one_line() -> None:
    assert "\n" not in line(1, change("circuit", "up", "down", reason="a\nb\r\nc"), place="x")


def test_both_languages_have_words_for_the_same_states() -> None:
    assert FRENCH.state.keys() == ENGLISH.state.keys()


@pytest.mark.parametrize("to_state", ["breached", "met", "open", "insufficient_data", "not_measurable"])
def test_a_verdict_has_no_since_only_when_it_was_noticed(to_state: str) -> None:
    """The engine knows at which pass a verdict changed, not since when it holds."""
    row = change("objective", "met", to_state, changed_at=NOTICED)
    french, english = line(1, row, place="x", words=FRENCH), line(1, row, place="x", words=ENGLISH)
    assert " constaté à 08:12:30Z " in french
    assert " noticed at 08:12:30Z " in english
    assert "depuis" not in french
    assert "since" not in english
