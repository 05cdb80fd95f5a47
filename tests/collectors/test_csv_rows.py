from datetime import UTC, datetime

import pytest

from collectors.csv_layout import Layout, layout
from collectors.csv_rows import decoded_lines
from collectors.file_rows import Record, Rows
from collectors.known import Series
from collectors.mapping import FileMapping, file_mapping
from store.errors import InputError

NOW = datetime(2026, 10, 1, tzinfo=UTC)
SERIES = {"casa-a1": Series(17, "casanearshore"), "casa-z1": Series(4, "casanearshore")}
AT = 1_788_220_800_000_000
INSTANT = '[instant]\ncolumn = "at"\nformat = "iso"\ntime_zone = "UTC"\n'


def probes(more: str = "") -> FileMapping:
    head = f'kind = "probes"\ncircuit = "casa-a1"\n{INSTANT}[round_trip]\ncolumn = "rtt"\nunit = "ms"\n'
    lost = 'lost_when_negative = true\nlost_when_empty = true\nlost_values = ["*"]\n'
    return file_mapping("m.toml", head + lost + more)


def read(mapping: FileMapping, header: str, *lines: str | bytes) -> Rows:
    of = layout("f.csv", header.encode(), mapping, SERIES)
    contents = [line if isinstance(line, bytes) else line.encode() for line in lines]
    return decoded_lines([Record(number, content) for number, content in enumerate(contents, start=2)], of, NOW)


def table(rows: Rows) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in rows.columns), strict=True))


def refused(rows: Rows) -> list[tuple[int, str]]:
    return [(line, rejected.refusal.reason.value) for line, rejected in rows.rejected]


def test_probes_with_every_way_to_be_lost() -> None:
    rows = read(
        probes(),
        "at,rtt",
        "2026-09-01T00:00:00Z,24.7\r\n",
        "2026-09-01 00:00:01,-3",
        "2026-09-01T00:00:02Z,\n",
        "2026-09-01T00:00:03Z,*",
        "\r\n",
        '2026-09-01T00:00:04Z,"0.000001"',
        " 2026-09-01T00:00:05Z , 1 ",
    )
    assert table(rows) == [
        (17, AT, 24_700_000), (17, AT + 1_000_000, -1), (17, AT + 2_000_000, -1), (17, AT + 3_000_000, -1),
        (17, AT + 4_000_000, 1), (17, AT + 5_000_000, 1_000_000),
    ]  # fmt: skip
    assert [line.number for line in rows.records] == [2, 3, 4, 5, 7, 8]
    assert rows.rejected == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"2026-09-01T00:00:00Z", "malformed"),
        (b"2026-09-01T00:00:00Z,1,2", "malformed"),
        (b'2026-09-01T00:00:00Z,"1', "malformed"),
        (b"2026-09-01T00:00:00Z,\xff", "malformed"),
        (b"2026-09-01T00:00:00Z,fast", "off_type"),
        (b"2026-09-01T00:00:00Z,0.0000001", "too_precise"),
        (b"2026-09-01T00:00:00Z,86400001", "out_of_range"),
        (b"2126-09-01T00:00:00Z,1", "future"),
        (b"1970-01-01T00:00:00Z,1", "clock_not_set"),
        (b"soon,1", "off_type"),
    ],
)
def test_a_bad_line_is_refused_alone_with_its_number(line: bytes, reason: str) -> None:
    rows = read(probes(), "at,rtt", "2026-09-01T00:00:00Z,1", line, "2026-09-01T00:00:01Z,1")
    assert refused(rows) == [(3, reason)]
    assert [one.number for one in rows.records] == [2, 4]
    assert len(table(rows)) == 2
    assert rows.rejected[0][1].kept == line


def test_a_line_without_an_end_is_refused() -> None:
    of: Layout = layout("f.csv", b"at,rtt", probes(), SERIES)
    assert refused(decoded_lines([Record(2, None)], of, NOW)) == [(2, "oversized")]


def test_digits_below_a_nanosecond_are_rounded_where_the_mapping_allows_it() -> None:
    rows = read(probes('finer_than_nanosecond = "round"\n'), "at,rtt", "2026-09-01T00:00:00Z,24.700000000000001")
    assert table(rows) == [(17, AT, 24_700_000)]


def test_units_and_decimal_comma() -> None:
    mapping = file_mapping(
        "m.toml",
        f'kind = "probes"\ncircuit = "casa-a1"\nseparator = ";"\ndecimal_comma = true\n{INSTANT}'
        '[round_trip]\ncolumn = "rtt"\nunit = "s"\n',
    )
    rows = read(
        mapping, "at;rtt", "2026-09-01T00:00:00Z;0,0247", "2026-09-01T00:00:01Z;1.024,7", "2026-09-01T00:00:02Z;-1"
    )
    assert table(rows) == [(17, AT, 24_700_000)]
    assert refused(rows) == [(3, "off_type"), (4, "negative")]


def test_intervals_from_received_packets_and_a_column_of_circuits() -> None:
    mapping = file_mapping(
        "m.toml", f'kind = "intervals"\ncircuit_column = "link"\n{INSTANT}[counts]\nsent = "tx"\nreceived = "rx"\n'
    )
    rows = read(
        mapping, "rx,tx,link,at",
        "9,10,casa-a1,2026-09-01T00:00:00Z", "11,10,casa-a1,2026-09-01T00:00:10Z", "1,1,casa-a9,2026-09-01T00:00:20Z",
        "0,0,casa-a1,2026-09-01T00:00:30.5Z", "x,1,casa-a1,2026-09-01T00:00:40Z", "-1,1,casa-a1,2026-09-01T00:00:50Z",
        "1,9999999999,casa-a1,2026-09-01T00:01:00Z",
    )  # fmt: skip
    assert table(rows) == [(17, AT, 10, 1)]
    assert sorted(refused(rows)) == [
        (3, "lost_exceeds_sent"), (4, "unknown_circuit"), (5, "too_precise"), (6, "off_type"), (7, "negative"),
        (8, "out_of_range"),
    ]  # fmt: skip


def test_states_by_the_words_of_the_mapping() -> None:
    mapping = file_mapping(
        "m.toml", f'kind = "states"\ncircuit = "casa-a1"\n{INSTANT}[state]\ncolumn = "oper"\nup = ["1"]\ndown = ["2"]\n'
    )
    rows = read(mapping, "at,oper", "2026-09-01T00:00:00Z,2", "2026-09-01T00:00:01Z,3")
    assert table(rows) == [(17, AT, 2)]
    assert refused(rows) == [(3, "off_type")]


def occupancy(ignored: str) -> FileMapping:
    return file_mapping(
        "m.toml",
        f'kind = "occupancy"\nzone = "casa-z1"\nignored_columns = [{ignored}]\n{INSTANT}[people]\ncolumn = "n"\n',
    )


def test_more_people_than_a_zone_can_hold_are_refused() -> None:
    rows = read(occupancy(""), "at,n", "2026-09-01T00:00:00Z,100001", "2026-09-01T00:00:00Z,100000")
    assert table(rows) == [(4, AT, 100_000)]
    assert refused(rows) == [(2, "out_of_range")]
    assert rows.rejected[0][1].refusal.detail == "more than 100000 people in one zone"


def test_an_ignored_column_never_reaches_quarantine() -> None:
    rows = read(occupancy('"who"'), "at,who,n", "2026-09-01T00:00:00Z,Fatima,many", "2026-09-01T00:00:00Z,Fatima,1,2")
    assert [rejected.kept for _, rejected in rows.rejected] == [
        b"2026-09-01T00:00:00Z,,many",
        b"9999-99-99x99:99:99x,xxxxxx,9,9",
    ]


def test_of_an_unreadable_line_about_people_only_the_form_is_kept() -> None:
    rows = read(occupancy(""), "at,n", "2026-09-01T00:00:00Z,1,Fatima")
    assert [rejected.kept for _, rejected in rows.rejected] == [b"9999-99-99x99:99:99x,9,xxxxxx"]


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("at", 'f.csv:1: column "rtt" of the mapping is not there'),
        ("at,rtt,cp", 'f.csv:1: column "cp" is neither mapped nor in ignored_columns'),
        ("at,rtt,rtt", 'f.csv:1: column "rtt" is there twice'),
        ("at;rtt", 'f.csv:1: column "at;rtt" is neither mapped nor in ignored_columns'),
        ('at,"rtt', "f.csv:1: quotes: unexpected end of data"),
    ],
)
def test_a_header_that_does_not_fit_is_one_line(header: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        read(probes(), header)
    assert str(caught.value) == line


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert len(table(read(probes(), "\ufeffat,rtt", "2026-09-01T00:00:00Z,1"))) == 1
