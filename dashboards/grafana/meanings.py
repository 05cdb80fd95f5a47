"""What the codes of states, verdicts and decisions mean to a reader of one language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.grafana.field import BAD, PLAIN, PLANNED, UNKNOWN, WARNING, WELL, Meaning, Meanings
from dashboards.grafana.speech import Speech
from dashboards.standing import Standing

_STATE_COLORS = {
    "down": BAD, "up": WELL, "unknown": UNKNOWN, "silent": WARNING, "no_data": UNKNOWN, "no_agreement": PLAIN,
    "measured": "semi-dark-blue", "excluded": PLANNED,
}  # fmt: skip
_STANDING_COLORS = {
    Standing.breached: BAD, Standing.open: WARNING, Standing.insufficient_data: UNKNOWN, Standing.on_track: WELL,
    Standing.met: WELL, Standing.not_measurable: PLAIN, Standing.unscored: UNKNOWN,
}  # fmt: skip
_SITUATION_COLORS = {
    "down": BAD, "silent": WARNING, "no_data": UNKNOWN, "up": WELL, "no_circuits": UNKNOWN, "announced": PLANNED,
    "project": PLANNED,
}  # fmt: skip
_DECISION_COLORS = {"accepted": PLANNED, "proposed": WARNING, "rejected": PLAIN}


def states(say: Speech) -> Meanings:
    """States of circuits: those of the contract in the board's words, and why there is none."""
    own = say.words.state
    return {
        code: Meaning(own[code] if code in own else say(f"shared.state.{code}"), color)
        for code, color in _STATE_COLORS.items()
    }


def standings(say: Speech) -> Meanings:
    """Verdicts, and `on_track` for what is met so far, in the board's words."""
    return {
        standing.value: Meaning(say.words.standing[standing], color) for standing, color in _STANDING_COLORS.items()
    }


def situations(say: Speech) -> Meanings:
    """What is to be said of a park in a word."""
    return _spoken(say, "situation", _SITUATION_COLORS)


def decisions(say: Speech) -> Meanings:
    """What was decided about an exclusion."""
    return _spoken(say, "decision", _DECISION_COLORS)


def kinds(say: Speech) -> Meanings:
    """Why an exclusion was asked for."""
    return _spoken(say, "kind", dict.fromkeys(("maintenance", "customer", "force_majeure"), PLAIN))


def indicators(say: Speech) -> Meanings:
    """What an objective promises."""
    return _spoken(say, "indicator", dict.fromkeys(("availability", "loss", "round_trip", "time_to_restore"), PLAIN))


def publication(say: Speech) -> Meanings:
    """How far a month's result is: running, closed, published, contested, final, or replaced by a correction."""
    colors = {
        "running": PLAIN, "unpublished": WARNING, "issued": WELL, "contested": BAD, "final": WELL,
        "superseded": UNKNOWN,
    }  # fmt: skip
    return _spoken(say, "publication", colors)


def corrections(say: Speech) -> Meanings:
    """That a published result is to be corrected."""
    return _spoken(say, "correction", {"due": WARNING})


def credit_lines(say: Speech) -> Meanings:
    """What a line of a credit is."""
    return _spoken(say, "line", {"fee": PLAIN, "objective": PLAIN, "capped": PLAIN, "payable": PLAIN})


def park_months(say: Speech) -> Meanings:
    """What is to be said of a park's month in a word."""
    colors = {
        "breached": BAD, "open": WARNING, "met": WELL, "insufficient_data": UNKNOWN, "no_data": UNKNOWN,
        "hidden": UNKNOWN, "no_agreement": UNKNOWN, "announced": PLANNED, "project": PLANNED, "data_embassy": PLANNED,
    }  # fmt: skip
    return _spoken(say, "park_month", colors)


def states_and_standings(say: Speech) -> Meanings:
    """Both, for changes of circuits and of objectives in one list; their codes differ."""
    return {**standings(say), **states(say)}


def _spoken(say: Speech, what: str, colors: Mapping[str, str]) -> Meanings:
    return {code: Meaning(say(f"shared.{what}.{code}"), color) for code, color in colors.items()}
