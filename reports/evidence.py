"""What stands behind each figure: raw figures beside the contractual ones, spans of time, outages, tickets. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from facilities.agreement import Agreement, AvailabilityObjective
from facilities.calendar import service_windows
from facilities.instants import epoch_seconds, instant_text
from store.intervals import Interval, subtract

Json = dict[str, Any]
OF_OUTAGES = frozenset(
    {"outage", "no_data", "probe_fault", "site_cut", "duct_cut", "carrier_down", "infrastructure_carrier_down",
     "cable_down"}
)  # fmt: skip
"""Rules whose alerts speak for an outage. One that foresees a breach may stay open for weeks and proves none."""


class Told(NamedTuple):
    """A trouble that somebody was told of while it lasted: an alert of a circuit, and the notices it went into."""

    alert: int
    rule: str
    circuit: str
    since_at: datetime
    closed_at: datetime | None
    notices: tuple[int, ...]


def raw_figures(evidence: Json | None, objective: str) -> Json | None:
    """The figures of an objective as if no exclusion had been accepted; None where the engine kept none."""
    found = [] if evidence is None else evidence["raw"]["objectives"]
    return next(({**one} for one in found if one["id"] == objective), None)


def spans_of(agreement: Agreement, objective: AvailabilityObjective, period: Json, evidence: Json | None) -> Json:
    """Where unknown and excluded time and time outside the service hours lie; None where it is not known."""
    kept = _kept(evidence, objective.id)
    outside: list[Json] = []
    if objective.service_hours and agreement.service_hours is not None:
        span = Interval(epoch_seconds(period["starts_at"]), epoch_seconds(period["ends_at"]))
        windows = service_windows(agreement.service_hours, agreement.time_zone, span)
        outside = [_span(one) for one in subtract([span], windows)]
    return {
        "unknown": None if kept is None else kept["unknown"],
        "excluded": None if kept is None else kept["excluded"],
        "outside_service_hours": outside,
    }


def outages_of(
    found: Json, evidence: Json | None, registers: Mapping[str, Sequence[Json]], told: Sequence[Told]
) -> list[Json]:
    """The outages of an availability objective, numbered in order of time, each with what speaks for and of it.

    `measured` is None where the engine kept no evidence. Tickets overlap it, accepted exclusions cover part of it,
    alerts of an outage or of its cause lasted in it; they are of the same circuit.
    """
    kept = _kept(evidence, found["id"])
    measured = {} if kept is None else {one["starts_at"]: one for one in kept["outages"]}
    return [
        {
            "number": number,
            **outage,
            "measured": _measured(measured.get(outage["starts_at"])),
            "tickets": _names(registers["tickets"], "ticket", found["circuit"], outage, ("opened_at", "restored_at")),
            "exclusions": _names(
                [row for row in registers["exclusions"] if row["decision"] == "accepted"],
                "exclusion", found["circuit"], outage, ("starts_at", "ends_at"),
            ),
            "alerts": _alerts(told, found["circuit"], outage),
        }
        for number, outage in enumerate(found["outages"], start=1)
    ]  # fmt: skip


def tickets_of(found: Json, registers: Mapping[str, Sequence[Json]]) -> list[Json]:
    """The tickets of a restore objective with their instants and freezes; None for an instant that is not known."""
    known = {(row["ticket"], row["circuit"]): row for row in registers["tickets"]}
    listed = []
    for ticket in found["tickets"]:
        row = known.get((ticket["ticket"], found["circuit"]), {})
        freezes = [
            {name: freeze[name] for name in ("starts_at", "ends_at", "reason")}
            for freeze in registers["freezes"]
            if freeze["ticket"] == ticket["ticket"]
        ]
        instants = {"opened_at": row.get("opened_at"), "restored_at": row.get("restored_at")}
        listed.append({**ticket, **instants, "freezes": freezes})
    return listed


def with_counted(exclusions: Sequence[Json], evidence: Json | None) -> list[Json]:
    """The exclusions on record, each with the seconds of it that the contract lets count; None where not kept."""
    known = {(row["exclusion"], row["circuit"]): row for row in (evidence or {}).get("exclusions", [])}
    found = []
    for row in exclusions:
        kept = known.get((row["exclusion"], row["circuit"]))
        same = kept is not None and all(kept[name] == row[name] for name in ("starts_at", "ends_at", "decision"))
        found.append({**row, "counted_seconds": kept["counted_seconds"] if kept is not None and same else None})
    return found


def _kept(evidence: Json | None, objective: str) -> Json | None:
    return next((one for one in (evidence or {}).get("objectives", []) if one["id"] == objective), None)


def _measured(kept: Json | None) -> Json | None:
    return None if kept is None else {key: value for key, value in kept.items() if key not in ("starts_at", "ends_at")}


def _names(rows: Sequence[Json], name: str, circuit: str, outage: Json, ends: tuple[str, str]) -> list[str]:
    """The rows of a circuit that overlap the outage; instants are texts in UTC, in whole seconds, so they compare."""
    return [
        row[name]
        for row in rows
        if row["circuit"] == circuit
        and row[ends[0]] < outage["ends_at"]
        and (row[ends[1]] is None or outage["starts_at"] < row[ends[1]])
    ]


def _alerts(told: Sequence[Told], circuit: str, outage: Json) -> list[Json]:
    starts_at, ends_at = epoch_seconds(outage["starts_at"]), epoch_seconds(outage["ends_at"])
    return [
        {"alert": one.alert, "rule": one.rule, "notices": list(one.notices)}
        for one in told
        if one.circuit == circuit
        and one.rule in OF_OUTAGES
        and one.since_at.timestamp() < ends_at
        and (one.closed_at is None or starts_at < one.closed_at.timestamp())
    ]


def _span(span: Interval[int]) -> Json:
    return {"starts_at": instant_text(span.starts_at), "ends_at": instant_text(span.ends_at)}
