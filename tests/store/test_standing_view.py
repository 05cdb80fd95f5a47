"""How an objective stands, as `reporting.standing` says it, at the edges where the word changes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.connection import Connection

ENDS_AT = datetime(2026, 10, 1, tzinfo=UTC)
RUNNING = ENDS_AT - timedelta(seconds=1650)
FIGURES: dict[str, Any] = {
    "verdict": "insufficient_data", "indicator": "availability", "target": "0.9", "budget": "255.0", "left": "100.0",
    "demanded": "0.95", "scored_to_at": RUNNING, "ends_at": ENDS_AT,
    "detail": json.dumps({"seconds": {"up": 900, "down": 50, "unknown": 1650}, "coverage_percent": "36.5384"}),
}  # fmt: skip
"""Of 2600 seconds 1000 are gone by, 950 of them measured; the budget is of the 2550 that can still be measured."""


def standing(connection: Connection, **other: object) -> object:
    """The word for these figures."""
    row = connection.execute(
        "SELECT reporting.standing(%(verdict)s, %(indicator)s, %(detail)s::jsonb, %(target)s::numeric,"
        " %(budget)s::numeric, %(left)s::numeric, %(demanded)s::numeric, %(scored_to_at)s, %(ends_at)s)",
        FIGURES | other,
    ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("demanded", "expected"), [("0.95", "on_track"), ("0.951", "insufficient_data"), (None, "insufficient_data")]
)
def test_it_is_on_track_where_the_time_gone_by_is_covered(
    connection: Connection, demanded: str | None, expected: str
) -> None:
    assert standing(connection, demanded=demanded) == expected


@pytest.mark.parametrize(("demanded", "expected"), [("0.98", "breached"), ("0.981", "insufficient_data")])
def test_it_is_lost_only_if_the_period_can_still_be_covered(
    connection: Connection, demanded: str, expected: str
) -> None:
    assert standing(connection, left="-1", demanded=demanded) == expected


def test_of_a_period_that_is_over_it_is_the_verdict(connection: Connection) -> None:
    assert standing(connection, verdict="met", left="-1", scored_to_at=ENDS_AT) == "met"
    assert standing(connection, scored_to_at=ENDS_AT) == "insufficient_data"


@pytest.mark.parametrize("verdict", ["breached", "open", "insufficient_data", "not_measurable"])
def test_other_indicators_keep_their_verdict_but_nothing_is_met_yet(connection: Connection, verdict: str) -> None:
    for indicator in ("loss", "round_trip", "time_to_restore"):
        assert standing(connection, indicator=indicator, verdict=verdict, budget=None, left=None) == verdict
        assert standing(connection, indicator=indicator, verdict="met", budget=None, left=None) == "on_track"


def test_where_nothing_was_counted_there_is_no_word_for_it(connection: Connection) -> None:
    nothing = json.dumps({"seconds": {"up": 0, "down": 0, "unknown": 2600}, "coverage_percent": "0.0000"})
    assert standing(connection, detail=nothing, budget=None, left=None) == "insufficient_data"


def test_a_target_of_all_of_it_has_no_budget_to_tell_the_time_by(connection: Connection) -> None:
    """What lies ahead is then the rest of the period."""
    assert standing(connection, target="1", budget="0", left="0", demanded="1") == "on_track"
    assert standing(connection, target="1", budget="0", left="-50", demanded="1") == "breached"
    later = RUNNING + timedelta(seconds=500)
    assert standing(connection, target="1", budget="0", left="0", demanded="1", scored_to_at=later) != "on_track"
