"""Weekly works as a file to import: each window on its own, at the instants the local clocks will show."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from datetime import date

from facilities.calendar import local_day, local_midnight, zone
from facilities.calendar_recurrence import Recurrence, occurrences
from facilities.instants import instant_text
from p2i.checked_file import Texts
from p2i.exclusion_file import COLUMNS, proposal
from store.errors import InputError
from store.intervals import Interval
from store.reading_text import csv_line

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPTION_OF = {"announced_at": "--announced", "id": "ID"}
MOST_DAYS = 3660
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def weekly_lines(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the file, header first: one row per window and circuit, with the id `ID-` and its first local day.

    Every row is a proposal like any other: notice is judged for each, to its own start. InputError names the option.
    """
    try:
        in_zone = zone(options.time_zone)
    except InputError as error:
        raise InputError(f"--time-zone: {error}") from None
    first_on, until_on = _day("--first", options.first), _day("--until", options.until)
    if not 0 < (until_on - first_on).days <= MOST_DAYS:
        raise InputError(f"--until: is not 1 to {MOST_DAYS} days after --first")
    days = frozenset(DAYS.index(day) for day in options.days)
    minutes = _minute("--from", options.starts), _minute("--to", options.ends)
    try:
        weekly = Recurrence(days, *minutes, first_on, until_on)
    except InputError as error:
        raise InputError(f"--from, --to: {error}") from None
    found = occurrences(weekly, in_zone, Interval(local_midnight(first_on, in_zone), local_midnight(until_on, in_zone)))
    if not found:
        raise InputError("--days: there is no such day from --first to before --until")
    yield ",".join(COLUMNS) + "\n"
    for window in found:
        for circuit in dict.fromkeys(options.circuit):
            row = {
                "id": f"{options.exclusion}-{local_day(window.starts_at, in_zone)}",
                "circuit": circuit,
                "kind": "maintenance",
                "starts_at": instant_text(window.starts_at),
                "ends_at": instant_text(window.ends_at),
                "announced_at": options.announced,
                "decision": "proposed",
                "reason": options.reason,
                "evidence": options.evidence,
            }
            _refuse_what_import_refuses(row)
            yield csv_line(tuple(row[name] for name in COLUMNS))


def _refuse_what_import_refuses(row: dict[str, str]) -> None:
    try:
        proposal(Texts(row))
    except InputError as error:
        column, _, what = str(error).partition(": ")
        raise InputError(f"{OPTION_OF.get(column, f'--{column}')}: {what}") from None


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f'{option}: "{text}" is not a day such as 2026-09-01') from None


def _minute(option: str, text: str) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise InputError(f'{option}: "{text}" is not a time of day such as 01:00')
    return int(found[1]) * 60 + int(found[2])
