"""The exclusions, tickets and freezes that a statement lists, beside those of the files it is computed from. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from facilities.instants import epoch_seconds
from store.errors import InputError
from store.intervals import Interval

Json = dict[str, Any]
Rows = dict[tuple[str, ...], dict[str, str]]


def register_faults(part: Json, folder: Path, span: Interval[int]) -> Iterator[str]:
    """Rows of a part's registers that the files have otherwise or not at all, and accepted exclusions that it leaves
    out. Who proposed and decided them stands in no file: that is the word of the ledger."""
    exclusions = _rows(folder / "exclusions.csv", ("id", "circuit"))
    for row in part["registers"]["exclusions"]:
        yield from _same(row, exclusions.pop((row["exclusion"], row["circuit"]), None), f"exclusion {row['exclusion']}")
    for (name, circuit), found in exclusions.items():
        starts_at, ends_at = epoch_seconds(found["starts_at"]), epoch_seconds(found["ends_at"])
        if found["decision"] == "accepted" and starts_at < span.ends_at and span.starts_at < ends_at:
            yield f"exclusion {name} of {circuit}: is accepted in the files, and the statement does not list it"
    tickets = _rows(folder / "tickets.csv", ("ticket", "circuit"))
    for row in part["registers"]["tickets"]:
        yield from _same(row, tickets.get((row["ticket"], row["circuit"])), f"ticket {row['ticket']}")
    yield from _freezes(part, _rows(folder / "freezes.csv", ("ticket", "starts_at", "ends_at", "reason")))


def _freezes(part: Json, files: Rows) -> Iterator[str]:
    """A freeze stops the clock of a ticket: one that is left out, or that nobody wrote down, changes what it took."""
    listed = {
        tuple(row[name] or "" for name in ("ticket", "starts_at", "ends_at", "reason"))
        for row in part["registers"]["freezes"]
    }
    tickets = {row["ticket"] for row in part["registers"]["tickets"]}
    for row in listed - files.keys():
        yield f"freeze of ticket {row[0]} from {row[1]}: is not in the files"
    for row in files.keys() - listed:
        if row[0] in tickets:
            yield f"freeze of ticket {row[0]} from {row[1]}: is in the files, and the statement does not list it"


def _same(stated: Json, found: Mapping[str, str] | None, what: str) -> Iterator[str]:
    if found is None:
        yield f"{what} of {stated['circuit']}: is not in the files"
        return
    for name, text in found.items():
        if name == "decision" and "accepted" not in (stated[name], text):
            continue  # proposed or rejected: it counts for nothing, and may have been decided since
        if name in stated and (stated[name] or "") != text:
            yield f"{what} of {stated['circuit']}: {name} is {stated[name]}, in the files {text or 'empty'}"


def _rows(path: Path, key: tuple[str, ...]) -> Rows:
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {tuple(row[name] for name in key): row for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise InputError(f"{path}: {error}") from None
