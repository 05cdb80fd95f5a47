from hypothesis import given
from hypothesis import strategies as st

from collectors.interval_tally import Answer, IntervalResult, IntervalTally

SECOND = 1_000_000
MS = 1_000_000  # ns
START = 1_788_220_800 * SECOND


def tally() -> IntervalTally:
    """Intervals of one second, timeout 300 ms."""
    fresh = IntervalTally(SECOND, 300 * MS)
    fresh.begin(START)
    return fresh


def test_a_round_trip_is_the_elapsed_time_less_the_reflectors_own() -> None:
    one = tally()
    one.sent(START, 0, START + 5, sent_monotonic=1000 * MS, sent_ntp=77)
    assert one.answered(0, 77, residence=4 * MS, received_monotonic=1024 * MS) is Answer.IN_TIME
    assert one.closed(START + SECOND + 300_000) == [IntervalResult(START, 1, 0, [(START + 5, 20 * MS)])]


def test_a_residence_longer_than_the_round_trip_is_not_believed() -> None:
    one = tally()
    one.sent(START, 0, START, 0, 77)
    one.answered(0, 77, residence=50 * MS, received_monotonic=20 * MS)
    assert one.closed(START + 2 * SECOND)[0].probes == [(START, 20 * MS)]


def test_without_an_answer_in_time_a_packet_is_lost_and_a_late_answer_changes_nothing() -> None:
    one = tally()
    for sequence in range(3):
        one.sent(START, sequence, START + sequence, 0, 77)
    assert one.answered(0, 77, 0, 300 * MS) is Answer.IN_TIME
    assert one.answered(1, 77, 0, 300 * MS + 1) is Answer.LATE
    (result,) = one.closed(START + SECOND + 300_000)
    assert (result.sent, result.lost) == (3, 2)
    assert [round_trip for _, round_trip in result.probes] == [300 * MS, -1, -1]
    assert one.answered(2, 77, 0, 301 * MS) is Answer.UNEXPECTED  # its interval has been given


def test_nothing_is_given_before_the_last_packet_had_its_full_time() -> None:
    one = tally()
    one.sent(START, 0, START + SECOND - 1, 0, 77)
    assert one.closed(START + SECOND + 299_999) == []
    assert one.is_empty is False
    assert len(one.closed(START + SECOND + 300_000)) == 1
    assert one.is_empty is True


def test_duplicates_and_answers_to_somebody_else_are_told_apart() -> None:
    one = tally()
    one.sent(START, 0, START, 0, sent_ntp=77)
    assert one.answered(0, 78, 0, 1) is Answer.UNEXPECTED  # another run's packet with the same number
    assert one.answered(9, 77, 0, 1) is Answer.UNEXPECTED
    assert one.answered(0, 77, 0, 10) is Answer.IN_TIME
    assert one.answered(0, 77, 0, 20) is Answer.DUPLICATE
    assert one.closed(START + 2 * SECOND)[0].probes == [(START, 10)]


def test_an_interval_in_which_nothing_could_be_sent_has_sent_0() -> None:
    assert tally().closed(START + 2 * SECOND) == [IntervalResult(START, 0, 0, [])]


def test_an_interval_that_is_cut_short_is_not_given() -> None:
    one = tally()
    one.begin(START + SECOND)
    one.sent(START + SECOND, 0, START + SECOND, 0, 77)
    one.drop_unfinished(START + SECOND + SECOND // 2)
    assert [result.starts_at for result in one.closed(START + 10 * SECOND)] == [START]


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=50))
def test_sent_is_answered_plus_lost(packets: list[tuple[int, bool]]) -> None:
    one = IntervalTally(SECOND, 300 * MS)
    for sequence, (number, is_answered) in enumerate(packets):
        one.begin(START + number * SECOND)
        one.sent(START + number * SECOND, sequence, START, 0, sequence)
        if is_answered:
            one.answered(sequence, sequence, 0, 5)
    results = one.closed(START + 20 * SECOND)
    assert [result.starts_at for result in results] == sorted({START + number * SECOND for number, _ in packets})
    assert sum(result.sent for result in results) == len(packets)
    assert sum(result.lost for result in results) == sum(not is_answered for _, is_answered in packets)
