"""The tables of a statement that are of its agreements: objectives, figures, outages, tickets, time apart. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.catalogue import Catalogue
from reports.table_model import Cell, Row, figure, listed, local, moment
from reports.table_words import CURRENCY, FIGURES

Json = dict[str, Any]
WHERE = ("agreement", "from", "circuit", "objective")
"""The columns that say what a row is of; `from` is the first day of a segment, where an amendment cuts the month."""
SPAN = ("starts_local", "ends_local", "starts_at", "ends_at")
OBJECTIVES = (
    "agreement", "from", "park", "circuit", "label", "carrier", "objective", "indicator", "promise", "verdict",
    "verdict_raw", "value_percent", "value_ms", "late", "ticket_count", "credit", "currency",
)  # fmt: skip
FIGURE = (*WHERE, "figure", "key", "unit", "contractual", "raw")
OUTAGES = (
    *WHERE, "number", *SPAN, "seconds", "counted_seconds", "excluded_seconds", "bad_intervals", "good_intervals",
    "unknown_intervals", "first_bad_at", "last_bad_at", "sent", "lost", "tickets", "exclusions", "alerts",
)  # fmt: skip
TICKETS = (
    *WHERE, "ticket", "opened_local", "restored_local", "opened_at", "restored_at", "elapsed_seconds",
    "frozen_seconds", "at_most_seconds", "verdict",
)  # fmt: skip
FREEZES = (*WHERE, "ticket", *SPAN, "reason")
SPANS = (*WHERE, "kind", *SPAN)


def objectives(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each objective: what was promised, what came of it, what is owed."""
    for agreement, found, promised in _each(made):
        circuit = agreement["circuits"][found["circuit"]]
        tickets = found.get("tickets")
        late = None if tickets is None else sum(one["verdict"] == "breached" for one in tickets)
        raw = promised["raw"]
        yield (
            agreement["agreement"],
            _first_on(agreement),
            agreement["facility"]["name"],
            found["circuit"],
            circuit["label"],
            circuit["carrier"],
            found["id"],
            words.say(f"indicator.{found['indicator']}"),
            promised["promise"],
            words.say(f"verdict.{found['verdict']}"),
            None if raw is None else words.say(f"verdict.{raw['verdict']}"),
            figure(found.get("value_percent")),
            figure(found.get("value_ms")),
            figure(late),
            figure(None if tickets is None else len(tickets)),
            figure(found["credit"]),
            agreement["currency"],
        )


def figures(made: Json, language: int) -> Iterator[Row]:
    """One row for each figure of each objective, contractual and raw side by side, under its key in the JSON."""
    for agreement, found, promised in _each(made):
        for key, texts in FIGURES.items():
            is_known, value = _at(found, key)
            if not is_known:
                is_known, value = _at(promised, key)
            if is_known:
                unit = agreement["currency"] if texts[2] == CURRENCY else texts[2] or None
                raw = _at(promised["raw"] or {}, key)[1]
                yield (*_where(agreement, found), texts[language], key, unit, figure(value), figure(raw))


def outages(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each outage with what was measured in it; empty where nothing is kept of it."""
    del words
    for agreement, found, promised in _each(made):
        for one in promised.get("outages", ()):
            kept = one["measured"] or {}
            yield (
                *_where(agreement, found),
                figure(one["number"]),
                *_span(agreement, one),
                figure(one["seconds"]),
                *(figure(kept.get(name)) for name in OUTAGES[10:15]),
                *(moment(kept.get(name)) for name in OUTAGES[15:17]),
                *(figure(kept.get(name)) for name in OUTAGES[17:19]),
                listed(one["tickets"]),
                listed(one["exclusions"]),
                listed([each["alert"] for each in one["alerts"]]),
            )


def tickets(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each ticket of a restore objective."""
    for agreement, found, promised in _each(made):
        for one in promised.get("tickets", ()):
            zone = _zone(agreement)
            yield (
                *_where(agreement, found),
                one["ticket"],
                local(one["opened_at"], zone),
                local(one["restored_at"], zone),
                moment(one["opened_at"]),
                moment(one["restored_at"]),
                figure(one["elapsed_seconds"]),
                figure(one["frozen_seconds"]),
                figure(promised["at_most_seconds"]),
                words.say(f"verdict.{one['verdict']}"),
            )


def freezes(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each freeze of these tickets."""
    del words
    for agreement, found, promised in _each(made):
        for ticket in promised.get("tickets", ()):
            for one in ticket["freezes"]:
                yield (*_where(agreement, found), ticket["ticket"], *_span(agreement, one), one["reason"])


def spans(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each stretch of time that was unknown, excluded or outside the service hours."""
    for agreement, found, promised in _each(made):
        for kind, members in promised.get("spans", {}).items():
            for one in members or ():
                yield (*_where(agreement, found), words.say(f"time.{kind}"), *_span(agreement, one))


def _each(made: Json) -> Iterator[tuple[Json, Json, Json]]:
    """Every objective with its agreement: as it was scored, and what the statement adds to it."""
    for agreement in made["agreements"]:
        for found, promised in zip(agreement["score"]["objectives"], agreement["objectives"], strict=True):
            yield agreement, found, promised


def _at(found: Json, path: str) -> tuple[bool, Any]:
    """Whether there is something at `a.b`, and what; a figure that does not exist (null) is there and None."""
    value: Any = found
    for name in path.split("."):
        if value is None:
            return True, None
        if name not in value:
            return False, None
        value = value[name]
    return True, value


def _where(agreement: Json, found: Json) -> Row:
    return (agreement["agreement"], _first_on(agreement), found["circuit"], found["id"])


def _first_on(agreement: Json) -> Cell:
    return moment(agreement.get("segment", {}).get("first_on"))


def _zone(agreement: Json) -> str:
    name: str = agreement["score"]["period"]["time_zone"]
    return name


def _span(agreement: Json, one: Json) -> Row:
    zone = _zone(agreement)
    return (
        local(one["starts_at"], zone),
        local(one["ends_at"], zone),
        moment(one["starts_at"]),
        moment(one["ends_at"]),
    )
