import logging
from collections.abc import Sequence
from datetime import timedelta

import psycopg
import pytest

from alerting.delivering import ENDED_FOR, Deliverer, Delivering
from store.alert_rows import AlertRow
from store.alerts import open_alerts, read_open_alerts, update_alerts
from store.connection import Connection
from tests.alerting.estate import NOW, lost


class Taking:
    """Takes what it is given; fails as long as it is told to."""

    def __init__(self) -> None:
        self.given: list[list[str | None]] = []
        self.fails = False

    def __call__(self, connection: Connection, alerts: Sequence[AlertRow], now: object) -> None:
        connection.execute("CREATE TABLE IF NOT EXISTS taken (at text)")
        connection.execute("INSERT INTO taken VALUES (%s)", (str(now),))
        if self.fails:
            raise RuntimeError("connection refused\nby a person")
        self.given.append([one.trouble.circuit for one in alerts])


@pytest.fixture
def two_alerts(connection: Connection) -> None:
    """One that lasts, and one that ended a while ago."""
    open_alerts(connection, [(lost("p00"), None), (lost("p01"), None)], NOW)
    _, ended = read_open_alerts(connection)
    update_alerts(connection, [ended._replace(closed_at=NOW)])
    connection.commit()


@pytest.mark.usefixtures("two_alerts")
def test_what_lasts_is_handed_on_and_for_a_while_what_has_ended(connection: Connection) -> None:
    taking = Taking()
    delivering = Delivering([Deliverer("a", taking)])
    delivering.deliver(connection, NOW + timedelta(seconds=1))
    delivering.deliver(connection, NOW + ENDED_FOR)
    assert taking.given == [["p00", "p01"], ["p00"]]


@pytest.mark.usefixtures("two_alerts")
def test_one_that_fails_is_logged_once_and_stops_no_other(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bad, good = Taking(), Taking()
    bad.fails = True
    delivering = Delivering([Deliverer("bad", bad), Deliverer("good", good)])
    for _ in range(3):
        delivering.deliver(connection, NOW)
    assert len(good.given) == 3
    assert connection.execute("SELECT count(*) FROM taken").fetchone() == (3,), "what the bad one wrote is not kept"
    bad.fails = False
    delivering.deliver(connection, NOW)
    assert [one.getMessage() for one in caplog.records] == [
        "bad could not be told: RuntimeError: connection refused",
        "bad is told again",
    ]


def test_a_database_that_is_gone_is_nobodys_failure_to_deliver(connection: Connection) -> None:
    def gone(given: Connection, _alerts: object, _now: object) -> None:
        given.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(psycopg.OperationalError):
        Delivering([Deliverer("gone", gone)]).deliver(connection, NOW)
