"""Facts written as files are the same facts when they are read again."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from facilities.agreement_toml import read_agreement
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.export import command_line, fact_files
from sla_engine.facts import DOWN, UNKNOWN, UP, CircuitFacts, Facts, IntervalRows, ProbeRows, StateRows
from store.intervals import Interval
from store.rows import ExclusionRow, FreezeRow, TicketRow

AT = datetime(2026, 9, 1, 8, 0, 0, 250_000, tzinfo=UTC)
SECOND = 1_788_249_600  # of AT
AGREEMENT = """
[agreement]
id = "A"
tenant = "t"
facility = "f"
time_zone = "UTC"
starts_on = 2026-01-01
monthly_fee = "1"
currency = "MAD"
[[objective]]
id = "gtr"
circuit = '{circuit}'
indicator = "time_to_restore"
at_most_seconds = 1
"""
ODD = 'a "1", b'


def read_again(folder: Path, facts: Facts, *rows: list[object]) -> Facts:
    tickets, freezes, exclusions = rows or ([], [], [])
    paths = {}
    for name, pieces in fact_files(facts, tickets, freezes, exclusions).items():  # type: ignore[arg-type]
        paths[name] = str(folder / f"{name}.csv")
        (folder / f"{name}.csv").write_text("".join(pieces), encoding="utf-8", newline="")
    (folder / "agreement.toml").write_text(AGREEMENT.format(circuit=ODD), encoding="utf-8")
    return read_facts(read_agreement(folder / "agreement.toml"), FactFiles(**paths))


def test_readings_are_exact(tmp_path: Path) -> None:
    count = 40_000  # more than one piece
    at = SECOND + np.arange(count)
    micro = at * 1_000_000 + np.arange(count) % 3
    nanoseconds = np.arange(count) * 1_000_003
    answered = np.arange(count) % 7 != 0
    circuit = CircuitFacts(
        IntervalRows(at, np.full(count, 10), np.arange(count) % 11),
        ProbeRows(micro, answered, np.where(answered, nanoseconds, -1), 1_000_000),
        StateRows(at[:3], np.array([UP, DOWN, UNKNOWN], np.int8)),
    )
    found = read_again(tmp_path, Facts({ODD: circuit})).of(ODD)
    assert circuit.intervals is not None
    assert found.intervals is not None
    for name in ("starts_at", "sent", "lost"):
        np.testing.assert_array_equal(getattr(found.intervals, name), getattr(circuit.intervals, name))
    assert found.probes is not None
    np.testing.assert_array_equal(found.probes.sent_at, micro)
    np.testing.assert_array_equal(found.probes.answered, answered)
    assert found.probes.units_per_ms == 1_000_000
    np.testing.assert_array_equal(found.probes.round_trip[answered], nanoseconds[answered])
    assert found.states is not None
    assert found.states.at.tolist() == at[:3].tolist()
    assert found.states.states.tolist() == [UP, DOWN, UNKNOWN]


def test_decisions_are_cut_to_the_second_and_any_text_is_kept(tmp_path: Path) -> None:
    found = read_again(
        tmp_path,
        Facts({ODD: CircuitFacts()}),
        [TicketRow("T,1", ODD, AT, None)],
        [FreezeRow("T,1", AT, AT, 'no "key"\rtoday,\nno door')],
        [ExclusionRow("X", ODD, "customer", AT, AT, None, "proposed")],
    )
    (ticket,), (exclusion,) = found.of(ODD).tickets, found.of(ODD).exclusions
    assert (ticket.ticket, ticket.opened_at, ticket.restored_at) == ("T,1", SECOND, None)
    assert (exclusion.kind, exclusion.announced_at, exclusion.span) == ("customer", None, Interval(SECOND, SECOND))
    assert found.freezes == {"T,1": (Interval(SECOND, SECOND),)}


def test_intervals_that_were_given_are_given_again_even_without_rows(tmp_path: Path) -> None:
    """Else probes would stand in for them."""
    probes = ProbeRows(np.array([SECOND * 1_000_000]), np.array([False]), np.array([-1]), 1_000_000)
    for given in (True, False):
        folder = tmp_path / str(given)
        folder.mkdir()
        found = read_again(folder, Facts({ODD: CircuitFacts(probes=probes)}, intervals_given=given))
        assert found.intervals_given is given
        assert (folder / "intervals.csv").exists() is given
        assert found.of(ODD).intervals is None


def test_the_command_names_what_was_written() -> None:
    assert command_line("2026-09", ["probes"], None) == (
        "p2i score --agreement agreement.toml --period 2026-09 --probes probes.csv"
    )
    assert command_line("2026-09", [], SECOND).endswith("--period 2026-09 --as-of 2026-09-01T08:00:00Z")
