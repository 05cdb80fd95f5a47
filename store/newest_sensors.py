"""The newest reading of every part of some sensors."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from store.connection import Connection


class NewestReading(NamedTuple):
    """What one part of a sensor said last: an exact count, a physical value, or the reason why there is none."""

    sensor: str
    channel: str
    quantity: str
    measured_at: datetime
    counted: Decimal | None
    value: float | None
    reason: str | None


def read_newest_sensors(connection: Connection, sensors: Sequence[str]) -> list[NewestReading]:
    """The newest reading of each part and quantity of the sensors, in their order; none of a silent one.

    What a device had stored and sends late is not what it says now, and a sensor of nothing else is silent.
    A quantity may have several series (a modulus, a span that was changed): the newest of them is told.
    """
    found = connection.execute(
        """
        SELECT DISTINCT ON (sensor, quantity, channel)
            sensor, channel, quantity, measured_at, counted, value, reason
        FROM sensor_series CROSS JOIN LATERAL (
            SELECT measured_at, counted, value, absence_id FROM sensor_reading
            WHERE sensor_reading.series_id = sensor_series.series_id AND measured_at <= (
                SELECT last_at FROM ingest
                WHERE ingest.kind = 'sensor' AND ingest.series_id = sensor_series.series_id AND NOT is_historical
                ORDER BY last_at DESC LIMIT 1)
            ORDER BY measured_at DESC LIMIT 1
        ) AS newest LEFT JOIN absence USING (absence_id)
        WHERE sensor = ANY (%s) ORDER BY sensor, quantity, channel, measured_at DESC
        """,
        (list(sensors),),
    ).fetchall()
    return [NewestReading(*row) for row in found]
