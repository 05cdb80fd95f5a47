"""Records of a file as rows of one kind: checked together, each that cannot be a reading refused alone. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from collectors.grid import Grid
from collectors.native_topic import KindWord
from collectors.plausibility import Column, refusals
from collectors.reasons import Refusal, Rejected

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Record(NamedTuple):
    """One record of a file: its number (the line, or counted from 1), and its bytes; None when it is too long."""

    number: int
    content: bytes | None


@dataclass(frozen=True)
class Rows:
    """What records became: columns (series number, instant in µs, values …), the record of each row, refused records,
    and how many records the mapping does not ask for. `keep` is what quarantine keeps of a record."""

    columns: list[Column]
    records: list[Record]
    rejected: list[tuple[int, Rejected]]
    skipped: int
    keep: Callable[[Record], bytes]

    def refused(self, place: int, why: Refusal) -> tuple[int, Rejected]:
        """The row at `place`, refused."""
        record = self.records[place]
        return record.number, Rejected(why, self.keep(record))


def columns_of(kind: KindWord, numbers: Sequence[tuple[int, ...]]) -> list[Column]:
    """Rows of (series number, instant in µs, values …) as columns."""
    width = 4 if kind == "intervals" else 3
    table = np.array(numbers, dtype=np.int64).reshape(len(numbers), width)
    return [np.ascontiguousarray(table[:, at]) for at in range(width)]


def checked_rows(
    kind: KindWord,
    columns: list[Column],
    records: list[Record],
    rejected: list[tuple[int, Rejected]],
    skipped: int,
    keep: Callable[[Record], bytes],
    received_at: datetime,
    grids: Mapping[int, frozenset[Grid]],
) -> Rows:
    """Rows that passed the checks every reading must pass; the others join `rejected`.

    `columns` are series numbers, instants in µs and values, `records` the record each row came from.
    """
    received = (received_at - _EPOCH) // timedelta(microseconds=1)
    rows = Rows(columns, records, rejected, skipped, keep)
    found = refusals(kind, columns, received, grids)
    if not found:
        return rows
    good = np.ones(len(records), dtype=np.bool_)
    good[list(found)] = False
    return Rows(
        [column[good] for column in columns],
        [record for at, record in enumerate(records) if at not in found],
        rejected + [rows.refused(at, why) for at, why in found.items()],
        skipped,
        keep,
    )
