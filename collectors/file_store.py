"""Stores what a chunk of a file holds, and says which of its records the store does not take and why."""

from datetime import datetime
from typing import Literal, NamedTuple

from collectors.file_rows import Rows, columns_of
from collectors.native_topic import KindWord
from collectors.reasons import Reason, Refusal, Rejected
from collectors.sensor_file import SensorRows
from collectors.stored_rows import Stored, store_devices, store_rows
from store.connection import Connection

CONFLICT = "another value is stored for this circuit or zone and instant; it stays"
SENSOR_CONFLICT = "another value is stored for this sensor, quantity and instant; it stays"


class StoredRecords(NamedTuple):
    """Rows that were new, rows already there with the same value, and every refused record by its number."""

    inserted: int
    duplicates: int
    rejected: list[tuple[int, Rejected]]


def store_records(
    connection: Connection, kind: KindWord | Literal["sensors"], rows: Rows | SensorRows, received_at: datetime
) -> StoredRecords:
    """Writes the rows of a chunk inside the caller's transaction.

    A count of people of a sensor that counts for a zone is stored twice, as the sensor's and as the zone's: where
    another count of the zone is stored for that instant, the record is refused although its reading is stored.
    """
    if isinstance(rows, Rows):
        assert kind != "sensors"
        stored = store_rows(connection, kind, rows.columns, received_at) if rows.records else Stored(0, 0, [], {})
        refusals = _refusals(stored, CONFLICT)
    else:
        stored = store_devices(connection, rows.readings, received_at)
        refusals = _refusals(stored, SENSOR_CONFLICT)
        places = [place for place in rows.people if place not in refusals]
        if places:
            counts = columns_of("occupancy", [rows.people[place] for place in places])
            of_zones = store_rows(connection, "occupancy", counts, received_at)
            refusals |= {places[at]: why for at, why in _refusals(of_zones, CONFLICT).items()}
    return StoredRecords(
        stored.inserted,
        stored.duplicates,
        [*rows.rejected, *(rows.refused(place, why) for place, why in refusals.items())],
    )


def _refusals(stored: Stored, conflict: str) -> dict[int, Refusal]:
    return dict.fromkeys(stored.conflicts, Refusal(Reason.CONFLICT, conflict)) | {
        place: Refusal(Reason.DATABASE_REFUSED, why) for place, why in stored.refused.items()
    }
