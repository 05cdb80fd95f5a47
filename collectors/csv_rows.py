"""Lines of a CSV file to rows of one kind, by a mapping; each line that cannot be a reading is refused alone. Pure."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from collectors.csv_layout import Layout, fields_of_line, kept_of_line
from collectors.csv_plain import PlainReader
from collectors.file_rows import Record, Rows, checked_rows, columns_of
from collectors.known import grids_of
from collectors.plausibility import Column
from collectors.reasons import Refused, Rejected
from collectors.table_rows import RowReader


def decoded_lines(lines: Sequence[Record], of: Layout, received_at: datetime) -> Rows:
    """Every line as a row, refused with its reason, or not asked for; blank lines are neither. In the file's order."""
    reader = PlainReader(of)
    plain_columns: list[Column] = []
    plain: list[Record] = []
    others = lines
    if reader.is_possible:
        plain_columns, plain, others = reader.rows(lines)
    numbers: list[tuple[int, ...]] = []
    records: list[Record] = []
    rejected: list[tuple[int, Rejected]] = []
    skipped = 0
    read = RowReader(of.mapping, of.header, of.series).numbers
    for line in others:
        try:
            fields = fields_of_line(line, of.mapping)
            if fields is None:
                continue
            found = read(fields)
        except Refused as error:
            rejected.append((line.number, Rejected(error.refusal, kept_of_line(line, of.header, of.mapping))))
            continue
        if found is None:
            skipped += 1
        else:
            numbers.append(found)
            records.append(line)
    columns = columns_of(of.mapping.kind, numbers)
    if plain:
        columns, records = _in_order(plain_columns, plain, columns, records)
    return checked_rows(
        of.mapping.kind,
        columns,
        records,
        rejected,
        skipped,
        lambda line: kept_of_line(line, of.header, of.mapping),
        received_at,
        grids_of(of.series),
    )


def _in_order(
    columns: list[Column], records: list[Record], more_columns: list[Column], more_records: list[Record]
) -> tuple[list[Column], list[Record]]:
    """Both by line: of two values for one instant the one that comes first in the file is stored."""
    if not more_records:
        return columns, records
    together = records + more_records
    order = np.argsort([record.number for record in together], kind="stable")
    both = [np.concatenate(pair)[order] for pair in zip(columns, more_columns, strict=True)]
    return both, [together[at] for at in order.tolist()]
