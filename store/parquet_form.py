"""The form of archived readings: one Parquet schema per kind, with units, and the table's way to and from arrays. Pure.

Writers (`p2i archive`) and readers (`p2i score`) share it, so that a file stands alone: it names its circuits by code.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from store.errors import InputError
from store.rows import State

RECEIVED_AT = "received_at"
INSTANT = pa.timestamp("us", tz="UTC")
CODE = pa.dictionary(pa.int32(), pa.string())
ABSENT = -1  # stands for null in arrays; no reading holds it
STATES = [state.name for state in sorted(State)]

Column = npt.NDArray[np.int64]


class Value(NamedTuple):
    """One value of a reading: its column, its Parquet type, its unit; `is_optional`: null says something."""

    name: str
    type: Any
    unit: str
    is_optional: bool = False


class Piece(NamedTuple):
    """Readings of one circuit or zone in time order; instants and receptions in µs since 1970, one array per value."""

    series: str
    instants: Column
    values: tuple[Column, ...]
    received: Column


class Form:
    """What a Parquet file of one kind of reading holds; `header` heads the text that is hashed (`archive_content`)."""

    def __init__(
        self, kind: str, series: str, instant: str, meaning: str, values: Sequence[Value], header: str
    ) -> None:
        self.kind, self.series, self.instant, self.meaning = kind, series, instant, meaning
        self.values = tuple(values)
        self.header = header

    @cached_property
    def schema(self) -> Any:
        """The Arrow schema: instant, series, values, received_at; the metadata of each field say unit and meaning."""
        utc = {"unit": "microseconds since 1970-01-01T00:00:00Z"}
        return pa.schema(
            [
                pa.field(self.instant, INSTANT, nullable=False, metadata={**utc, "meaning": self.meaning}),
                pa.field(self.series, CODE, nullable=False, metadata={"meaning": f"code of the {self.series}"}),
                *(
                    pa.field(value.name, value.type, nullable=value.is_optional, metadata={"unit": value.unit})
                    for value in self.values
                ),
                pa.field(
                    RECEIVED_AT, INSTANT, nullable=False, metadata={**utc, "meaning": "when it reached the store"}
                ),
            ]
        )

    def table(self, pieces: Sequence[Piece]) -> Any:
        """The pieces, in their order, as one Arrow table of this form."""
        names = list(dict.fromkeys(piece.series for piece in pieces))
        number = {name: index for index, name in enumerate(names)}
        codes = np.concatenate([np.full(piece.instants.size, number[piece.series], np.int32) for piece in pieces])
        columns = [
            _instants(np.concatenate([piece.instants for piece in pieces])),
            pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string())),
            *(
                _encoded(value, np.concatenate([piece.values[position] for piece in pieces]))
                for position, value in enumerate(self.values)
            ),
            _instants(np.concatenate([piece.received for piece in pieces])),
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)

    def pieces(self, table: Any) -> list[Piece]:
        """The table's rows in their order, cut where the series changes."""
        if table.num_rows == 0:
            return []
        codes = table[self.series].combine_chunks()
        indices: Column = codes.indices.to_numpy().astype(np.int64)
        starts = [0, *(np.flatnonzero(np.diff(indices)) + 1).tolist(), table.num_rows]
        names = codes.dictionary.to_pylist()
        instants, received = numbers(table[self.instant]), numbers(table[RECEIVED_AT])
        values = [decoded(value, table[value.name]) for value in self.values]
        return [
            Piece(names[indices[a]], instants[a:b], tuple(column[a:b] for column in values), received[a:b])
            for a, b in pairwise(starts)
        ]

    @property
    def writer_options(self) -> dict[str, Any]:
        """Encodings: a month of instants on a grid is almost nothing as differences; counts and codes repeat."""
        repeating = [self.series, *(value.name for value in self.values if value.type != pa.int64())]
        deltas = [field.name for field in self.schema if field.name not in repeating]
        return {
            "compression": "zstd",
            "use_dictionary": repeating,
            "column_encoding": dict.fromkeys(deltas, "DELTA_BINARY_PACKED"),
            "version": "2.6",
        }


def may_hold(group: Any, column: str, wanted: set[str]) -> bool:
    """Whether a row group may hold one of the wanted texts, by the least and the greatest that its metadata state."""
    for position in range(group.num_columns):
        described = group.column(position)
        if described.path_in_schema == column:
            stated = described.statistics
            if stated is None or not stated.has_min_max:
                return True
            return any(stated.min <= text <= stated.max for text in wanted)
    return True


def numbers(column: Any) -> Column:
    """A column of instants or integers without nulls as int64."""
    values: Column = pc.cast(column, pa.int64()).to_numpy()
    return values


def decoded(value: Value, column: Any) -> Column:
    """A column of values as int64: states by their number, null as `ABSENT`."""
    if value.type == CODE:
        codes = column.combine_chunks()
        names = codes.dictionary.to_pylist()
        for name in set(names).difference(STATES):
            raise InputError(f'{value.name}: "{name}" is none of {", ".join(STATES)}')
        by_index = np.array([int(State[name]) for name in names], np.int64)
        states: Column = by_index[codes.indices.to_numpy()]
        return states
    return numbers(pc.fill_null(pc.cast(column, pa.int64()), ABSENT))


def _instants(values: Column) -> Any:
    return pa.array(values, pa.int64()).cast(INSTANT)


def _encoded(value: Value, values: Column) -> Any:
    if value.type == CODE:
        return pa.DictionaryArray.from_arrays(pa.array((values - 1).astype(np.int32)), pa.array(STATES, pa.string()))
    return pa.array(values, pa.int64(), mask=values == ABSENT if value.is_optional else None).cast(value.type)


_COUNT = pa.int32()
FORMS = {
    form.kind: form
    for form in (
        Form(
            "interval",
            "circuit",
            "starts_at",
            "start of the grid interval",
            [Value("sent", _COUNT, "probes; 0 = nothing was measured"), Value("lost", _COUNT, "probes")],
            "starts_at,circuit,sent,lost",
        ),
        Form(
            "probe",
            "circuit",
            "sent_at",
            "when the probe was sent",
            [Value("round_trip_nanoseconds", pa.int64(), "nanoseconds; null = the probe was lost", is_optional=True)],
            "sent_at,circuit,round_trip_ms",
        ),
        Form(
            "state",
            "circuit",
            "changed_at",
            "from when on the state holds",
            [Value("state", CODE, "up, down or unknown")],
            "at,circuit,state",
        ),
        Form(
            "occupancy",
            "zone",
            "measured_at",
            "when the zone was counted",
            [Value("people", _COUNT, "people; a count, never an identity")],
            "measured_at,zone,people",
        ),
    )
}
