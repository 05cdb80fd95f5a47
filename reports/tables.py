"""A statement as tables for a spreadsheet: the same tables and columns in every statement, filled or not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reports import agreement_tables as of_objectives
from reports import owed_tables as of_owed
from reports import statement_tables as of_all
from reports.catalogue import Catalogue
from reports.table_model import Row, Table
from reports.table_words import COLUMNS, TABLES, side

Json = dict[str, Any]
ENDS = ("starts_local", "ends_local", "starts_at", "ends_at")
SHAPES: Mapping[str, tuple[str, ...]] = {
    "statement": ("what", "value"),
    "objectives": of_objectives.OBJECTIVES,
    "figures": of_objectives.FIGURE,
    "outages": of_objectives.OUTAGES,
    "tickets": of_objectives.TICKETS,
    "freezes": of_objectives.FREEZES,
    "spans": of_objectives.SPANS,
    "credits": ("agreement", "from", "circuit", "objective", "percent", "at_least_percent", "below_percent", "late",
                "each_percent", "before_rounding", "amount", "currency"),
    "sums": ("agreement", "from", "what", "percent", "amount", "currency"),
    "exclusions": ("agreement", "from", "circuit", "exclusion", "kind", *ENDS, "announced_at", "decision",
                   "counted_seconds", "proposed_by", "proposed_at", "decided_by", "decided_at", "proposed_reason",
                   "reason", "evidence"),
    "corrections": ("agreement", "from", "version", "key", "before", "after", "reason"),
    "history": ("agreement", "month", "version", "state", "starts_at", "circuit", "objective", "indicator", "verdict",
                "value_percent", "value_ms", "down_seconds", "late", "ticket_count", "payable"),
    "occupancy": ("park", "building", "floor", "zone", "label", "capacity_people", "people_most", "peak_at",
                  "people_mean", "mean_percent", "quarters_measured", "quarters", "coverage_percent"),
    "comfort": ("park", "building", "floor", "zone", "label", "quantity", "unit", "least", "median", "most",
                "readings", "quarters_measured", "quarters", "coverage_percent"),
    "rules": ("agreement", "from", "objective", "number", "rule"),
    "check": ("agreement", "part", "sha256"),
}  # fmt: skip
"""The columns of each table, in their order."""
UNITS = {"temperature_celsius": "°C", "humidity_ratio": "0–1", "co2_ratio": "0–1", "sound_decibels": "dB",
         "illuminance_lux": "lx"}  # fmt: skip


def tables(made: Json, words: Catalogue) -> list[Table]:
    """Every table of the statement in the words of its language. All of one label (DÉMO) have it in their names."""
    language = side(words)
    mention = f"{made['label']} – " if made["label"] else ""
    makers: Mapping[str, Callable[[Json, Catalogue], Iterable[Row]]] = {
        "statement": of_all.statement,
        "objectives": of_objectives.objectives,
        "figures": lambda one, _: of_objectives.figures(one, language),
        "outages": of_objectives.outages,
        "tickets": of_objectives.tickets,
        "freezes": of_objectives.freezes,
        "spans": of_objectives.spans,
        "credits": of_owed.credits,
        "sums": of_owed.sums,
        "exclusions": of_owed.exclusions,
        "corrections": of_owed.corrections,
        "history": of_all.history,
        "occupancy": of_all.occupancy,
        "comfort": of_all.comfort,
        "rules": of_all.rules,
        "check": of_all.check,
    }
    return [
        Table(
            f"{mention}{TABLES[name][language]}",
            tuple(COLUMNS[column][language] for column in columns),
            tuple(makers[name](made, words)),
        )
        for name, columns in SHAPES.items()
    ]
