"""The inventory's codes and names in the store: the numbers that readings use, and what dashboards call things."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from psycopg import sql

from store.connection import Connection
from store.rows import AgreementRow, CircuitRow, ObjectiveRow, ParkRow, PeriodRow, SensorRow, TenantRow, ZoneRow


class Registry(NamedTuple):
    """A table that mirrors a part of the inventory: its row type, and how many of its first columns are the key."""

    table: str
    row: Any
    key_columns: int = 1


CIRCUITS = Registry("circuit", CircuitRow)
ZONES = Registry("zone", ZoneRow)
PARKS = Registry("park", ParkRow)
TENANTS = Registry("tenant", TenantRow)
AGREEMENTS = Registry("agreement", AgreementRow)
OBJECTIVES = Registry("objective", ObjectiveRow, key_columns=2)
SENSORS = Registry("sensor", SensorRow)
PERIODS = Registry("period", PeriodRow, key_columns=2)


def register(connection: Connection, registry: Registry, rows: Iterable[tuple[Any, ...]]) -> None:
    """Adds new rows and updates those that differ, in the order of their keys; the caller commits.

    Rows that are not given stay: their readings and verdicts are still theirs (see `mark_listed`).
    """
    columns = registry.row._fields
    key = sql.SQL(", ").join(map(sql.Identifier, columns[: registry.key_columns]))
    values = [sql.Identifier(name) for name in columns[registry.key_columns :]]
    table = sql.Identifier(registry.table)
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT ({key}) DO UPDATE SET ({values}) ="
        " ROW ({new}) WHERE ({old}) IS DISTINCT FROM ({new})"
    ).format(
        table=table,
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        places=sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        key=key,
        values=sql.SQL(", ").join(values),
        new=sql.SQL(", ").join(sql.SQL("excluded.{}").format(name) for name in values),
        old=sql.SQL(", ").join(sql.SQL("{}.{}").format(table, name) for name in values),
    )
    # In the order of keys: two processes that register at once must not wait for each other in a circle.
    ordered: list[tuple[Any, ...]] = sorted(rows, key=lambda row: row[: registry.key_columns])
    with connection.cursor() as cursor:
        cursor.executemany(statement, ordered)


def mark_listed(connection: Connection, registry: Registry, keys: Iterable[Sequence[Any]]) -> None:
    """Marks exactly the rows with these keys as listed in the inventory, the others as no longer."""
    table = sql.Identifier(registry.table)
    names = [sql.Identifier(name) for name in registry.row._fields[: registry.key_columns]]
    listed = sorted({tuple(key) for key in keys})
    connection.execute(
        sql.SQL(
            "UPDATE {table} SET is_listed = NOT is_listed WHERE is_listed <> (({key}) IN (SELECT {unnested}))"
        ).format(
            table=table,
            key=sql.SQL(", ").join(names),
            unnested=sql.SQL(", ").join([sql.SQL("unnest({}::text[])").format(sql.Placeholder())] * len(names)),
        ),
        [[key[at] for key in listed] for at in range(len(names))],
    )


def register_circuits(connection: Connection, rows: Iterable[CircuitRow]) -> dict[str, int]:
    """Adds new circuits, updates known ones, and returns the number of every circuit in the store by code.

    Circuits that left the inventory keep their number: their readings are still theirs.
    """
    register(connection, CIRCUITS, rows)
    return circuit_numbers(connection)


def circuit_numbers(connection: Connection) -> dict[str, int]:
    """The number of every circuit in the store by its code."""
    return dict(connection.execute("SELECT circuit, circuit_id FROM circuit").fetchall())


def register_zones(connection: Connection, rows: Iterable[ZoneRow]) -> dict[str, int]:
    """Adds new zones, updates known ones, and returns the number of every zone in the store by code."""
    register(connection, ZONES, rows)
    return zone_numbers(connection)


def zone_numbers(connection: Connection) -> dict[str, int]:
    """The number of every zone in the store by its code."""
    return dict(connection.execute("SELECT zone, zone_id FROM zone").fetchall())
