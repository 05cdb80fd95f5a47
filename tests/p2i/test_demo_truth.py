from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from p2i.demo_truth import compare, compare_outage

STOP = datetime(2026, 11, 22, 8, 0, 0, 300_000, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "agreement": "A",
    "objectives": [
        {"id": "loss", "circuit": "c", "indicator": "loss", "sent": 10, "lost": 1},
        {"id": "gtr", "circuit": "c", "indicator": "time_to_restore",
         "tickets": [{"ticket": "T", "elapsed_seconds": 60, "frozen_seconds": 0, "verdict": "met"}]},
    ],
}  # fmt: skip


def live(*outages: tuple[str, str]) -> dict[str, Any]:
    listed = [{"starts_at": start, "ends_at": end, "seconds": 0} for start, end in outages]
    return {
        "agreement": "A",
        "objectives": [{"id": "a", "circuit": "c", "indicator": "availability", "outages": listed}],
    }


def test_equal_figures_are_equal() -> None:
    (line,) = compare(DOCUMENT, {"loss": {"sent": 10, "lost": 1}})
    assert line.is_equal
    assert line.truth == line.scored == "sent 10 · lost 1"


def test_one_figure_that_differs_is_a_difference() -> None:
    (line,) = compare(DOCUMENT, {"loss": {"sent": 10, "lost": 2}})
    assert not line.is_equal
    assert (line.truth, line.scored) == ("sent 10 · lost 2", "sent 10 · lost 1")


def test_an_objective_that_was_not_scored_is_a_difference() -> None:
    (line,) = compare(DOCUMENT, {"other": {"sent": 10}})
    assert not line.is_equal
    assert line.scored == "sent —"


def test_tickets_are_compared_without_their_verdict() -> None:
    (line,) = compare(DOCUMENT, {"gtr": {"tickets": [{"ticket": "T", "elapsed_seconds": 60, "frozen_seconds": 0}]}})
    assert line.is_equal


@pytest.mark.parametrize(
    ("outages", "is_equal"),
    [
        ([("2026-11-22T08:00:00Z", "2026-11-22T08:00:15Z")], True),
        ([("2026-11-22T08:00:02Z", "2026-11-22T08:00:17Z")], True),
        ([("2026-11-22T08:00:03Z", "2026-11-22T08:00:15Z")], False),
        ([("2026-11-22T08:00:00Z", "2026-11-22T08:00:18Z")], False),
        ([], False),
        ([("2026-11-22T08:00:00Z", "2026-11-22T08:00:07Z"), ("2026-11-22T08:00:09Z", "2026-11-22T08:00:15Z")], False),
    ],
)
def test_a_measured_outage_is_the_real_stop_to_two_seconds(outages: list[tuple[str, str]], is_equal: bool) -> None:
    assert compare_outage(live(*outages), "c", STOP, STOP + timedelta(seconds=15)).is_equal is is_equal


def test_a_reflector_that_was_not_stopped_has_no_outage() -> None:
    assert compare_outage(live(), "c", None, None).is_equal
    assert not compare_outage(live(("2026-11-22T08:00:00Z", "2026-11-22T08:00:15Z")), "c", None, None).is_equal
