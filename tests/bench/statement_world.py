"""A tenant with many circuits and a month of readings, scored by the engine: what statements are measured on."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from facilities.agreement import Agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import period
from facilities.instants import instant, instant_text
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from reports.catalogue import Catalogue
from reports.statement import Scored, statement
from sla_engine.document import document_text
from sla_engine.evidence import evidence, without_exclusions
from sla_engine.facts import CircuitFacts, Exclusion, Facts, IntervalRows
from sla_engine.scoring import score
from store.intervals import Interval
from store.verdict_rows import ScoreRow

Json = dict[str, Any]
MONTH = "2026-10"
STEP = 300
HEAD = """
[agreement]
id = "BENCH"
tenant = "locataire-a"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "18000.00"
currency = "MAD"
credit_cap_percent = "30"
vat_percent = "20"
[agreement.service_hours]
days = ["mon", "tue", "wed", "thu", "fri", "sat"]
from = "08:00"
to = "20:00"
"""
OBJECTIVES = """
[[objective]]
id = "availability-{circuit}"
circuit = "{circuit}"
indicator = "availability"
interval_seconds = 300
loss_threshold = "0.5"
consecutive_intervals = 1
service_hours = {hours}
target_percent = "99.9"
min_coverage_percent = "90"
credits = [ {{ at_least_percent = "0", below_percent = "99.9", credit_percent = "5" }} ]
[[objective]]
id = "loss-{circuit}"
circuit = "{circuit}"
indicator = "loss"
at_most_percent = "0.1"
credit_percent = "2"
"""


def agreement_of(circuits: int) -> Agreement:
    """An agreement with two objectives on each of its circuits, every other one in service hours."""
    listed = [OBJECTIVES.format(circuit=f"l-{n:02d}", hours=str(n % 2 == 1).lower()) for n in range(1, circuits + 1)]
    return agreement_from_toml((HEAD + "".join(listed)).encode(), "bench")


def inventory_of(circuits: int, name: str) -> Inventory:
    """The demo inventory with these circuits, its tenant A called `name`."""
    demo = read_inventory(DEMO_INVENTORY)
    one = demo.circuits["casa-a1"]
    listed = {f"l-{n:02d}": msgspec.structs.replace(one, code=f"l-{n:02d}") for n in range(1, circuits + 1)}
    tenant = msgspec.structs.replace(demo.tenants["locataire-a"], name=name)
    return dataclasses.replace(demo, circuits=listed, tenants={**demo.tenants, "locataire-a": tenant})


def readings(span: Interval[int], outages: int, seed: int) -> IntervalRows:
    """A month on a grid of five minutes with so many outages, some lost packets and an hour that nobody measured."""
    random = np.random.default_rng(seed)
    at = np.arange(span.starts_at, span.ends_at, STEP, dtype=np.int64)
    sent = np.full(at.size, 300, np.int64)
    lost = (random.random(at.size) < 0.02).astype(np.int64)
    for start in np.linspace(40, at.size - 40, outages, dtype=np.int64).tolist():
        lost[start : start + 3] = 300
    sent[1000:1012] = lost[1000:1012] = 0
    return IntervalRows(at, sent, lost)


def scored(agreement: Agreement, outages: int, seed: int = 7) -> Scored:
    """The agreement's month as the engine scores it, with an accepted exclusion on the first circuit."""
    span = period(MONTH, agreement.time_zone)
    works = Interval(span.starts_at + 86_400, span.starts_at + 86_400 + 4 * 3_600)
    excluded = Exclusion("customer", works, None, "accepted")
    names = list(dict.fromkeys(objective.circuit for objective in agreement.objectives))
    circuits = {
        name: CircuitFacts(readings(span, outages, seed + n), exclusions=(excluded,) if n == 0 else ())
        for n, name in enumerate(names)
    }
    facts = Facts(circuits)
    found = score(agreement, span, facts)
    kept = evidence(found, score(agreement, span, without_exclusions(facts)), facts, [])
    at = instant(span.ends_at + 3_600)
    row = ScoreRow(
        agreement.id, instant(span.starts_at), instant(span.ends_at), agreement.tenant, agreement.facility, True,
        document_text(found), "0" * 64, "0.1.0", "2026f", at, at,
    )  # fmt: skip
    register = {
        "exclusion": "X-1", "circuit": names[0], "kind": "customer", "starts_at": instant_text(works.starts_at),
        "ends_at": instant_text(works.ends_at), "announced_at": None, "decision": "accepted", "proposed_by": "amina",
        "proposed_at": "2026-10-05T09:00:00Z", "decided_by": "bilal", "decided_at": "2026-10-06T09:00:00Z",
        "reason": "routeur éteint par le client", "evidence": "courriel du 3 octobre",
    }  # fmt: skip
    return Scored(agreement, row, {"exclusions": [register], "tickets": [], "freezes": []}, None, kept)


def made(one: Scored, inventory: Inventory, words: Catalogue) -> Json:
    """The statement of the month."""
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    return statement(
        inventory.tenants["locataire-a"], MONTH, [one], {}, inventory=inventory, issued_at=issued_at, words=words
    )
