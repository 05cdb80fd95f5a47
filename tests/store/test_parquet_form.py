"""The schema that archive and score share: true to the tables, with units, and without loss there and back."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from store.archive_part import read_part
from store.archive_rows import KINDS
from store.errors import InputError
from store.parquet_form import ABSENT, CODE, FORMS, STATES, Form, Piece, may_hold
from store.rows import State

AT = 1_788_220_800_000_000


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_form_has_the_columns_of_its_table(form: Form) -> None:
    kind = KINDS[form.kind]
    assert form.instant == kind.instant
    assert f"{form.series}_id" == kind.series
    assert [value.name for value in form.values] == [name for name, _ in kind.values]
    assert {value.name for value in form.values if value.is_optional} == (
        {"round_trip_nanoseconds"} if kind.absent else set()
    )
    for value, (_, stored) in zip(form.values, kind.values, strict=True):
        assert value.type == {"int4": pa.int32(), "int8": pa.int64(), "int2": CODE}[stored]


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_every_number_has_a_unit_and_every_instant_is_utc(form: Form) -> None:
    for field in form.schema:
        assert {b"unit", b"meaning"} & set(field.metadata)
        assert not pa.types.is_timestamp(field.type) or field.type == pa.timestamp("us", tz="UTC")
    assert not {field.name for field in form.schema if field.nullable} - {"round_trip_nanoseconds"}


def test_states_are_numbered_from_one_without_a_gap() -> None:
    assert [State[name] for name in STATES] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "values"), [("probe", [[7, ABSENT, 0]]), ("state", [[3, 1, 2]]), ("interval", [[9, 0, 1], [9, 0, 0]])]
)
def test_rows_come_back_as_they_went(kind: str, values: list[list[int]]) -> None:
    form = FORMS[kind]
    columns = tuple(np.array(column, np.int64) for column in values)
    instants = np.array([AT, AT + 1, AT + 2_000_000])
    pieces = [Piece(code, instants, columns, instants + 5) for code in ("b", "a", "b")]
    back = form.pieces(form.table(pieces))
    assert [piece.series for piece in back] == ["b", "a", "b"]
    for piece in back:
        assert piece.instants.tolist() == instants.tolist()
        assert piece.received.tolist() == (instants + 5).tolist()
        assert [column.tolist() for column in piece.values] == values


def test_a_file_of_another_form_or_none_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "part-0.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match="its columns are not those of archived probe readings"):
        list(read_part(path, FORMS["probe"]))
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(InputError, match="not a Parquet file, or a damaged one"):
        list(read_part(path, FORMS["probe"]))
    path.unlink()
    with pytest.raises(InputError, match="No such file or directory"):
        list(read_part(path, FORMS["probe"]))


def test_a_row_group_without_the_series_is_not_read() -> None:
    """By its least and greatest code; a circuit between the two may be in it."""
    form = FORMS["occupancy"]
    one = np.array([AT])
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, form.schema, **form.writer_options) as writer:
        writer.write_table(form.table([Piece(code, one, (one * 0,), one) for code in ("c", "e")]))
    group = pq.ParquetFile(sink.getvalue()).metadata.row_group(0)
    assert [code for code in "bcdef" if may_hold(group, "zone", {code})] == ["c", "d", "e"]
    assert may_hold(group, "zone", {"a", "d"})
    assert not may_hold(group, "zone", set())
