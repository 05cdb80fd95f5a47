"""Columns read at once against the reader that takes lines one by one: they agree on every line both can read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.csv_layout import fields_of, layout
from collectors.csv_plain import PlainReader
from collectors.csv_rows import decoded_lines
from collectors.file_rows import Record
from collectors.known import Series
from collectors.mapping import FileMapping, file_mapping
from collectors.table_rows import RowReader

NOW = datetime(2026, 10, 1, tzinfo=UTC)
SERIES = {"casa-a1": Series(17, "casanearshore"), "casa-a2": Series(18, "casanearshore")}
ISO = 'format = "iso"'
HEADERS = {"probes": "at,rtt,x", "intervals": "x,rx,tx,at", "occupancy": "n,at,x"}


def mapping_of(kind: str, instant: str = ISO, more: str = "") -> FileMapping:
    values = {
        "probes": f'[round_trip]\ncolumn = "rtt"\nunit = "ms"\n{more}',
        "intervals": '[counts]\nsent = "tx"\nreceived = "rx"\n',
        "occupancy": '[people]\ncolumn = "n"\n',
    }[kind]
    word = "zone" if kind == "occupancy" else "circuit"
    head = f'kind = "{kind}"\n{word} = "casa-a1"\nignored_columns = ["x"]\n[instant]\ncolumn = "at"\n{instant}\n'
    return file_mapping("m.toml", head + values)


def both(mapping: FileMapping, header: str, lines: list[str]) -> int:
    """Compares the two readers on every plain line, and says how many there were."""
    of = layout("f.csv", header.encode(), mapping, SERIES)
    records = [Record(number, line.encode()) for number, line in enumerate(lines, start=2)]
    reader = PlainReader(of)
    assert reader.is_possible
    found = reader.rows(records)
    assert sorted([*found.lines, *found.others]) == records
    one_by_one = RowReader(mapping, of.header, SERIES)
    expected = [one_by_one.numbers(fields_of(record.content or b"", mapping)) for record in found.lines]
    assert list(zip(*(column.tolist() for column in found.columns), strict=True)) == expected
    return len(found.lines)


digits = st.text("0123456789", min_size=1, max_size=15)
decimals = st.one_of(digits, st.tuples(digits, digits).map(".".join))
odd = st.sampled_from(
    ["", "-1", "1e3", " 7", "7 ", "\u0663", "nan", '"7"', ".5", "5.", "+1", "007", "1,5", "-0", "7\x00"]
)
instants = st.one_of(
    st.datetimes(datetime(1000, 1, 1), datetime(2999, 1, 1)).map(lambda at: at.isoformat() + "Z"),  # noqa: DTZ001
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 9, 1)).map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}+00:00"),  # noqa: DTZ001
    st.sampled_from(["2026-09-01T00:00:00+01:00", "2026-09-01T00:00Z", "2026-09-01", "2026-09-01T00:00:00.1234567Z",
                     "2026-09-01t00:00:00Z", "2026-09-01T00:00:00+0000", "2026-09-01T00:00:00"]),
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.tuples(instants, st.one_of(decimals, odd), st.sampled_from(["", "a b", "é", '"q"', "x\r"]))))
def test_round_trips_agree(rows: list[tuple[str, str, str]]) -> None:
    both(mapping_of("probes"), HEADERS["probes"], [",".join(row) + "\n" for row in rows])


@given(st.lists(st.tuples(instants, st.one_of(digits, odd), st.one_of(digits, odd))))
def test_counts_agree(rows: list[tuple[str, str, str]]) -> None:
    both(mapping_of("intervals"), HEADERS["intervals"], [f",{rx},{tx},{at}" for at, rx, tx in rows])
    both(mapping_of("occupancy"), HEADERS["occupancy"], [f"{rx},{at},{tx}\r\n" for at, rx, tx in rows])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@given(st.lists(st.integers(0, 10**13 - 1), min_size=1))
def test_every_round_trip_is_exact_to_the_nanosecond(unit: str, nanoseconds: list[int]) -> None:
    exponent = {"s": 9, "ms": 6, "us": 3, "ns": 0}[unit]
    scale = 10**exponent
    texts = [f"{value // scale}.{value % scale:0{exponent}}" if exponent else str(value) for value in nanoseconds]
    text = f'kind = "probes"\ncircuit = "casa-a1"\n[instant]\ncolumn = "at"\n{ISO}\n[round_trip]\ncolumn = "rtt"\n'
    mapping = file_mapping("m.toml", text + f'unit = "{unit}"\n')
    of = layout("f.csv", b"at,rtt", mapping, SERIES)
    lines = [Record(number, f"2026-09-01T00:00:00Z,{text}".encode()) for number, text in enumerate(texts)]
    found = PlainReader(of).rows(lines)
    assert found.lines == lines
    assert found.columns[2].tolist() == nanoseconds


@pytest.mark.parametrize("instant", ["epoch_seconds", "epoch_milliseconds", "epoch_microseconds"])
@given(rows=st.lists(st.tuples(st.one_of(digits, odd), decimals)))
def test_epochs_agree(instant: str, rows: list[tuple[str, str]]) -> None:
    both(mapping_of("probes", f'format = "{instant}"'), HEADERS["probes"], [f"{at},{rtt}," for at, rtt in rows])


def test_plain_lines_are_read_as_such_and_only_they() -> None:
    plain = [
        "2026-09-01T00:00:00Z,24.7,",
        "2026-09-01 00:00:01.5+00:00,1,note\r\n",
        "2026-09-01T00:00:02+0000,0.000001,",
    ]
    other = ['2026-09-01T00:00:00Z,"24.7",', "2026-09-01T01:00:00+01:00,1,", "2026-09-01T00:00:02Z,-1,", "", "x"]
    assert both(mapping_of("probes"), HEADERS["probes"], [*plain, *other]) == 3
    utc = mapping_of("probes", ISO + '\ntime_zone = "UTC"')
    assert both(utc, HEADERS["probes"], ["2026-09-01T00:00:00,1,", "2026-09-01T00:00:00Z,1,"]) == 2
    casablanca = mapping_of("probes", ISO + '\ntime_zone = "Africa/Casablanca"')
    assert both(casablanca, HEADERS["probes"], ["2026-09-01T00:00:00,1,", "2026-09-01T00:00:00Z,1,"]) == 1


def test_a_day_that_does_not_exist_leaves_all_to_the_other_reader() -> None:
    assert both(mapping_of("probes"), HEADERS["probes"], ["2026-09-01T00:00:00Z,1,", "2026-02-30T00:00:00Z,1,"]) == 0


def test_a_column_of_circuits_and_its_codes() -> None:
    text = f'kind = "probes"\ncircuit_column = "c"\n%s[instant]\ncolumn = "at"\n{ISO}\n[round_trip]\ncolumn = "rtt"\n'
    lines = [f"{code},2026-09-01T00:00:0{place}Z,1" for place, code in enumerate(["casa-a1", "casa-a2", "casa-a9", ""])]
    assert both(file_mapping("m.toml", text % "" + 'unit = "ms"'), "c,at,rtt", lines) == 2
    codes = '[codes]\n"casa-a9" = "casa-a2"\n'
    assert both(file_mapping("m.toml", text % codes + 'unit = "ms"'), "c,at,rtt", lines) == 1


@pytest.mark.parametrize(
    "text",
    [
        'kind = "probes"\nseparator = " "',
        'kind = "probes"\ndecimal_comma = true\nseparator = ";"',
        'kind = "probes"\n[where]\nx = ["1"]',
    ],
)
def test_a_mapping_that_is_not_plain(text: str) -> None:
    tail = f'\n[instant]\ncolumn = "at"\n{ISO}\n[round_trip]\ncolumn = "rtt"\nunit = "ms"\n'
    mapping = file_mapping("m.toml", 'circuit = "casa-a1"\n' + text + tail)
    header = mapping.separator.join(mapping.columns)
    assert not PlainReader(layout("f.csv", header.encode(), mapping, SERIES)).is_possible


def test_of_two_values_for_one_instant_the_one_that_comes_first_is_first() -> None:
    of = layout("f.csv", b"at,rtt,x", mapping_of("probes"), SERIES)
    lines = [
        "2026-09-01T00:00:01Z,1,",
        '2026-09-01T00:00:00Z,"2",',
        "2026-09-01T00:00:00Z,3,",
        '2026-09-01T00:00:01Z,"4",',
    ]
    rows = decoded_lines([Record(number, line.encode()) for number, line in enumerate(lines)], of, NOW)
    assert [record.number for record in rows.records] == [0, 1, 2, 3]
    assert (rows.columns[2] // 1_000_000).tolist() == [1, 2, 3, 4]
