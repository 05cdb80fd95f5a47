import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from dashboards.reading import read_observed
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, OCCUPANCY, PROBE, Kind, write_readings
from store.registry import register_circuits, register_zones
from store.rows import CircuitRow, OccupancyRow, TransitionRow, ZoneRow
from store.transitions import write_transitions
from store.verdict_rows import ScoreRow, UnscoredRow
from store.verdicts import write_score, write_unscored

Make = Callable[..., dict[str, Any]]

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def write(connection: Connection, kind: Kind, series: int, readings: list[tuple[datetime, int, int]]) -> None:
    columns = [np.full(len(readings), series, dtype=np.int64)]
    columns.append(np.array([microseconds(at) for at, _, _ in readings], dtype=np.int64))
    for place in range(1, len(kind.values) + 1):
        columns.append(np.array([reading[place] for reading in readings], dtype=np.int64))
    write_readings(connection, kind, columns, NOW)


def score(document: dict[str, Any], starts_at: datetime, ends_at: datetime) -> ScoreRow:
    made = document | {"period": document["period"] | {"time_zone": "Africa/Casablanca"}}
    return ScoreRow(
        document["agreement"], starts_at, ends_at, "locataire-b", "casanearshore", True,
        json.dumps(made), "0" * 64, "0.1.0", "2026f", NOW - MINUTE, NOW,
    )  # fmt: skip


@pytest.fixture
def stored(connection: Connection) -> Connection:
    """Two circuits, one measured by intervals and probes; two zones, one counted."""
    circuits = register_circuits(
        connection, [CircuitRow(code, "casanearshore", "locataire-b", True) for code in ("casa-a1", "casa-b1")]
    )
    zones = register_zones(
        connection, [ZoneRow(code, "casanearshore", None, 100, True) for code in ("casa-z1", "casa-z2")]
    )
    write(connection, INTERVAL, circuits["casa-b1"], [(NOW - 5 * MINUTE, 10, 0), (NOW - 3 * MINUTE, 10, 0)])
    write(connection, PROBE, circuits["casa-b1"], [(NOW - 2 * MINUTE, 24_000_000, 0)])
    write(connection, OCCUPANCY, zones["casa-z1"], [(NOW - 30 * MINUTE, 40, 0), (NOW - 15 * MINUTE, 45, 0)])
    connection.commit()
    return connection


def test_the_newest_reading_of_whatever_kind(stored: Connection) -> None:
    assert read_observed(stored, NOW).newest_readings == {"casa-b1": NOW - 2 * MINUTE}


def test_the_newest_count_of_each_zone(stored: Connection) -> None:
    assert read_observed(stored, NOW).occupancy == {"casa-z1": OccupancyRow("casa-z1", NOW - 15 * MINUTE, 45)}


def test_of_a_month_only_what_lies_before_its_end(stored: Connection, availability: Make, document: Make) -> None:
    october = score(
        document("DEMO-CASA-B", availability("casa-b1")),
        datetime(2026, 10, 1, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
    )
    write_score(stored, october)
    stored.commit()
    found = read_observed(stored, NOW, month="2026-10")
    assert [one.agreement for one in found.scored] == ["DEMO-CASA-B"]
    assert found.newest_readings == {}
    assert found.occupancy == {}


def test_a_month_is_cut_in_the_zone_of_the_agreement(stored: Connection, availability: Make, document: Make) -> None:
    """September 2026 of Casablanca starts at 23:00Z on 31 August; an agreement that ended on the 10th is part of it."""
    starts_at, ends_at = datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    made = document("DEMO-CASA-B", availability("casa-b1"))
    write_score(stored, score(made, starts_at, ends_at))
    write_score(stored, score(made | {"agreement": "ENDED"}, starts_at, datetime(2026, 9, 9, 23, tzinfo=UTC)))
    write_score(stored, score(made | {"agreement": "NEXT"}, ends_at, datetime(2026, 11, 1, tzinfo=UTC)))
    stored.commit()
    found = read_observed(stored, NOW, month="2026-09")
    assert [one.agreement for one in found.scored] == ["DEMO-CASA-B", "ENDED"]


def test_without_a_month_the_periods_that_run_now(stored: Connection, availability: Make, document: Make) -> None:
    made = document("DEMO-CASA-B", availability("casa-b1"))
    write_score(stored, score(made, datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)))
    write_score(stored, score(made, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)))
    stored.commit()
    [found] = read_observed(stored, NOW).scored
    assert found.scored_to_at == NOW - MINUTE
    assert len(read_observed(stored, datetime(2026, 12, 1, tzinfo=UTC)).scored) == 0  # half-open


def test_the_part_of_the_running_month_that_is_over_is_shown_as_well(
    stored: Connection, availability: Make, document: Make
) -> None:
    first, cut, end = (datetime(2026, month, day, tzinfo=UTC) for month, day in ((11, 1), (11, 16), (12, 1)))
    for starts_at, ends_at in ((datetime(2026, 10, 16, tzinfo=UTC), first), (first, cut), (cut, end)):
        write_score(stored, score(document("DEMO-CASA-B", availability("casa-b1")), starts_at, ends_at))
    stored.commit()
    assert len(read_observed(stored, NOW).scored) == 2
    assert read_observed(stored, NOW).scored == read_observed(stored, NOW, month="2026-11").scored


def test_the_state_of_each_circuit_under_each_agreement(stored: Connection) -> None:
    row = TransitionRow(
        "circuit", "DEMO-CASA-B", "availability", "casa-b1", True, "up", "down", NOW - MINUTE, NOW, "outage began"
    )
    write_transitions(stored, [row])
    stored.commit()
    assert read_observed(stored, NOW).noticed_states == {("DEMO-CASA-B", "casa-b1"): ("down", NOW - MINUTE)}


def test_reading_leaves_no_transaction_open(stored: Connection) -> None:
    read_observed(stored, NOW)
    assert stored.info.transaction_status.name == "IDLE"


def test_a_month_that_could_not_be_scored(stored: Connection) -> None:
    row = UnscoredRow("DEMO-CASA-B", datetime(2026, 11, 1, tzinfo=UTC), NOW, "why")
    write_unscored(stored, row)
    stored.commit()
    assert read_observed(stored, NOW).unscored == [row]


@pytest.mark.parametrize("month", ["2025-01", "2026-10"])
def test_a_month_without_scores_shows_nothing_of_later(month: str, stored: Connection) -> None:
    found = read_observed(stored, NOW, month=month)
    assert (found.scored, found.newest_readings, found.occupancy) == ([], {}, {})


def test_a_month_that_has_not_begun_shows_nothing_of_today(stored: Connection) -> None:
    found = read_observed(stored, NOW, month="2026-12")
    assert (found.newest_readings, found.occupancy) == ({}, {})


def test_a_month_over_without_scores_shows_its_own_last_readings(stored: Connection) -> None:
    found = read_observed(stored, datetime(2026, 12, 5, tzinfo=UTC), month="2026-11")
    assert found.newest_readings == {"casa-b1": NOW - 2 * MINUTE}
    assert found.occupancy["casa-z1"].people == 45


def test_a_count_at_the_very_end_belongs_to_the_next_month(stored: Connection) -> None:
    """August 2026 of Casablanca ends at 23:00Z on the 31st; the clock went from UTC+1 to UTC+0 three weeks later."""
    zones = register_zones(stored, [ZoneRow("casa-z1", "casanearshore", None, 100, True)])
    end = datetime(2026, 8, 31, 23, tzinfo=UTC)
    write(stored, OCCUPANCY, zones["casa-z1"], [(end - 15 * MINUTE, 7, 0), (end, 8, 0)])
    stored.commit()
    assert read_observed(stored, NOW, month="2026-08").occupancy["casa-z1"].people == 7


def test_an_agreement_that_ended_early_does_not_end_the_month(
    stored: Connection, availability: Make, document: Make
) -> None:
    made = document("ENDED", availability("casa-a1"))
    write_score(stored, score(made, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)))
    stored.commit()
    assert read_observed(stored, NOW, month="2026-11").newest_readings == {"casa-b1": NOW - 2 * MINUTE}
