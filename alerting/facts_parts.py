"""Parts of the facts, each read whole from the store: what is listed, what the engine says, what rooms say."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerting.rules.facts import CircuitState, CollectorSession, JudgedPeriod, Published, SensorValues, ZoneCounts
from facilities.calendar import local_day, zone
from store import alert_facts, arrivals
from store.alert_rows import OutlookRow, RestoreRow
from store.arrival_rows import Promised
from store.connection import Connection
from store.outlook import read_outlooks, read_restores
from store.rows import AgreementRow, CircuitRow, SensorRow, ZoneRow
from store.verdict_rows import UnscoredRow
from store.verdicts import read_unscored

HOUR = timedelta(hours=1)
JUDGED_FOR = timedelta(days=45)
PUBLISHED_FOR = timedelta(days=2)


class Known(NamedTuple):
    """What the inventory lists."""

    circuits: dict[str, CircuitRow] = {}  # noqa: RUF012 - never changed
    zones: dict[str, ZoneRow] = {}  # noqa: RUF012
    sensors: dict[str, SensorRow] = {}  # noqa: RUF012
    agreements: dict[str, AgreementRow] = {}  # noqa: RUF012
    promised: Sequence[Promised] = ()

    @classmethod
    def read(cls, connection: Connection) -> "Known":
        """In five statements."""
        return cls(
            {row.circuit: row for row in alert_facts.read_circuits(connection)},
            {row.zone: row for row in alert_facts.read_zones(connection)},
            {row.sensor: row for row in alert_facts.read_sensors(connection)},
            {row.agreement: row for row in alert_facts.read_agreements(connection)},
            alert_facts.read_promised(connection),
        )

    def in_force(self, now: datetime) -> list[Promised]:
        """The objectives of agreements in force on the civil day of `now`, each in the zone of its agreement."""
        in_force = {name for name, row in self.agreements.items() if is_in_force(row, now)}
        return [one for one in self.promised if one.agreement in in_force]


class Said(NamedTuple):
    """What the engine says of now."""

    states: tuple[CircuitState, ...] = ()
    outlooks: tuple[OutlookRow, ...] = ()
    restores: tuple[RestoreRow, ...] = ()
    judged: tuple[JudgedPeriod, ...] = ()
    published: tuple[Published, ...] = ()
    unscored: tuple[UnscoredRow, ...] = ()

    @classmethod
    def read(
        cls, connection: Connection, promised: Sequence[Promised], passed_at: datetime | None, now: datetime
    ) -> "Said":
        """As of the last complete pass; states are those of agreements in force."""
        available = [one for one in promised if one.indicator == "availability"]
        states = alert_facts.read_states_now(connection, available, passed_at, now)
        return cls(
            tuple(CircuitState(*row) for row in sorted(states)),
            tuple(read_outlooks(connection)),
            tuple(read_restores(connection)),
            tuple(JudgedPeriod(*row) for row in alert_facts.read_judged(connection, now - JUDGED_FOR)),
            tuple(Published(*row) for row in alert_facts.read_published(connection, now - PUBLISHED_FOR)),
            tuple(read_unscored(connection)),
        )


class Rooms(NamedTuple):
    """What was counted and measured in the last hour."""

    counts: tuple[ZoneCounts, ...] = ()
    values: tuple[SensorValues, ...] = ()

    @classmethod
    def read(cls, connection: Connection, quantities: Sequence[str], now: datetime) -> "Rooms":
        """Values of these quantities only: nothing is said of one without a band."""
        counts = arrivals.read_counts(connection, now - HOUR)
        values = arrivals.read_values(connection, quantities, now - HOUR) if quantities else []
        return cls(
            tuple(ZoneCounts(code, tuple(zip(at, people, strict=True))) for code, at, people in sorted(counts)),
            tuple(SensorValues(*row[:3], tuple(zip(row[3], row[4], strict=True))) for row in sorted(values)),
        )


def is_in_force(row: AgreementRow, now: datetime) -> bool:
    """Whether the civil day of `now` in the agreement's zone is one of its days; `ends_on` is exclusive."""
    day = local_day(int(now.timestamp()), zone(row.time_zone))
    return row.starts_on <= day and (row.ends_on is None or day < row.ends_on)


def collector_sessions(connection: Connection) -> tuple[CollectorSession, ...]:
    """The collectors that should run."""
    return tuple(CollectorSession(*row) for row in sorted(arrivals.read_sessions(connection)))
