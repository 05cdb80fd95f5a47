"""What the store already has of a code decides whose it is: an inventory that gives it to somebody else is refused."""

from collections.abc import Iterable
from typing import NamedTuple

from psycopg import sql

from store.connection import Connection
from store.errors import InputError
from store.registry import CIRCUITS, ZONES, Registry
from store.rows import AgreementRow, CircuitRow, SensorRow, ZoneRow

_KINDS = {CIRCUITS.table: ["interval", "probe", "state"], ZONES.table: ["occupancy"]}

_SENSORS = """
SELECT sensor, sensor.zone, zone.tenant, sensor.facility FROM sensor LEFT JOIN zone ON zone.zone = sensor.zone
WHERE EXISTS (SELECT FROM sensor_series JOIN ingest USING (series_id)
              WHERE kind = 'sensor' AND sensor_series.sensor = sensor.sensor)
ORDER BY sensor
"""
_AGREEMENTS = """
SELECT agreement, tenant, facility FROM agreement
WHERE agreement = ANY (%s) AND (EXISTS (SELECT FROM score WHERE score.agreement = agreement.agreement)
    OR EXISTS (SELECT FROM verdict_entry WHERE verdict_entry.agreement = agreement.agreement))
ORDER BY agreement
"""


class _Holder(NamedTuple):
    """Who may read what is of a code: its tenant, and whoever sees its park."""

    tenant: str | None
    facility: str

    def __str__(self) -> str:
        tenant = "no tenant" if self.tenant is None else f'tenant "{self.tenant}"'
        return f'{tenant} at "{self.facility}"'


def refuse_reletting(connection: Connection, registry: Registry, rows: Iterable[CircuitRow | ZoneRow]) -> None:
    """Refuses rows of `CIRCUITS` or `ZONES` that give what was measured to another tenant, or to another park.

    A tenant reads the readings of its circuits and zones: under the same code the new one would read those of the old
    one, and of a zone that was nobody's the counts one by one, which are shown to nobody else. Correcting a tenant
    before anything was measured is no re-letting, nor is naming that of a circuit which has none: no inventory has
    such a circuit, only a store that was filled without one. InputError in one line names the first of them.
    """
    given = {row[0]: _Holder(row.tenant, row.facility) for row in rows}
    code, number = registry.table, f"{registry.table}_id"
    known = connection.execute(
        sql.SQL(
            "SELECT {code}, tenant, facility FROM {table} WHERE {code} = ANY (%s) AND (tenant IS NOT NULL OR %s)"
            " AND EXISTS (SELECT FROM ingest WHERE kind = ANY (%s) AND series_id = {number}) ORDER BY {code}"
        ).format(code=sql.Identifier(code), table=sql.Identifier(registry.table), number=sql.Identifier(number)),
        (list(given), registry is ZONES, _KINDS[registry.table]),
    ).fetchall()
    for name, *holder in known:
        if given[name] != (was := _Holder(*holder)):
            raise InputError(
                f'{code}s.toml: {code} "{name}": the store has readings of it from the time of {was}, which others'
                " would read under the same code: give it a new code and drop the old one"
            )


def refuse_moved_sensors(connection: Connection, rows: Iterable[SensorRow], zones: Iterable[ZoneRow]) -> None:
    """Refuses an inventory by which what a sensor has said would be read by another tenant or at another park.

    A sensor is its zone's tenant's: it changes hands with its own `zone`, and with the tenant of that zone, also
    when it is no longer listed itself. InputError in one line names the first of them.
    """
    given = {row.sensor: row for row in rows}
    tenants: dict[str | None, str | None] = dict(connection.execute("SELECT zone, tenant FROM zone").fetchall())
    tenants.update({row.zone: row.tenant for row in zones})
    for sensor, zone, tenant, facility in connection.execute(_SENSORS).fetchall():
        was, listed = _Holder(tenant, facility), given.get(sensor)
        to_zone, to_facility = (zone, facility) if listed is None else (listed.zone, listed.facility)
        if _Holder(tenants.get(to_zone), to_facility) == was:
            continue
        is_let = to_zone == zone and to_facility == facility
        what = f'zones.toml: zone "{zone}"' if is_let else f'sensors.toml: sensor "{sensor}"'
        whose = f'its sensor "{sensor}"' if is_let else "it"
        raise InputError(
            f"{what}: the store has readings of {whose} from the time of {was},"
            " which others would read under the same code: give it a new code and drop the old one"
        )


def refuse_moved_agreements(connection: Connection, rows: Iterable[AgreementRow]) -> None:
    """Refuses an agreement whose tenant or facility is another than when it was scored or published.

    Its scores and its ledger are read by whom it is with. InputError in one line names both.
    """
    given = {row.agreement: _Holder(row.tenant, row.facility) for row in rows}
    for name, *holder in connection.execute(_AGREEMENTS, (list(given),)).fetchall():
        if given[name] != (was := _Holder(*holder)):
            raise InputError(
                f'agreement "{name}": the store has scores of it for {was}, which others would read as it is now for'
                f" {given[name]}: give it a new id and drop the old one"
            )
