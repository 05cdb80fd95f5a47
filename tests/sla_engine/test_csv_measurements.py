"""Measurement files: exact numbers, any order, each key once."""

import csv
import io
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities.instants import epoch_seconds, instant_text
from sla_engine.csv_measurements import read_intervals, read_probes, read_states
from sla_engine.facts import DOWN, UNKNOWN, UP
from sla_engine.spans import Axis
from store.errors import InputError

T0 = epoch_seconds("2026-01-01T00:00:00Z")
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def file_of(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text, newline="")
    return path


def test_a_file_in_every_permitted_form(tmp_path: Path) -> None:
    text = (
        '\ufeff\r\nlost,"circuit",sent,starts_at\r\n'
        '3,"c,1",10,2026-01-01T00:00:10Z\r\n'
        "\r\n   \n"
        '0,"say ""c""",010,2026-01-01T01:00:00+01:00\n'
        '3,"c,1",10.00,2026-01-01T01:00:10+01:00\r'
        '0,"c,1",0,2026-01-01T00:00:00Z'
    )
    found = read_intervals(file_of(tmp_path, text), {})
    assert list(found) == ["c,1", 'say "c"']
    rows = found["c,1"]
    assert (rows.starts_at - T0).tolist() == [0, 10]
    assert (rows.sent.tolist(), rows.lost.tolist()) == ([0, 10], [0, 3])
    assert found['say "c"'].sent.tolist() == [10]


def test_only_a_header_is_no_row(tmp_path: Path) -> None:
    assert read_states(file_of(tmp_path, "at,circuit,state")) == {}


def test_rows_off_the_grid_matter_from_the_first_midnight_on(tmp_path: Path) -> None:
    header = "starts_at,circuit,sent,lost\n"
    early = file_of(tmp_path, f"{header}{instant_text(T0 - 3)},c,1,0\n")
    assert read_intervals(early, {"c": Axis(T0, 10)})["c"].sent.tolist() == [1]
    late = file_of(tmp_path, f"{header}{instant_text(T0 + 3)},c,1,0\n")
    assert read_intervals(late, {"b": Axis(T0, 10)})["c"].sent.tolist() == [1]  # no grid asks for it
    with pytest.raises(InputError, match="off the grid"):
        read_intervals(late, {"c": Axis(T0, 10)})


def test_counts_of_more_than_63_bits(tmp_path: Path) -> None:
    text = f"starts_at,circuit,sent,lost\n2026-01-01T00:00:00Z,c,{10**30},1\n2026-01-01T00:00:10Z,c,5,2\n"
    rows = read_intervals(file_of(tmp_path, text), {})["c"]
    assert rows.sent.tolist() == [10**30, 5]
    assert rows.lost.tolist() == [1, 2]


@pytest.mark.parametrize("texts", [["24.7", "", "3", "0.000001"], ["1" * 30, "0.5"], ["0." + "3" * 40], ["", ""]])
def test_round_trips_are_exact(tmp_path: Path, texts: list[str]) -> None:
    lines = [f"{instant_text(T0 + i)},c,{text}" for i, text in enumerate(texts)]
    rows = read_probes(file_of(tmp_path, "\n".join(["sent_at,circuit,round_trip_ms", *lines])))["c"]
    assert rows.answered.tolist() == [bool(text) for text in texts]
    found = [Fraction(int(value), rows.units_per_ms) for value in rows.round_trip[rows.answered]]
    assert found == [Fraction(Decimal(text)) for text in texts if text]


def test_instants_of_probes_keep_their_side_of_the_second(tmp_path: Path) -> None:
    texts = ["00:00:00", "00:00:00.0000000001", "00:00:00.25", "00:00:00.9999999"]
    lines = [f"2026-01-01T{text}Z,c,1" for text in texts]
    rows = read_probes(file_of(tmp_path, "\n".join(["sent_at,circuit,round_trip_ms", *lines])))["c"]
    assert (rows.sent_at - T0 * 1_000_000).tolist() == [0, 1, 250_000, 999_999]


def test_one_instant_written_in_many_ways_is_one_key(tmp_path: Path) -> None:
    ways = ["01:00:00.5Z", "02:00:00.500000000+01:00", "01:00:00,5Z", "01:00:00.50z"]
    lines = [f'"2026-01-01T{way}",c,{value}' for way, value in zip(ways, ["1", "1.0", "01", "1.00"], strict=True)]
    rows = read_probes(file_of(tmp_path, "\n".join(["sent_at,circuit,round_trip_ms", *lines])))["c"]
    assert rows.sent_at.size == 1


def test_states_by_instant(tmp_path: Path) -> None:
    text = (
        f"state,at,circuit\nunknown,{instant_text(T0 + 9)},c\nup,{instant_text(T0)},c\ndown,{instant_text(T0 + 5)},c\n"
    )
    rows = read_states(file_of(tmp_path, text))["c"]
    assert ((rows.at - T0).tolist(), rows.states.tolist()) == ([0, 5, 9], [UP, DOWN, UNKNOWN])


@ONE_FOLDER
@given(
    st.dictionaries(
        st.tuples(st.integers(-5, 30), st.sampled_from("abc")),
        st.integers(0, 9).flatmap(lambda sent: st.tuples(st.just(sent), st.integers(0, sent))),
        max_size=40,
    ),
    st.data(),
)
def test_i11_order_and_repetition_change_nothing(
    tmp_path: Path, facts: dict[tuple[int, str], tuple[int, int]], data: st.DataObject
) -> None:
    rows = [[instant_text(T0 + 10 * k), circuit, *map(str, values)] for (k, circuit), values in facts.items()]
    repeated = rows + data.draw(st.lists(st.sampled_from(rows), max_size=10)) if rows else rows
    shuffled = data.draw(st.permutations(repeated))
    found = [read_intervals(written(tmp_path, each), {}) for each in (rows, shuffled)]
    assert found[0].keys() == found[1].keys()
    for circuit, one in found[0].items():
        other = found[1][circuit]
        assert np.all(np.diff(one.starts_at) > 0)
        for name in ("starts_at", "sent", "lost"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist()


def written(folder: Path, rows: list[Any]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([["starts_at", "circuit", "sent", "lost"], *rows])
    return file_of(folder, text.getvalue())
