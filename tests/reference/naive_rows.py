"""Reads the CSV files of the scoring contract: columns, values, keys and repeated rows, nothing computed.

Written from contracts/score.md alone ("Command", "CSV files"); imports nothing of the project.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from tests.reference.naive_values import (
    BadInput,
    not_reversed,
    one_of,
    read_count,
    read_decimal,
    read_instant,
    read_second,
    text_of,
)


@dataclass
class IntervalRow:
    starts_at: int
    circuit: str
    sent: int
    lost: int


@dataclass
class ProbeRow:
    sent_at: Fraction
    circuit: str
    round_trip_ms: Decimal | None


@dataclass
class StateRow:
    at: int
    circuit: str
    state: str


@dataclass
class TicketRow:
    ticket: str
    circuit: str
    opened_at: int
    restored_at: int | None


@dataclass
class FreezeRow:
    ticket: str
    starts_at: int
    ends_at: int
    reason: str


@dataclass
class ExclusionRow:
    id: str
    circuit: str
    kind: str
    starts_at: int
    ends_at: int
    announced_at: int | None
    decision: str


def read_table(path: Path, columns: str) -> list[dict[str, str]]:
    """The rows of one CSV file as dictionaries; exactly these columns, in any order."""
    wanted = columns.split(",")
    try:
        text = path.read_bytes().decode("utf-8-sig")  # a BOM is accepted
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: {error}") from error
    lines = [line for line in lines if "".join(line).strip() or len(line) > 1]  # blank lines are ignored
    if not lines or sorted(lines[0]) != sorted(wanted):
        raise BadInput(f"{path}: the columns are {columns}")
    rows = []
    for line in lines[1:]:
        if len(line) != len(wanted):
            raise BadInput(f"{path}: a row has {len(line)} fields")
        rows.append(dict(zip(lines[0], line, strict=True)))
    return rows


Row = TypeVar("Row")


def without_repetition(rows: list[Row], *key: str) -> list[Row]:
    """The same row twice is counted once; the same key with other values is refused (after parsing)."""
    seen: dict[tuple[object, ...], Row] = {}
    for row in rows:
        name = tuple(getattr(row, part) for part in key)
        if name in seen and seen[name] != row:
            raise BadInput(f"two rows with the key {name} and different values")
        seen[name] = row
    return list(seen.values())


def read_intervals(path: Path) -> list[IntervalRow]:
    rows = []
    for line in read_table(path, "starts_at,circuit,sent,lost"):
        row = IntervalRow(
            read_second(line["starts_at"]),
            text_of(line["circuit"]),
            read_count(line["sent"]),
            read_count(line["lost"]),
        )
        if row.lost > row.sent:
            raise BadInput("lost > sent")
        rows.append(row)
    return without_repetition(rows, "starts_at", "circuit")


def read_probes(path: Path) -> list[ProbeRow]:
    rows = []
    for line in read_table(path, "sent_at,circuit,round_trip_ms"):
        answer = line["round_trip_ms"]
        rows.append(
            ProbeRow(
                read_instant(line["sent_at"], fraction_allowed=True),
                text_of(line["circuit"]),
                None if answer == "" else read_decimal(answer),
            )
        )
    return without_repetition(rows, "sent_at", "circuit")


def read_states(path: Path) -> list[StateRow]:
    rows = [
        StateRow(read_second(line["at"]), text_of(line["circuit"]), one_of(line["state"], "up", "down", "unknown"))
        for line in read_table(path, "at,circuit,state")
    ]
    return without_repetition(rows, "at", "circuit")


def read_tickets(path: Path) -> list[TicketRow]:
    rows = []
    for line in read_table(path, "ticket,circuit,opened_at,restored_at"):
        restored = line["restored_at"]
        row = TicketRow(
            text_of(line["ticket"]),
            text_of(line["circuit"]),
            read_second(line["opened_at"]),
            None if restored == "" else read_second(restored),
        )
        if row.restored_at is not None:
            not_reversed(row.opened_at, row.restored_at)
        rows.append(row)
    return without_repetition(rows, "ticket", "circuit")


def read_freezes(path: Path) -> list[FreezeRow]:
    rows = []
    for line in read_table(path, "ticket,starts_at,ends_at,reason"):
        row = FreezeRow(
            text_of(line["ticket"]),
            read_second(line["starts_at"]),
            read_second(line["ends_at"]),
            line["reason"],
        )
        not_reversed(row.starts_at, row.ends_at)
        rows.append(row)
    return without_repetition(rows, "ticket", "starts_at")


def read_exclusions(path: Path) -> list[ExclusionRow]:
    rows = []
    for line in read_table(path, "id,circuit,kind,starts_at,ends_at,announced_at,decision"):
        announced = line["announced_at"]
        row = ExclusionRow(
            text_of(line["id"]),
            text_of(line["circuit"]),
            one_of(line["kind"], "maintenance", "customer", "force_majeure"),
            read_second(line["starts_at"]),
            read_second(line["ends_at"]),
            None if announced == "" else read_second(announced),
            one_of(line["decision"], "proposed", "accepted", "rejected"),
        )
        not_reversed(row.starts_at, row.ends_at)
        rows.append(row)
    return without_repetition(rows, "id", "circuit")
