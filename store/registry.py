"""The numbers that readings use for circuits and zones: the inventory's codes, registered once."""

from collections.abc import Iterable

from store.connection import Connection
from store.rows import CircuitRow, ZoneRow


def register_circuits(connection: Connection, rows: Iterable[CircuitRow]) -> dict[str, int]:
    """Adds new circuits, updates known ones, and returns the number of every circuit in the store by code.

    Circuits that left the inventory keep their number: their readings are still theirs.
    """
    for row in rows:
        connection.execute(
            "INSERT INTO circuit (circuit, facility, tenant, is_demo) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (circuit) DO UPDATE SET facility = excluded.facility, tenant = excluded.tenant,"
            " is_demo = excluded.is_demo"
            " WHERE (circuit.facility, circuit.tenant, circuit.is_demo)"
            " IS DISTINCT FROM (excluded.facility, excluded.tenant, excluded.is_demo)",
            row,
        )
    return circuit_numbers(connection)


def circuit_numbers(connection: Connection) -> dict[str, int]:
    """The number of every circuit in the store by its code."""
    return dict(connection.execute("SELECT circuit, circuit_id FROM circuit").fetchall())


def register_zones(connection: Connection, rows: Iterable[ZoneRow]) -> dict[str, int]:
    """Adds new zones, updates known ones, and returns the number of every zone in the store by code."""
    for row in rows:
        connection.execute(
            "INSERT INTO zone (zone, facility, tenant, capacity_people, is_demo) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (zone) DO UPDATE SET facility = excluded.facility, tenant = excluded.tenant,"
            " capacity_people = excluded.capacity_people, is_demo = excluded.is_demo"
            " WHERE (zone.facility, zone.tenant, zone.capacity_people, zone.is_demo)"
            " IS DISTINCT FROM (excluded.facility, excluded.tenant, excluded.capacity_people, excluded.is_demo)",
            row,
        )
    return zone_numbers(connection)


def zone_numbers(connection: Connection) -> dict[str, int]:
    """The number of every zone in the store by its code."""
    return dict(connection.execute("SELECT zone, zone_id FROM zone").fetchall())
