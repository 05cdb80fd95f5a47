"""The inventory's circuits and zones, registered in the store, as the decoders need them."""

from datetime import UTC, datetime

from collectors.feeds import open_feeds
from collectors.grid import Grid
from collectors.known import Known, Series
from facilities.inventory import Inventory
from facilities.registration import register_inventory
from store.connection import Connection


def registered(connection: Connection, inventory: Inventory) -> Known:
    """Registers what the inventory names and returns it by code; the caller commits.

    Series of the store that left the inventory are not in it: new readings of them are refused as unknown.
    """
    circuits, zones = register_inventory(connection, inventory, datetime.now(UTC))
    return Known(
        {
            one.code: Series(circuits[one.code], one.facility, _grids(inventory, one.code))
            for one in inventory.circuits.values()
        },
        {one.code: Series(zones[one.code], one.facility) for one in inventory.zones.values()},
        open_feeds(inventory),
    )


def _grids(inventory: Inventory, circuit: str) -> frozenset[Grid]:
    """The grids of every agreement on the circuit that counts intervals, past and future ones too."""
    objectives = [(one, one.availability_of(circuit)) for one in inventory.agreements_of_circuit(circuit)]
    return frozenset(
        Grid(objective.interval_seconds, agreement.starts_at % objective.interval_seconds)
        for agreement, objective in objectives
        if objective is not None and objective.method == "intervals"
    )
