"""The demo's month: simulated per circuit, published over MQTT, with its tickets and exclusions in the store."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import conninfo, sql

from facilities.agreement import Agreement, RoundTripObjective
from facilities.calendar import month
from facilities.instants import instant
from facilities.inventory import Inventory
from facilities.registration import circuit_rows
from p2i.demo_feed import Feed
from p2i.simulation import SimulatedCircuit, occupancy, simulate, truth
from store.connection import Connection, connect
from store.exclusions import write_exclusions
from store.operators import grant_operator
from store.promises import write_freezes, write_tickets
from store.registry import register_circuits

OCCUPANCY_EVERY = timedelta(minutes=15)
PROPOSER, APPROVER = "demo-proposer", "demo-approver"


@dataclass(frozen=True)
class DemoMonth:
    """The simulated part of the demo inventory over the civil month `[starts_at, ends_at)`."""

    inventory: Inventory
    agreements: tuple[Agreement, ...]
    circuits: tuple[SimulatedCircuit, ...]
    starts_at: datetime
    ends_at: datetime
    seed: int

    @classmethod
    def of(cls, inventory: Inventory, year: int, month_number: int, seed: int) -> "DemoMonth":
        """The month of every agreement whose circuits are simulated; the same seed gives the same month."""
        agreements = tuple(
            each for each in inventory.agreements.values()
            if inventory.circuits[each.objectives[0].circuit].origin == "simulated"
        )  # fmt: skip
        span = month(year, month_number, agreements[0].time_zone)
        starts_at, ends_at = instant(span.starts_at), instant(span.ends_at)
        circuits = tuple(
            simulate(circuit, agreement, starts_at, ends_at, seed)
            for agreement in agreements
            for circuit in dict.fromkeys(objective.circuit for objective in agreement.objectives)
        )
        return cls(inventory, agreements, circuits, starts_at, ends_at, seed)

    def truth_of(self, agreement: Agreement) -> dict[str, dict[str, Any]]:
        """The figures a right score of the agreement must show, by objective id."""
        figures: dict[str, dict[str, Any]] = {}
        for simulated in self.circuits:
            if agreement.availability_of(simulated.circuit) is not None:
                figures |= truth(simulated, agreement)
        return figures

    def write_promises(self, connection: Connection) -> None:
        """Writes tickets and freezes, as a ticket system would, and exclusions as two people do; all committed.

        The month is over, so the database wants another login for accepting than for proposing: the demo makes two
        roles on its own server.
        """
        with connection.transaction():
            numbers = register_circuits(connection, circuit_rows(self.inventory))
            for simulated in self.circuits:
                write_tickets(connection, simulated.tickets, numbers)
                write_freezes(connection, simulated.freezes)
            for role in (PROPOSER, APPROVER):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
                grant_operator(connection, role)
        connection.commit()
        with _as(connection, PROPOSER) as proposing, _as(connection, APPROVER) as deciding:
            rows = [row for simulated in self.circuits for row in simulated.exclusions]
            write_exclusions(proposing, deciding, rows, numbers, reason="travaux simulés (DÉMO)")

    def publish(self, feed: Feed) -> Iterator[Counter[str]]:
        """Publishes the month series by series, yielding after each how many readings of each kind it had."""
        timed = {
            objective.circuit for agreement in self.agreements for objective in agreement.objectives
            if isinstance(objective, RoundTripObjective)
        }  # fmt: skip
        for simulated in self.circuits:
            series, facility = ("circuit", simulated.circuit), self.inventory.circuits[simulated.circuit].facility
            published = Counter(
                {"interval": feed.publish(facility, "intervals", series, simulated.interval_readings())}
            )
            if simulated.circuit in timed:
                published["probe"] = feed.publish(facility, "probes", series, simulated.probe_readings())
            yield published
        yield self.publish_occupancy(feed, self.starts_at, self.ends_at)

    def publish_occupancy(self, feed: Feed, starts_at: datetime, ends_at: datetime) -> Counter[str]:
        """Publishes the people in every zone of known capacity, one reading each quarter of an hour."""
        published: Counter[str] = Counter()
        for zone in self.inventory.zones.values():
            if isinstance(zone.capacity_persons, int):
                readings = self._people(zone.code, zone.capacity_persons, starts_at, ends_at)
                published["occupancy"] += feed.publish(zone.facility, "occupancy", ("zone", zone.code), readings)
        return published

    def _people(self, zone: str, capacity: int, at: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        while at < until:
            people = occupancy(zone, capacity, at, self.seed)
            yield {"measured_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "people": people}
            at += OCCUPANCY_EVERY


def _as(connection: Connection, role: str) -> Connection:
    return connect(conninfo.make_conninfo(connection.info.dsn, user=role), "demo")
