"""From the store only a part of the readings is read; the score must be that of all of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities.agreement import Agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import month
from facilities.instants import instant
from sla_engine import from_store
from sla_engine.document import document_text
from sla_engine.facts import CircuitFacts, Facts, IntervalRows
from sla_engine.from_store import read_facts
from sla_engine.scoring import score
from store.connection import Connection
from store.errors import InputError
from store.intervals import Interval
from store.readings import INTERVAL, PROBE, STATE, read_readings, write_readings
from store.registry import register_circuits
from store.rows import CircuitRow

RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
STEP = 900


def agreement(**options: Any) -> Agreement:
    lines = "\n".join(
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in options.items()
    )
    return agreement_from_toml(
        f"""
        [agreement]
        id = "A"
        tenant = "t"
        facility = "f"
        time_zone = "Africa/Casablanca"
        starts_on = 2026-08-01
        monthly_fee = "100"
        currency = "MAD"
        [[objective]]
        id = "availability"
        circuit = "c"
        indicator = "availability"
        interval_seconds = {STEP}
        target_percent = "99"
        min_coverage_percent = "0"
        {lines}
        """.encode(),
        "agreement.toml",
    )


SEPTEMBER = month(2026, 9, agreement().time_zone)


def store_intervals(connection: Connection, number: int, rows: IntervalRows) -> None:
    columns = [np.full(rows.starts_at.size, number), rows.starts_at * 1_000_000, rows.sent, rows.lost]
    write_readings(connection, INTERVAL, columns, RECEIVED)


def measured(start: int, codes: list[str]) -> IntervalRows:
    """Rows from `start` on: g good, b bad, u nothing sent, - no row."""
    kept = [(start + index * STEP, code) for index, code in enumerate(codes) if code != "-"]
    return IntervalRows(
        np.array([at for at, _ in kept], np.int64),
        np.array([0 if code == "u" else 10 for _, code in kept], np.int64),
        np.array([10 if code == "b" else 0 for _, code in kept], np.int64),
    )


@pytest.fixture
def number(connection: Connection) -> int:
    return register_circuits(connection, [CircuitRow("c", "f", "t", True)])["c"]


runs = st.lists(st.tuples(st.sampled_from("gbu-"), st.integers(1, 70)), max_size=8).map(
    lambda pieces: [code for code, length in pieces for _ in range(length)]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=runs, inside=runs, after=runs, n=st.integers(1, 8), break_=st.booleans(),
    unknown=st.sampled_from(["exclude", "up", "down"]),
)  # fmt: skip
def test_a_part_of_the_readings_gives_the_score_of_all(
    connection: Connection, number: int, before: list[str], inside: list[str], after: list[str], n: int,
    break_: bool, unknown: str,
) -> None:  # fmt: skip
    """`before` ends at the month's start, `after` begins at its end: both borders are where mistakes would hide."""
    terms = agreement(consecutive_intervals=n, unknown=unknown, unknown_window="break" if break_ else "skip")
    rows = measured(SEPTEMBER.starts_at - len(before) * STEP, before + inside)
    later = measured(SEPTEMBER.ends_at, after)
    everything = IntervalRows(*(np.concatenate(pair) for pair in zip(
        (rows.starts_at, rows.sent, rows.lost), (later.starts_at, later.sent, later.lost), strict=True)))  # fmt: skip
    connection.execute("TRUNCATE circuit_interval")
    store_intervals(connection, number, everything)
    given_all = Facts(
        {"c": CircuitFacts(everything if everything.starts_at.size else None)}, {}, bool(everything.starts_at.size)
    )
    expected = document_text(score(terms, SEPTEMBER, given_all))
    found = document_text(score(terms, SEPTEMBER, read_facts(connection, terms, SEPTEMBER, {"c": number})))
    assert found == expected


def test_only_as_much_is_read_as_can_matter(connection: Connection, number: int) -> None:
    rows = measured(SEPTEMBER.starts_at - 2000 * STEP, ["g"] * 7000)
    store_intervals(connection, number, rows)
    read = read_facts(connection, agreement(consecutive_intervals=4), SEPTEMBER, {"c": number}).of("c").intervals
    assert read is not None
    assert read.starts_at[0] == SEPTEMBER.starts_at - 6 * 3600
    assert read.starts_at[-1] == SEPTEMBER.ends_at + 6 * 3600 - STEP


def test_nothing_is_read_twice(connection: Connection, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far to read after the month is decided on the rows of the month: they are those wanted in the end."""
    store_intervals(connection, number, measured(SEPTEMBER.starts_at - 2000 * STEP, ["g"] * 7000))
    asked: list[tuple[Any, ...]] = []

    def counted(connection: Connection, *what: Any) -> list[Any]:
        asked.append(what)
        return read_readings(connection, *what)

    monkeypatch.setattr(from_store, "read_readings", counted)
    read_facts(connection, agreement(consecutive_intervals=4), SEPTEMBER, {"c": number})
    of_intervals = [what for what in asked if what[0] is INTERVAL]
    assert len(set(of_intervals)) == len(of_intervals) == 2, "the hours before the month; the month and what follows"


def test_an_outage_that_began_long_before_the_month_is_found(connection: Connection, number: int) -> None:
    """Nine days of one lost interval in four before the month: only far back is a run that decides."""
    rows = measured(
        SEPTEMBER.starts_at - 900 * STEP, ["b"] * 36 + ["g", "g", "g", "b"] * 216 + ["g", "g", "g", "b"] * 50
    )
    store_intervals(connection, number, rows)
    terms = agreement(consecutive_intervals=5)
    result = score(terms, SEPTEMBER, read_facts(connection, terms, SEPTEMBER, {"c": number}))
    expected = score(terms, SEPTEMBER, Facts({"c": CircuitFacts(rows)}))
    assert document_text(result) == document_text(expected)
    assert result.results[0].tally.down == 200 * STEP  # type: ignore[union-attr]


def test_probes_stand_in_where_no_interval_was_given(connection: Connection, number: int) -> None:
    at = np.arange(SEPTEMBER.starts_at, SEPTEMBER.starts_at + 4 * STEP, 300, dtype=np.int64) * 1_000_000
    round_trips = np.where(np.arange(at.size) < 3, -1, 24_700_000)
    write_readings(connection, PROBE, [np.full(at.size, number), at, round_trips], RECEIVED)
    facts = read_facts(connection, agreement(), SEPTEMBER, {"c": number})
    assert facts.intervals_given is False
    probes = facts.of("c").probes
    assert probes is not None
    assert probes.answered.tolist() == [False] * 3 + [True] * 9


def test_the_state_before_the_period_holds_at_its_start(connection: Connection, number: int) -> None:
    terms = agreement_from_toml(STATES_AGREEMENT.encode(), "agreement.toml")
    at = np.array([SEPTEMBER.starts_at - 40 * 86400, SEPTEMBER.starts_at + 3600, SEPTEMBER.starts_at + 7200], np.int64)
    write_readings(connection, STATE, [np.full(3, number), at * 1_000_000, np.array([2, 1, 3])], RECEIVED)
    result = score(terms, SEPTEMBER, read_facts(connection, terms, SEPTEMBER, {"c": number}))
    tally = result.results[0].tally  # type: ignore[union-attr]
    assert (tally.down, tally.up, tally.unknown) == (3600, 3600, 2_595_600 - 7200)


def test_readings_off_the_grid_are_refused_by_name(connection: Connection, number: int) -> None:
    rows = measured(SEPTEMBER.starts_at + 7, ["g"])
    store_intervals(connection, number, rows)
    with pytest.raises(
        InputError, match=r'^circuit "c": the reading at 2026-08-31T23:00:07Z lies off its grid of 900 s$'
    ):
        read_facts(connection, agreement(), SEPTEMBER, {"c": number})


def test_a_circuit_the_store_does_not_know_has_no_facts(connection: Connection) -> None:
    facts = read_facts(connection, agreement(), SEPTEMBER, {})
    assert facts.of("c").intervals is None


def test_hidden_readings_are_not_looked_for(connection: Connection, number: int) -> None:
    store_intervals(connection, number, measured(SEPTEMBER.starts_at, ["g"] * 20))
    as_of = SEPTEMBER.starts_at + 10 * STEP
    terms = agreement()
    read = read_facts(connection, terms, SEPTEMBER, {"c": number}, as_of=as_of)
    expected = score(
        terms, SEPTEMBER, Facts({"c": CircuitFacts(measured(SEPTEMBER.starts_at, ["g"] * 20))}), as_of=as_of
    )
    assert document_text(score(terms, SEPTEMBER, read, as_of=as_of)) == document_text(expected)


STATES_AGREEMENT = """
[agreement]
id = "A"
tenant = "t"
facility = "f"
time_zone = "Africa/Casablanca"
starts_on = 2026-08-01
monthly_fee = "100"
currency = "MAD"
[[objective]]
id = "availability"
circuit = "c"
indicator = "availability"
method = "states"
target_percent = "99"
min_coverage_percent = "0"
"""

assert instant(SEPTEMBER.ends_at) - instant(SEPTEMBER.starts_at) == timedelta(hours=721)
assert isinstance(SEPTEMBER, Interval)
