"""The labels of an announcement: what names an alert, chooses its route and says what it hangs on. Pure."""

from __future__ import annotations

from alerting.grouping import Audience
from facilities.inventory import Inventory
from store.alert_rows import AlertRow

ELEMENTS = frozenset(
    {"building", "uplink", "duct", "carrier", "infrastructure_carrier", "infrastructure", "cable", "probe"}
)
"""Kinds of subjects that other alerts can be explained by: each is a label of that name."""


def labels_of(row: AlertRow, incident: int, audience: Audience, inventory: Inventory) -> dict[str, str | None]:
    """The labels of one alert for one audience; None and "" are absent ones. `incident` is what explains it in the end.

    A tenant gets its own circuit, zone and park, and nothing that names another, or what its circuit hangs on.
    """
    trouble = row.trouble
    circuit = inventory.circuits.get(trouble.circuit or "")
    zone = inventory.zones.get(trouble.zone or "")
    place = circuit or zone
    found: dict[str, str | None] = {
        "alertname": trouble.rule,
        "severity": trouble.severity,
        "audience": audience,
        "alert": str(row.alert_id),
        "facility": trouble.facility or (place.facility if place is not None else None),
        "circuit": trouble.circuit,
        "agreement": trouble.agreement,
        "objective": trouble.objective,
        "demo": "true" if trouble.is_demo else None,
        "muted": "false" if row.muted_by is None else "true",
    }
    if audience == "tenant":
        tenant = tenant_of(row, inventory)
        is_let = zone is not None and zone.tenant == tenant
        return found | {"tenant": tenant, "zone": trouble.zone if is_let else None}
    kind, _, code = trouble.subject.partition(":")
    if circuit is not None:
        for name in ("carrier", "infrastructure_carrier"):
            found[name] = _known(getattr(circuit, name))
        found["building"] = _known(circuit.building_entry)
        found["duct"] = _known(circuit.duct_route)
    found["carrier"] = trouble.carrier or found.get("carrier")
    if kind in ELEMENTS:  # building:PARK/A, duct:PARK/north, carrier:operateur-a/PARK: the park is a label already
        found[kind] = code.removeprefix(f"{trouble.facility}/").removesuffix(f"/{trouble.facility}")
    found["incident"] = str(incident)
    found["explained"] = None if row.cause_id is None else "true"
    if audience == "owner":
        return found
    return found | {"subject": trouble.subject, "tenant": tenant_of(row, inventory), "zone": trouble.zone}


def tenant_of(row: AlertRow, inventory: Inventory) -> str | None:
    """Whose it is: the tenant the alert names, else the circuit's; None = nobody's, or a circuit that has left."""
    circuit = inventory.circuits.get(row.trouble.circuit or "")
    return row.trouble.tenant or (circuit.tenant if circuit is not None else None)


def _known(value: object) -> str | None:
    return value if isinstance(value, str) else None
