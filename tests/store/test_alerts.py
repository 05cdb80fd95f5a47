import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from store.alert_rows import AlertChangeRow, AlertRow, Trouble
from store.alerts import (
    explain_alerts,
    hold_deciding,
    open_alerts,
    read_alert,
    read_alert_changes,
    read_alerts,
    read_alerts_to_tell,
    read_ended_causes,
    read_explained,
    read_open_alerts,
    update_alerts,
    write_alert_changes,
)
from store.connection import Connection, connect

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OUTAGE = Trouble(
    "outage", "circuit:c", "page", NOW - MINUTE, "down", True, "casa", "t", "op", "c", "z", "A", "o", NOW,
    {"flaps": 3, "text": "é", "none": None},
)  # fmt: skip
PARK = Trouble("site_cut", "park:casa", "page", NOW, "park_lost", False)


def test_what_is_written_is_read(connection: Connection) -> None:
    numbers = open_alerts(connection, [(OUTAGE, "exclusion M-7"), (PARK, None)], NOW)
    assert numbers.keys() == {("outage", "circuit:c"), ("site_cut", "park:casa")}
    outage = AlertRow(numbers["outage", "circuit:c"], OUTAGE, NOW, NOW, None, None, "exclusion M-7")
    assert read_alert(connection, outage.alert_id) == outage
    assert {row.trouble.rule for row in read_open_alerts(connection)} == {"outage", "site_cut"}
    later = outage._replace(
        trouble=OUTAGE._replace(severity="ticket", facts={"flaps": 4}), seen_at=NOW + MINUTE, quiet_since_at=NOW,
        cause_id=numbers["site_cut", "park:casa"], muted_by=None,
    )  # fmt: skip
    assert update_alerts(connection, [later]) == {outage.alert_id}
    assert read_alert(connection, outage.alert_id) == later
    assert read_explained(connection, numbers["site_cut", "park:casa"]) == [later]


def test_what_is_open_is_not_opened_again_and_what_is_closed_stays_closed(connection: Connection) -> None:
    numbers = open_alerts(connection, [(OUTAGE, None)], NOW)
    assert open_alerts(connection, [(OUTAGE, None)], NOW) == {}
    (row,) = read_open_alerts(connection)
    closed = row._replace(closed_at=NOW + MINUTE)
    assert update_alerts(connection, [closed]) == set(numbers.values())
    assert update_alerts(connection, [row]) == set(), "another process that knows nothing of it changes nothing"
    assert read_alerts(connection, newest=5) == [closed]
    assert open_alerts(connection, [(OUTAGE, None)], NOW).keys() == {("outage", "circuit:c")}


def test_ends_are_told_for_a_while(connection: Connection) -> None:
    open_alerts(connection, [(OUTAGE, None), (PARK, None)], NOW)
    outage, park = read_open_alerts(connection)
    explain_alerts(connection, [(outage.alert_id, park.alert_id)])
    update_alerts(connection, [park._replace(closed_at=NOW)])
    assert len(read_alerts_to_tell(connection, NOW - MINUTE)) == 2
    assert [row.alert_id for row in read_alerts_to_tell(connection, NOW)] == [outage.alert_id]
    assert read_ended_causes(connection).keys() == {park.alert_id}


def test_steps_stay_as_they_were_written(connection: Connection) -> None:
    ((_, number),) = open_alerts(connection, [(OUTAGE, None)], NOW).items()
    steps = [AlertChangeRow(number, NOW, "opened", "down", {}), AlertChangeRow(number, NOW, "muted", "x", {"by": "é"})]
    write_alert_changes(connection, steps)
    assert read_alert_changes(connection, number) == steps
    connection.commit()
    for statement in (
        "UPDATE alert_change SET reason = 'x'",
        "DELETE FROM alert_change",
        "TRUNCATE alert_change",
        "DELETE FROM alert",
    ):
        with pytest.raises(psycopg.IntegrityError):
            connection.execute(statement.encode())
        connection.rollback()


def test_of_two_transactions_one_may_decide(connection: Connection, dsn: str) -> None:
    assert hold_deciding(connection)
    assert hold_deciding(connection), "as often as it likes"
    with connect(dsn, "tests") as other:
        assert not hold_deciding(other)
        other.rollback()
        connection.commit()
        assert hold_deciding(other)


def test_two_that_open_at_the_same_moment_open_one(connection: Connection, dsn: str) -> None:
    """Without the lock: the index alone keeps it one row."""
    opened: list[int] = []

    def open_one() -> None:
        with connect(dsn, "tests") as other:
            opened.extend(open_alerts(other, [(OUTAGE, None)], NOW).values())
            other.commit()

    open_alerts(connection, [(OUTAGE, None)], NOW)
    thread = threading.Thread(target=open_one)
    thread.start()
    connection.commit()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert opened == []
    assert len(read_open_alerts(connection)) == 1


def test_thousands_at_once_are_three_statements(connection: Connection) -> None:
    troubles = [OUTAGE._replace(subject=f"circuit:c{n}") for n in range(5000)]
    numbers = open_alerts(connection, [(one, None) for one in troubles], NOW)
    write_alert_changes(connection, [AlertChangeRow(n, NOW, "opened", "down", {}) for n in numbers.values()])
    rows = read_open_alerts(connection)
    assert len(update_alerts(connection, [row._replace(closed_at=NOW) for row in rows])) == len(numbers) == 5000
