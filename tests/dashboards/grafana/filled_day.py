"""A bad day in the demo's parks, written and scored: what the queries of dashboards are run on."""

from datetime import UTC, datetime, timedelta

import numpy as np

from facilities.inventory import Inventory
from facilities.registration import park_rows, register_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.exclusions import write_exclusions
from store.promises import write_tickets
from store.readings import INTERVAL, PROBE, Kind, write_readings
from store.registry import PARKS, register
from store.rows import ExclusionRow, TicketRow
from tests.dashboards.grafana.filled_rooms import fill_sensors, fill_troubles, fill_zones
from tests.store.rollup_truth import bring_up_to_date

DAY = datetime(2026, 9, 8, tzinfo=UTC)
NOW = DAY + timedelta(hours=12)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def fill(connection: Connection, approver: Connection, inventory: Inventory, real: Inventory) -> None:
    """Twelve hours of three circuits, and the real inventory's announced parks.

    casa-a1 (every 10 s): out 03:00-03:20, unmeasured 05:00-05:30, works 07:00-08:00 accepted, a proposal 07:30-09:00,
    works 03:05-03:10 accepted that were never announced and so do not count.
    casa-b1: out since 11:00, of which 11:30-11:45 by its customer's doing, accepted. tet-a1: silent since 09:00.
    On ouj-a1 a ticket took nine hours of eight promised, on ouj-b1 one is open for two. Every other circuit of the demo
    was never measured.
    """
    numbers = register_inventory(connection, inventory, NOW).circuits
    register(connection, PARKS, [row for row in park_rows(real) if row.facility not in inventory.parks])
    at = [DAY + 10 * number * SECOND for number in range(12 * 360)]
    sent = [0 if 5 * HOUR <= each - DAY < 5.5 * HOUR else 10 for each in at]
    lost = [10 if 3 * HOUR <= each - DAY < 3 * HOUR + 20 * MINUTE else 0 for each in at]
    _write(connection, INTERVAL, numbers["casa-a1"], at, sent, lost)
    probes = [DAY + minute * MINUTE for minute in range(12 * 60)]
    delays = [-1 if 180 <= minute < 200 else 24_000_000 + 1000 * minute for minute in range(12 * 60)]
    _write(connection, PROBE, numbers["casa-a1"], probes, delays)
    minutes = [DAY + number * MINUTE for number in range(12 * 60)]
    since = [10 if each >= DAY + 11 * HOUR else 0 for each in minutes]
    _write(connection, INTERVAL, numbers["casa-b1"], minutes, [10] * len(minutes), since)
    early = [each for each in at if each < DAY + 9 * HOUR]
    _write(connection, INTERVAL, numbers["tet-a1"], early, [10] * len(early), [0] * len(early))
    fill_zones(connection, DAY)
    fill_sensors(connection, DAY)
    announced = DAY - timedelta(days=20)
    exclusions = [
        ExclusionRow("MAINT-1", "casa-a1", "maintenance", DAY + 7 * HOUR, DAY + 8 * HOUR, announced, "accepted"),
        ExclusionRow("MAINT-2", "casa-a1", "customer", DAY + 7.5 * HOUR, DAY + 9 * HOUR, None, "proposed"),
        ExclusionRow("MAINT-3", "tech-a1", "maintenance", NOW - HOUR, NOW + HOUR, announced, "accepted"),
        ExclusionRow("MAINT-5", "casa-a1", "maintenance", DAY + 185 * MINUTE, DAY + 190 * MINUTE, None, "accepted"),
        ExclusionRow("CLIENT-4", "casa-b1", "customer", DAY + 11.5 * HOUR, DAY + 11.75 * HOUR, None, "accepted"),
    ]
    tickets = [
        TicketRow("T-1", "casa-a1", DAY + 3 * HOUR, DAY + 4 * HOUR),
        TicketRow("T-2", "ouj-a1", DAY + 2 * HOUR, DAY + 11 * HOUR),
        TicketRow("T-3", "ouj-b1", DAY + 10 * HOUR, None),
    ]
    connection.commit()
    write_exclusions(connection, approver, exclusions, numbers)
    write_tickets(connection, tickets, numbers)
    connection.commit()
    Scorer(Promised.of(inventory)).run_pass(connection, NOW)
    fill_troubles(connection, DAY)
    bring_up_to_date(connection, NOW)


def _write(connection: Connection, kind: Kind, number: int, at: list[datetime], *values: list[int]) -> None:
    instants = np.array([int(each.timestamp() * 1e6) for each in at], dtype=np.int64)
    columns = [np.full(len(at), number, np.int64), instants, *(np.array(one, np.int64) for one in values)]
    write_readings(connection, kind, columns, at[-1] + 3 * SECOND)
