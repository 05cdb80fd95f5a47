"""The tables of what is owed, what was excluded and what a correction changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reports.catalogue import Catalogue
from reports.table_model import Cell, Row, figure, local, moment
from reports.table_words import item

Json = dict[str, Any]
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_OF_FIGURES = ("objectives", "credit", "readings")


def credits(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each line of credit: rate, where it comes from, amount before and after rounding."""
    del words
    for agreement in made["agreements"]:
        for one in agreement["credits"]["lines"]:
            basis = one["basis"] or {}
            yield (
                *of(agreement),
                one["circuit"],
                one["objective"],
                figure(one["percent"]),
                figure(basis.get("at_least_percent")),
                figure(basis.get("below_percent")),
                figure(basis.get("tickets")),
                figure(basis.get("each_percent")),
                figure(one["before_rounding"]),
                figure(one["amount"]),
                agreement["currency"],
            )


def sums(made: Json, words: Catalogue) -> Iterator[Row]:
    """How the lines of each agreement become what is proposed, and the tax apart."""
    for agreement in made["agreements"]:
        owed, where, currency = agreement["credits"], of(agreement), agreement["currency"]
        vat = owed["vat"]
        lines: list[tuple[str, str | None, str | None]] = [
            ("monthly_fee", None, owed["monthly_fee"]),
            ("fee_exact", None, owed["fee_exact"]),
            ("fee", None, owed["fee"]),
            (f"total.{owed['combination']}", None, owed["total"]),
            ("cap", owed["cap_percent"], owed["cap"]),
            ("capped", None, owed["capped"]),
            ("owed", None, owed["payable"]),
        ]
        if vat is None:
            lines.append(("vat.none", None, None))
        else:
            lines += [("vat", vat["percent"], vat["amount"]), ("including", None, vat["including"])]
        adjustment = agreement.get("published", {}).get("adjustment")
        if adjustment is not None:
            lines.append(("adjustment_of", None, adjustment))
        for name, percent, amount in lines:
            yield *where, item(words, name), figure(percent), figure(amount), currency


def exclusions(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each exclusion on record, with who asked and who decided."""
    for agreement in made["agreements"]:
        zone = agreement["score"]["period"]["time_zone"]
        for one in agreement["registers"]["exclusions"]:
            yield (
                *of(agreement),
                one["circuit"],
                one["exclusion"],
                words.say(f"kind.{one['kind']}"),
                local(one["starts_at"], zone),
                local(one["ends_at"], zone),
                moment(one["starts_at"]),
                moment(one["ends_at"]),
                moment(one["announced_at"]),
                words.say(f"decision.{one['decision']}"),
                figure(one.get("counted_seconds")),
                one["proposed_by"],
                moment(one["proposed_at"]),
                one["decided_by"],
                moment(one["decided_at"]),
                one.get("proposed_reason"),
                one["reason"],
                one["evidence"],
            )


def corrections(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each value of the difference that the ledger holds, by its path there."""
    for agreement in made["agreements"]:
        correction = agreement["correction"]
        if correction is None:
            continue
        changed = {key: value for key, value in correction["difference"].items() if key != "readings"}
        rows = [*_changes(changed, ""), *_readings(correction["difference"]["readings"], words)]
        for path, before, after in rows:
            version, reason = figure(correction["to_version"]), correction["reason"]
            sides = (_value(path, before), _value(path, after))
            yield *of(agreement), version, path, *sides, reason


def _changes(found: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """What changed below a place of the difference; what came or went is one side of it."""
    if isinstance(found, list):
        for number, one in enumerate(found):
            name = one.get("id", number) if isinstance(one, dict) else number
            yield from _changes(one, f"{path}[{name}]")
    elif isinstance(found, dict):
        if found.keys() == {"before", "after"}:
            yield path, found["before"], found["after"]
            return
        for key, value in found.items():
            below = f"{path}.{key}" if path else key
            if key == "came":
                yield from ((f"{below}[{one['id']}]", None, one["circuit"]) for one in value)
            elif key == "went":
                yield from ((f"{below}[{one['id']}]", one["circuit"], None) for one in value)
            else:
                yield from _changes(value, below)


def _readings(found: list[Json], words: Catalogue) -> Iterator[tuple[str, Any, Any]]:
    """Days with another number of rows; as many rows with other values have no number to tell."""
    for one in found:
        path = f"readings.{one['kind']}[{one['circuit']} {one['day']}]"
        rows = one.get("rows", {"before": None, "after": words.say("change.other_values")})
        yield path, rows["before"], rows["after"]


def _value(path: str, value: Any) -> Cell:
    """A number where the difference speaks of figures; elsewhere "007" and "1.0" are names and versions."""
    if value is None:
        return None
    if isinstance(value, list):  # outages and tickets: how many there are; the lists stand in the JSON
        return figure(len(value))
    text = str(value)
    return figure(text) if path.startswith(_OF_FIGURES) and _NUMBER.fullmatch(text) else text


def of(agreement: Json) -> Row:
    """The two cells that say which agreement, and of a month in two segments the first day of this one."""
    return agreement["agreement"], moment(agreement.get("segment", {}).get("first_on"))
