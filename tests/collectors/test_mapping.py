from pathlib import Path

import pytest

from collectors.import_mapping import import_mapping
from collectors.mapping import FileMapping, file_mapping, table_mapping, toml_table
from collectors.mapping_values import Counts, People, RoundTrip, States
from collectors.reasons import Refused
from store.errors import InputError
from store.rows import State

DOCS = Path(__file__).parents[2] / "docs"

PROBES = """
kind = "probes"
separator = ";"
ignored_columns = ["cp"]
[instant]
column = "epoch"
format = "%d/%m/%Y %H:%M"
time_zone = "UTC"
[round_trip]
column = "rtt"
unit = "ms"
lost_when_negative = true
lost_values = ["*"]
"""
INTERVALS = """
kind = "intervals"
circuit_column = "link"
[instant]
column = "at"
format = "iso"
[counts]
sent = "tx"
received = "rx"
"""


def test_a_mapping_of_probes_is_read() -> None:
    found = file_mapping("m.toml", PROBES)
    assert (found.kind, found.separator, found.encoding) == ("probes", ";", "utf-8")
    assert found.ignored_columns == frozenset({"cp"})
    assert found.columns == ("epoch", "rtt")
    assert found.values == RoundTrip("rtt", 6, True, False, frozenset({"*"}), False)


def test_mappings_of_the_other_kinds_are_read() -> None:
    assert file_mapping("m.toml", INTERVALS).values == Counts("tx", "rx", True)
    assert file_mapping("m.toml", INTERVALS).columns == ("at", "tx", "rx", "link")
    head = '[instant]\ncolumn = "at"\nformat = "epoch_seconds"\n'
    states = file_mapping("m.toml", f'kind = "states"\n{head}[state]\ncolumn = "oper"\nup = ["1"]\ndown = ["2", "7"]\n')
    assert states.values == States("oper", {"1": State.up, "2": State.down, "7": State.down})
    occupancy = file_mapping("m.toml", f'kind = "occupancy"\nzone = "casa-z1"\n{head}[people]\ncolumn = "n"\n')
    assert (occupancy.values, occupancy.subject) == (People("n"), "casa-z1")


UTC = 'time_zone = "UTC"'
NEGATIVE = "lost_when_negative = true"
MISTAKES = [
    ('kind = "probes"', "kind = ", "not TOML: Invalid value (at line 2, column 8)"),
    ('kind = "probes"', 'kind = "probe"', "kind: must be one of intervals, probes, states, occupancy"),
    ('kind = "probes"', "", "kind: is required"),
    (
        'kind = "probes"',
        'kind = "probes"\ncircuit = "a"\ncircuit_column = "b"',
        'circuit_column: "circuit" says already',
    ),
    ('separator = ";"', 'seperator = ";"', "seperator: unknown key"),
    ('separator = ";"', 'separator = ";;"', "separator: must be one character"),
    ('separator = ";"', "decimal_comma = true", "decimal_comma: cannot be true when the separator is a comma"),
    ('separator = ";"', 'encoding = "utf-16"', "encoding: must be one of utf-8, iso-8859-1, iso-8859-15, windows-"),
    ('["cp"]', '"cp"', 'ignored_columns: must be a list of texts such as ["-1", "*"]'),
    ('["cp"]', '["rtt"]', 'ignored_columns: column "rtt" is read'),
    ('column = "rtt"', 'column = "epoch"', 'column "epoch" is used twice'),
    ("%H:%M", "%d %%", "instant.format: names the day twice"),
    ("%H:%M", "%Q", "instant.format: '%Q' is no directive that can be read"),
    ("%d/%m/%Y", "%d/%m", "instant.format: names no year; a whole date is needed"),
    (f'%H:%M"\n{UTC}', '%H:%M %%z"', "instant.time_zone: is required: the format has no offset (%z)"),
    (UTC, "", "instant.time_zone: is required: the format has no offset (%z)"),
    (UTC, 'time_zone = "Africa/Cassablanca"', 'instant.time_zone: "Africa/Cassablanca" is not a time zone'),
    ('"%d/%m/%Y %H:%M"', '"epoch_seconds"', "instant.time_zone: epoch_seconds counts in UTC; leave it out"),
    ('"%d/%m/%Y %H:%M"', '"excel"', "instant.format: must be iso, epoch_seconds, epoch_milliseconds, epoch_micro"),
    ('unit = "ms"', 'unit = "minutes"', "round_trip.unit: must be one of s, ms, us, ns"),
    ('unit = "ms"', "", "round_trip.unit: is required"),
    (NEGATIVE, 'lost_when_negative = "yes"', "round_trip.lost_when_negative: must be true or false"),
    (NEGATIVE, "lost_if_negative = true", "round_trip.lost_if_negative: unknown key"),
    ("[round_trip]", "[roundtrip]", "round_trip: is required"),
]


@pytest.mark.parametrize(("written", "instead", "line"), MISTAKES)
def test_each_mistake_is_one_line(written: str, instead: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        file_mapping("m.toml", PROBES.replace(written, instead, 1))
    assert str(caught.value).startswith(f"m.toml: {line}")
    assert "\n" not in str(caught.value)


def test_counts_name_lost_or_received() -> None:
    line = 'm.toml: counts.lost: name either the column of "lost" or of "received" packets'
    for text in (INTERVALS.replace('received = "rx"', ""), INTERVALS + 'lost = "l"\n'):
        with pytest.raises(InputError) as caught:
            file_mapping("m.toml", text)
        assert str(caught.value) == line


def test_a_text_stands_for_one_state() -> None:
    head = 'kind = "states"\ncircuit = "casa-a1"\n[instant]\ncolumn = "at"\nformat = "epoch_seconds"\n[state]\n'
    with pytest.raises(InputError) as caught:
        file_mapping("m.toml", head + 'column = "oper"\nup = ["1", "x"]\ndown = ["2", "x"]\n')
    assert str(caught.value) == "m.toml: state.down: 'x' stands for up already"


@pytest.mark.parametrize("file", sorted((DOCS / "mappings").glob("*.toml")), ids=lambda file: file.name)
def test_shipped_mappings_are_right(file: Path) -> None:
    import_mapping(file.name, file.read_text(encoding="utf-8"))


PAGES = ["import.md", *(f"sources/{name}.md" for name in ("ripe-atlas", "perfsonar", "iperf3"))]
"""Pages with mappings as TOML; that of sources/parquet.md is typed in a shell and run by test_sources_docs."""


@pytest.mark.parametrize("page", PAGES)
def test_the_mappings_in_the_documentation_are_right(page: str) -> None:
    examples = (DOCS / page).read_text(encoding="utf-8").split("```toml\n")[1:]
    assert len(examples) >= (4 if page == "import.md" else 1)
    for example in examples:
        import_mapping(page, example.split("```")[0])


EVENTS = """
kind = "states"
circuit_column = "port"
[codes]
"Hu0/0/0/4" = "casa-a1"
[where]
event = ["up", "down"]
[instant]
column = "at"
format = "epoch_seconds"
finer_than_second = "truncate"
[state]
column = "event"
up = ["up"]
down = ["down"]
"""


def test_rows_are_chosen_and_names_translated() -> None:
    found = file_mapping("m.toml", EVENTS)
    assert found.codes == {"Hu0/0/0/4": "casa-a1"}
    assert found.where == {"event": frozenset({"up", "down"})}
    assert found.columns == ("at", "event", "port")
    assert found.truncate_to_second


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ('circuit_column = "port"', 'circuit = "casa-a1"', "codes: translates what circuit_column holds; name that"),
        ('"casa-a1"', "1", "codes: must be a table of names and codes"),
        ('event = ["up", "down"]', "event = []", "where.event: names no text: no row would be read"),
        ('event = ["up", "down"]', 'event = "up"', "where.event: must be a list of texts"),
        ('"truncate"', '"round"', "instant.finer_than_second: must be one of refuse, truncate"),
    ],
)
def test_each_mistake_in_choosing_rows_is_one_line(written: str, instead: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        file_mapping("m.toml", EVENTS.replace(written, instead, 1))
    assert str(caught.value).startswith(f"m.toml: {line}")


def test_a_column_may_choose_rows_and_be_read_but_not_be_ignored() -> None:
    with pytest.raises(InputError, match='column "event" is read'):
        file_mapping("m.toml", 'ignored_columns = ["event"]' + EVENTS)


@pytest.mark.parametrize("key", ['separator = ";"', 'encoding = "utf-8"', "decimal_comma = true"])
def test_parquet_has_no_separator_or_encoding(key: str) -> None:
    with pytest.raises(InputError, match=f"{key.split()[0]}: unknown key"):
        table_mapping(toml_table("m.toml", key + EVENTS), "parquet")
    assert isinstance(import_mapping("m.toml", 'format = "parquet"' + EVENTS), FileMapping)


def test_nanoseconds_since_1970_are_microseconds_or_refused() -> None:
    mapping = file_mapping("m.toml", EVENTS.replace("epoch_seconds", "epoch_nanoseconds"))
    assert mapping.instant.microseconds("1788220800000001000") == 1_788_220_800_000_001
    with pytest.raises(Refused, match="digits finer than one microsecond"):
        mapping.instant.microseconds("1788220800000001001")
