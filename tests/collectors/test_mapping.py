from pathlib import Path

import pytest

from collectors.mapping import Counts, People, RoundTrip, States, file_mapping
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
    file_mapping(file.name, file.read_text(encoding="utf-8"))


def test_the_mappings_in_the_documentation_are_right() -> None:
    examples = (DOCS / "import.md").read_text(encoding="utf-8").split("```toml\n")[1:]
    assert len(examples) >= 4
    for example in examples:
        file_mapping("docs/import.md", example.split("```")[0])
