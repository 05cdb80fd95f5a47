"""What people call the things an alert is of, as the inventory has it: for staff and for tenants. Pure."""

from typing import Any

from alerting.words.rule_texts import PARENTS
from alerting.words.spelling import month
from facilities.circuits import Circuit
from facilities.inventory import Inventory
from facilities.parks import Zone
from store.alert_rows import AlertRow

_WHOLE_SYSTEM = frozenset({"all", "pass"})
"""Codes of subjects that are everything there is of their kind: they name nothing."""


def names(alert: AlertRow, inventory: Inventory) -> dict[str, Any]:
    """For staff: subject, place, tenant and carrier; of an alert of several carriers' circuits no carrier."""
    trouble = alert.trouble
    circuit, zone = _place(alert, inventory)
    kind, _, code = trouble.subject.partition(":")
    tenant = inventory.tenants.get(trouble.tenant or (circuit.tenant if circuit else "") or "")
    carrier = inventory.organisations.get(trouble.carrier or (circuit.carrier if circuit else ""))
    return names_for_tenants(alert, inventory) | {
        "subject_kind": kind,
        "subject_code": _subject_code(kind, code),
        "subject_name": subject_name(alert, inventory),
        "building": zone.building if zone else None,
        "tenant_name": tenant.name if tenant else None,
        "carrier_name": carrier.name if carrier and trouble.rule not in PARENTS else None,
    }


def names_for_tenants(alert: AlertRow, inventory: Inventory) -> dict[str, Any]:
    """What a tenant calls its own: its circuit, its zone, the park they are in."""
    circuit, zone = _place(alert, inventory)
    place = circuit or zone
    park = inventory.parks.get(alert.trouble.facility or (place.facility if place else ""))
    return {
        "place": park.title if park else None,
        "circuit_name": circuit.label if circuit else None,
        "zone_name": zone.label if zone else None,
    }


def _place(alert: AlertRow, inventory: Inventory) -> tuple[Circuit | None, Zone | None]:
    return inventory.circuits.get(alert.trouble.circuit or ""), inventory.zones.get(alert.trouble.zone or "")


def subject_name(alert: AlertRow, inventory: Inventory) -> str | None:
    """What people call the subject; its code where it has no name."""
    kind, _, code = alert.trouble.subject.partition(":")
    if label := alert.trouble.facts.get("element_label"):
        return str(label)
    if alert.trouble.circuit and kind in ("circuit", "objective", "ticket"):
        return alert.trouble.circuit
    first = code.partition("/")[0]
    if kind == "park" and first in inventory.parks:
        return inventory.parks[first].title
    if kind in ("carrier", "infrastructure_carrier") and first in inventory.organisations:
        return inventory.organisations[first].name
    return _subject_code(kind, code) or None


def _subject_code(kind: str, code: str) -> str:
    """The part of a subject's code that tells it from others of its kind; the rest is its park or its period."""
    if code in _WHOLE_SYSTEM:
        return ""
    is_first = kind in ("carrier", "infrastructure_carrier", "statement", "agreement", "objective", "sensor")
    return code.partition("/")[0] if is_first else code.rpartition("/")[2]


def indicator(alert: AlertRow, inventory: Inventory) -> str | None:
    """What the objective promises: its own code says that to nobody but us."""
    agreement = inventory.agreements.get(alert.trouble.agreement or "")
    objectives = agreement.objectives if agreement else ()
    return next((one.indicator for one in objectives if one.id == alert.trouble.objective), None)


def period_month(alert: AlertRow) -> str | None:
    """The period that the subject names, where that is a month."""
    kind, _, code = alert.trouble.subject.partition(":")
    last = code.rpartition("/")[2]
    return last if kind in ("objective", "statement", "agreement") and month(last, "en") else None
