from collectors.sequence import FORGET_ABOVE, SequenceWatch


def test_gaps_are_counted_redeliveries_are_not() -> None:
    watch = SequenceWatch()
    assert [watch.skipped("casa/a", seq) for seq in (5, 6, 9, 7, 9, 10, 0, 1, 3)] == [0, 0, 2, 0, 0, 0, 0, 0, 1]


def test_collectors_count_apart() -> None:
    watch = SequenceWatch()
    assert [watch.skipped(name, 1) for name in ("a", "b")] == [0, 0]
    assert watch.skipped("a", 3) == 1
    assert watch.skipped("b", 2) == 0


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    watch = SequenceWatch()
    for number in range(2 * FORGET_ABOVE):
        assert watch.skipped(f"invented-{number}", 1) == 0
    assert len(watch._highest) <= FORGET_ABOVE
