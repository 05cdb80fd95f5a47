"""Alerts of every rule with all their figures, a notice, and the names that people who mean harm or Arabic give."""

from datetime import UTC, datetime, timedelta
from typing import Any

from alerting.words.annotations import annotations
from alerting.words.headline import Audience
from alerting.words.rule_texts import RULES
from alerting.words.spelling import Language
from alerting.words.told import Told
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from store.alert_rows import AlertRow, Announcement, Trouble

NOW = datetime(2026, 11, 22, 10, 17, tzinfo=UTC)
SINCE = datetime(2026, 11, 22, 10, 5, 30, tzinfo=UTC)
DEMO = read_inventory(DEMO_INVENTORY)
CIRCUIT = next(iter(DEMO.circuits.values()))
AGREEMENT = next(iter(DEMO.agreements_of_circuit(CIRCUIT.code)))
ZONE = next(iter(DEMO.zones.values()))
LINKS = {
    "acknowledge": "https://p2i.example/a/abcdefghijklmnop",
    "snooze": "https://p2i.example/s/abcdefghijklmnop",
    "hand_over": "https://p2i.example/h/abcdefghijklmnop",
    "resolve": "https://p2i.example/r/abcdefghijklmnop",
    "page": "https://p2i.example/n/12",
}
BASES = {"runbooks": "https://docs.example/runbooks", "grafana": "https://grafana.example"}

FACTS: dict[str, dict[str, Any]] = {
    "outage": {"flaps": 3, "outages_day": 4, "agreements": ["A-1", "A-2"]},
    "burn_fast": {"budget_share_percent": "2", "long_seconds": 3600, "short_seconds": 300, "long_bad_seconds": 600},
    "burn_slow": {"budget_share_percent": "10", "long_seconds": 259200, "long_bad_seconds": 4000},
    "budget": {"consumed_percent": "75.31"},
    "breach_foreseen": {"service_seconds_left": 3600},
    "restore_deadline": {
        "ticket": "T-17", "elapsed_seconds": 7500, "at_most_seconds": 14400, "frozen_seconds": 0,
        "due_at": "2026-11-22T12:00:00Z",
    },
    "objective_breached": {"indicator": "availability", "is_over": False, "credit": "250.5", "currency": "MAD"},
    "occupancy_over": {"people": 1250, "capacity_people": 1100},
    "environment": {"quantity": "co2_ratio", "value": "0.0016", "at_least": None, "at_most": "0.0012"},
    "no_data": {"usual_seconds": 60, "silent_after_seconds": 180},
    "collector_dead": {"received_at": "2026-11-22T10:05:00Z"},
    "engine_late": {"passed_at": "2026-11-22T10:00:00Z"},
    "clock_stale": {"offset_seconds": -320, "time_zone": "Africa/Casablanca", "months": 2},
    "statement_ready": {"version": 2, "payable": "250.5", "currency": "MAD"},
    "watchdog_silent": {"source": "Alertmanager"},
    "unscored": {"why": "fichier absent"},
}  # fmt: skip
OUTLOOK = {
    "budget_seconds": "1296", "budget_left_seconds": "725.5", "breach_at": "2026-11-24T03:00:00Z", "payable": "0",
    "payable_if_breached": "1234.567", "currency": "MAD",
}  # fmt: skip
PARENT = {
    "members": 40, "of": 41, "element": "casanearshore", "parks": ["fes-shore", "oujda"]
}  # fmt: skip
SUBJECTS = {
    "site_cut": "park:casanearshore", "duct_cut": "duct:casanearshore/nord", "carrier_down": "carrier:operateur-a",
    "infrastructure_carrier_down": "infrastructure_carrier:operateur-b", "cable_down": "cable:sea-1",
    "probe_fault": "probe:p-1", "objective_breached": f"objective:{AGREEMENT.id}/{AGREEMENT.objectives[0].id}/2026-11",
    "collector_dead": "collector:all", "engine_late": "engine:pass", "clock_stale": "source:mqtt",
    "watchdog_silent": "watchdog:alertmanager", "statement_ready": f"statement:{AGREEMENT.id}/2026-10",
    "unscored": f"agreement:{AGREEMENT.id}/2026-10", "environment": "sensor:s-1/air/co2_ratio",
}  # fmt: skip
RULES_OF_ALL = tuple(RULES)


def trouble(rule: str, **changes: Any) -> Trouble:
    """A trouble of the demonstration inventory with all the figures its rule has."""
    is_parent = rule not in FACTS
    of_zone = rule in ("occupancy_over", "environment")
    of_system = rule in ("collector_dead", "engine_late", "clock_stale", "watchdog_silent")
    facts = PARENT if is_parent else FACTS[rule] | ({} if of_zone or of_system else OUTLOOK)
    plain = Trouble(
        rule=rule,
        subject=SUBJECTS.get(rule, f"circuit:{CIRCUIT.code}" if not of_zone else f"zone:{ZONE.code}"),
        severity="page",
        since_at=SINCE,
        reason="breach_by_trend",
        is_demo=True,
        facility=CIRCUIT.facility,
        tenant=None if is_parent or of_system else CIRCUIT.tenant,
        carrier=None if of_system or (is_parent and rule != "carrier_down") else CIRCUIT.carrier,
        circuit=None if is_parent or of_zone or of_system or rule in ("statement_ready", "unscored") else CIRCUIT.code,
        zone=ZONE.code if of_zone else None,
        agreement=None if is_parent or of_zone or of_system else AGREEMENT.id,
        objective=None if is_parent or of_zone or of_system else AGREEMENT.objectives[0].id,
        facts=facts,
    )
    return plain._replace(**changes)


def alert(rule: str, alert_id: int = 1, **changes: Any) -> AlertRow:
    """An open alert with that trouble."""
    return AlertRow(alert_id, trouble(rule, **changes), SINCE + timedelta(minutes=1), NOW, None, None, None)


def announcement(
    row: AlertRow,
    audience: Audience = "on_call",
    language: Language = "fr",
    *,
    inventory: Inventory = DEMO,
    cause: AlertRow | None = None,
    members: tuple[AlertRow, ...] = (),
    ends_at: datetime | None = None,
    **labels: str,
) -> Announcement:
    """The alert as an audience is told of it; `labels` over those it would have."""
    one = row.trouble
    named = {
        "alertname": one.rule, "severity": one.severity, "audience": audience, "alert": str(row.alert_id),
        "facility": one.facility, "tenant": one.tenant, "circuit": one.circuit, "zone": one.zone,
        "carrier": one.carrier, "agreement": one.agreement, "objective": one.objective, "language": language,
        "demo": "true" if one.is_demo else None,
    }  # fmt: skip
    made = annotations(
        row, inventory, language, audience=audience, cause=cause, members=members, base_urls=BASES
    )  # fmt: skip
    return Announcement({k: v for k, v in named.items() if v} | labels, made, row.opened_at, ends_at)


def notice(**changes: Any) -> Told:
    """A notice of a page, opened a minute after the trouble began."""
    return Told(12, "page", is_demo=True, opened_at=SINCE + timedelta(minutes=1), now=NOW)._replace(**changes)
