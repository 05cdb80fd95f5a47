"""Parquet as a file of columns: each type it may hold, exactly, and those that are refused before a row is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors.file_rows import Rows
from collectors.known import Known, Series
from collectors.mapping import FileMapping, table_mapping, toml_table
from collectors.parquet_source import ParquetSource
from store.errors import InputError
from store.imports import Progress

NOW = datetime(2026, 10, 1, tzinfo=UTC)
AT = datetime(2026, 9, 1, tzinfo=UTC)
US = 1_788_220_800_000_000
SERIES = {"casa-a1": Series(17, "casanearshore"), "casa-z1": Series(4, "casanearshore")}
KNOWN = Known(SERIES, SERIES)
INSTANTS = pa.array([AT], pa.timestamp("us", tz="UTC"))


def probes(instant: str = 'format = "iso"', more: str = "", head: str = "") -> FileMapping:
    text = f'kind = "probes"\ncircuit = "casa-a1"\n{head}\n[instant]\ncolumn = "at"\n{instant}\n[round_trip]\n'
    return table_mapping(toml_table("m.toml", f'{text}column = "rtt"\nunit = "ms"\n{more}'), "parquet")


def written(tmp_path: Path, row_group_size: int | None = None, **columns: Any) -> Path:
    file = tmp_path / "f.parquet"
    pq.write_table(pa.table(columns), file, row_group_size=row_group_size)
    return file


def read(file: Path, mapping: FileMapping, count: int = 1000) -> Rows:
    source = ParquetSource(file, mapping, KNOWN, None)
    try:
        rows = source.rows(count, NOW)
        assert isinstance(rows, Rows)
        return rows
    finally:
        source.close()


def table(rows: Rows) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in rows.columns), strict=True))


def refused(rows: Rows) -> list[tuple[int, str]]:
    return [(number, one.refusal.reason.value) for number, one in rows.rejected]


@pytest.mark.parametrize(
    ("array", "nanoseconds"),
    [
        (pa.array([24.7]), 24_700_000),
        (pa.array([24.7], pa.float32()), 24_700_000),
        (pa.array([24.5], pa.float16()), 24_500_000),
        (pa.array([24]), 24_000_000),
        (pa.array([24], pa.uint8()), 24_000_000),
        (pa.array([Decimal("24.700000")], pa.decimal128(12, 6)), 24_700_000),
        (pa.array([Decimal("0.00000100")], pa.decimal256(40, 8)), 1),
        (pa.array(["24.7"]), 24_700_000),
        (pa.array(["24.7"], pa.large_string()), 24_700_000),
        (pa.array(["24.7"]).dictionary_encode(), 24_700_000),
        (pa.array([24], pa.duration("ms")), 24_000_000),
    ],
    ids=str,
)
def test_a_round_trip_of_any_number_type_is_exact(tmp_path: Path, array: Any, nanoseconds: int) -> None:
    assert table(read(written(tmp_path, at=INSTANTS, rtt=array), probes())) == [(17, US, nanoseconds)]


@pytest.mark.parametrize(
    ("array", "instant"),
    [
        (pa.array([AT], pa.timestamp("s", tz="UTC")), 'format = "iso"'),
        (pa.array([AT], pa.timestamp("ns", tz="Africa/Casablanca")), 'format = "iso"'),
        (pa.array([AT.replace(tzinfo=None)], pa.timestamp("ms")), 'format = "iso"\ntime_zone = "UTC"'),
        (pa.array([datetime(2026, 9, 1, 1)], pa.timestamp("us")), 'format = "iso"\ntime_zone = "Africa/Casablanca"'),  # noqa: DTZ001
        (pa.array(["2026-09-01T00:00:00Z"]), 'format = "iso"'),
        (pa.array(["01/09/2026 00:00"]), 'format = "%d/%m/%Y %H:%M"\ntime_zone = "UTC"'),
        (pa.array([US * 1000]), 'format = "epoch_nanoseconds"'),
        (pa.array([US // 1_000_000], pa.int32()), 'format = "epoch_seconds"'),
        (pa.array([Decimal(US) / 1_000_000], pa.decimal128(18, 6)), 'format = "epoch_seconds"'),
    ],
    ids=str,
)
def test_an_instant_of_any_type_is_the_same_instant(tmp_path: Path, array: Any, instant: str) -> None:
    assert table(read(written(tmp_path, at=array, rtt=pa.array([1])), probes(instant))) == [(17, US, 1_000_000)]


def test_what_a_type_allows_and_a_reading_cannot_be_is_refused_row_by_row(tmp_path: Path) -> None:
    """Nulls, NaN, infinity, digits below a nanosecond, a nanosecond of an instant, the day before time began."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    good = (AT - epoch) // timedelta(microseconds=1) * 1000
    at = [good, None, good, good, good, good, good + 1, -(2**63) + 1, 0, 4_611_686_018_427_387_000]
    rtt = [1.0, 1.0, None, float("nan"), float("inf"), 0.30000000000000004, 1.0, 1.0, 1.0, 1.0]
    file = written(tmp_path, at=pa.array(at, pa.timestamp("ns", tz="UTC")), rtt=pa.array(rtt))
    rows = read(file, probes())
    assert table(rows) == [(17, US, 1_000_000)]
    assert sorted(refused(rows)) == [
        (2, "off_type"), (3, "off_type"), (4, "off_type"), (5, "off_type"), (6, "too_precise"), (7, "too_precise"),
        (8, "too_precise"), (9, "clock_not_set"), (10, "future"),
    ]  # fmt: skip
    kept = {number: one.kept for number, one in rows.rejected}
    assert kept[3] == b'{"at":"2026-09-01T00:00:00.000000000Z","rtt":""}'
    assert kept[4].endswith(b'"rtt":"nan"}')


def test_null_is_lost_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, at=INSTANTS, rtt=pa.array([None], pa.float64()))
    assert table(read(file, probes(more="lost_when_empty = true"))) == [(17, US, -1)]
    nan = written(tmp_path, at=INSTANTS, rtt=pa.array([float("nan")]))
    assert table(read(nan, probes(more='lost_values = ["nan"]'))) == [(17, US, -1)]


def test_a_local_time_that_happened_twice_is_refused(tmp_path: Path) -> None:
    twice = pa.array([datetime(2022, 10, 30, 2, 30)], pa.timestamp("us"))  # noqa: DTZ001
    rows = read(written(tmp_path, at=twice, rtt=pa.array([1])), probes('format = "iso"\ntime_zone = "Europe/Paris"'))
    assert refused(rows) == [(1, "ambiguous_instant")]


def test_states_and_people_from_columns(tmp_path: Path) -> None:
    head = '[instant]\ncolumn = "at"\nformat = "iso"\n'
    states = toml_table(
        "m.toml",
        f'kind = "states"\ncircuit_column = "c"\n{head}[state]\ncolumn = "up"\nup = ["true"]\ndown = ["false"]',
    )
    file = written(tmp_path, at=INSTANTS, up=pa.array([False]), c=pa.array(["casa-a1"]))
    assert table(read(file, table_mapping(states, "parquet"))) == [(17, US, 2)]
    people = toml_table("m.toml", f'kind = "occupancy"\nzone = "casa-z1"\n{head}[people]\ncolumn = "n"')
    file = written(tmp_path, at=pa.concat_arrays([INSTANTS] * 3), n=pa.array([3.0, 2.5, None]))
    rows = read(file, table_mapping(people, "parquet"))
    assert (table(rows), refused(rows)) == ([(4, US, 3)], [(2, "off_type"), (3, "off_type")])


def test_ignored_columns_are_not_read_and_never_kept(tmp_path: Path) -> None:
    file = written(tmp_path, at=INSTANTS, rtt=pa.array(["x"]), who=pa.array([{"name": "Fatima"}]))
    rows = read(file, probes(head='ignored_columns = ["who"]'))
    assert [one.kept for _, one in rows.rejected] == [b'{"at":"2026-09-01T00:00:00.000000Z","rtt":"x"}']


@pytest.mark.parametrize("skip", [0, 1, 3, 4, 7, 9])
def test_reading_goes_on_behind_any_row(tmp_path: Path, skip: int) -> None:
    instants = pa.array([AT + timedelta(seconds=number) for number in range(10)], pa.timestamp("us", tz="UTC"))
    file = written(tmp_path, 4, at=instants, rtt=pa.array(range(10)))
    source = ParquetSource(file, probes(), KNOWN, Progress(0, skip + 1, 0, {}))
    rows = source.rows(5, NOW)
    assert isinstance(rows, Rows)
    assert [record.number for record in rows.records] == list(range(skip + 1, min(skip + 6, 11)))
    assert [row[2] for row in table(rows)] == [number * 1_000_000 for number in range(skip, min(skip + 5, 10))]
    source.close()


@pytest.mark.parametrize(
    ("columns", "mapping", "line"),
    [
        ({"at": INSTANTS}, probes(), 'f.parquet: column "rtt" of the mapping is not there'),
        ({"at": INSTANTS, "rtt": [1], "x": [1]}, probes(), 'f.parquet: column "x" is neither mapped nor in ignored_'),
        ({"at": INSTANTS, "rtt": [[1]]}, probes(), 'f.parquet: column "rtt" is of type list<'),
        ({"at": INSTANTS, "rtt": [b"1"]}, probes(), 'f.parquet: column "rtt" is of type binary, which cannot be read'),
        (
            {"at": INSTANTS, "rtt": pa.array([1], pa.duration("us"))},
            probes(),
            'f.parquet: column "rtt" is a duration in us; only a round trip in that unit can be read from it',
        ),
        (
            {"at": INSTANTS, "rtt": [1]},
            probes('format = "epoch_seconds"'),
            'f.parquet: column "at" is a timestamp, and instant.format is epoch_seconds; say "iso"',
        ),
    ],
)
def test_a_file_that_does_not_fit_its_mapping_is_one_line(
    tmp_path: Path, columns: dict[str, Any], mapping: FileMapping, line: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(written(tmp_path, **columns), mapping)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_what_is_no_parquet_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "f.parquet"
    for content in (b"", b"at,rtt\n" * 100, b"PAR1" + b"x" * 100 + b"PAR1"):
        file.write_bytes(content)
        with pytest.raises(InputError, match=r"^f\.parquet: not a Parquet file that can be read: [^\n]+$"):
            read(file, probes())


def test_rows_before_a_damaged_place_are_read(tmp_path: Path) -> None:
    instants = pa.array([AT + timedelta(seconds=number) for number in range(1000)], pa.timestamp("us", tz="UTC"))
    file = written(tmp_path, 500, at=instants, rtt=pa.array([float(number) for number in range(1000)]))
    starts = pq.ParquetFile(file).metadata.row_group(1).column(0)
    content = bytearray(file.read_bytes())
    place = starts.dictionary_page_offset or starts.data_page_offset
    content[place : place + 200] = b"\xff" * 200
    file.write_bytes(content)
    source = ParquetSource(file, probes(), KNOWN, None)
    assert len(source.rows(10_000, NOW).records) == 500
    assert not source.finished
    with pytest.raises(InputError, match=r"^f\.parquet: damaged: [^\n]+; rows before it are stored$"):
        source.rows(10_000, NOW)
    source.close()
